#include <revolute/graph/graph.hpp>
#include <revolute/tools/language/detail/shape_relations.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace revolute::detail {

namespace {

/// Sizes of all operands: rows and columns of the first, of the second, ...
using Sizes = std::vector<int>;

ShapeSize size_at(std::size_t place) { return {place / 2, place % 2 == 1}; }

/// Asks the shape rule of one operator.
class ShapeRule {
 public:
    explicit ShapeRule(const Op& op) : op_(op) {
        for (std::size_t slot = 0; slot < op.arity; ++slot) {
            example_.push_back(op.example.operands[slot].rows);
            example_.push_back(op.example.operands[slot].columns);
        }
    }

    const Sizes& example() const { return example_; }

    /// The output's shape, or none where the rule refuses the sizes.
    std::optional<Shape> answer(const Sizes& sizes) {
        std::vector<NodeId> operands;
        for (std::size_t i = 0; i < sizes.size(); i += 2)
            operands.push_back(graph_.input("x", {sizes[i], sizes[i + 1]}).id);
        const std::span attributes(op_.example.attributes.data(), op_.example.attribute_count);
        try {
            return op_.shape({graph_, op_, operands, attributes, {}});
        } catch (const ShapeError&) {
            return std::nullopt;
        }
    }

    /// Whether the sizes at these places of the example may be another number.
    bool accepts(std::span<const std::size_t> places) {
        Sizes sizes = example_;
        for (const std::size_t place : places) sizes[place] += 7;
        return answer(sizes).has_value();
    }

 private:
    const Op& op_;
    Sizes example_;
    Graph graph_;
};

/// Places whose sizes may only change together, and those that are 1 and may not change.
struct Groups {
    std::vector<std::vector<std::size_t>> equal;  ///< a place by itself may change alone
    std::vector<std::size_t> ones;
};

Groups groups_of(ShapeRule& rule) {
    Groups groups;
    const Sizes& sizes = rule.example();
    std::vector<bool> is_done(sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (is_done[i]) continue;
        std::vector<std::size_t> group{i};
        if (!rule.accepts(group)) {
            for (std::size_t j = i + 1; j < sizes.size(); ++j)
                if (sizes[j] == sizes[i] && !rule.accepts(std::array{j})) group.push_back(j);
            if (!rule.accepts(group)) {
                if (sizes[i] == 1) groups.ones.push_back(i);
                continue;
            }
        }
        for (const std::size_t place : group) is_done[place] = true;
        groups.equal.push_back(std::move(group));
    }
    return groups;
}

/// The example with a number of its own for each group, or itself where the rule wants others.
Sizes told_apart(ShapeRule& rule, const Groups& groups) {
    Sizes sizes = rule.example();
    int next = 101;
    for (const std::vector<std::size_t>& group : groups.equal) {
        for (const std::size_t place : group) sizes[place] = next;
        next += 12;
    }
    return rule.answer(sizes) ? sizes : rule.example();
}

}  // namespace

ShapeRelations shape_relations(const Op& op) {
    ShapeRelations relations;
    if (op.arity == variadic || op.arity > op.example.operands.size()) return relations;
    ShapeRule rule(op);
    const Groups groups = groups_of(rule);
    for (const std::vector<std::size_t>& group : groups.equal)
        for (std::size_t i = 1; i < group.size(); ++i)
            relations.equal.emplace_back(size_at(group.front()), size_at(group[i]));
    for (const std::size_t place : groups.ones) relations.ones.push_back(size_at(place));
    const Sizes sizes = told_apart(rule, groups);
    const std::optional<Shape> output = rule.answer(sizes);
    if (!output) return relations;
    for (const bool is_columns : {false, true}) {
        const int made = is_columns ? output->columns : output->rows;
        const ShapeSize size{op.arity, is_columns};
        const auto found = std::ranges::find_if(
            groups.equal, [&](const auto& group) { return sizes[group.front()] == made; });
        if (found != groups.equal.end())
            relations.equal.emplace_back(size_at(found->front()), size);
        else if (made == 1 && op.example.attribute_count == 0)
            relations.ones.push_back(size);
    }
    return relations;
}

}  // namespace revolute::detail
