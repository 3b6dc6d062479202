// Factors that grow evenly with the step but are no whole numbers, such as weights (t+1) / N, and
// factors that depend on the number of steps in other ways than a mean over time does.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <support/same_graph.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

using namespace revolute;

namespace {

using Weight = std::function<double(int t, int steps)>;

/// The loss and the gradient of sum(t) weight(t) |h(t)|^2 for h(t) = tanh(w h(t-1) + x(t)).
std::vector<Expr> weighted(Graph& graph, int steps, const Weight& weight) {
    const Expr w = graph.parameter("w", {2, 2});
    Expr h = graph.parameter("s", {2, 1});
    std::vector<Expr> losses;
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        h = tanh(w * h + graph.input("x", {2, 1})).named("h");
        losses.push_back(weight(t, steps) * sum(square(h)));
    }
    return differentiate(accumulate(losses), {w}).loss_and_gradients();
}

Rolled rolled_of(const Weight& weight, int steps, bool is_simplified) {
    Graph graph, simple;
    const std::vector<Expr> built = weighted(graph, steps, weight);
    if (!is_simplified) return roll(built);
    return roll(simplify(built, simple, simplification_rules()).outputs);
}

/// Values of the leaves that are the same in all graphs.
Bindings values_of(Graph& graph) {
    Bindings values;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const NodeId node{i};
        if (!is_given(graph.op(node))) continue;
        const auto step = graph.step(node);
        const double value = step ? std::sin(step->t) : 0.3;
        values.bind(graph.at(node),
                    Matrix(graph.shape(node).rows, graph.shape(node).columns, value));
    }
    return values;
}

struct NamedWeight {
    const char* name;
    Weight weight;
    bool depends_on_steps = false;
    /// What simplification makes of it is 1 at a step in the midst, where nothing is left of it
    /// then.
    bool is_once_one = false;
};

std::vector<NamedWeight> weights() {
    return {
        {"t+1", [](int t, int) { return t + 1.0; }},
        {"0.5 (t+1)", [](int t, int) { return 0.5 * (t + 1); }},
        {"0.1 (t+1)", [](int t, int) { return 0.1 * (t + 1); }, false, true},
        {"(t+1) / 3", [](int t, int) { return (t + 1) / 3.0; }, false, true},
        {"(t+1) times 1/7", [](int t, int) { return (t + 1) * (1.0 / 7); }, false, true},
        {"t + 0.5", [](int t, int) { return t + 0.5; }},
        {"-0.3 (2t+1)", [](int t, int) { return -0.3 * (2 * t + 1); }},
        {"(t+1) / N", [](int t, int steps) { return (t + 1.0) / steps; }, true, true},
        {"8 (t+1) / N", [](int t, int steps) { return 8 * (t + 1) / (0.0 + steps); }, true, true},
        {"(t+1) times 1/N", [](int t, int steps) { return (t + 1) * (1.0 / steps); }, true, true},
        {"(N-t) / N", [](int t, int steps) { return (steps - t) / (0.0 + steps); }, true, true},
        {"(2t+1) / (2N)", [](int t, int steps) { return (2 * t + 1) / (2.0 * steps); }, true, true},
        {"2 (t+1) / (N (N+1))",
         [](int t, int steps) { return 2 * (t + 1) / (steps * (steps + 1.0)); }, true}};
}

}  // namespace

TEST_CASE("roll: factors on a line are one family, and the graph is built again bit for bit") {
    for (const NamedWeight& of : weights()) {
        CAPTURE(of.name);
        for (const bool is_simplified : {false, true}) {
            CAPTURE(is_simplified);
            Graph graph, simple, again;
            std::vector<Expr> built = weighted(graph, 20, of.weight);
            if (is_simplified) built = simplify(built, simple, simplification_rules()).outputs;
            const Rolled rolled = roll(built);
            verify(rolled);
            CHECK(rolled.parts.size() < 45);
            CHECK(test::first_difference(built, unroll_again(rolled, again)) == "");
        }
    }
}

TEST_CASE("roll_for: factors on a line are what is built, but for rounding") {
    for (const NamedWeight& of : weights()) {
        CAPTURE(of.name);
        for (const bool is_simplified : {false, true}) {
            CAPTURE(is_simplified);
            if (is_simplified && of.is_once_one) continue;
            const AnySteps any = roll_any_steps(
                64, [&](std::int32_t steps) { return rolled_of(of.weight, steps, is_simplified); });
            CAPTURE(any.refusal);
            REQUIRE(any.rolled.has_value());
            for (const int steps : {11, 30, 77}) {
                Graph again, graph;
                const std::vector<Expr> built = weighted(graph, steps, of.weight);
                const std::vector<Expr> stretched = unroll_again(*any.rolled, steps, again);
                const auto expected = evaluate(built, values_of(graph));
                const auto found = evaluate(stretched, values_of(again));
                for (std::size_t i = 0; i < expected.size(); ++i)
                    CHECK(largest_difference(found[i], expected[i]) < 1e-12);
            }
        }
    }
}

