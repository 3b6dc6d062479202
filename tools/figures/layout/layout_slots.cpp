#include <revolute/tools/figures/figure_looks.hpp>
#include <revolute/tools/figures/layout/layout_slots.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace revolute::layout {

namespace {

class GridMaker {
 public:
    GridMaker(const Figure& figure, std::size_t most_slots)
        : figure_(figure), most_slots_(most_slots) {
        grid_.rows = assign_rows(figure);
        for (const FigurePanel& panel : figure.panels)
            grid_.columns = std::max(grid_.columns, panel.column + 1);
    }

    std::optional<Grid> run() {
        const auto cells =
            static_cast<std::size_t>(grid_.columns) * static_cast<std::size_t>(grid_.rows.count);
        if (cells > 4 * most_slots_) return std::nullopt;
        has_node_.resize(cells);
        find_leaders();
        add_nodes();
        add_titles();
        for (std::uint32_t edge = 0; edge < figure_.edges.size(); ++edge) {
            add_chain(edge);
            if (grid_.slots.size() > most_slots_) return std::nullopt;
        }
        fill_cells(cells);
        connect();
        return std::move(grid_);
    }

 private:
    std::uint32_t add(Slot slot) {
        grid_.slots.push_back(slot);
        return static_cast<std::uint32_t>(grid_.slots.size() - 1);
    }

    /// Labels that say at which steps a value is read are alike for many of its uses. A local
    /// derivative belongs to its edge.
    void find_leaders() {
        using Bundle = std::tuple<std::uint32_t, EdgeKind, bool, std::string>;
        std::map<Bundle, std::uint32_t> first;
        for (std::uint32_t i = 0; i < figure_.edges.size(); ++i) {
            const FigureEdge& edge = figure_.edges[i];
            grid_.leaders.push_back(i);
            if (edge.label.empty() || is_derivative(edge)) continue;
            const Bundle bundle{edge.from, edge.kind, edge.is_back, to_plain(edge.label)};
            grid_.leaders[i] = first.try_emplace(bundle, i).first->second;
        }
        label_slots_.resize(figure_.edges.size());
    }

    static bool is_derivative(const FigureEdge& edge) {
        return edge.kind == EdgeKind::derivative || edge.kind == EdgeKind::shared_derivative;
    }

    void add_nodes() {
        std::vector<int> ports(figure_.nodes.size());
        std::vector<int> exits(figure_.nodes.size());
        for (std::uint32_t i = 0; i < figure_.edges.size(); ++i) {
            const FigureEdge& edge = figure_.edges[i];
            // The edges of a bus share one port, as do those of one label.
            ports[edge.to] += !is_bus(edge) || edge.kind == EdgeKind::fan_out ? 1 : 0;
            exits[edge.from] += edge.kind == EdgeKind::fan_out || grid_.leaders[i] != i ? 0 : 1;
        }
        for (std::uint32_t i = 0; i < figure_.nodes.size(); ++i) {
            const FigureNode& node = figure_.nodes[i];
            Slot slot;
            slot.thing = i;
            slot.column = figure_.panels[node.panel].column;
            slot.row = grid_.rows.of_node[i];
            const int edges = std::min(std::max(ports[i], exits[i]), 40);
            slot.width = std::max(node_width(node), 8 * edges + 8);
            slot.width += slot.width % 2;
            slot.anchor = slot.width / 2;
            has_node_[grid_.rows.cell(slot.column, slot.row)] = true;
            add(slot);
        }
    }

    void add_titles() {
        for (std::uint32_t i = 0; i < figure_.panels.size(); ++i) {
            const FigurePanel& panel = figure_.panels[i];
            if (!panel.has_frame()) continue;
            Slot slot;
            slot.kind = SlotKind::title;
            slot.thing = i;
            slot.column = panel.column;
            slot.row = grid_.rows.title_of_band[static_cast<std::size_t>(panel.band)];
            slot.width = text_width(panel.title, panel_title_size) + 4;
            slot.anchor = slot.width / 2;
            add(slot);
        }
    }

