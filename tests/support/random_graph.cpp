#include "support/random_graph.hpp"

#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/ops.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace revolute::test {

namespace {

/// Sizes and places that attributes are tried with; no leaf has more rows or columns.
constexpr std::uint32_t sizes = 5;

bool accepts(const Graph& graph, const Op& op, std::span<const NodeId> operands,
             std::span<const double> attributes) {
    try {
        op.shape({graph, op, operands, attributes, {}});
        return true;
    } catch (const ShapeError&) {
        return false;
    }
}

/// The attributes of the operator's example, or else the first from `begin` on, of one or two small
/// whole numbers, that the operator accepts beside its operands. Nothing tells numbers from sizes
/// but that.
bool find_attributes(const Graph& graph, const Op& op, std::span<const NodeId> operands,
                     std::uint32_t begin, std::vector<double>& attributes) {
    const std::uint32_t count = op.example.attribute_count;
    attributes.assign(op.example.attributes.begin(), op.example.attributes.begin() + count);
    if (accepts(graph, op, operands, attributes)) return true;
    const std::uint32_t choices = count == 0 ? 0 : count == 1 ? sizes : sizes * sizes;
    for (std::uint32_t i = 0; i < choices; ++i) {
        const std::uint32_t choice = (begin + i) % choices;
        attributes[0] = choice % sizes;
        if (count > 1) attributes[1] = choice / sizes;
        if (accepts(graph, op, operands, attributes)) return true;
    }
    return false;
}

/// Whether an operand may be any number.
bool is_everything(const Domain& domain) {
    const Domain any;
    return domain.low == any.low && domain.high == any.high && !domain.is_whole;
}

}  // namespace

std::span<const Op* const> differentiable_operators() {
    static const std::vector<const Op*> operators = [] {
        std::vector<const Op*> all(catalogue().begin(), catalogue().end());
        std::erase_if(all, [](const Op* op) { return op->role == Role::stop_gradient; });
        return all;
    }();
    return operators;
}

RandomGraph::RandomGraph(std::uint32_t seed, int applications)
    : random(seed), operators_(differentiable_operators()) {
    static constexpr Shape shapes[] = {{1, 1}, {2, 3}, {3, 2}, {3, 3}, {3, 1}, {1, 3}, {2, 2}};
    add_leaves(shapes);
    const auto pick = [&] { return random.below(1000); };
    while (applications > 0) {
        const Application drawn{.op = pick(),
                                .operands = {pick(), pick(), pick()},
                                .count = pick(),
                                .attribute = pick(),
                                .is_squashed = random.below(2) == 0};
        if (apply(drawn)) --applications;
    }
    find_ends();
}

RandomGraph::RandomGraph(const GraphPlan& plan, std::span<const Op* const> operators)
    : random(plan.values), operators_(operators) {
    add_leaves(plan.leaves);
    for (const Application& application : plan.applications) apply(application);
    find_ends();
}

void RandomGraph::add_leaves(std::span<const Shape> shapes) {
    for (const Shape shape : shapes) {
        leaves.push_back(graph.parameter("p", shape));
        bindings.bind(leaves.back(), random.matrix(shape));
    }
    nodes = leaves;
}

/// Whether the operator accepts anything that is there.
bool RandomGraph::apply(const Application& application) {
    const Op& op = *operators_[application.op % operators_.size()];
    const std::size_t arity = op.arity == variadic ? 2 + application.count % 2 : op.arity;
    Call call{op, std::vector<NodeId>(arity), {}};
    if (!find_operands(call, application)) return false;
    const Expr result = of_order_one(make(call));
    nodes.push_back(application.is_squashed ? tanh(result) : result);
    applied.push_back(&op);
    return true;
}

/// Tries pairs of operands from the picked ones on, one in four times beginning with a node beside
/// itself; a third operand repeats the first or the second.
bool RandomGraph::find_operands(Call& call, const Application& application) const {
    constexpr std::uint32_t most_tries = 200;
    const auto count = static_cast<std::uint32_t>(nodes.size());
    const auto& picks = application.operands;
    const std::uint32_t second = picks[1] % 4 == 0 ? picks[0] : picks[1];
    const std::uint32_t columns = call.operands.size() == 1 ? 1 : count;
    for (std::uint32_t i = 0; i < std::min(count * columns, most_tries); ++i) {
        call.operands[0] = nodes[(picks[0] + i / columns) % count].id;
        if (call.operands.size() > 1) call.operands[1] = nodes[(second + i) % count].id;
        if (call.operands.size() > 2) call.operands[2] = call.operands[picks[2] % 2];
        if (find_attributes(graph, call.op, call.operands, application.attribute, call.attributes))
            return true;
    }
    return false;
}

