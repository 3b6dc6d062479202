#pragma once

#include <revolute/graph/evaluate.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/ops.hpp>

#include <cstdint>
#include <random>
#include <vector>

namespace revolute::test {

/// Numbers that are the same on every platform: the standard fixes the engine, not the
/// distributions.
class Random {
 public:
    explicit Random(std::uint32_t seed) : engine_(seed) {}

    std::size_t below(std::size_t count) { return engine_() % count; }
    /// Even in [-1, 1).
    double number() { return static_cast<double>(engine_()) / 2147483648.0 - 1.0; }
    Matrix matrix(Shape shape) {
        Matrix values(shape);
        for (double& value : values.values()) value = number();
        return values;
    }

 private:
    std::mt19937 engine_;
};

/// A graph of random applications of the catalogue's operators, with values for its leaves. Values
/// stay of order one: what is made is squashed or halved before it is used again.
class RandomGraph {
 public:
    explicit RandomGraph(std::uint32_t seed, int applications = 25) : random(seed) {
        static constexpr Shape shapes[] = {{1, 1}, {2, 3}, {3, 2}, {3, 3}, {3, 1}, {1, 3}, {2, 2}};
        for (const Shape shape : shapes) {
            leaves.push_back(graph.parameter("p", shape));
            bindings.bind(leaves.back(), random.matrix(shape));
        }
        nodes = leaves;
        while (applications > 0)
            if (apply_something()) --applications;
    }

    /// A number that depends on the most recent nodes.
    Expr loss() {
        Expr total = sum(nodes.back());
        for (std::size_t i = 1; i < 6; ++i) total = total + sum(nodes[nodes.size() - 1 - i]);
        return total;
    }

    Random random;
    Graph graph;
    std::vector<Expr> leaves;
    std::vector<Expr> nodes;
    Bindings bindings;

 private:
    /// The node brought into the values that an operator may be given. Whole numbers are zeros: the one
    /// index that is right for any size.
    NodeId fit(Expr x, const Domain& domain) {
        if (domain.is_whole) return graph.constant(0.0, x.shape()).id;
        const Domain any;
        if (domain.low == any.low && domain.high == any.high) return x.id;
        const double middle = (domain.low + domain.high) / 2;
        return (middle + (domain.high - middle) * tanh(x)).id;
    }

    /// Whether the operator that was drawn is differentiated as it computes, and accepts the operands that were drawn.
    bool apply_something() {
        const Op& op = *catalogue()[random.below(catalogue().size())];
        if (op.role == Role::stop_gradient)
            return false;  // its derivative is not that of its value
        std::vector<NodeId> operands(op.arity == variadic ? 2 + random.below(2) : op.arity);
        for (std::size_t slot = 0; slot < operands.size(); ++slot)
            operands[slot] = fit(nodes[random.below(nodes.size())], op.example.domains[slot % 4]);
        try {
            const Expr made = graph.append(
                op, operands, {op.example.attributes.data(), op.example.attribute_count}, {});
            nodes.push_back(random.below(2) == 0 ? tanh(made) : 0.5 * made);
            return true;
        } catch (const ShapeError&) {
            return false;
        }
    }
};

/// Values of all ancestors of the output, each kept in a matrix of its own: the evaluator without
/// its handing on of memory.
inline Matrix evaluate_naively(Expr output, const Bindings& bindings) {
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
