// Recurrences that begin with values without step, made by hand in scopes: what unrolled training,
// Kalman filters, power iterations and trees are. They fold as nets do, and stand for any number of
// steps.

#include "roll_problem.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <support/same_graph.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace revolute;
using test::Builder;
using test::first_difference;
using test::Problem;

namespace {

/// x(t) = tanh(w x(t-1)) from a parameter.
Problem power_iteration(Graph& graph, int steps) {
    const Expr w = graph.parameter("w", {2, 2});
    const Expr start = graph.parameter("x0", {2, 1});
    Expr x = start;
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        x = tanh(w * x).named("x");
    }
    return {sum(x), {w, start}};
}

/// The same without tanh, whose adjoints read nothing of time either.
Problem linear_iteration(Graph& graph, int steps) {
    const Expr w = graph.parameter("w", {2, 2});
    const Expr start = graph.parameter("x0", {2, 1});
    Expr x = start;
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        x = (w * x).named("x");
    }
    return {sum(x), {w, start}};
}

/// Discounts d(1) = g g, d(t) = g d(t-1), of weights of their own shape.
Problem discounts(Graph& graph, int steps) {
    const Expr g = graph.parameter("g", {2, 2}), w = graph.parameter("w", {2, 2});
    Expr d = g, h = graph.constant(0.0, {2, 1});
    std::vector<Expr> losses;
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        if (t > 0) d = (g * d).named("d");
        h = tanh(w * h + graph.input("x", {2, 1})).named("h");
        losses.push_back(sum(square(d * h)).named("l"));
    }
    return {accumulate(losses), {g, w}};
}

/// A cell that computes, at every step, what is the same at all of them.
Problem repeated_invariants(Graph& graph, int steps) {
    const Expr w = graph.parameter("w", {2, 2}), decay = graph.parameter("a", {2, 1});
    Expr h = graph.constant(0.0, {2, 1});
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr keep = sigmoid(decay).named("keep");
        const Expr moved = tanh(square(w) * h + graph.input("x", {2, 1}));
        h = (hadamard(keep, h) + hadamard(1.0 - keep, moved)).named("h");
    }
    return {sum(square(h)), {w, decay}};
}

/// Training by gradient descent, differentiated by the first weights and the step size (Finn et al.
/// 2017).
Problem unrolled_training(Graph& graph, int steps) {
    const Expr w = graph.parameter("w", {2, 2}), b = graph.parameter("b", {2, 1});
    const Expr rate = graph.parameter("rate", {1, 1});
    const Expr x = graph.input("x", {2, 3}), y = graph.input("y", {2, 3});
    const auto task = [&](const std::vector<Expr>& v) {
        return mse(tanh(dense(v[0], x, v[1])), y) + 0.01 * sum(square(v[0]));
    };
    std::vector<Expr> v{w, b};
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const Derivative d = differentiate(task(v), v);
        const Expr next_w = (v[0] - multiply(rate, d[v[0]])).named("v");
        const Expr next_b = (v[1] - multiply(rate, d[v[1]])).named("p");
        v = {next_w, next_b};
    }
    return {task(v), {w, b, rate}};
}

/// Unrolled training of a net of two steps that begins with zeros: what the rules leave of the
/// first, tanh(x0), is the same in every iteration, and so are the zeros of its derivative.
Problem training_from_zeros(Graph& graph, int steps) {
    const Expr v = graph.parameter("v", {2, 2});
    const Expr x0 = graph.input("x0", {2, 3}), x1 = graph.input("x1", {2, 3});
    const Expr y = graph.input("y", {2, 3}), start = graph.constant(0.0, {2, 3});
    const auto task = [&](Expr w) {
        const Expr h0 = tanh(w * start + x0).named("h0");
        return mse(tanh(w * h0 + x1), y);
    };
    Expr w = v;
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        w = (w - 0.37 * differentiate(task(w), {w})[w]).named("w");
    }
    return {task(w), {v}};
}

/// A Kalman filter whose covariance begins with an input: the Riccati recursion of P, and the mean.
Problem kalman_filter(Graph& graph, int steps) {
    const Expr A = graph.parameter("A", {3, 3}), C = graph.parameter("C", {2, 3});
    const Expr Q = graph.parameter("Q", {3, 3}), R = graph.parameter("R", {2, 2});
    Expr P = graph.input("P0", {3, 3}), x = graph.constant(0.0, {3, 1});
    std::vector<Expr> losses;
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr y = graph.input("y", {2, 1});
        const Expr PC = P * transpose(C);
        const Expr S = (C * PC + R).named("S");
        const Expr inverse_S = inverse(S);
        const Expr e = (y - C * x).named("e");
        const Expr K = (PC * inverse_S).named("K");
        losses.push_back((0.5 * (transpose(e) * inverse_S * e)).named("l"));
        const Expr corrected = x + K * e;
        x = (A * corrected).named("m");
        const Expr rest = P - K * C * P;
        P = (A * rest * transpose(A) + Q).named("P");
    }
    return {accumulate(losses) + sum(P), {A, C, Q, R}};
}

