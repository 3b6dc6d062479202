// Steps of one time axis that hold whole recurrences of another: iterations that differentiate a
// net over all its steps, or run it again with what came of it. The inner axis is folded, and the
// steps of the outer one are not.

#include "roll_problem.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <support/same_graph.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace revolute;
using test::Builder;
using test::first_difference;
using test::Problem;

namespace {

/// The loss of a recurrence over so many steps, and at the end, of which b reads no step.
Expr loss_of_net(Graph& graph, int steps, const std::vector<Expr>& v, std::span<const Expr> x,
                 Expr y) {
    Expr h = graph.constant(0.0, y.shape());
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        h = tanh(v[0] * x[static_cast<std::size_t>(t)] + v[1] * h + broadcast_columns(v[2], 3))
                .named("h");
    }
    return mse(h, y);
}

/// A net of which each iteration, a step of axis 1, reads all steps.
struct NestedNet {
    std::vector<Expr> v, x;
    Expr y;

    NestedNet(Graph& graph, int steps)
        : v{graph.parameter("W", {2, 2}), graph.parameter("U", {2, 2}),
            graph.parameter("b", {2, 1})},
          y(graph.input("y", {2, 3})) {
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            x.push_back(graph.input("x", {2, 3}));
        }
    }
};

/// Steps of gradient descent through all steps of a net, differentiated by the first weights; the
/// gradient within the scope or before it.
Problem nested_training(Graph& graph, int steps, int iterations, bool is_within) {
    const NestedNet net(graph, steps);
    std::vector<Expr> v = net.v;
    for (int k = 0; k < iterations; ++k) {
        const auto gradient = [&] {
            return differentiate(loss_of_net(graph, steps, v, net.x, net.y), v);
        };
        std::optional<Derivative> d;
        if (!is_within) d.emplace(gradient());
        const Scope scope(graph, Step{1, k});
        if (is_within) d.emplace(gradient());
        for (Expr& weight : v) weight = weight - 0.1 * (*d)[weight];
    }
    return {loss_of_net(graph, steps, v, net.x, net.y), net.v};
}

/// Iterations of conjugate gradients on the Hessian of a net (Martens 2010).
Problem hessian_free(Graph& graph, int steps) {
    const NestedNet net(graph, steps);
    const Expr loss = loss_of_net(graph, steps, net.v, net.x, net.y);
    const Expr start = differentiate(loss, net.v)[net.v[1]];
    Expr r = -start, p = r, x = graph.constant(0.0, p.shape());
    for (int k = 0; k < 3; ++k) {
        const Scope scope(graph, Step{1, k});
        const std::vector<Seed> seeds{{net.v[1], p}};
        const Expr Hp = hessian_vector_product(loss, net.v, seeds)[1] + 5.0 * p;
        const Expr squared = sum(square(r));
        const Expr rate = squared / sum(hadamard(p, Hp));
        x = x + multiply(rate, p);
        r = r - multiply(rate, Hp);
        p = r + multiply(sum(square(r)) / squared, p);
    }
    return {sum(square(x)), {net.v[1]}};
}

/// The last state of a recurrence that reads v at each step.
Expr last_state(Graph& graph, const NestedNet& net, const Expr& v, int steps) {
    Expr h = graph.constant(0.0, net.y.shape());
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        h = tanh(net.v[1] * h + scale_rows(v, net.x[static_cast<std::size_t>(t)]));
    }
    return h;
}

/// A recurrence that runs again with what came of its last state, so many times.
Problem run_again(Graph& graph, int steps, int iterations) {
    const NestedNet net(graph, steps);
    Expr v = net.v[2], h;
    for (int k = 0; k <= iterations; ++k) {
        h = last_state(graph, net, v, steps);
        const Scope scope(graph, Step{1, k});
        v = v - 0.1 * row_sums(h - net.y);
    }
    return {mse(h, net.y), {net.v[1], net.v[2]}};
}

