#pragma once

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>

#include <vector>

namespace revolute::test {

/// Of h(11), where h(t) = tanh(w h(t-1) + x(t)), but h(6) reads the sum of all states before it:
/// what waits in mid-time for a sum over steps has two phases.
inline Derivative phased_chain(Graph& graph) {
    const Expr w = graph.parameter("w", {1, 1});
    Expr h = graph.initial_state("h", {1, 1});
    std::vector<Expr> states;
    for (int t = 0; t < 12; ++t) {
        if (t == 6) h = accumulate(states);
        const Scope scope(graph, Step{0, t});
        const Expr x = graph.input("x", {1, 1});
        const Expr product = w * h;
        h = tanh(product + x);
        states.push_back(h);
    }
    return differentiate(h, {w});
}

}  // namespace revolute::test
