// Truncated gradients of the simple net beside the algorithm of Williams and Peng (1990), as the
// paper states it.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/rnn/truncate.hpp>
#include <revolute/tools/support/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace revolute;

namespace {

/// BPTT(h; h') of Williams and Peng for h(t) = tanh(w x(t) + u h(t-1) + b), y = v h + c, all
/// numbers: the gradients with respect to w, u, b, v, c, h(-1). Errors are injected at the steps of
/// the chunk, and carried back to the window's end.
std::vector<double> williams_peng(const std::vector<double>& p, const std::vector<double>& x,
                                  const std::vector<double>& target, Truncation cuts) {
    std::vector<double> h{p[5]}, gradient(6, 0.0);
    for (const double input : x) h.push_back(std::tanh(p[0] * input + p[1] * h.back() + p[2]));
    for (std::size_t begin = 0, end = 0; begin < x.size(); begin = end) {
        end = std::min(begin + static_cast<std::size_t>(cuts.every), x.size());
        double dh = 0;
        for (std::size_t t = end; t-- > 0;) {
            const double error = p[3] * h[t + 1] + p[4] - target[t];
            if (t >= begin) {
                gradient[3] += error * h[t + 1];
                gradient[4] += error;
                dh += p[3] * error;
            }
            if (t + static_cast<std::size_t>(cuts.window) < end) {
                dh = 0;  // beyond the window
                if (t <= begin) break;
                continue;
            }
            const double dz = dh * (1 - h[t + 1] * h[t + 1]);
            gradient[0] += dz * x[t];
            gradient[1] += dz * h[t];
            gradient[2] += dz;
            dh = p[1] * dz;
            if (t == 0) gradient[5] += dh;
        }
    }
    return gradient;
}

}  // namespace

TEST_CASE("truncate: a simple net's gradients are those of the algorithm of Williams and Peng") {
    constexpr int steps = 7;
    constexpr Truncation all_cuts[] = {{1, 1}, {1, 3}, {2, 3}, {2, 6}, {3, 3}, {3, 1},
                                       {4, 2}, {7, 2}, {3, 7}, {9, 9}, {5, 1}};
    for (const Truncation& cuts : all_cuts) {
        CAPTURE(cuts.every);
        CAPTURE(cuts.window);
        Graph graph;
        const SimpleRnn cell(graph, 1, 1);
        const auto inputs = input_sequence(graph, "x", {1, 1}, steps);
        const Unrolled run = truncate(
            cell, inputs, initial_state(graph, cell.state_tensors(), 1, InitialState::given), cuts);
        const ReadOut head = read_out(run.outputs(), 1);
        const std::vector<Expr> variables{cell.W, cell.U, cell.b,
                                          head.V, head.c, run.initial.leaves.front()};
        Random random(3);
        Bindings values;
        const auto bound = [&](std::span<const Expr> leaves) {
            std::vector<double> numbers;
            for (const Expr& leaf : leaves) {
                numbers.push_back(random.uniform(-1, 1));
                values.bind(leaf, Matrix(1, 1, numbers.back()));
            }
            return numbers;
        };
        const auto p = bound(variables), x = bound(inputs), target = bound(head.targets);
        const std::vector<double> expected = williams_peng(p, x, target, cuts);
        const Derivative d = differentiate(head.loss, variables, Unreachable::zeros);
        Matrix gradient(6, 1);
        for (int i = 0; i < 6; ++i)
            gradient(i, 0) = evaluate(d.gradients()[static_cast<std::size_t>(i)], values)(0, 0);
        CHECK(relative_difference(gradient, Matrix(6, 1, expected)) < 1e-14);
    }
}
