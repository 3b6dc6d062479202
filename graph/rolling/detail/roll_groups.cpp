#include <revolute/graph/rolling/detail/axis_nesting.hpp>
#include <revolute/graph/rolling/detail/roll_groups.hpp>

#include <algorithm>
#include <bit>
#include <span>

namespace revolute::detail {

namespace {

constexpr std::uint32_t absent = HashIndex::absent;

/// Numbers sequences of words: equal sequences have equal numbers.
class SequenceTable {
 public:
    std::uint32_t number_of(std::span<const std::uint32_t> words) {
        std::uint64_t hash = 0;
        for (const std::uint32_t word : words) hash = mix_hash(hash, word);
        return index_.find_or_append(
            hash, [&](std::uint32_t i) { return std::ranges::equal(sequence(i), words); },
            [&] {
                words_.insert(words_.end(), words.begin(), words.end());
                ends_.push_back(words_.size());
                return size() - 1;
            });
    }
    std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size()); }

 private:
    std::span<const std::uint32_t> sequence(std::uint32_t i) const {
        const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
        return {words_.data() + begin, ends_[i] - begin};
    }

    HashIndex index_;
    std::vector<std::uint32_t> words_;
    std::vector<std::size_t> ends_;
};

/// Gives every node that has a step a key; what is alike across steps has the same.
class Keys {
 public:
    Keys(const FoldedSteps& steps, const std::vector<bool>& needed,
         std::span<const std::uint32_t> phases, const EvenAttributes& attributes)
        : graph_(steps.graph()),
          steps_(steps),
          needed_(needed),
          phases_(phases),
          attributes_(attributes) {}

    /// Keys by id. With `coarser` keys of an earlier round, operands of another step must have had
    /// the same key there; without, their distance alone counts. (It never is their key of this
    /// round: that would follow time back to the first step.)
    std::vector<std::uint32_t> all(std::span<const std::uint32_t> coarser) {
        std::vector<std::uint32_t> keys(needed_.size(), absent);
        SequenceTable table;
        for (std::uint32_t i = 0; i < needed_.size(); ++i) {
            if (!needed_[i]) continue;
            const Step* const at = steps_.find(NodeId{i});
            if (at == nullptr) continue;
            begin(NodeId{i}, *at);
            for (const NodeId operand : graph_.operands(NodeId{i}))
                add_operand(*at, operand, keys, coarser);
            keys[i] = table.number_of(words_);
        }
        return keys;
    }

 private:
    enum Tag : std::uint32_t { independent, waits, same_step, other_step };

    void begin(NodeId node, Step at) {
        words_.assign({attributes_.kind_of(graph_, node), static_cast<std::uint32_t>(at.axis)});
        if (!phases_.empty()) words_.push_back(phases_[index(node)]);
        if (graph_.op(node).has_identity) {
            // Equal names are one string of the graph.
            const auto address = std::bit_cast<std::uintptr_t>(graph_.name(node).data());
            words_.push_back(static_cast<std::uint32_t>(address));
            words_.push_back(static_cast<std::uint32_t>(std::uint64_t{address} >> 32));
        }
    }

    void add_operand(Step user, NodeId operand, std::span<const std::uint32_t> keys,
                     std::span<const std::uint32_t> coarser) {
        if (!graph_.depends_on_time(operand)) return add(independent, index(operand));
        const Step* const at = steps_.find(operand);
        if (at == nullptr) return add(waits, coarser.empty() ? 0 : index(operand));
        if (*at == user) return add(same_step, keys[index(operand)]);
        add(other_step + static_cast<std::uint32_t>(at->axis),
            static_cast<std::uint32_t>(user.t) - static_cast<std::uint32_t>(at->t));
        if (!coarser.empty()) words_.push_back(coarser[index(operand)]);
    }

    void add(std::uint32_t tag, std::uint32_t value) {
        words_.push_back(tag);
        words_.push_back(value);
    }

    const Graph& graph_;
    const FoldedSteps& steps_;
    const std::vector<bool>& needed_;
    std::span<const std::uint32_t> phases_;  // by id; empty when they do not matter
    const EvenAttributes& attributes_;
    std::vector<std::uint32_t> words_;
};