/// The node. Whole numbers are drawn; where the operator refuses them as indices, they become
/// zeros, the one index that is right for any size.
Expr RandomGraph::make(const Call& call) {
    indices_.clear();
    std::vector<NodeId> operands;
    for (std::size_t slot = 0; slot < call.operands.size(); ++slot)
        operands.push_back(fit(graph.at(call.operands[slot]), call.op.example.domains[slot % 4]));
    if (is_everything(call.op.example.domains[0]) && is_steep(call, operands))
        operands[0] = far_from_singular(graph.at(operands[0])).id;
    const Expr made = graph.append(call.op, operands, call.attributes, {});
    try {
        evaluate(made, bindings);
    } catch (const EvaluationError&) {
        for (const Expr& indices : indices_) bindings.bind(indices, Matrix(indices.shape()));
    }
    return made;
}

/// Whether values are not finite, or slopes beyond what tolerances of tests allow for: near a
/// matrix that has no inverse.
bool RandomGraph::is_steep(const Call& call, std::span<const NodeId> operands) {
    constexpr double steepest = 30;
    const Shape shape = graph.shape(operands[0]);
    if (shape.rows != shape.columns) return false;
    Graph alone;
    Bindings values;
    std::vector<NodeId> leaves_alone;
    for (const NodeId operand : operands) {
        const Expr leaf = alone.input("x", graph.shape(operand));
        values.bind(leaf, evaluate(graph.at(operand), bindings));
        leaves_alone.push_back(leaf.id);
    }
    const Expr y = alone.append(call.op, leaves_alone, call.attributes, {});
    std::vector<Expr> all{y};
    for (std::uint32_t slot = 0; slot < operands.size(); ++slot)
        if (!contributes_nothing(call.op.pullback[slot]))
            all.push_back(pull_back(Pullback{{y, slot}, alone.constant(1.0, y.shape())}));
    try {
        return std::ranges::any_of(evaluate(all, values), [](const Matrix& value) {
            return !(largest_entry(value) <= steepest);
        });
    } catch (const EvaluationError&) {  // indices that are out of range
        return false;
    }
}

/// A square matrix whose diagonal is larger than the rest of each row together.
Expr RandomGraph::far_from_singular(Expr x) {
    const int n = x.shape().rows;
    return tanh(x) + (n + 1.0) * identity_matrix(graph, n);
}

/// The operand brought into the values that the operator may be given.
NodeId RandomGraph::fit(Expr x, const Domain& domain) {
    if (domain.is_whole) {
        indices_.push_back(graph.input("i", x.shape()));
        bindings.bind(indices_.back(), random.whole_numbers(x.shape(), 3));
        return indices_.back().id;
    }
    if (is_everything(domain)) return x.id;
    const double middle = (domain.low + domain.high) / 2;
    return (middle + (domain.high - middle) * tanh(x)).id;
}

/// x, or x times a power of 1/2 where its entries are beyond 2.
Expr RandomGraph::of_order_one(Expr x) {
    const double largest = largest_entry(evaluate(x, bindings));
    return largest > 2 ? std::exp2(-std::ceil(std::log2(largest))) * x : x;
}

/// Of the results, or of the leaves when there is no result.
void RandomGraph::find_ends() {
    std::vector<bool> is_used(graph.size());
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        for (const NodeId operand : graph.operands(NodeId{i})) is_used[index(operand)] = true;
    const std::size_t first = nodes.size() > leaves.size() ? leaves.size() : 0;
    for (const Expr& node : std::span(nodes).subspan(first))
        if (!is_used[index(node.id)] && std::ranges::find(ends_, node) == ends_.end())
            ends_.push_back(node);
}

Expr RandomGraph::loss() {
    for (; loss_ == Expr{} || !ends_.empty(); ends_.pop_back()) {
        const Expr weights = graph.input("weights", ends_.back().shape());
        bindings.bind(weights, random.matrix(weights.shape()));
        const Expr part = sum(hadamard(weights, ends_.back()));
        loss_ = loss_ == Expr{} ? part : loss_ + part;
    }
    return loss_;
}

std::string RandomGraph::listing() {
    const Expr all = loss();
    std::string text = to_text(all);
    const std::vector<bool> is_needed = ancestors(graph, ids_of(std::span(&all, 1)));
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (const Matrix* value = bindings.find(graph.at(NodeId{i})); value && is_needed[i])
            text += fmt::format("{}, by columns: {}\n", graph.label(NodeId{i}),
                                fmt::join(value->values(), " "));
    return text;
}

Matrix evaluate_naively(Expr output, const Bindings& bindings) {
    Graph& graph = *output.graph;
    std::vector<Matrix> values(graph.size());
    const std::vector<bool> needed = ancestors(graph, ids_of(std::span(&output, 1)));
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        if (!needed[i]) continue;
        if (const Matrix* given = bindings.find(graph.at(NodeId{i}))) {
            values[i] = *given;
            continue;
        }
        std::vector<ConstMatrixView> operands;
        for (const NodeId operand : graph.operands(NodeId{i}))
            operands.push_back(values[index(operand)]);
        values[i] = Matrix(graph.shape(NodeId{i}));
        graph.op(NodeId{i}).evaluate({operands, graph.attributes(NodeId{i})}, values[i]);
    }
    return values[index(output.id)];
}

}  // namespace revolute::test
