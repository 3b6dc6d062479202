#include <revolute/tools/figures/layout/layout_grid.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace revolute::layout {

namespace {

/// The longest-path layering of one figure.
class Ranking {
 public:
    explicit Ranking(const Figure& figure)
        : figure_(figure), rank_(figure.nodes.size()), least_(figure.nodes.size()) {
        find_satellites();
        find_constraints();
        sort_topologically();
    }

    std::vector<int> run() {
        layer();
        for (int round = 0; round < 3 && align_names(); ++round) layer();
        stand_beside_neighbours();
        for (std::uint32_t node = 0; node < rank_.size(); ++node)
            if (beside_[node]) rank_[node] = rank_[*beside_[node]];
        return rank_;
    }

    std::vector<std::optional<std::uint32_t>> beside() && { return std::move(beside_); }

 private:
    const FigurePanel& panel(std::uint32_t node) const {
        return figure_.panels[figure_.nodes[node].panel];
    }

    bool is_constraint(const FigureEdge& edge) const {
        if (edge.is_back || panel(edge.from).band != panel(edge.to).band) return false;
        if (figure_.nodes[edge.from].panel == figure_.nodes[edge.to].panel) return true;
        return is_bus(edge);
    }

    void find_satellites() {
        const std::size_t count = figure_.nodes.size();
        std::vector<std::uint32_t> operands(count), users(count);
        for (const FigureEdge& edge : figure_.edges) {
            ++operands[edge.to];
            ++users[edge.from];
        }
        beside_.resize(count);
        for (const FigureEdge& edge : figure_.edges) {
            const bool alone =
                users[edge.from] == 1 && operands[edge.from] == 0 && operands[edge.to] == 1;
            const bool together = figure_.nodes[edge.from].panel == figure_.nodes[edge.to].panel;
            if (alone && together && panel(edge.to).has_frame() && edge.label.empty() &&
                !edge.is_back)
                beside_[edge.from] = edge.to;
        }
    }

    void find_constraints() {
        ins_.resize(figure_.nodes.size());
        outs_.resize(figure_.nodes.size());
        for (const FigureEdge& edge : figure_.edges) {
            if (!is_constraint(edge) || beside_[edge.from]) continue;
            ins_[edge.to].push_back(edge.from);
            outs_[edge.from].push_back(edge.to);
        }
    }

    void sort_topologically() {
        std::vector<std::size_t> waiting(figure_.nodes.size());
        for (std::uint32_t node = 0; node < figure_.nodes.size(); ++node) {
            waiting[node] = ins_[node].size();
            if (waiting[node] == 0) order_.push_back(node);
        }
        for (std::size_t i = 0; i < order_.size(); ++i)
            for (const std::uint32_t user : outs_[order_[i]])
                if (--waiting[user] == 0) order_.push_back(user);
    }

    /// Longest path from above, then leaves and what hangs on them go down to their users.
    void layer() {
        for (const std::uint32_t node : order_) {
            rank_[node] = least_[node];
            for (const std::uint32_t operand : ins_[node])
                rank_[node] = std::max(rank_[node], rank_[operand] + 1);
        }
        for (std::size_t i = order_.size(); i-- > 0;) {
            const std::uint32_t node = order_[i];
            if (outs_[node].empty() || outs_[node].size() < inner_operands(node)) continue;
            int room = rank_[outs_[node].front()];
            for (const std::uint32_t user : outs_[node]) room = std::min(room, rank_[user]);
            rank_[node] = room - 1;
        }
    }

    std::size_t inner_operands(std::uint32_t node) const {
        const auto inner = [&](std::uint32_t operand) {
            return figure_.nodes[operand].panel == figure_.nodes[node].panel;
        };
        return static_cast<std::size_t>(std::ranges::count_if(ins_[node], inner));
    }

    /// Lowers nodes to the lowest of their name; false when none moves.
    bool align_names() {
        std::map<std::pair<std::int32_t, std::string_view>, int> lowest;
        const auto key = [&](std::uint32_t node) {
            return std::pair(panel(node).band, std::string_view(figure_.nodes[node].family));
        };
        const auto counts = [&](std::uint32_t node) {
            return panel(node).has_frame() && has_name(figure_.nodes[node]);
        };
        for (const std::uint32_t node : order_)
            if (counts(node)) lowest[key(node)] = std::max(lowest[key(node)], rank_[node]);
        bool moved = false;
        for (const std::uint32_t node : order_) {
            if (!counts(node) || rank_[node] >= lowest[key(node)]) continue;
            least_[node] = lowest[key(node)];
            moved = true;
        }
        return moved;
    }

