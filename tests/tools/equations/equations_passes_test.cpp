// Each line of equations stands under the pass that it belongs to, below what it reads.

#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <support/bindings.hpp>
#include <support/drawn_recurrence.hpp>
#include <support/equation_check.hpp>
#include <support/equation_nets.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

namespace revolute {

namespace {

bool has_adjoint(const EquationTerm& term, const Equations& lines) {
    return lines.adjoints.contains(term.name) ||
           std::ranges::any_of(term.operands, [&](const EquationTerm& operand) {
               return has_adjoint(operand, lines);
           });
}

/// No adjoint stands under forward, and nothing but adjoints that variables are asked for under
/// gradients; the header that says so stands above.
void check_passes(const Equations& lines) {
    const std::string text = to_text(lines);
    INFO(text);
    bool has_adjoints = false;
    for (const Equation& line : lines.lines) {
        const bool is_adjoint = lines.adjoints.contains(line.name);
        if (line.part == EquationPart::forward)
            CHECK_FALSE((is_adjoint || has_adjoint(line.right, lines)));
        has_adjoints = has_adjoints || (is_adjoint && line.part == EquationPart::backward);
    }
    if (has_adjoints) CHECK(text.find("\nbackward\n") != std::string::npos);
}

void check_drawn(std::uint32_t seed, Simplification simplification) {
    for (const std::int32_t steps : {1, 2, 5}) {
        CAPTURE(steps);
        Graph graph;
        const Derivative derivative = test::drawn_recurrence(graph, seed, steps);
        const Equations lines = equations(derivative, simplification);
        check_passes(lines);
        test::check_order(lines);
        test::check_equations(to_text(lines), derivative, test::random_values(graph, 3));
    }
    std::optional<Equations> general;
    try {
        general = general_equations([&](std::int32_t steps) {
            Graph graph;
            return rolled_up(test::drawn_recurrence(graph, seed, steps), simplification);
        });
    } catch (const GraphError&) {
        return;  // its steps are not alike
    }
    check_passes(*general);
    for (std::int32_t steps = general->least_steps; steps < general->least_steps + 4; ++steps) {
        CAPTURE(steps);
        Graph graph;
        const Derivative derivative = test::drawn_recurrence(graph, seed, steps);
        test::check_order(*general, steps + general->first_step());
        test::check_equations(to_text(*general), derivative, test::random_values(graph, 3));
    }
}

}  // namespace

TEST_CASE("equations: lines of drawn nets stand under their pass and below what they read") {
    for (std::uint32_t seed = 0; seed < test::draws(40); ++seed) {
        CAPTURE(seed);
        for (const Simplification simplification : {Simplification::on, Simplification::off})
            check_drawn(seed, simplification);
    }
}

TEST_CASE("equations: of a family that the loss and a gradient read the adjoints are backward") {
    Graph graph;
    const Expr u = graph.parameter("U", {2, 2}), a = graph.parameter("a", {1, 1}),
               h0 = graph.initial_state("h", {2, 1}), k0 = graph.initial_state("k", {2, 1});
    Expr h = h0, k = k0;
    std::optional<Expr> total;
    for (std::int32_t t = 1; t <= 4; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr x = graph.input("x", {2, 1});
        h = sigmoid(u * (multiply(a, h) + x)).named("h");
        k = (u * k).named("k");
        const Expr part = sum(hadamard(h, k));
        total = (total ? *total + multiply(a, part) : part).named("S");
    }
    const Equations lines = equations(differentiate(*total, {u, a}));
    check_passes(lines);
    CHECK(to_text(lines) ==
          "# t = 1..4, N = 4 steps\n"
          "forward\n"
          "  e_1(1) = a * h_2 + x(1)\n"
          "  e_1(t) = a * h(t-1) + x(t)                  t = 2..4\n"
          "  h(t) = sigmoid(U e_1(t))                    t = 1..4\n"
          "  k(1) = U k_2\n"
          "  k(t) = U k(t-1)                             t = 2..4\n"
          "  S(1) = sum(h(1) o k(1))\n"
          "  e_2(t) = sum(h(t) o k(t))                   t = 2..4\n"
          "  S(t) = S(t-1) + a * e_2(t)                  t = 2..4\n"
          "backward\n"
          "  delta_1 = broadcast(a * 1, 2, 1)\n"
          "  dh(4) = delta_1 o k(4)\n"
          "  dh(t) = a * delta_3(t+1) + delta_1 o k(t)   t = 3..2\n"
          "  delta_2(t) = dh(t) o (h(t) o (1 - h(t)))    t = 4..2\n"
          "  delta_3(t) = U' delta_2(t)                  t = 4..2\n"
          "  dh(1) = a * delta_3(2) + k(1)\n"
          "  dk(4) = delta_1 o h(4)\n"
          "  delta_4(t) = delta_1 o h(t)                 t = 3..2\n"
          "  dk(t) = U' dk(t+1) + delta_4(t)             t = 3..2\n"
          "  dk(1) = U' dk(2) + h(1)\n"
          "  delta_4(1) = dh(1) o (h(1) o (1 - h(1)))\n"
          "  e_2(1) = sum((U' delta_4(1)) o h_2)\n"
          "gradients\n"
          "  dU = dk(1) k_2' + delta_4(1) e_1(1)' + sum(t=2..4) dk(t) k(t-1)' + sum(t=2..4) "
          "delta_2(t) e_1(t)'\n"
          "  da = sum(t=1..4) e_2(t) + sum(t=2..4) sum(delta_3(t) o h(t-1))\n");
}

TEST_CASE("equations: a gradient that an adjoint reads stands above it") {
    Graph graph;
    const Expr u = graph.parameter("U", {2, 2}), w = graph.parameter("W", {2, 1}),
               k = graph.parameter("k", {2, 1}), x = graph.input("x", {2, 1});
    const Expr z = (u * x).named("z");
    const Expr loss = sum(hadamard(hadamard(z, tanh(w + z)), k)).named("l");
    CHECK(to_text(equations(differentiate(loss, {u, w, k}))) ==
          "forward\n"
          "  z = U x\n"
          "  e_1 = tanh(W + z)\n"
          "  e_2 = z o e_1\n"
          "  l = sum(e_2 o k)\n"
          "backward\n"
          "  dW = k o z o (1 - e_1^2)\n"
          "  dz = k o e_1 + dW\n"
          "gradients\n"
          "  dU = dz x'\n"
          "  dk = e_2\n");
}

}  // namespace revolute
