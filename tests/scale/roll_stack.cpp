// The forward and backward graph of a simple net over a million steps, simplified, rolled and
// unrolled again, on a stack of 512 kB. Beside it the same from the graph of eight steps.

#include "phases.hpp"
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <cstdio>
#include <memory>
#include <vector>

using namespace revolute;

namespace {

constexpr int steps = 1'000'000;

/// The gradients of a simple net, simplified.
std::vector<Expr> gradients_over(int count, Graph& simplified) {
    Graph graph;
    const RecurrentNet net = recurrent_net(
        graph, {.steps = count, .input = 1, .hidden = 16, .output = 1, .batch = 1}, {});
    const Derivative d = differentiate(net.loss(), net.variables());
    return simplify(d.gradients(), simplified, simplification_rules()).outputs;
}

bool require(bool holds, const char* what) {
    if (!holds) std::printf("MISSED: %s\n", what);
    return holds;
}

bool run() {
    Phases phases;
    auto graph = std::make_unique<Graph>();
    const std::vector<Expr> gradients = gradients_over(steps, *graph);
    phases.done("simplified");
    const Rolled rolled = roll(gradients);
    const double seconds = phases.done("rolled");
    std::printf("%zu nodes, %zu parts, %.3f microseconds a node (less than 0.2 is the target)\n",
                rolled.node_count(), rolled.parts.size(),
                1e6 * seconds / static_cast<double>(rolled.node_count()));

    Graph again;
    unroll_again(rolled, again);
    phases.done("unrolled again");
    bool good = require(again.size() == rolled.node_count(), "as many nodes as were rolled");
    good &= require(again.operand_total() == graph->operand_total(), "as many operands");

    Graph small;
    // A number of steps that no size is a multiple of: `at` would ask whether that size grows.
    const Rolled stretched = roll(gradients_over(7, small)).at(steps);
    phases.done("from 7 steps");
    return require(stretched == rolled, "the same from the graph of 7 steps") && good;
}

}  // namespace

int main() {
    note_stack_limit();
    return run() ? 0 : 1;
}
