#include <revolute/tools/figure_loops.hpp>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace revolute {

namespace {

bool is_derivative(EdgeKind kind) {
    return kind == EdgeKind::derivative || kind == EdgeKind::shared_derivative;
}

/// Loop number k has the key 2k + 1; what stands before it, between two loops, 2k.
using Key = std::int32_t;

class LoopFinder {
 public:
    LoopFinder(const Figure& figure, std::span<const LoopNode> nodes,
               std::span<const std::int32_t> reach)
        : figure_(figure),
          nodes_(nodes),
          ins_(nodes.size()),
          outs_(nodes.size()),
          after_(nodes.size()),
          keys_(nodes.size()) {
        for (std::uint32_t i = 0; i < figure.edges.size(); ++i) {
            const FigureEdge& edge = figure.edges[i];
            ins_[edge.to].push_back(edge.from);
            outs_[edge.from].push_back(edge.to);
            if (reach[i] != 0 && are_together(edge.from, edge.to) &&
                nodes[edge.from].component == nodes[edge.to].component)
                directions_[nodes[edge.to].component] = reach[i] < 0 ? 1 : -1;
        }
        sort_nodes();
    }

    std::vector<std::optional<LoopPlace>> run() {
        find_recurrences();
        do {
            while (join_only_loops()) {
            }
        } while (place_next());
        return places();
    }

 private:
    struct Loop {
        std::int32_t band;
        std::int32_t place;
        std::int32_t direction;

        friend bool operator==(const Loop&, const Loop&) = default;
    };
    /// The last loop that a node waits for; once it is closed, nothing can join it any more.
    struct After {
        std::int32_t loop = -1;
        bool is_closed = false;
    };

    bool are_together(std::uint32_t a, std::uint32_t b) const {
        return nodes_[a].place && nodes_[a].place == nodes_[b].place &&
               nodes_[a].band == nodes_[b].band;
    }

    /// Operands first; in a figure of local derivatives, where edges run the other way, users.
    void sort_nodes() {
        const bool is_reversed = std::ranges::any_of(
            figure_.edges, [](const FigureEdge& edge) { return is_derivative(edge.kind); });
        order_.resize(nodes_.size());
        std::iota(order_.begin(), order_.end(), 0U);
        const auto key = [&](std::uint32_t node) {
            const std::int64_t component = nodes_[node].component;
            return std::tuple(is_reversed ? -component : component, !nodes_[node].place, node);
        };
        std::ranges::sort(order_, {}, key);
    }

    void find_recurrences() {
        for (std::size_t begin = 0, end = 0; begin < order_.size(); begin = end) {
            const std::uint32_t component = nodes_[order_[begin]].component;
            while (end < order_.size() && nodes_[order_[end]].component == component) ++end;
            const std::span same = std::span(order_).subspan(begin, end - begin);
            const auto direction = directions_.find(component);
            if (direction == directions_.end())
                for (const std::uint32_t node : same) after_[node] = after_operands(node);
            else
                add_recurrence(same, direction->second);
        }
    }

    After after_operands(std::uint32_t node) const {
        After after;
        for (const std::uint32_t operand : ins_[node])
            if (nodes_[operand].component != nodes_[node].component)
                after = later(after, after_[operand]);
        if (!nodes_[node].place) after.is_closed = true;
        return after;
    }

    After later(After a, After b) const {
        if (a.loop < b.loop) std::swap(a, b);
        if (b.loop < 0) return a;
        const auto number = [](After x) { return static_cast<std::size_t>(x.loop); };
        const bool waits = a.loop != b.loop && loops_[number(a)].band == loops_[number(b)].band;
        return {a.loop, a.is_closed || waits || (a.loop == b.loop && b.is_closed)};
    }

    void add_recurrence(std::span<const std::uint32_t> nodes, std::int32_t direction) {
        After after;
        for (const std::uint32_t node : nodes)
            if (nodes_[node].place) after = later(after, after_operands(node));
        const LoopNode& first = nodes_[nodes.front()];
        const Loop wanted{first.band, *first.place, direction};
        std::size_t loop = after.loop < 0 ? 0 : static_cast<std::size_t>(after.loop);
        if (after.loop >= 0 && after.is_closed) ++loop;
        while (loop < loops_.size() && loops_[loop] != wanted) ++loop;
        if (loop == loops_.size()) loops_.push_back(wanted);
        const auto number = static_cast<std::int32_t>(loop);
        for (const std::uint32_t node : nodes) {
            after_[node] = {number, !nodes_[node].place};
            if (nodes_[node].place) keys_[node] = 2 * number + 1;
        }
    }