    /// A node that nothing holds stands in the row of its neighbour in the next panel.
    void stand_beside_neighbours() {
        for (const FigureEdge& edge : figure_.edges) {
            const bool same_band = panel(edge.from).band == panel(edge.to).band;
            const auto is_free = [&](std::uint32_t node) {
                return ins_[node].empty() && outs_[node].empty() && !panel(node).has_frame();
            };
            if (!same_band) continue;
            if (is_free(edge.from)) rank_[edge.from] = std::max(rank_[edge.from], rank_[edge.to]);
            if (is_free(edge.to)) rank_[edge.to] = std::max(rank_[edge.to], rank_[edge.from]);
        }
    }

    const Figure& figure_;
    std::vector<int> rank_;
    std::vector<int> least_;
    std::vector<std::vector<std::uint32_t>> ins_, outs_;
    std::vector<std::uint32_t> order_;
    std::vector<std::optional<std::uint32_t>> beside_;
};

int band_count(const Figure& figure) {
    int count = 0;
    for (const FigurePanel& panel : figure.panels) count = std::max(count, panel.band + 1);
    return count;
}

/// Bands and ranks below which there is a row of labels, sorted.
std::vector<std::pair<int, int>> labelled_ranks(const Figure& figure,
                                                const std::vector<int>& rank) {
    std::set<std::pair<int, int>> labelled;
    for (const FigureEdge& edge : figure.edges)
        if (!edge.label.empty())
            labelled.emplace(figure.panels[figure.nodes[edge.from].panel].band, rank[edge.from]);
    return {labelled.begin(), labelled.end()};
}

}  // namespace

bool is_bus(const FigureEdge& edge) {
    return edge.kind == EdgeKind::fan_out || edge.kind == EdgeKind::sum ||
           edge.kind == EdgeKind::shared_derivative;
}

Rows assign_rows(const Figure& figure) {
    Ranking ranking(figure);
    const std::vector<int> rank = ranking.run();
    const int bands = band_count(figure);
    const std::vector<std::pair<int, int>> labelled = labelled_ranks(figure, rank);
    const auto labelled_above = [&](int band, int row) {
        return std::ranges::lower_bound(labelled, std::pair(band, row)) - labelled.begin();
    };

    Rows rows;
    rows.beside = std::move(ranking).beside();
    rows.of_node.resize(rank.size());
    rows.title_of_band.assign(static_cast<std::size_t>(bands), -1);
    for (int band = 0; band < bands; ++band) {
        const auto in_band = [&](const FigurePanel& panel) { return panel.band == band; };
        rows.first_of_band.push_back(rows.count);
        if (std::ranges::any_of(figure.panels, [&](const FigurePanel& panel) {
                return in_band(panel) && panel.has_frame();
            }))
            rows.title_of_band[static_cast<std::size_t>(band)] = rows.count++;
        int least = 0, last = 0, last_framed = 0;
        for (std::size_t node = 0; node < rank.size(); ++node)
            if (in_band(figure.panels[figure.nodes[node].panel]))
                least = std::min(least, rank[node]);
        for (std::size_t node = 0; node < rank.size(); ++node) {
            if (!in_band(figure.panels[figure.nodes[node].panel])) continue;
            const auto above = labelled_above(band, rank[node]) - labelled_above(band, least);
            rows.of_node[node] = rows.count + rank[node] - least + static_cast<int>(above);
            last = std::max(last, rows.of_node[node]);
            const bool has_labels =
                std::ranges::binary_search(labelled, std::pair(band, rank[node]));
            if (figure.panels[figure.nodes[node].panel].has_frame())
                last_framed = std::max(last_framed, rows.of_node[node] + (has_labels ? 1 : 0));
        }
        rows.last_framed.push_back(last_framed);
        rows.count = std::max(last, last_framed) + 1;
    }
    return rows;
}

}  // namespace revolute::layout