/// Conjugate gradients for H x = g, matrix and all given.
Problem conjugate_gradients(Graph& graph, int steps) {
    const Expr H = graph.parameter("H", {3, 3}), g = graph.parameter("g", {3, 1});
    Expr x = graph.constant(0.0, {3, 1}), r = g, p = g;
    Expr squared = sum(square(r));
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr Hp = H * p;
        const Expr rate = squared / sum(hadamard(p, Hp));
        x = (x + multiply(rate, p)).named("x");
        r = (r - multiply(rate, Hp)).named("r");
        const Expr left = sum(square(r));
        const Expr back = left / squared;
        p = (r + multiply(back, p)).named("p");
        squared = left;
    }
    return {sum(square(x)), {H, g}};
}

/// A tree of equal branches, a level a step.
Problem tree(Graph& graph, int levels) {
    const Expr left = graph.parameter("L", {2, 2}), right = graph.parameter("R", {2, 2});
    Expr a = graph.parameter("a", {2, 1}), b = graph.parameter("b", {2, 1});
    const std::vector<Expr> variables{left, right, a, b};
    for (int t = 0; t < levels; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr la = left * a, ra = right * a, lb = left * b, rb = right * b;
        a = tanh(la + rb).named("a");
        b = tanh(lb + ra).named("b");
    }
    return {sum(a + b), variables};
}

const std::vector<std::pair<std::string, Builder>> problems{
    {"power iteration", power_iteration},
    {"linear iteration", linear_iteration},
    {"discounts", discounts},
    {"what is the same at every step", repeated_invariants},
    {"unrolled training", unrolled_training},
    {"unrolled training from zeros", training_from_zeros},
    {"Kalman filter", kalman_filter},
    {"tree", tree},
};

/// By which rules: none, all, or those for any number of steps.
const std::vector<const RuleSet*> rule_sets{nullptr, &simplification_rules(),
                                            &simplification_rules_for_any_steps()};

Rolled rolled_over(const Builder& build, int steps, const RuleSet* rules) {
    Graph graph;
    const Problem problem = build(graph, steps);
    const Derivative d = differentiate(problem.loss, problem.variables);
    if (rules == nullptr) return roll(d.loss_and_gradients(), Labels(d));
    Graph simpler;
    const Derivative s = simplify(d, simpler, *rules).derivative;
    return roll(s.loss_and_gradients(), Labels(s));
}

}  // namespace

TEST_CASE("scopes: a recurrence that begins without step is folded, forward and backward") {
    for (const auto& [name, build] : problems)
        for (const RuleSet* const rules : rule_sets) {
            const auto& net = name;
            CAPTURE(net);
            CAPTURE(std::ranges::find(rule_sets, rules) - rule_sets.begin());
            const Rolled few = rolled_over(build, 12, rules);
            CHECK(few.folding == Folding::merged);
            CHECK(few.refusal == "");
            CHECK_FALSE(first_break(few).has_value());
            CHECK(few.parts.size() == rolled_over(build, 40, rules).parts.size());
            bool ascends = false, descends = false;
            for (const Component& component : few.schedule) {
                ascends = ascends || component.direction > 0;
                descends = descends || component.direction < 0;
            }
            CHECK(ascends);
            CHECK(descends);
        }
}

TEST_CASE("scopes: a recurrence that begins without step stands for any number of steps") {
    for (const auto& [name, build] : problems)
        for (const RuleSet* const rules : rule_sets) {
            const auto& net = name;
            CAPTURE(net);
            CAPTURE(std::ranges::find(rule_sets, rules) - rule_sets.begin());
            const Rolled few = rolled_over(build, 12, rules);
            CHECK(few.at(17) == rolled_over(build, 17, rules));
            CHECK(rolled_over(build, 17, rules).at(12) == few);
        }
}

TEST_CASE("scopes: a recurrence that begins without step is the same when it is unrolled again") {
    for (const auto& [name, build] : problems)
        for (const int steps : {2, 3, 9}) {
            const auto& net = name;
            CAPTURE(net);
            CAPTURE(steps);
            Graph graph, again;
            const Problem problem = build(graph, steps);
            const auto outputs =
                differentiate(problem.loss, problem.variables).loss_and_gradients();
            const Rolled rolled = roll(outputs);
            verify(rolled);
            CHECK(first_difference(outputs, unroll_again(rolled, again)) == "");
        }
}

// Merged, one of its families would need itself within a step, so it is folded less.
TEST_CASE("scopes: conjugate gradients are the same when they are unrolled again") {
    Graph graph, again;
    const Problem problem = conjugate_gradients(graph, 9);
    const auto outputs = differentiate(problem.loss, problem.variables).loss_and_gradients();
    const Rolled rolled = roll(outputs);
    verify(rolled);
    CHECK(first_difference(outputs, unroll_again(rolled, again)) == "");
}

TEST_CASE("scopes: copied and simplified nodes keep steps that their operands do not give") {
    Graph graph, copy, simpler;
    const Expr loss = power_iteration(graph, 5).loss;
    const std::vector<Expr> outputs{loss};
    CHECK(first_difference(outputs, extract(outputs, copy).outputs) == "");
    CHECK(first_difference(outputs, simplify(outputs, simpler, simplification_rules()).outputs) ==
          "");
}