/// Gradient descent with momentum and a rate that decays, which goes through the outer steps by
/// itself.
Problem with_momentum(Graph& graph, int steps, int iterations) {
    const NestedNet net(graph, steps);
    Expr U = net.v[1], m = graph.constant(0.0, U.shape()), rate = graph.parameter("rate", {1, 1});
    const std::vector<Expr> variables{net.v[0], U, rate};
    for (int k = 0; k < iterations; ++k) {
        const std::vector<Expr> v{net.v[0], U, net.v[2]};
        const Derivative d = differentiate(loss_of_net(graph, steps, v, net.x, net.y), v);
        const Scope scope(graph, Step{1, k});
        m = 0.9 * m + d[U];
        rate = 0.99 * rate;
        U = U - multiply(rate, m);
    }
    return {loss_of_net(graph, steps, {net.v[0], U, net.v[2]}, net.x, net.y), variables};
}

/// Iterations of iterations of a recurrence that runs again: three axes in each other.
Problem three_levels(Graph& graph, int steps) {
    const NestedNet net(graph, steps);
    Expr v = net.v[2], u = net.v[2], h;
    for (int j = 0; j < 2; ++j) {
        for (int k = 0; k < 2; ++k) {
            h = last_state(graph, net, v, steps);
            const Scope scope(graph, Step{1, k});
            v = v - 0.1 * row_sums(h - net.y);
        }
        const Scope scope(graph, Step{2, j});
        u = 0.5 * (u + v);
        v = u;
    }
    return {mse(h, net.y), {net.v[1], net.v[2]}};
}

/// An encoder and a decoder, on axes of their own, which run again with what came of them.
Problem two_inner_axes(Graph& graph, int steps) {
    const NestedNet net(graph, steps);
    Expr v = net.v[2], q;
    for (int k = 0; k < 2; ++k) {
        Expr h = graph.constant(0.0, net.y.shape());
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            h = tanh(net.v[1] * h + scale_rows(v, net.x[static_cast<std::size_t>(t)]));
        }
        q = h;
        for (int s = 0; s < 7; ++s) {
            const Scope scope(graph, Step{1, s});
            q = tanh(net.v[0] * q);
        }
        const Scope scope(graph, Step{2, k});
        v = v - 0.1 * row_sums(q - net.y);
    }
    return {mse(q, net.y), net.v};
}

Builder iterated(Problem (*build)(Graph&, int, int), int iterations) {
    return [=](Graph& graph, int steps) { return build(graph, steps, iterations); };
}

Builder training(int iterations, bool is_within) {
    return [=](Graph& graph, int steps) {
        return nested_training(graph, steps, iterations, is_within);
    };
}

struct Nested {
    std::string name;
    Builder build;
    std::vector<std::int32_t> inner{0};  // axes that are folded
};

const std::vector<Nested> nested{
    {"training, its gradients made in scopes", training(3, true)},
    {"training, its gradients made before them", training(3, false)},
    {"one step of training", training(1, true)},
    {"Hessian-free", hessian_free},
    {"run twice", iterated(run_again, 1)},
    {"run three times", iterated(run_again, 2)},
    {"run five times", iterated(run_again, 4)},
    {"one step with momentum", iterated(with_momentum, 1)},
    {"three steps with momentum", iterated(with_momentum, 3)},
    {"three levels", three_levels},
    {"two inner axes", two_inner_axes, {0, 1}},
};

/// The loss alone, or with its gradients, as they are or simplified.
enum class Outputs { loss, gradients, simplified };

Rolled rolled_over(const Builder& build, int steps, Outputs outputs) {
    Graph graph;
    const Problem problem = build(graph, steps);
    if (outputs == Outputs::loss) return roll(std::vector<Expr>{problem.loss});
    const Derivative d = differentiate(problem.loss, problem.variables);
    if (outputs == Outputs::gradients) return roll(d.loss_and_gradients(), Labels(d));
    Graph simpler;
    const Derivative s = simplify(d, simpler, simplification_rules()).derivative;
    return roll(s.loss_and_gradients(), Labels(s));
}

/// How long the lists of all parts are together.
std::size_t case_count(const Rolled& rolled) {
    std::size_t count = 0;
    for (const Part& part : rolled.parts) {
        count += part.runs.size() + part.operands.size();
        for (const std::vector<Segment>& cases : part.slots) count += cases.size();
    }
    return count;
}

std::vector<std::int32_t> folded_axes(const Rolled& rolled) {
    std::vector<std::int32_t> axes;
    for (const AxisSteps& axis : rolled.axes) axes.push_back(axis.axis);
    return axes;
}

}  // namespace