TEST_CASE(
    "at: one graph does not tell a line of the number of steps, and does one that is not of it") {
    for (const NamedWeight& of : weights()) {
        CAPTURE(of.name);
        const Rolled rolled = rolled_of(of.weight, 17, false);
        if (of.depends_on_steps)
            CHECK_THROWS_AS(rolled.at(20), GraphError);
        else
            CHECK(rolled.at(20) == rolled_of(of.weight, 20, false));
    }
}

TEST_CASE("roll_any_steps: no graph of fewer steps than asked for is built, prime or not") {
    const Weight mean = [](int, int n) { return 1.0 / n; };
    const Weight ramp = [](int t, int n) { return (t + 1.0) / n; };
    for (const bool is_of_primes : {false, true})
        for (const std::int32_t fewest : {8, 11, 12, 24, 40}) {
            CAPTURE(fewest);
            CAPTURE(is_of_primes);
            std::int32_t least = 1000;
            const auto rolled_with = [&](std::int32_t steps) {
                least = std::min(least, steps);
                return rolled_of(is_of_primes ? ramp : mean, steps, is_of_primes);
            };
            const AnySteps any = roll_any_steps(64, rolled_with, fewest);
            CAPTURE(any.refusal);
            REQUIRE(any.rolled.has_value());
            CHECK(any.built_with >= fewest);
            CHECK(any.rolled->steps() == any.built_with);
            if (!is_of_primes) CHECK(least == fewest);  // else values of fewer steps are compared
        }
    const auto rolled_with = [&](std::int32_t steps) { return rolled_of(mean, steps, false); };
    CHECK(roll_any_steps(8, rolled_with, 12).refusal ==
          "roll: a graph of fewer than 12 steps does not tell");
}

TEST_CASE("roll_any_steps: a scale that follows no law is named") {
    const AnySteps any = roll_any_steps(10, [](std::int32_t steps) {
        return rolled_of([](int t, int n) { return (t + 1) / std::pow(3, n); }, steps, false);
    });
    CHECK(
        any.refusal ==
        "roll: the scale of attribute 0 of an unnamed scale [1 x 1] in step t = 0 is "
        "0.00015241579027587258 in 8 steps, 5.080526342529086e-05 in 9 and 1.6935087808430286e-05 "
        "in 10, which is neither even in the number of steps nor a product or quotient of two such "
        "numbers, nor a root of these");
}

TEST_CASE("to_text: a multiple of a line is written as one") {
    const auto text = [](const Weight& weight) { return to_text(rolled_of(weight, 8, false)); };
    CHECK(text([](int t, int) { return 0.1 * (t + 1); }).find(" {0.1 (t+1)}") != std::string::npos);
    CHECK(text([](int t, int) { return (t + 1) / 7.0; }).find(" {(t+1) / 7}") != std::string::npos);
}

TEST_CASE(
    "at: one graph does not tell factors of other forms from ordinary ones, and refuses them") {
    const std::vector<std::pair<const char*, std::function<double(int)>>> factors{
        {"N / (N+1)", [](int n) { return n / (n + 1.0); }},
        {"1 - 1/N", [](int n) { return 1 - 1.0 / n; }},
        {"1 / sqrt N", [](int n) { return 1 / std::sqrt(n); }},
        {"0.9^N", [](int n) { return std::pow(0.9, n); }},
        {"exp(-N)", [](int n) { return std::exp(-n); }},
        {"log N", [](int n) { return std::log(n); }}};
    for (const auto& factor : factors)
        for (int steps = 6; steps < 30; ++steps) {
            CAPTURE(factor.first);
            CAPTURE(steps);
            const Rolled rolled =
                rolled_of([&](int, int n) { return factor.second(n); }, steps, false);
            CHECK_THROWS_AS(rolled.at(40), GraphError);
        }
}

TEST_CASE("roll_for: ordinary factors stay what they are, whatever they look like") {
    for (const double factor :
         {0.001, 0.01, 0.05, 0.1, 0.125, 0.2, 0.25, 0.5, 0.9, 0.99, 8.0, 100.0})
        for (const bool is_simplified : {false, true}) {
            CAPTURE(factor);
            const auto rolled = [&](std::int32_t steps) {
                return rolled_of([&](int, int) { return factor; }, steps, is_simplified);
            };
            CHECK(roll_for(21, rolled) == rolled(21));
        }
}
