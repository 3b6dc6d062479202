// Equations for any number of steps say from which number on they hold.

#include "tools/figures/figure_models.hpp"
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <support/equation_check.hpp>
#include <support/equation_nets.hpp>
#include <support/equation_walk.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace revolute {

namespace {

using Build = std::function<Derivative(Graph&, std::int32_t)>;

Equations general(const Build& build, Simplification simplification = Simplification::on) {
    return general_equations([&](std::int32_t steps) {
        Graph graph;
        return rolled_up(build(graph, steps), simplification);
    });
}

void check_from(const Equations& written, const Build& build, bool is_needed) {
    const std::string text = to_text(written);
    CAPTURE(text);
    for (std::int32_t steps = 1; steps < 12; ++steps) {
        CAPTURE(steps);
        Graph graph;
        const Derivative derivative = build(graph, steps);
        const Bindings values = test::values_of_one_step(graph);
        if (steps >= written.least_steps) {
            test::check_equations(text, derivative, values);
            test::check_order(written, steps);
        } else if (is_needed) {
            CHECK(!test::equations_hold(text, derivative, values));
        }
    }
}

/// The equations, simplified and not, hold from `least` steps on, say so, and are wrong for fewer.
void check_least(const Build& build, std::int32_t least) {
    for (const Simplification simplification : {Simplification::on, Simplification::off}) {
        const Equations written = general(build, simplification);
        CHECK(written.least_steps == least);
        check_from(written, build, true);
    }
}

/// They hold from the number of steps on that they say, which is one or two.
void check_few(const Build& build) {
    for (const Simplification simplification : {Simplification::on, Simplification::off}) {
        const Equations written = general(build, simplification);
        CHECK(written.least_steps <= 2);
        check_from(written, build, false);
    }
}

/// Scalar states, and what a loss is made of.
struct Chain {
    Chain(Graph& graph, std::int32_t steps)
        : w(graph.parameter("w", {1, 1})),
          u(graph.parameter("u", {1, 1})),
          x(input_sequence(graph, "x", {1, 1}, steps)) {
        Expr state = graph.constant(0.5);
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope at(graph, Step{0, t});
            state = tanh(w * x[static_cast<std::size_t>(t)] + u * state).named("h");
            h.push_back(state);
        }
    }
    Derivative of(Expr loss) const {
        return differentiate(loss.named("L"), {w, u}, Unreachable::zeros);
    }

    Expr w, u;
    std::vector<Expr> x, h;
};

}  // namespace

TEST_CASE("equations: a sum that each step adds to holds from three steps on, and says so") {
    const Build build = [](Graph& graph, std::int32_t steps) {
        const Chain chain(graph, steps);
        Expr loss;
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope at(graph, Step{0, t});
            const auto i = static_cast<std::size_t>(t);
            const Expr part = square(chain.h[i] - chain.x[i]);
            loss = t == 0 ? part : loss + part;
        }
        return chain.of(loss);
    };
    check_least(build, 3);
    const Equations written = general(build);
    CHECK(to_text(written).starts_with("# t = 0..T, N = T + 1 steps, N >= 3\n"));
    CHECK(to_latex(written).find("$N \\ge 3$") != std::string::npos);
    CHECK(to_markdown(written).find("$N \\ge 3$") != std::string::npos);
}

TEST_CASE("equations: losses of the last two steps need two steps") {
    check_least(
        [](Graph& graph, std::int32_t steps) {
            const Chain chain(graph, steps);
            std::vector<Expr> parts;
            for (std::int32_t t = std::max(0, steps - 2); t < steps; ++t) {
                const Scope at(graph, Step{0, t});
                parts.push_back(square(chain.h[static_cast<std::size_t>(t)]));
            }
            return chain.of(accumulate(parts));
        },
        2);
}

TEST_CASE("equations: a product of the first state and the last one needs two steps") {
    check_least(
        [](Graph& graph, std::int32_t steps) {
            const Chain chain(graph, steps);
            return chain.of(steps == 1 ? square(chain.h[0])
                                       : hadamard(chain.h.front(), exp(chain.h.back())));
        },
        2);
}

TEST_CASE(
    "equations: a mean of differences of neighbouring states needs three steps, as the second is "
    "of its own kind") {
    check_least(
        [](Graph& graph, std::int32_t steps) {
            const Chain chain(graph, steps);
            std::vector<Expr> parts;
            for (std::size_t t = 1; t < chain.h.size(); ++t) {
                const Scope at(graph, Step{0, static_cast<std::int32_t>(t)});
                parts.push_back(square(chain.h[t] - chain.h[t - 1]));
            }
            if (parts.empty()) return chain.of(square(chain.h[0]));
            return chain.of((1.0 / (steps - 1)) * accumulate(parts));
        },
        3);
}