TEST_CASE("nested axes: recurrences within an iteration are folded, whatever is wanted of it") {
    for (const auto& [name, build, inner] : nested)
        for (const Outputs outputs : {Outputs::loss, Outputs::gradients, Outputs::simplified}) {
            const auto& net = name;
            CAPTURE(net);
            CAPTURE(static_cast<int>(outputs));
            const Rolled few = rolled_over(build, 12, outputs);
            const Rolled more = rolled_over(build, 17, outputs);
            CHECK(few.parts.size() == more.parts.size());
            CHECK(case_count(few) == case_count(more));
            CHECK(few.folding == Folding::inner_axes);
            CHECK(folded_axes(few) == inner);
            CHECK(few.steps(0) == 12);
            CHECK_FALSE(first_break(few).has_value());
        }
}

TEST_CASE("nested axes: a rolled iteration stands for any number of inner steps") {
    for (const auto& [name, build, inner] : nested)
        for (const Outputs outputs : {Outputs::loss, Outputs::gradients}) {
            const auto& net = name;
            const Builder& builder = build;
            CAPTURE(net);
            CAPTURE(static_cast<int>(outputs));
            const auto with = [&](std::int32_t steps) {
                return rolled_over(builder, steps, outputs);
            };
            const AnySteps any = roll_any_steps(20, with);
            CHECK(any.refusal == "");
            REQUIRE(any.rolled);
            CHECK(any.rolled->at(17) == with(17));
        }
}

TEST_CASE("nested axes: which axis is folded does not depend on how many steps there are") {
    for (const int iterations : {1, 2, 9, 40})
        for (const int steps : {4, 8, 32}) {
            if (iterations * steps > 400) continue;
            CAPTURE(iterations);
            CAPTURE(steps);
            for (const Builder& build :
                 {iterated(run_again, iterations), training(iterations, true)}) {
                const Rolled rolled = rolled_over(build, steps, Outputs::loss);
                CHECK(rolled.folding == Folding::inner_axes);
                CHECK(folded_axes(rolled) == std::vector<std::int32_t>{0});
            }
        }
}

TEST_CASE("nested axes: all is the same when it is unrolled again") {
    for (const auto& [name, build, inner] : nested) {
        const auto& net = name;
        CAPTURE(net);
        Graph graph, again;
        const Problem problem = build(graph, 9);
        const auto outputs = differentiate(problem.loss, problem.variables).loss_and_gradients();
        const Rolled rolled = roll(outputs);
        verify(rolled);
        CHECK(first_difference(outputs, unroll_again(rolled, again)) == "");
    }
}

TEST_CASE("nested axes: what is said of an iteration that is written out") {
    Graph graph;
    const Expr v = graph.parameter("v", {1, 1});
    Expr h = v, w = v;
    for (int run = 0; run < 2; ++run) {
        for (int t = 0; t < 5; ++t) {
            const Scope scope(graph, Step{0, t});
            h = tanh(w * h);
        }
        const Scope scope(graph, Step{1, 0}), line(graph, SourceLine{"run.cpp", 7});
        w = (w - h).named("w");
    }
    CHECK(roll(std::vector<Expr>{h}).refusal ==
          "roll: w[s=0] [1 x 1], made at run.cpp:7 is read at most steps of axis t\n"
          "  the steps of axis s are written out");
}

// Nothing nests: a layer has its own axis, and reads as many steps of another one as it has.
TEST_CASE("nested axes: axes that go on together, or after each other, are all folded") {
    for (const bool is_recurrent : {false, true})
        for (const int steps : {4, 9}) {
            Graph graph;
            const Expr w = graph.parameter("w", {2, 2});
            Expr h = graph.constant(0.0, {2, 1}), y = h, z = h;
            for (int t = 0; t < steps; ++t) {
                {
                    const Scope scope(graph, Step{0, t});
                    h = tanh(w * h + graph.input("x", {2, 1}));
                }
                {
                    const Scope scope(graph, Step{1, t});
                    y = tanh(is_recurrent ? h + w * y : w * h);
                }
                const Scope scope(graph, Step{0, t});
                z = tanh(w * z + square(y));
            }
            const Rolled rolled = roll(std::vector<Expr>{sum(z)});
            CHECK(rolled.folding == Folding::merged);
            CHECK(folded_axes(rolled) == std::vector<std::int32_t>{0, 1});
        }
}
