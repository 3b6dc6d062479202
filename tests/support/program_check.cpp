#include <revolute/graph/leaf.hpp>
#include <revolute/graph/structure.hpp>
#include <support/program_check.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace revolute::test {

namespace {

std::vector<Expr> given_leaves(std::span<const Expr> outputs) {
    Graph& graph = common_graph("given_leaves", outputs);
    const std::vector<bool> needed = ancestors(graph, ids_of(outputs));
    std::vector<Expr> leaves;
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (needed[i] && is_given(graph.op(NodeId{i}))) leaves.push_back(graph.at(NodeId{i}));
    return leaves;
}

std::vector<Matrix> run_with(Program& program, const LeafValues& values, std::size_t outputs) {
    for (const auto& [leaf, value] : values) program.bind(leaf, value);
    program.run();
    std::vector<Matrix> results;
    for (std::size_t i = 0; i < outputs; ++i) {
        const ConstMatrixView value = program.value(i);
        const auto entries = value.values();
        results.emplace_back(value.rows, value.columns,
                             std::vector<double>(entries.begin(), entries.end()));
    }
    return results;
}

std::vector<Matrix> evaluated_with(std::span<const Expr> outputs, const LeafValues& values) {
    Bindings bindings;
    for (const auto& [leaf, value] : values) bindings.bind(leaf, value);
    return evaluate(outputs, bindings);
}

/// Floats have no digits below 1e-38: of gradients that vanish over many steps, what is smaller by eight
/// orders than other terms of a sum is exact only where the sum is above this.
constexpr double smallest_of_floats = 1e-30;

/// Relative to the largest entry of each matrix, or to `smallest`.
double difference(std::span<const Matrix> found, std::span<const Matrix> expected,
                  double smallest) {
    double worst = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        double largest = 0;
        for (const double entry : expected[i].values()) largest = larger(largest, std::abs(entry));
        const double share = largest < smallest ? largest / smallest : 1;
        worst = larger(worst, share * relative_difference(found[i], expected[i]));
    }
    return worst;
}

}  // namespace

LeafValues random_leaf_values(std::span<const Expr> outputs, Random& random) {
    LeafValues values;
    for (const Expr& leaf : given_leaves(outputs))
        values.emplace_back(leaf, random.matrix(leaf.shape()));
    return values;
}

LeafValues bound_leaf_values(std::span<const Expr> outputs, const Bindings& bindings) {
    LeafValues values;
    for (const Expr& leaf : given_leaves(outputs)) values.emplace_back(leaf, *bindings.find(leaf));
    return values;
}

LeafValues changed(LeafValues values) {
    for (auto& [leaf, value] : values)
        for (double& entry : value.values())
            if (entry != std::round(entry)) entry = 0.75 * entry + 0.0625;
    return values;
}

double program_difference(std::span<const Expr> outputs, const LeafValues& values,
                          const CompileOptions& options) {
    Program program = compile(outputs, options);
    const std::vector<Matrix> first = run_with(program, values, outputs.size());
    const LeafValues others = changed(values);
    const std::vector<Matrix> second = run_with(program, others, outputs.size());
    CHECK(run_with(program, values, outputs.size()) == first);
    const double smallest = options.precision == Precision::float32 ? smallest_of_floats : 0;
    return larger(difference(first, evaluated_with(outputs, values), smallest),
                  difference(second, evaluated_with(outputs, others), smallest));
}

}  // namespace revolute::test
