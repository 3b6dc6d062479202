// The loss has its line, once, named as the user named it.

#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <support/equation_batches.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

namespace revolute {

namespace {

using test::BatchChain;
using Loss = std::function<Expr(const BatchChain&)>;

/// S(t) = 0.5 S(t-1) + what a state adds; the last one.
Expr discounted(const BatchChain& chain) {
    Expr total;
    for (std::size_t t = 0; t < chain.h.size(); ++t) {
        const Scope at(*chain.U.graph, Step{0, static_cast<std::int32_t>(t)});
        const Expr part = sum(square(chain.h[t]));
        total = (t == 0 ? part : 0.5 * total + part).named("S");
    }
    return total;
}

/// Losses that simplification makes another named value, a value of one step, or a number.
const std::vector<Loss> losses{
    [](const BatchChain& chain) { return discounted(chain).named("L"); },
    [](const BatchChain& chain) { return (1.0 * discounted(chain)).named("L"); },
    [](const BatchChain& chain) { return sum(discounted(chain)).named("L"); },
    [](const BatchChain& chain) {
        return accumulate(chain.parts([](const Expr& h) { return sum(square(h)); })).named("L");
    },
    [](const BatchChain& chain) {
        return accumulate(chain.parts([](const Expr& h) { return sum(square(h)).named("l"); }))
            .named("L");
    },
    [](const BatchChain& chain) { return (1.0 * sum(square(chain.h.back()))).named("L"); },
    [](const BatchChain& chain) { return (0.0 * sum(chain.h.back()) + 3.0).named("L"); },
};

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

/// The values of the text are those of a derivative whose loss is called so and has no step.
void check_text(const std::string& text, const Loss& loss, std::int32_t steps) {
    CAPTURE(text);
    CAPTURE(steps);
    CHECK(count(text, "\n  L = ") == 1);
    CHECK(count(text, "\n  L(") == 0);
    Graph graph;
    const BatchChain chain(graph, steps, 1);
    const Derivative derivative =
        differentiate((1.0 * loss(chain)).named("L"), {chain.U}, Unreachable::zeros);
    test::check_equations(text, derivative, test::random_values(graph, 3));
}

}  // namespace

TEST_CASE(
    "equations: the loss has a line of its own name, and no step, whatever it simplifies to") {
    for (std::size_t i = 0; i < losses.size(); ++i)
        for (const Simplification simplification : {Simplification::on, Simplification::off})
            for (const std::int32_t steps : {1, 2, 5}) {
                CAPTURE(i);
                Graph graph;
                const BatchChain chain(graph, steps, 1);
                const Derivative derivative =
                    differentiate(losses[i](chain), {chain.U}, Unreachable::zeros);
                check_text(to_text(equations(derivative, simplification)), losses[i], steps);
            }
}

TEST_CASE("equations: so it has where no gradient is asked for") {
    const std::vector<Expr> none;
    for (const Loss& loss : losses)
        for (const Simplification simplification : {Simplification::on, Simplification::off}) {
            Graph graph;
            const BatchChain chain(graph, 4, 1);
            const Derivative derivative = differentiate(loss(chain), none);
            const Equations lines = equations(derivative, simplification);
            for (const Equation& line : lines.lines) CHECK(line.part == EquationPart::forward);
            const std::string text = to_text(lines);
            CAPTURE(text);
            CHECK(count(text, "\n  L = ") == 1);
            test::check_equations(text, derivative, test::random_values(graph, 3));
        }
}

TEST_CASE("equations: so it has in those of any number of steps") {
    // A number depends on no step.
    for (std::size_t i = 0; i + 1 < losses.size(); ++i)
        for (const Simplification simplification : {Simplification::on, Simplification::off}) {
            CAPTURE(i);
            const Equations lines = general_equations([&](std::int32_t steps) {
                Graph graph;
                const BatchChain chain(graph, steps, 1);
                return rolled_up(differentiate(losses[i](chain), {chain.U}), simplification);
            });
            for (const std::int32_t steps : {2, 5}) check_text(to_text(lines), losses[i], steps);
        }
}

TEST_CASE("equations: a loss that is one of the values of a recurrence is that value") {
    Graph graph;
    const BatchChain chain(graph, 4, 1);
    const std::string text = to_text(equations(differentiate(discounted(chain), {chain.U})));
    CAPTURE(text);
    CHECK(count(text, "S(t) = 0.5 S(t-1) + sum(h(t)^2)") == 1);
    CHECK(count(text, "  L") == 0);
}

}  // namespace revolute