TEST_CASE("equations: means and stacks over all steps hold from two steps on at the latest") {
    const Build mean_over_time = [](Graph& graph, std::int32_t steps) {
        const Chain chain(graph, steps);
        return chain.of((1.0 / steps) * sum(accumulate(chain.h)));
    };
    const Build root_over_time = [](Graph& graph, std::int32_t steps) {
        const Chain chain(graph, steps);
        return chain.of((0.3 / std::sqrt(steps)) * sum(accumulate(chain.h)));
    };
    const Build stacked = [](Graph& graph, std::int32_t steps) {
        const Chain chain(graph, steps);
        const std::vector<Operand> states(chain.h.begin(), chain.h.end());
        return chain.of(mean(square(stack_columns(states))));
    };
    const Build below = [](Graph& graph, std::int32_t steps) {
        const Chain chain(graph, steps);
        const std::vector<Operand> states(chain.h.rbegin(), chain.h.rend());
        return chain.of(mean(tanh(stack_rows(states))));
    };
    for (const Build& build : {mean_over_time, root_over_time, stacked, below}) check_few(build);
}

TEST_CASE(
    "equations: those of a cell defined outside of the library hold from its least number on") {
    const Build build = [](Graph& graph, std::int32_t steps) {
        const test::TwoStates cell(graph);
        const ManyToOne net = many_to_one(cell, {.steps = steps, .input = 2, .hidden = 2});
        return differentiate(net.loss, net.variables(), Unreachable::zeros);
    };
    check_few(build);
}

TEST_CASE("equations: those of a masked batch hold from their least number of steps on") {
    const Build build = [](Graph& graph, std::int32_t steps) {
        const SimpleRnn cell(graph, 2, 2);
        const auto inputs = input_sequence(graph, "x", {2, 3}, steps);
        const Lengths lengths = input_lengths(graph, 3, steps);
        const Initial initial = initial_state(graph, cell.state_tensors(), 3, InitialState::given);
        const Unrolled run = unroll_masked(cell, inputs, lengths, initial);
        const ReadOut head = read_out_masked(run.outputs(), lengths, 1);
        return differentiate(head.loss.named("L"), cell.parameters(), Unreachable::zeros);
    };
    check_few(build);
}

TEST_CASE("equations: what is read at the second step alone needs two steps") {
    const Build build = [](Graph& graph, std::int32_t steps) {
        const SimpleRnn cell(graph, 2, 2);
        const auto inputs = input_sequence(graph, "x", {2, 1}, steps);
        const Unrolled run = unroll(
            cell, inputs, initial_state(graph, cell.state_tensors(), 1, InitialState::given));
        // Nothing else reads u.
        const auto u = input_sequence(graph, "u", {2, 1}, steps);
        const Expr V = graph.parameter("V", {1, 2});
        const Expr read = V * u.front() + V * tanh(u[u.size() > 1 ? 1 : 0]);
        return differentiate((sum(run.last()) + read).named("L"), {cell.W, cell.U, cell.b, V},
                             Unreachable::zeros);
    };
    check_least(build, 2);
}

TEST_CASE("equations: the gradient of a parameter that one step reads is defined once") {
    // Backwards from the last step: dk is U' dh(T), as which U' dh(t) at other steps is no
    // gradient.
    const Build build = [](Graph& graph, std::int32_t steps) {
        const Expr U = graph.parameter("U", {2, 2}), k = graph.parameter("k", {2, 1});
        Expr h = k;
        std::vector<Expr> losses;
        for (const Expr& x : input_sequence(graph, "x", {2, 1}, steps)) losses.push_back(x);
        for (std::int32_t t = steps; t-- > 0;) {
            const Scope at(graph, Step{0, t});
            h = tanh(U * h + losses[static_cast<std::size_t>(t)]).named("h");
            losses[static_cast<std::size_t>(t)] = sum(h).named("l");
        }
        return differentiate(accumulate(losses).named("L"), {U, k});
    };
    const Equations written = general(build);
    CHECK(std::ranges::count(written.lines, "dk", &Equation::name) == 1);
    CHECK(to_text(written).find("dk = U' ") != std::string::npos);
    for (const std::int32_t steps : {2, 5, 9}) {
        Graph graph;
        const Derivative derivative = build(graph, steps);
        const Bindings values = test::random_values(graph, 4);
        test::check_equations(to_text(written), derivative, values);
        test::check_names(derivative, values);
        test::check_order(equations(derivative));
    }
}

}  // namespace revolute
