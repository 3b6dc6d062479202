#include <revolute/tools/layout_slots.hpp>

#include <algorithm>
#include <tuple>

// The x of slots within their columns.

namespace revolute::layout {

namespace {

int space_between(const Grid& grid, std::uint32_t left_slot, std::uint32_t right_slot) {
    const Slot &left = grid.slots[left_slot], &right = grid.slots[right_slot];
    const bool is_level =
        right.kind == SlotKind::node && grid.rows.beside[right.thing] == left_slot;
    if (is_level) return 22;
    const bool both_nodes = left.kind == SlotKind::node && right.kind == SlotKind::node;
    return both_nodes ? 16 : 8;
}

/// Moves each slot towards the mean of its neighbours above and below, as far as its row lets it. It
/// counts in fractions of a point, since rounding in every sweep would let parts drift apart.
class Placement {
 public:
    explicit Placement(Grid& grid) : grid_(grid), x_(grid.slots.size()) {}

    void run() {
        for (const auto& cell : grid_.cells) pack(cell);
        const int sweeps = grid_.slots.size() < 2000 ? 31 : 6;
        for (int sweep = 0; sweep < sweeps; ++sweep) {
            for (int row = 0; row < grid_.rows.count; ++row)
                move_row(row, true, sweep > 2 && sweep % 3 != 0);
            for (int row = grid_.rows.count; row-- > 0;)
                move_row(row, sweep > 2 && sweep % 3 != 0, true);
        }
        for (std::size_t i = 0; i < x_.size(); ++i)
            grid_.slots[i].x = static_cast<int>(floor(x_[i], unit));
    }

 private:
    static constexpr std::int64_t unit = 256;

    static std::int64_t floor(std::int64_t a, std::int64_t b) {
        return a >= 0 ? a / b : -((b - 1 - a) / b);
    }

    /// From one anchor to the next.
    std::int64_t step(std::uint32_t left, std::uint32_t right) const {
        const Slot &a = grid_.slots[left], &b = grid_.slots[right];
        return unit * (a.width - a.anchor + space_between(grid_, left, right) + b.anchor);
    }

    void pack(const std::vector<std::uint32_t>& cell) {
        if (cell.empty()) return;
        for (std::size_t i = 1; i < cell.size(); ++i)
            x_[cell[i]] = x_[cell[i - 1]] + step(cell[i - 1], cell[i]);
        const std::int64_t middle = (x_[cell.front()] + x_[cell.back()]) / 2;
        for (const std::uint32_t slot : cell) x_[slot] -= middle;
    }

    std::int64_t wanted(std::uint32_t slot, bool from_above, bool from_below) const {
        const Slot& self = grid_.slots[slot];
        if (self.kind == SlotKind::node && grid_.rows.beside[self.thing]) {
            const std::uint32_t user = *grid_.rows.beside[self.thing];
            return x_[user] + step(user, slot);
        }
        std::int64_t sum = 0, count = 0;
        const auto add = [&](std::uint32_t other) {
            sum += x_[other];
            ++count;
        };
        if (from_above)
            for (const std::uint32_t i : grid_.above[slot]) add(grid_.hops[i].from);
        if (from_below)
            for (const std::uint32_t i : grid_.below[slot]) add(grid_.hops[i].to);
        return count == 0 ? x_[slot] : floor(2 * sum + count, 2 * count);
    }

    /// Slots that have run into each other and move as one.
    struct Block {
        std::int64_t sum;  // of weight * (wanted - offset)
        std::int64_t weight;
        std::size_t first;

        std::int64_t x() const { return floor(2 * sum + weight, 2 * weight); }
    };

    void move_row(int row, bool from_above, bool from_below) {
        for (int column = 0; column < grid_.columns; ++column) {
            // Titles stay at the left and do not take part.
            const auto& whole = grid_.cell(column, row);
            const bool has_title = !whole.empty() && grid_.slots[whole[0]].kind == SlotKind::title;
            move_cell(std::span(whole).subspan(has_title ? 1 : 0), from_above, from_below);
        }
    }

    /// Least squares under the order and the spaces: pool adjacent violators (Barlow et al. 1972).
    void move_cell(std::span<const std::uint32_t> cell, bool from_above, bool from_below) {
        offsets_.assign(cell.size(), 0);
        blocks_.clear();
        for (std::size_t i = 0; i < cell.size(); ++i) {
            if (i > 0) offsets_[i] = offsets_[i - 1] + step(cell[i - 1], cell[i]);
            const std::int64_t weight = grid_.slots[cell[i]].kind == SlotKind::bend ? 4 : 1;
            const std::int64_t target = wanted(cell[i], from_above, from_below) - offsets_[i];
            blocks_.push_back({weight * target, weight, i});
            while (blocks_.size() > 1 && blocks_[blocks_.size() - 2].x() >= blocks_.back().x()) {
                const Block last = blocks_.back();
                blocks_.pop_back();
                blocks_.back().sum += last.sum;
                blocks_.back().weight += last.weight;
            }
        }
        for (std::size_t b = 0; b < blocks_.size(); ++b) {
            const std::size_t end = b + 1 < blocks_.size() ? blocks_[b + 1].first : cell.size();
            for (std::size_t i = blocks_[b].first; i < end; ++i)
                x_[cell[i]] = blocks_[b].x() + offsets_[i];
        }
    }

