#include <revolute/tools/figures/folding/figure_loops.hpp>

#include <algorithm>
#include <compare>
#include <iterator>
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
          places_in_order_(nodes.size()),
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

        // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of a defaulted <=> for a pointer
        friend auto operator<=>(const Loop&, const Loop&) = default;
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
        for (std::uint32_t i = 0; i < order_.size(); ++i) {
            places_in_order_[order_[i]] = i;
            new_outs_.insert(new_outs_.end(), i);
            new_ins_.insert(new_ins_.end(), i);
        }
    }

    /// What is beside the node may join its loop from now on.
    void set_key(std::uint32_t node, Key key) {
        keys_[node] = key;
        for (const std::uint32_t operand : ins_[node]) new_outs_.insert(places_in_order_[operand]);
        for (const std::uint32_t user : outs_[node]) new_ins_.insert(places_in_order_[user]);
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
        std::vector<std::int32_t>& alike = loops_alike_[wanted];
        const std::int32_t least = std::max(after.is_closed ? after.loop + 1 : after.loop, 0);
        const auto found = std::ranges::lower_bound(alike, least);
        const std::int32_t number =
            found == alike.end() ? static_cast<std::int32_t>(loops_.size()) : *found;
        if (found == alike.end()) {
            loops_.push_back(wanted);
            alike.push_back(number);
        }
        for (const std::uint32_t node : nodes) {
            after_[node] = {number, !nodes_[node].place};
            if (nodes_[node].place) set_key(node, 2 * number + 1);
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
    /// Looks only at nodes beside which something has got its place since they were looked at.
    bool join_only_loops() {
        bool has_joined = false;
        const auto join = [&](std::uint32_t node, std::span<const std::uint32_t> others) {
            if (!is_open(node)) return;
            const auto keys = keys_of(node, others);
            if (keys.size() != 1) return;
            set_key(node, *keys.begin());
            has_joined = true;
        };
        for (auto next = new_outs_.end(); next != new_outs_.begin();) {  // the last first
            const std::uint32_t i = *std::prev(next);
            new_outs_.erase(std::prev(next));
            join(order_[i], outs_[order_[i]]);
            next = new_outs_.lower_bound(i);
        }
        for (auto next = new_ins_.begin(); next != new_ins_.end();) {
            const std::uint32_t i = *next;
            new_ins_.erase(next);
            join(order_[i], ins_[order_[i]]);
            next = new_ins_.upper_bound(i);
        }
        return has_joined;
    }

    /// Gives the first node that several loops read, or that reads several, a place between them;
    /// whether there was one.
    bool place_next() {
        while (first_open_ < order_.size() && !is_open(order_[first_open_])) ++first_open_;
        if (first_open_ == order_.size()) return false;
        const std::uint32_t node = order_[first_open_];
        const auto above = keys_of(node, ins_[node]), below = keys_of(node, outs_[node]);
        if (!above.empty())
            set_key(node, *above.rbegin() / 2 * 2 + 2);
        else if (below.empty())
            set_key(node, 0);
        else
            set_key(node, ins_[node].empty() ? *below.begin() : *below.begin() / 2 * 2);
        return true;
    }

    /// The bands that flow to the left, as the backward pass does from the loss at the right.
    std::set<std::int32_t> bands_to_the_left() const {
        const bool has_derivatives = std::ranges::any_of(
            figure_.edges, [](const FigureEdge& edge) { return is_derivative(edge.kind); });
        std::set<std::int32_t> bands;
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            if (has_derivatives || figure_.nodes[i].kind == NodeKind::adjoint)
                bands.insert(nodes_[i].band);
        return bands;
    }

    std::vector<std::optional<LoopPlace>> places() const {
        std::map<std::pair<std::int32_t, std::int32_t>, std::vector<Key>>
            used;  // by band and place
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            if (keys_[i]) used[{nodes_[i].band, *nodes_[i].place}].push_back(*keys_[i]);
        for (auto& [where, keys] : used) {
            std::ranges::sort(keys);
            keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
        }
        const std::set<std::int32_t> to_the_left = bands_to_the_left();
        std::vector<std::optional<LoopPlace>> places(nodes_.size());
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (!keys_[i]) continue;
            const std::vector<Key>& keys = used.at({nodes_[i].band, *nodes_[i].place});
            const auto before = std::ranges::lower_bound(keys, *keys_[i]) - keys.begin();
            const auto count = static_cast<std::int32_t>(keys.size());
            const auto number = static_cast<std::int32_t>(before);
            const bool is_loop = *keys_[i] % 2 != 0;
            places[i] = {to_the_left.contains(nodes_[i].band) ? count - 1 - number : number,
                         is_loop ? loops_[static_cast<std::size_t>(*keys_[i] / 2)].direction : 0};
        }
        return places;
    }

    const Figure& figure_;
    std::span<const LoopNode> nodes_;
    std::vector<std::vector<std::uint32_t>> ins_, outs_;  // by node
    std::map<std::uint32_t, std::int32_t> directions_;    // by component, of recurrences
    std::vector<std::uint32_t> order_;
    std::vector<std::uint32_t> places_in_order_;  // by node
    std::set<std::uint32_t> new_outs_, new_ins_;  // by place: what has changed beside it
    std::size_t first_open_ = 0;                  // by place; nothing before it is open
    std::vector<Loop> loops_;
    std::map<Loop, std::vector<std::int32_t>> loops_alike_;  // their numbers, in their order
    std::vector<After> after_;                               // by node
    std::vector<std::optional<Key>> keys_;                   // by node
};

}  // namespace

std::vector<std::optional<LoopPlace>> find_loops(const Figure& figure,
                                                 std::span<const LoopNode> nodes,
                                                 std::span<const std::int32_t> reach) {
    return LoopFinder(figure, nodes, reach).run();
}

}  // namespace revolute
