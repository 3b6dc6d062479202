#include <revolute/tools/figures/layout/layout_slots.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

// Steps in one order: what is alike stands in the same order in every column.

namespace revolute::layout {

namespace {

using Cell = std::vector<std::uint32_t>;

/// A number for each slot, the same for slots alike in different columns: nodes of one name,
/// operators whose operands are alike, and bends of edges between such nodes.
class Likeness {
 public:
    Likeness(const Figure& figure, const Grid& grid) : figure_(figure) {
        std::vector<std::vector<std::uint32_t>> operands(figure.nodes.size());
        for (const FigureEdge& edge : figure.edges) operands[edge.to].push_back(edge.from);
        for (std::uint32_t node = 0; node < figure.nodes.size(); ++node)
            nodes_.push_back(number_of_node(node, operands[node]));
        for (const Slot& slot : grid.slots) slots_.push_back(number_of(slot));
    }

    int operator[](std::uint32_t slot) const { return slots_[slot]; }

 private:
    struct Key {
        int kind;  // of a slot; that of nodes comes with a family and operands, others with the ends of an edge
        std::string_view family;
        std::vector<int> parts;

        friend bool operator<(const Key& a, const Key& b) {
            return std::tie(a.kind, a.family, a.parts) < std::tie(b.kind, b.family, b.parts);
        }
    };

    int number(Key key) {
        return numbers_.try_emplace(std::move(key), static_cast<int>(numbers_.size()))
            .first->second;
    }

    /// What has a name is known by it, whatever it is made of: a state is, at the first step, made
    /// of other things than at the next. So are values of other panels.
    int number_of_node(std::uint32_t node, std::span<const std::uint32_t> operands) {
        Key key{static_cast<int>(SlotKind::node), figure_.nodes[node].family, {}};
        if (has_name(figure_.nodes[node])) return number(std::move(key));
        for (const std::uint32_t operand : operands) {
            const bool is_inside =
                operand < node && figure_.nodes[operand].panel == figure_.nodes[node].panel;
            key.parts.push_back(is_inside ? nodes_[operand]
                                          : number({-1, figure_.nodes[operand].family, {}}));
        }
        return number(std::move(key));
    }

    int number_of(const Slot& slot) {
        if (slot.kind == SlotKind::node) return nodes_[slot.thing];
        if (slot.kind == SlotKind::title) return number({static_cast<int>(slot.kind), {}, {}});
        const FigureEdge& edge = figure_.edges[slot.thing];
        return number({static_cast<int>(slot.kind), {}, {nodes_[edge.from], nodes_[edge.to]}});
    }

    const Figure& figure_;
    std::map<Key, int> numbers_;
    std::vector<int> nodes_;
    std::vector<int> slots_;
};

/// Hands the order of one column to another.
class Alignment {
 public:
    Alignment(const Figure& figure, Grid& grid)
        : grid_(grid), alike_(figure, grid), figure_(figure) {}

    /// Steps take the order of the step before, then that of the step behind, wherever it costs no
    /// more.
    void run() {
        std::vector<int> columns = columns_of_steps();
        take_in_turn(columns);
        std::ranges::reverse(columns);
        take_in_turn(columns);
    }

 private:
    /// Columns of steps, but not of dots for steps that are left out.
    std::vector<int> columns_of_steps() const {
        std::set<int> columns;
        for (const FigureNode& node : figure_.nodes) {
            const FigurePanel& panel = figure_.panels[node.panel];
            if (panel.has_frame() && node.kind != NodeKind::omitted) columns.insert(panel.column);
        }
        return {columns.begin(), columns.end()};
    }

    void take_in_turn(std::span<const int> columns) {
        for (std::size_t i = 1; i < columns.size(); ++i)
            for (std::size_t band = 0; band < grid_.rows.first_of_band.size(); ++band)
                take(columns[i], columns[i - 1], band);
    }

    /// The rows of one band.
    void take(int column, int from, std::size_t band) {
        const int first = grid_.rows.first_of_band[band];
        const int end = band + 1 < grid_.rows.first_of_band.size()
                            ? grid_.rows.first_of_band[band + 1]
                            : grid_.rows.count;
        const int before = cost_of_order(figure_, grid_, column);
        std::vector<Cell> kept;
        for (int row = first; row < end; ++row) {
            kept.push_back(grid_.cell(column, row));
            set_cell(column, row, ordered_like(kept.back(), grid_.cell(from, row)));
        }
        if (cost_of_order(figure_, grid_, column) <= before) return;
        for (int row = first; row < end; ++row)
            set_cell(column, row, kept[static_cast<std::size_t>(row - first)]);
    }

    void set_cell(int column, int row, Cell cell) {
        for (std::size_t i = 0; i < cell.size(); ++i)
            grid_.slots[cell[i]].place = static_cast<int>(i);
        grid_.cell(column, row) = std::move(cell);
    }

    /// What is alike in the order of the other; the rest stays in its place.
    Cell ordered_like(const Cell& cell, const Cell& other) const {
        std::multimap<int, std::size_t> places;  // in the other, by what stands there
        for (std::size_t i = 0; i < other.size(); ++i) places.emplace(alike_[other[i]], i);
        std::vector<std::pair<std::size_t, std::uint32_t>> found;
        std::vector<bool> is_free(cell.size());
        for (std::size_t i = 0; i < cell.size(); ++i) {
            const auto place = places.find(alike_[cell[i]]);
            if (place == places.end()) continue;
            found.emplace_back(place->second, cell[i]);
            places.erase(place);
            is_free[i] = true;
        }
        std::ranges::sort(found);
        Cell result = cell;
        auto next = found.begin();
        for (std::size_t i = 0; i < cell.size(); ++i)
            if (is_free[i]) result[i] = (next++)->second;
        return result;
    }

    Grid& grid_;
    Likeness alike_;
    const Figure& figure_;
};

}  // namespace

void order_alike(const Figure& figure, Grid& grid) { Alignment(figure, grid).run(); }

}  // namespace revolute::layout
