// Random nets, folded: they come back node for node, at the number of steps with which they were
// built and at others. And nets of which one number of steps does not tell others.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>
#include <support/random_net.hpp>
#include <support/same_graph.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

using namespace revolute;
using test::first_difference;
using test::RandomNet;

namespace {

std::optional<Rolled> at_or_refused(const Rolled& rolled, int steps) {
    try {
        return rolled.at(steps);
    } catch (const GraphError&) {
        return std::nullopt;
    }
}

}  // namespace

TEST_CASE("roll: random nets come back node for node") {
    for (std::uint32_t seed = 0; seed < test::draws(150); ++seed)
        for (const int steps : {1, 3, 8}) {
            const RandomNet net(seed);
            CAPTURE(seed);
            CAPTURE(net.text());
            CAPTURE(steps);
            Graph graph, again;
            const std::vector<Expr> outputs = net.all_outputs(graph, steps);
            const Rolled rolled = roll(outputs);
            CHECK_NOTHROW(verify(rolled));
            CHECK(first_difference(outputs, unroll_again(rolled, again)) == "");
        }
}

TEST_CASE("at: random nets of another number of steps are what is built with it, or refused") {
    int same = 0;
    for (std::uint32_t seed = 0; seed < test::draws(150); ++seed) {
        const RandomNet net(seed);
        CAPTURE(seed);
        CAPTURE(net.text());
        Graph graph;
        const Rolled rolled = roll(net.outputs(graph, 11));
        for (const int steps : {7, 10, 12, 17}) {
            CAPTURE(steps);
            const std::optional<Rolled> other = at_or_refused(rolled, steps);
            if (!other) continue;
            ++same;
            CHECK_NOTHROW(verify(*other));
            Graph built, again;
            const std::vector<Expr> outputs = net.outputs(built, steps);
            CHECK(*other == roll(outputs));
            CHECK(first_difference(outputs, unroll_again(*other, again)) == "");
        }
    }
    // Of many nets no graph can tell: members that all steps read, factors next to the number of
    // steps.
    CHECK(same > 5 * static_cast<int>(test::draws(150)) / 3);
}

namespace {

/// x(0), x(1), ... [1 x 1].
std::vector<Expr> inputs_of(Graph& graph, int steps) {
    std::vector<Expr> inputs;
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        inputs.push_back(graph.input("x", {1, 1}));
    }
    return inputs;
}

std::string refusal_of(Expr output, int steps) {
    const Rolled rolled = roll(std::array{output});
    CHECK_FALSE(rolled.least_steps().has_value());
    return test::message_of<GraphError>([&] { rolled.at(steps); });
}

}  // namespace

TEST_CASE("at: what is added once for each step is refused, and named") {
    const auto gradient_of = [](Graph& graph, int steps) {
        const Expr b = graph.parameter("b", {1, 1});
        std::vector<Expr> sums;
        for (const Expr& x : inputs_of(graph, steps)) {
            const Scope scope(graph, Step{0, static_cast<int>(sums.size())});
            sums.push_back(b + x);
        }
        const Expr loss = accumulate(sums).named("L");
        return accumulate(std::array{loss, differentiate(loss, {b})[b]}).named("y");
    };
    for (const int steps : {4, 7, 8}) {
        Graph graph;
        CHECK(refusal_of(gradient_of(graph, steps), 9) ==
              fmt::format("rolled: an unnamed accumulate [1 x 1] reads an unnamed constant [1 x 1] "
                          "{0} times, which may come from the number of steps ({0} on axis t)\n"
                          "  one graph cannot tell: roll_for compares graphs of several numbers of "
                          "steps\n  roll the graph of 9 steps instead",
                          steps));
    }
    CHECK(roll_for(9, [&](std::int32_t steps) {
              Graph graph;
              return roll(std::array{gradient_of(graph, steps)});
          }) == [&] {
        Graph graph;
        return roll(std::array{gradient_of(graph, 9)});
    }());
}