    std::uint32_t add_waypoint(SlotKind kind, std::uint32_t edge, int column, int row) {
        Slot slot;
        slot.kind = kind;
        slot.thing = edge;
        slot.column = column;
        slot.row = row;
        slot.width = 6;
        slot.anchor = 3;
        if (kind == SlotKind::label)
            slot.width += 3 + text_width(figure_.edges[edge].label, edge_label_size);
        return add(slot);
    }

    void hop(std::uint32_t from, std::uint32_t to, std::uint32_t edge, bool is_direct) {
        grid_.hops.push_back({from, to, edge, is_direct, false});
    }

    void add_chain(std::uint32_t number) {
        const FigureEdge& edge = figure_.edges[number];
        std::uint32_t at = edge.from;  // nodes' slots have the nodes' numbers
        if (grid_.rows.beside[edge.from]) {
            grid_.hops.push_back({edge.from, edge.to, number, false, true});
            return;
        }
        const int column = grid_.slots[at].column;
        const Slot to = grid_.slots[edge.to];
        if (!edge.label.empty()) {
            const std::uint32_t leader = grid_.leaders[number];
            if (leader == number)
                label_slots_[number] =
                    add_waypoint(SlotKind::label, number, column, grid_.slots[at].row + 1);
            const std::uint32_t label = label_slots_[leader];
            hop(at, label, number, true);
            at = label;
        }
        const int row = grid_.slots[at].row;
        const bool runs_down = column == to.column && row < to.row && !edge.is_back;
        if (!runs_down || is_blocked(column, row, to.row)) return hop(at, edge.to, number, false);
        for (int next = row + 1; next < to.row; ++next) {
            const auto bend = add_waypoint(SlotKind::bend, number, column, next);
            hop(at, bend, number, true);
            at = bend;
        }
        hop(at, edge.to, number, true);
    }

    /// An edge to another band that has to pass many rows runs outside the panel.
    bool is_blocked(int column, int row, int end) {
        const auto is_title = [&](int title) { return row < title && title < end; };
        if (std::ranges::none_of(grid_.rows.title_of_band, is_title)) return false;
        int nodes = 0;
        while (++row < end) nodes += has_node_[grid_.rows.cell(column, row)] ? 1 : 0;
        return nodes > 0;
    }

    void fill_cells(std::size_t count) {
        // A label under the last node needs a row too.
        for (const Slot& slot : grid_.slots)
            grid_.rows.count = std::max(grid_.rows.count, slot.row + 1);
        count =
            static_cast<std::size_t>(grid_.columns) * static_cast<std::size_t>(grid_.rows.count);
        grid_.cells.resize(count);
        for (std::uint32_t i = 0; i < grid_.slots.size(); ++i) {
            Slot& slot = grid_.slots[i];
            if (slot.kind == SlotKind::node && grid_.rows.beside[slot.thing]) continue;
            auto& cell = grid_.cell(slot.column, slot.row);
            slot.place = static_cast<int>(cell.size());
            cell.push_back(i);
        }
    }

    void connect() {
        grid_.above.resize(grid_.slots.size());
        grid_.below.resize(grid_.slots.size());
        grid_.routed.resize(grid_.slots.size());
        for (std::uint32_t i = 0; i < grid_.hops.size(); ++i) {
            const Hop& hop = grid_.hops[i];
            if (hop.is_level) continue;
            if (hop.is_direct) {
                grid_.below[hop.from].push_back(i);
                grid_.above[hop.to].push_back(i);
            } else {
                grid_.routed[hop.from].push_back(i);
                if (hop.to != hop.from) grid_.routed[hop.to].push_back(i);
            }
        }
    }

    const Figure& figure_;
    std::size_t most_slots_;
    Grid grid_;
    std::vector<bool> has_node_;              // by cell
    std::vector<std::uint32_t> label_slots_;  // by edge that is a leader
};

}  // namespace

std::optional<Grid> make_grid(const Figure& figure, std::size_t most_slots) {
    return GridMaker(figure, most_slots).run();
}

}  // namespace revolute::layout
