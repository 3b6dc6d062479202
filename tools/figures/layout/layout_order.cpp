#include <revolute/tools/figures/layout/layout_slots.hpp>

#include <algorithm>

// The order of slots within their cells.

namespace revolute::layout {

namespace {

constexpr std::int64_t unit = 1000;
constexpr std::int64_t pull_divisor = 30;

/// Edges of two slots that cross when `left` stands at the left.
int crossings_below(const Grid& grid, std::uint32_t left, std::uint32_t right) {
    int count = 0;
    for (const std::uint32_t i : grid.below[left])
        for (const std::uint32_t j : grid.below[right])
            count += grid.slots[grid.hops[i].to].place > grid.slots[grid.hops[j].to].place ? 1 : 0;
    return count;
}

int crossings_above(const Grid& grid, std::uint32_t left, std::uint32_t right) {
    int count = 0;
    for (const std::uint32_t i : grid.above[left])
        for (const std::uint32_t j : grid.above[right])
            count +=
                grid.slots[grid.hops[i].from].place > grid.slots[grid.hops[j].from].place ? 1 : 0;
    return count;
}

/// Lines between the slot and columns on one side (-1: the left): those that leave it share one.
int lines_to_side(const Figure& figure, const Grid& grid, std::uint32_t slot, int side) {
    int entering = 0;
    bool leaves = false;
    for (const std::uint32_t i : grid.routed[slot]) {
        const Hop& hop = grid.hops[i];
        if (is_bus(figure.edges[hop.edge])) continue;
        const bool is_source = hop.from == slot;
        const std::uint32_t other = is_source ? hop.to : hop.from;
        if ((grid.slots[other].column - grid.slots[slot].column) * side <= 0) continue;
        if (is_source)
            leaves = true;
        else
            ++entering;
    }
    return entering + (leaves ? 1 : 0);
}

class Ordering {
 public:
    Ordering(const Figure& figure, Grid& grid) : figure_(figure), grid_(grid) {}

    void run() {
        for (int sweep = 0; sweep < 6; ++sweep) {
            for (int row = 0; row < grid_.rows.count; ++row) sort_row(row, true, sweep > 3);
            for (int row = grid_.rows.count; row-- > 0;) sort_row(row, sweep > 3, true);
        }
        bool swapped = true;
        for (int round = 0; round < 8 && swapped; ++round) {
            swapped = false;
            for (auto& cell : grid_.cells) swapped = exchange(cell) || swapped;
        }
    }

 private:
    struct Mean {
        std::int64_t sum = 0;
        std::int64_t weight = 0;

        void add(std::int64_t value, std::int64_t times = 1) {
            sum += value * times;
            weight += times;
        }
        std::int64_t mean() const { return sum / weight; }
    };

    /// Where a slot stands in its row: 0 at the left, `unit` at the right.
    std::int64_t position(std::uint32_t slot) const {
        const Slot& at = grid_.slots[slot];
        const auto count = static_cast<std::int64_t>(grid_.cell(at.column, at.row).size());
        return unit * (2 * at.place + 1) / (2 * count);
    }

    /// Edges to other columns pull to that side.
    void add_routed(std::uint32_t slot, Mean& mean) const {
        for (const std::uint32_t i : grid_.routed[slot]) {
            const Hop& hop = grid_.hops[i];
            if (is_bus(figure_.edges[hop.edge])) continue;
            const std::uint32_t other = hop.from == slot ? hop.to : hop.from;
            const int way = grid_.slots[other].column - grid_.slots[slot].column;
            if (way != 0) mean.add(way < 0 ? -unit : 2 * unit);
        }
    }