/// The nodes with each key, ascending in their steps; those of one step ascending in their ids.
std::vector<std::vector<NodeId>> sorted_by_key(const Graph& graph,
                                               std::span<const std::uint32_t> keys) {
    std::vector<std::uint32_t> counts;
    for (const std::uint32_t key : keys) {
        if (key == absent) continue;
        if (key >= counts.size()) counts.resize(std::size_t{key} + 1, 0);
        ++counts[key];
    }
    std::vector<std::vector<NodeId>> groups(counts.size());
    for (std::size_t key = 0; key < counts.size(); ++key) groups[key].reserve(counts[key]);
    for (std::uint32_t i = 0; i < keys.size(); ++i)
        if (keys[i] != absent) groups[keys[i]].push_back(NodeId{i});

    const auto step_of = [&](NodeId node) { return graph.find_step(node)->t; };
    for (std::vector<NodeId>& group : groups) {
        // Made from the first step to the last, or in the backward pass from the last to the first.
        if (std::ranges::is_sorted(group, {}, step_of)) continue;
        if (std::ranges::adjacent_find(group, std::ranges::less_equal{}, step_of) == group.end())
            std::ranges::reverse(group);
        else
            std::ranges::stable_sort(group, {}, step_of);
    }
    return groups;
}

/// Splits groups with several nodes of one step: the first of each step, the second, and so on.
std::vector<std::vector<NodeId>> one_a_step(const Graph& graph,
                                            std::vector<std::vector<NodeId>> groups, bool& was_so) {
    std::vector<std::vector<NodeId>> result;
    result.reserve(groups.size());
    was_so = true;
    for (std::vector<NodeId>& group : groups) {
        const auto same_step = [&](NodeId a, NodeId b) {
            return *graph.find_step(a) == *graph.find_step(b);
        };
        if (std::ranges::adjacent_find(group, same_step) == group.end()) {
            result.push_back(std::move(group));
            continue;
        }
        was_so = false;
        const std::size_t begin = result.size();
        std::size_t twin = 0;
        for (std::size_t i = 0; i < group.size(); ++i) {
            twin = i > 0 && same_step(group[i - 1], group[i]) ? twin + 1 : 0;
            if (begin + twin == result.size()) result.emplace_back();
            result[begin + twin].push_back(group[i]);
        }
    }
    return result;
}

std::vector<std::vector<NodeId>> groups_of_steps(const FoldedSteps& steps,
                                                 const std::vector<bool>& needed,
                                                 std::span<const std::uint32_t> phases,
                                                 const EvenAttributes& attributes) {
    const Graph& graph = steps.graph();
    Keys keys(steps, needed, phases, attributes);
    const std::vector<std::uint32_t> coarse = keys.all({});
    bool is_unique = true;
    auto groups = one_a_step(graph, sorted_by_key(graph, coarse), is_unique);
    // Twins, as in Hessian-vector products, are told apart by what they read of other steps.
    return is_unique ? groups
                     : one_a_step(graph, sorted_by_key(graph, keys.all(coarse)), is_unique);
}

/// Adds the nodes without step, and numbers the groups by their lowest ids.
Groups numbered(const FoldedSteps& steps, const std::vector<bool>& needed,
                std::vector<std::vector<NodeId>> groups, std::span<const std::uint32_t> phases) {
    for (std::uint32_t i = 0; i < needed.size(); ++i)
        if (needed[i] && steps.find(NodeId{i}) == nullptr) groups.push_back({NodeId{i}});
    std::vector<std::pair<NodeId, std::uint32_t>> lowest;
    lowest.reserve(groups.size());
    for (std::uint32_t i = 0; i < groups.size(); ++i)
        lowest.emplace_back(std::ranges::min(groups[i]), i);
    std::ranges::sort(lowest);

    Groups result;
    result.group_of.assign(needed.size(), absent);
    result.members.reserve(groups.size());
    for (const auto& [id, old] : lowest) {
        const auto number = static_cast<std::uint32_t>(result.members.size());
        for (const NodeId node : groups[old]) result.group_of[index(node)] = number;
        result.members.push_back(std::move(groups[old]));
        result.phases.push_back(phases.empty() ? 0 : phases[index(id)]);
    }
    return result;
}

}  // namespace

Groups group_nodes(const FoldedSteps& steps, const std::vector<bool>& needed, Phases phases) {
    const std::vector<std::uint32_t> by_id =
        phases == Phases::on ? phases_of(steps, needed) : std::vector<std::uint32_t>{};
    EvenAttributes attributes(steps, needed);
    Groups groups =
        numbered(steps, needed, groups_of_steps(steps, needed, by_id, attributes), by_id);
    groups.attributes = std::move(attributes);
    return groups;
}

Groups ungrouped_nodes(const FoldedSteps& steps, const std::vector<bool>& needed) {
    std::vector<std::vector<NodeId>> groups;
    for (std::uint32_t i = 0; i < needed.size(); ++i)
        if (needed[i] && steps.find(NodeId{i}) != nullptr) groups.push_back({NodeId{i}});
    return numbered(steps, needed, std::move(groups), {});
}

}  // namespace revolute::detail
