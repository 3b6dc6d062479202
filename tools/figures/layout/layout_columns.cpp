#include <revolute/tools/figures/layout/layout_slots.hpp>

#include <algorithm>
#include <limits>
#include <span>
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

/// Moves each slot towards the mean of its neighbours above and below, as far as its row lets it.
/// It counts in fractions of a point, since rounding in every sweep would let parts drift apart.
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

/// From where to where something reaches in its column.
struct Reach {
    int left = std::numeric_limits<int>::max();
    int right = std::numeric_limits<int>::min();

    int width() const { return right - left; }
    void cover(int from, int to) {
        left = std::min(left, from);
        right = std::max(right, to);
    }
};

/// Makes columns narrow: takes out what is empty from top to bottom of a band, and puts the bands
/// of a column above each other.
class Closing {
 public:
    explicit Closing(Grid& grid)
        : grid_(grid),
          bands_(grid.rows.first_of_band.size()),
          parts_(static_cast<std::size_t>(grid.columns) * bands_) {
        for (std::uint32_t i = 0; i < grid.slots.size(); ++i)
            if (grid.slots[i].kind != SlotKind::title) part_of(i).slots.push_back(i);
    }

    void run() {
        for (Part& part : parts_)
            if (!part.slots.empty()) close(part);
        align_bands();
    }

 private:
    /// The slots of one band in one column, without the title.
    struct Part {
        std::vector<std::uint32_t> slots;
        int width = 0;
        std::int64_t wanted = 0;  // sum, over the edges from wider bands, of how far they slant
        std::int64_t edges = 0;
    };

    Part& part_of(std::uint32_t slot) {
        const Slot& at = grid_.slots[slot];
        return parts_[static_cast<std::size_t>(at.column) * bands_ + grid_.rows.band_of(at.row)];
    }

    void move(const Part& part, int by) {
        for (const std::uint32_t slot : part.slots) grid_.slots[slot].x += by;
    }

    void close(Part& part) {
        constexpr int widest = 26;
        std::ranges::sort(part.slots, {},
                          [&](std::uint32_t i) { return std::tuple(grid_.slots[i].left(), i); });
        const int left = grid_.slots[part.slots.front()].left();
        int covered = left, shift = 0;
        for (const std::uint32_t i : part.slots) {
            Slot& slot = grid_.slots[i];
            shift = std::max(shift, slot.left() - covered - widest);
            covered = std::max(covered, slot.right());
            slot.x -= shift;
        }
        part.width = covered - shift - left;
        move(part, -(left + covered - shift) / 2);
    }

    /// Moves bands under what edges join them with in a wider one, as far as the column gets no
    /// wider.
    void align_bands() {
        for (const Hop& hop : grid_.hops) {
            Part &from = part_of(hop.from), &to = part_of(hop.to);
            if (!hop.is_direct || &from == &to) continue;
            const int slant = grid_.slots[hop.to].x - grid_.slots[hop.from].x;
            Part& moved = from.width < to.width ? from : to;
            moved.wanted += &moved == &from ? slant : -slant;
            ++moved.edges;
        }
        for (auto first = parts_.begin(); first != parts_.end();
             first += static_cast<std::ptrdiff_t>(bands_)) {
            const std::span column(first, bands_);
            const int widest = std::ranges::max(column, {}, &Part::width).width;
            for (const Part& part : column) {
                const std::int64_t room = (widest - part.width) / 2;
                if (part.edges > 0)
                    move(part, static_cast<int>(std::clamp(part.wanted / part.edges, -room, room)));
            }
        }
    }

    Grid& grid_;
    std::size_t bands_;
    std::vector<Part> parts_;  // by column, then band
};

/// Finds how wide columns are and from where to where the frames of panels reach.
class Framing {
 public:
    Framing(const Figure& figure, Grid& grid)
        : figure_(figure),
          grid_(grid),
          columns_(static_cast<std::size_t>(grid.columns)),
          panels_(figure.panels.size()) {}