TEST_CASE(
    "at: values that several steps share have no step, and are refused where nothing else is "
    "there") {
    Graph graph;
    const Expr a = graph.parameter("a", {1, 1}), b = graph.parameter("b", {1, 1});
    std::vector<Expr> h{a, a};
    for (int t = 0; t < 11; ++t) {
        const Scope scope(graph, Step{0, t});
        h.push_back(maximum(b, h[h.size() - 2]));
    }
    const Expr first = inputs_of(graph, 1).front();
    CHECK(refusal_of(h.back() + first, 12) ==
          "rolled: nothing is computed in its midst, so no step can be put in (11 on axis t)\n"
          "  roll the graph of 12 steps instead");
}

TEST_CASE("at: what stands in the very midst may be counted from either end, and is refused") {
    const auto refusal = [](int steps, int output) {
        Graph graph;
        const std::vector<Expr> inputs = inputs_of(graph, steps);
        std::vector<Expr> states{graph.parameter("h", {1, 1})};
        for (const Expr& x : inputs) {
            const Scope scope(graph, Step{0, static_cast<int>(states.size()) - 1});
            states.push_back(tanh(states.back() + x));
        }
        const Rolled rolled =
            roll(std::array{states.back(), states[static_cast<std::size_t>(output)]});
        return test::message_of<GraphError>([&] { rolled.at(steps + 3); });
    };
    for (const int output : {3, 5, 7, 9}) CHECK(refusal(11, output) == "(nothing was thrown)");
    CHECK(refusal(11, 6) ==
          "rolled: the steps in its midst are not alike, so none can be put in (11 on axis t)\n"
          "  of the rows of steps that are alike none is longer than all others, so where to put "
          "them in cannot be told\n  roll the graph of 14 steps instead");
}

TEST_CASE("at: sizes beyond the range of int are refused") {
    Graph graph;
    std::vector<Operand> inputs;
    for (int t = 0; t < 8; ++t) {
        const Scope scope(graph, Step{0, t});
        inputs.emplace_back(graph.input("x", {3, 1}));
    }
    const Rolled rolled = roll(std::array{stack_rows(inputs).named("P")});
    CHECK(rolled.at(715827882)[rolled.outputs.front().part].shape == Shape{2147483646, 1});
    CHECK(test::message_of<GraphError>([&] { rolled.at(715827883); }) ==
          "rolled: sizes of P, stack_rows [24 x 1] are beyond the range of int in 715827883 steps");
}

TEST_CASE("at: shapes that do not grow evenly are refused") {
    Graph graph;
    const std::vector<Expr> inputs = inputs_of(graph, 8);
    const Expr all = stack_rows(std::vector<Operand>(inputs.begin(), inputs.end()));
    std::vector<Operand> products;
    for (const Expr& x : inputs) {
        const Scope scope(graph, Step{0, static_cast<int>(products.size())});
        products.emplace_back(all * x);
    }
    CHECK(refusal_of(stack_rows(products).named("P"), 12) ==
          "rolled: the shape of P, stack_rows [64 x 1] does not grow evenly with the number of "
          "steps\n  in 9 steps it is [81 x 1], in 10 steps [100 x 1]\n"
          "  roll the graph of 12 steps instead");
}

TEST_CASE("steps: those of the inputs, where the first step of a recurrence is apart from it") {
    for (const bool is_backwards : {false, true})
        for (const int steps : {4, 9}) {
            Graph graph;
            const std::vector<Expr> inputs = inputs_of(graph, steps);
            Expr h = graph.parameter("h", {1, 1});
            for (int i = 0; i < steps; ++i) {
                const int t = is_backwards ? steps - 1 - i : i;
                const Scope scope(graph, Step{0, t});
                h = inputs[static_cast<std::size_t>(t)] * h;
            }
            CHECK(roll(std::array{h}).steps() == steps);
        }
}
