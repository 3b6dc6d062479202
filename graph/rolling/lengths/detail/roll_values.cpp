#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_values.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace revolute::detail {

namespace {

/// Numbers from 0.1 to 0.9 that depend on the label of a leaf, which of those it is, and the place
/// of the entry.
Bindings numbers_for_leaves(Graph& graph) {
    std::map<std::string, int> counts;
    Bindings values;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const Expr leaf = graph.at(NodeId{i});
        if (!is_given(graph.op(leaf.id))) continue;
        std::uint32_t state = 2166136261u;
        for (const char c : graph.label(leaf.id))
            state = (state ^ static_cast<unsigned char>(c)) * 16777619u;
        state += static_cast<std::uint32_t>(counts[graph.label(leaf.id)]++) * 2654435761u;
        Matrix value(leaf.shape());
        for (double& entry : value.values()) {
            state = state * 1664525u + 1013904223u;
            entry = 0.1 + 0.8 * static_cast<double>(state >> 8) / 16777216.0;
        }
        values.bind(leaf, std::move(value));
    }
    return values;
}

std::vector<Matrix> values_of(const Rolled& rolled) {
    Graph graph(rolled.sharing);
    const std::vector<Expr> outputs = unroll_again(rolled, graph);
    return evaluate(outputs, numbers_for_leaves(graph));
}

/// To what sums of some steps' values that are added in another order lose.
bool are_near(const Matrix& a, const Matrix& b) {
    constexpr double rounding = 1e-10;
    if (a.shape() != b.shape()) return false;
    double largest = 0, difference = 0;
    for (std::size_t i = 0; i < a.values().size(); ++i) {
        largest = std::max(largest, std::abs(b.values()[i]));
        const double apart = std::abs(a.values()[i] - b.values()[i]);
        if (!std::isfinite(apart)) return false;
        difference = std::max(difference, apart);
    }
    return difference <= rounding * largest;
}

}  // namespace

bool gives_the_same(const Rolled& rolled, const Rolled& built, std::int32_t steps,
                    std::int32_t axis) {
    try {
        const std::vector<Matrix> foretold = values_of(rolled.at(steps, axis));
        const std::vector<Matrix> there = values_of(built);
        return std::ranges::equal(foretold, there, are_near);
    } catch (const Error&) {
        return false;
    }
}

}  // namespace revolute::detail