    Grid& grid_;
    std::vector<std::int64_t> x_;  // of the anchors
    std::vector<std::int64_t> offsets_;
    std::vector<Block> blocks_;
};

/// The parts of a column that no direct edge joins: its bands, or, where one joins them, the whole.
std::vector<std::pair<int, int>> find_parts(const Grid& grid) {
    const auto band = [&](int row) {
        int number = 0;
        for (std::size_t i = 1; i < grid.rows.first_of_band.size(); ++i)
            if (row >= grid.rows.first_of_band[i]) number = static_cast<int>(i);
        return number;
    };
    std::vector<bool> is_joined(static_cast<std::size_t>(grid.columns));
    for (const Hop& hop : grid.hops) {
        const Slot &from = grid.slots[hop.from], &to = grid.slots[hop.to];
        if (hop.is_direct && band(from.row) != band(to.row))
            is_joined[static_cast<std::size_t>(from.column)] = true;
    }
    std::vector<std::pair<int, int>> parts;
    for (const Slot& slot : grid.slots)
        parts.emplace_back(slot.column,
                           is_joined[static_cast<std::size_t>(slot.column)] ? 0 : band(slot.row));
    return parts;
}

/// Takes out what is empty from top to bottom, and puts the middles of a column's parts above each other.
void close_parts(Grid& grid) {
    constexpr int widest = 26;
    const std::vector<std::pair<int, int>> parts = find_parts(grid);
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < grid.slots.size(); ++i)
        if (grid.slots[i].kind != SlotKind::title) order.push_back(i);
    std::ranges::sort(
        order, {}, [&](std::uint32_t i) { return std::tuple(parts[i], grid.slots[i].left(), i); });
    for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
        const int begin = grid.slots[order[first]].left();
        int covered = begin, shift = 0;
        for (end = first; end < order.size() && parts[order[end]] == parts[order[first]]; ++end) {
            Slot& slot = grid.slots[order[end]];
            shift = std::max(shift, slot.left() - covered - widest);
            covered = std::max(covered, slot.right());
            slot.x -= shift;
        }
        const int middle = (begin + covered - shift) / 2;
        for (std::size_t i = first; i < end; ++i) grid.slots[order[i]].x -= middle;
    }
}

/// The title stands at the left; edges that cross its row go to the right of it.
void make_room_for_title(Grid& grid, int column, int row, int left) {
    const auto& cell = grid.cell(column, row);
    if (cell.empty() || grid.slots[cell[0]].kind != SlotKind::title) return;
    for (std::size_t i = 0; i < cell.size(); ++i) {
        Slot& slot = grid.slots[cell[i]];
        slot.x = i == 0 ? left + slot.anchor : std::max(slot.x, left + slot.anchor);
        left = slot.right() + 8;
    }
}

}  // namespace

std::vector<int> place_in_columns(const Figure& figure, Grid& grid) {
    Placement(grid).run();
    close_parts(grid);
    const auto count = static_cast<std::size_t>(grid.columns);
    std::vector<int> left(count, 1 << 30), right(count, -(1 << 30)), width(count);
    for (const Slot& slot : grid.slots)
        if (slot.kind != SlotKind::title) {
            int& x = left[static_cast<std::size_t>(slot.column)];
            x = std::min(x, slot.left());
        }
    for (const int row : grid.rows.title_of_band)
        for (int column = 0; column < grid.columns && row >= 0; ++column)
            make_room_for_title(grid, column, row, left[static_cast<std::size_t>(column)]);
    for (const Slot& slot : grid.slots) {
        int& x = right[static_cast<std::size_t>(slot.column)];
        x = std::max(x, slot.right());
    }
    // Frames of steps are of one width; one of steps left out is as narrow as its dots.
    std::vector<bool> has_frame(count);
    for (const FigureNode& node : figure.nodes) {
        const FigurePanel& panel = figure.panels[node.panel];
        if (panel.has_frame() && node.kind != NodeKind::omitted)
            has_frame[static_cast<std::size_t>(panel.column)] = true;
    }
    int widest = 60;
    for (std::size_t i = 0; i < count; ++i)
        if (has_frame[i]) widest = std::max(widest, right[i] - left[i]);
    for (std::size_t i = 0; i < count; ++i) {
        width[i] = has_frame[i] ? widest : right[i] - left[i];
        left[i] -= (width[i] - (right[i] - left[i])) / 2;
    }
    for (Slot& slot : grid.slots) slot.x -= left[static_cast<std::size_t>(slot.column)];
    for (Slot& slot : grid.slots)
        if (slot.kind == SlotKind::title) slot.x = slot.anchor;
    return width;
}

}  // namespace revolute::layout