    std::int64_t wanted(std::uint32_t slot, bool from_above, bool from_below) const {
        if (grid_.slots[slot].kind == SlotKind::title) return -100 * unit;
        Mean mean;
        if (from_above)
            for (const std::uint32_t i : grid_.above[slot]) mean.add(position(grid_.hops[i].from));
        if (from_below)
            for (const std::uint32_t i : grid_.below[slot]) mean.add(position(grid_.hops[i].to));
        Mean pull;
        add_routed(slot, pull);
        if (mean.weight == 0) return pull.weight == 0 ? position(slot) : pull.mean();
        // Neighbours above and below decide; the way to other columns, among those that share them.
        return mean.mean() + (pull.weight == 0 ? 0 : (pull.mean() - unit / 2) / pull_divisor);
    }

    void sort_row(int row, bool from_above, bool from_below) {
        for (int column = 0; column < grid_.columns; ++column) {
            auto& cell = grid_.cell(column, row);
            if (cell.size() < 2) continue;
            keyed_.clear();
            for (const std::uint32_t slot : cell)
                keyed_.emplace_back(wanted(slot, from_above, from_below), slot);
            std::ranges::stable_sort(keyed_, {}, [](const auto& pair) { return pair.first; });
            for (std::size_t i = 0; i < cell.size(); ++i) {
                cell[i] = keyed_[i].second;
                grid_.slots[cell[i]].place = static_cast<int>(i);
            }
        }
    }

    /// Exchanges neighbours where that saves crossings.
    bool exchange(std::vector<std::uint32_t>& cell) {
        bool swapped = false;
        for (std::size_t i = 0; i + 1 < cell.size(); ++i) {
            const std::uint32_t left = cell[i], right = cell[i + 1];
            if (grid_.slots[left].kind == SlotKind::title) continue;
            // Only the outermost can be left sideways.
            const bool at_left = i == 0, at_right = i + 2 == cell.size();
            if (cost(left, right, at_left, at_right) <= cost(right, left, at_left, at_right))
                continue;
            std::swap(cell[i], cell[i + 1]);
            std::swap(grid_.slots[left].place, grid_.slots[right].place);
            swapped = true;
        }
        return swapped;
    }

    /// Crossings of the edges of two slots, and edges to other columns that one takes the way of.
    int cost(std::uint32_t left, std::uint32_t right, bool at_left, bool at_right) const {
        return crossings_above(grid_, left, right) + crossings_below(grid_, left, right) +
               (at_right ? lines_to_side(figure_, grid_, left, 1) : 0) +
               (at_left ? lines_to_side(figure_, grid_, right, -1) : 0);
    }

    const Figure& figure_;
    Grid& grid_;
    std::vector<std::pair<std::int64_t, std::uint32_t>> keyed_;
};

}  // namespace

int cost_of_order(const Figure& figure, const Grid& grid, int column) {
    int cost = 0;
    for (int row = 0; row < grid.rows.count; ++row) {
        const auto& cell = grid.cell(column, row);
        for (auto left = cell.begin(); left != cell.end(); ++left) {
            for (auto right = left + 1; right != cell.end(); ++right)
                cost += crossings_below(grid, *left, *right);
            if (left != cell.begin()) cost += lines_to_side(figure, grid, *left, -1);
            if (left + 1 != cell.end()) cost += lines_to_side(figure, grid, *left, 1);
        }
    }
    return cost;
}

void order_cells(const Figure& figure, Grid& grid) {
    Ordering(figure, grid).run();
    order_alike(figure, grid);
    for (std::uint32_t node = 0; node < figure.nodes.size(); ++node) {
        if (!grid.rows.beside[node]) continue;
        const Slot& slot = grid.slots[node];  // nodes' slots have the nodes' numbers
        auto& cell = grid.cell(slot.column, slot.row);
        cell.insert(std::ranges::find(cell, *grid.rows.beside[node]) + 1, node);
    }
    for (const auto& cell : grid.cells)
        for (std::size_t i = 0; i < cell.size(); ++i)
            grid.slots[cell[i]].place = static_cast<int>(i);
}

}  // namespace revolute::layout