    Columns run() {
        cover_slots();
        widen_columns();
        widen_panels();
        for (const Slot& slot : grid_.slots)
            if (slot.kind == SlotKind::title) make_room(slot);
        cover_slots();
        return from_zero();
    }

 private:
    Reach& column_of(const FigurePanel& panel) {
        return columns_[static_cast<std::size_t>(panel.column)];
    }

    void cover_slots() {
        const std::size_t bands = grid_.rows.first_of_band.size();
        std::vector<Reach*> reaches(columns_.size() * bands);
        for (std::size_t i = 0; i < panels_.size(); ++i) {
            const FigurePanel& panel = figure_.panels[i];
            reaches[static_cast<std::size_t>(panel.column) * bands +
                    static_cast<std::size_t>(panel.band)] = &panels_[i];
        }
        for (const Slot& slot : grid_.slots) {
            const auto column = static_cast<std::size_t>(slot.column);
            Reach* const reach = reaches[column * bands + grid_.rows.band_of(slot.row)];
            if (slot.kind == SlotKind::title)
                reach->cover(reach->left, reach->left + slot.width);
            else
                reach->cover(slot.left(), slot.right());
        }
        for (std::size_t i = 0; i < panels_.size(); ++i)
            column_of(figure_.panels[i]).cover(panels_[i].left, panels_[i].right);
    }

    /// Frames are of one width, as steps are, where they nearly fill it; one of steps left out is
    /// as narrow as its dots.
    void widen_columns() {
        std::vector<bool> has_frame(columns_.size());
        for (const FigureNode& node : figure_.nodes) {
            const FigurePanel& panel = figure_.panels[node.panel];
            if (panel.has_frame() && node.kind != NodeKind::omitted)
                has_frame[static_cast<std::size_t>(panel.column)] = true;
        }
        int widest = 60;
        for (std::size_t i = 0; i < columns_.size(); ++i)
            if (has_frame[i]) widest = std::max(widest, columns_[i].width());
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (!has_frame[i] || !nearly_fills(columns_[i].width(), widest)) continue;
            const int missing = widest - columns_[i].width();
            columns_[i].left -= missing / 2;
            columns_[i].right += missing - missing / 2;
        }
    }

    /// Frames are as wide as their column, where they nearly fill it.
    void widen_panels() {
        for (std::size_t i = 0; i < panels_.size(); ++i) {
            const Reach& column = column_of(figure_.panels[i]);
            if (nearly_fills(panels_[i].width(), column.width())) panels_[i] = column;
        }
    }

    /// The title stands at the left; edges that cross its row go to the right of it.
    void make_room(const Slot& title) {
        int left = panels_[title.thing].left;
        for (const std::uint32_t i : grid_.cell(title.column, title.row)) {
            Slot& slot = grid_.slots[i];
            const int least = left + slot.anchor;
            slot.x = slot.kind == SlotKind::title ? least : std::max(slot.x, least);
            left = slot.right() + 8;
        }
    }

    Columns from_zero() {
        for (Slot& slot : grid_.slots)
            slot.x -= columns_[static_cast<std::size_t>(slot.column)].left;
        Columns columns;
        for (std::size_t i = 0; i < panels_.size(); ++i) {
            const int left = column_of(figure_.panels[i]).left;
            columns.panels.emplace_back(panels_[i].left - left, panels_[i].right - left);
        }
        for (const Reach& column : columns_) columns.widths.push_back(column.width());
        return columns;
    }

    const Figure& figure_;
    Grid& grid_;
    std::vector<Reach> columns_;
    std::vector<Reach> panels_;
};

}  // namespace

Columns place_in_columns(const Figure& figure, Grid& grid) {
    Placement(grid).run();
    Closing(grid).run();
    return Framing(figure, grid).run();
}

}  // namespace revolute::layout