    std::set<Key> keys_of(std::uint32_t node, std::span<const std::uint32_t> others) const {
        std::set<Key> keys;
        for (const std::uint32_t other : others)
            if (are_together(node, other) && keys_[other]) keys.insert(*keys_[other]);
        return keys;
    }

    bool is_open(std::uint32_t node) const { return nodes_[node].place && !keys_[node]; }

    /// What is parallel joins the only loop that reads it, or else that it reads; whether any did.
    bool join_only_loops() {
        bool has_joined = false;
        const auto join = [&](std::uint32_t node, std::span<const std::uint32_t> others) {
            if (!is_open(node)) return;
            const auto keys = keys_of(node, others);
            if (keys.size() != 1) return;
            keys_[node] = *keys.begin();
            has_joined = true;
        };
        for (std::size_t i = order_.size(); i-- > 0;) join(order_[i], outs_[order_[i]]);
        for (const std::uint32_t node : order_) join(node, ins_[node]);
        return has_joined;
    }

    /// Gives the first node that several loops read, or that reads several, a place between them; whether
    /// there was one.
    bool place_next() {
        const auto found =
            std::ranges::find_if(order_, [&](std::uint32_t node) { return is_open(node); });
        if (found == order_.end()) return false;
        const auto above = keys_of(*found, ins_[*found]), below = keys_of(*found, outs_[*found]);
        if (!above.empty())
            keys_[*found] = *above.rbegin() / 2 * 2 + 2;
        else if (below.empty())
            keys_[*found] = 0;
        else
            keys_[*found] = ins_[*found].empty() ? *below.begin() : *below.begin() / 2 * 2;
        return true;
    }

    /// The backward pass flows to the left, from the loss at the right.
    bool flows_left(std::int32_t band) const {
        const auto is_adjoint = [&](std::size_t i) {
            return nodes_[i].band == band && figure_.nodes[i].kind == NodeKind::adjoint;
        };
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            if (is_adjoint(i)) return true;
        return std::ranges::any_of(figure_.edges,
                                   [](const FigureEdge& edge) { return is_derivative(edge.kind); });
    }

    std::vector<std::optional<LoopPlace>> places() const {
        std::map<std::pair<std::int32_t, std::int32_t>, std::set<Key>> used;  // by band and place
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            if (keys_[i]) used[{nodes_[i].band, *nodes_[i].place}].insert(*keys_[i]);
        std::vector<std::optional<LoopPlace>> places(nodes_.size());
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (!keys_[i]) continue;
            const std::set<Key>& keys = used.at({nodes_[i].band, *nodes_[i].place});
            const auto before = std::distance(keys.begin(), keys.find(*keys_[i]));
            const auto count = static_cast<std::int32_t>(keys.size());
            const auto number = static_cast<std::int32_t>(before);
            const bool is_loop = *keys_[i] % 2 != 0;
            places[i] = {flows_left(nodes_[i].band) ? count - 1 - number : number,
                         is_loop ? loops_[static_cast<std::size_t>(*keys_[i] / 2)].direction : 0};
        }
        return places;
    }

    const Figure& figure_;
    std::span<const LoopNode> nodes_;
    std::vector<std::vector<std::uint32_t>> ins_, outs_;  // by node
    std::map<std::uint32_t, std::int32_t> directions_;    // by component, of recurrences
    std::vector<std::uint32_t> order_;
    std::vector<Loop> loops_;
    std::vector<After> after_;              // by node
    std::vector<std::optional<Key>> keys_;  // by node
};

}  // namespace

std::vector<std::optional<LoopPlace>> find_loops(const Figure& figure,
                                                 std::span<const LoopNode> nodes,
                                                 std::span<const std::int32_t> reach) {
    return LoopFinder(figure, nodes, reach).run();
}

}  // namespace revolute
