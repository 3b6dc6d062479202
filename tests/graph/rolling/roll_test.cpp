// Rolling of graphs made by hand: what is folded, what the cases are, and what is refused.

#include "phased_chain.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <support/golden.hpp>
#include <support/message.hpp>
#include <support/same_graph.hpp>

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace revolute;
using test::first_difference;

namespace {

/// h(t) = f_t(w h(t-1) + x(t)), all 1 x 1.
struct Chain {
    explicit Chain(int steps, Sharing sharing = Sharing::on) : graph(sharing) {
        w = graph.parameter("w", {1, 1});
        h = graph.constant(0.0);
        for (int t = 0; t < steps; ++t) add_step(t, tanh);
    }
    void add_step(int t, Expr (*f)(Operand)) {
        const Scope scope(graph, Step{0, t});
        const Expr x = graph.input("x", {1, 1});
        const Expr product = w * h;
        h = f(product + x).named("h");
    }

    Graph graph;
    Expr w, h;
};

Rolled roll_of(Expr output) { return roll(std::span(&output, 1)); }

/// Unrolls it again and says where the graphs differ.
std::string difference_after(const Rolled& rolled, std::span<const Expr> outputs) {
    verify(rolled);
    Graph graph(outputs.front().graph->sharing());
    return first_difference(outputs, unroll_again(rolled, graph));
}

std::size_t families_in(const Rolled& rolled) {
    std::size_t count = 0;
    for (const Part& part : rolled.parts) count += part.is_family() ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("roll: a chain is five families, of which three are a recurrence") {
    const Chain chain(10);
    const Rolled rolled = roll_of(chain.h);
    // The product w 0 of step 0 is one by itself: its factor does not depend on time.
    CHECK(families_in(rolled) == 5);
    std::vector<std::string> recurrence;
    for (const Component& component : rolled.schedule)
        if (component.is_recurrence())
            for (const PartId part : component.parts)
                recurrence.emplace_back(rolled[part].op->name);
    CHECK(recurrence == std::vector<std::string>{"matmul", "add", "tanh"});
    CHECK(rolled.steps() == 10);
    CHECK(rolled.node_count() == 10 * 4 + 2);
    CHECK(difference_after(rolled, std::array{chain.h}) == "");
}

TEST_CASE("roll: a boundary value is a case of an operand") {
    const Chain chain(5);
    const Rolled rolled = roll_of(chain.h);
    for (const Part& part : rolled.parts) {
        if (part.op != &add_op) continue;
        REQUIRE(part.slots[0].size() == 2);
        CHECK(part.slots[0][0].steps == Interval{0, 0});
        CHECK(rolled[part.slots[0][0].target].runs == std::vector<StepRange>{Interval{0, 0}});
        CHECK(part.slots[0][1].steps == Interval{1, 4});
        CHECK(rolled[part.slots[0][1].target].op == &matmul_op);
        CHECK(part.slots[0][1].distance == 0);
    }
}

TEST_CASE("roll: a recurrence that runs backward in time descends") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    Expr h = graph.constant(0.0);
    for (int t = 6; t-- > 0;) {
        const Scope scope(graph, Step{0, t});
        const Expr x = graph.input("x", {1, 1});
        h = tanh(w * h + x);
    }
    const Rolled rolled = roll_of(h);
    for (const Component& component : rolled.schedule)
        if (component.is_recurrence()) CHECK(component.direction == -1);
    CHECK(difference_after(rolled, std::array{h}) == "");
}

TEST_CASE("roll: the sum of a shared parameter's terms is a sweep over one family") {
    const Chain chain(9);
    const Derivative d = differentiate(chain.h, {chain.w});
    const Rolled rolled = roll(d.gradients());
    const Part& sum = rolled[rolled.outputs.front().part];
    // w 0 at step 0 has a term of its own, made after all others.
    REQUIRE(sum.operands.size() == 2);
    CHECK(sum.operands[0] == Sweep{{{sum.operands[0].elements[0].part, 0}}, 8, 1, -1});
    CHECK(difference_after(rolled, d.gradients()) == "");
}

TEST_CASE("roll: a parameter with two uses a step has its terms in one sweep, in their order") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    Expr h;
    {
        const Scope scope(graph, Step{0, -1});
        h = graph.initial_state("h", {1, 1});
    }
    for (int t = 0; t < 8; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr x = graph.input("x", {1, 1});
        const Expr read = w * x;
        const Expr carried = w * h;
        h = tanh(read + carried);
    }
    const Derivative d = differentiate(h, {w});
    const Rolled rolled = roll(d.gradients());
    const Part& sum = rolled[rolled.outputs.front().part];
    REQUIRE(sum.operands.size() == 1);
    CHECK(sum.operands[0].elements.size() == 2);
    CHECK(sum.operands[0].rounds() == 8);
    CHECK(difference_after(rolled, d.gradients()) == "");
}

TEST_CASE("roll: a graph without steps has no families") {
    Graph graph;
    const Expr a = graph.input("a", {2, 3});
    const Expr y = tanh(transpose(a) * a) + 1.0;
    const Rolled rolled = roll_of(y);
    CHECK(families_in(rolled) == 0);
    CHECK(rolled.axes.empty());
    CHECK(difference_after(rolled, std::array{y}) == "");
}

TEST_CASE("roll: steps far apart and below zero are steps") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    Expr h = graph.initial_state("h", {1, 1});
    for (const int t : {-2'000'000'000, -7, 0, 3, 1'999'999'999}) {
        const Scope scope(graph, Step{3, t});
        h = tanh(w * h);
    }
    CHECK(difference_after(roll_of(h), std::array{h}) == "");
}

TEST_CASE("roll: steps made in another order give the same values of everything") {
    // The step labels are a permutation: distances are anything, and nothing may be lost.
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    Expr h = graph.initial_state("h", {1, 1});
    for (const int t : {4, 1, 3, 0, 2, 5}) {
        const Scope scope(graph, Step{0, t});
        h = tanh(w * h);
    }
    const Derivative d = differentiate(h, {w});
    CHECK(difference_after(roll(d.gradients()), d.gradients()) == "");
}

TEST_CASE("roll: equal nodes kept apart stay apart") {
    const Chain chain(6, Sharing::off);
    CHECK(difference_after(roll_of(chain.h), std::array{chain.h}) == "");
}

TEST_CASE("roll: aliases and names that change on the way are kept") {
    Chain chain(6);
    chain.h.named("last").named("answer");
    CHECK(difference_after(roll_of(chain.h), std::array{chain.h}) == "");
}

TEST_CASE("roll: what waits in mid-time for a sum over steps is kept apart by its phase") {
    Graph graph;
    const Derivative d = test::phased_chain(graph);
    const Rolled rolled = roll(d.gradients());
    CHECK(rolled.folding == Folding::phased);
    CHECK(rolled.refusal ==
          "roll: a recurrence goes through unnamed accumulate [1 x 1], which has no step");
    CHECK(difference_after(rolled, d.gradients()) == "");
}

TEST_CASE("roll: where no order of families exists, every node stands by itself") {
    // Sums over all steps so far, at every step: each is a node without step that the next step
    // needs.
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    Expr h = graph.initial_state("h", {1, 1});
    Expr total = h;
    for (int t = 0; t < 6; ++t) {
        {
            const Scope scope(graph, Step{0, t});
            h = tanh(w * total);
        }
        total = total + h;
    }
    const Rolled rolled = roll_of(total);
    CHECK(difference_after(rolled, std::array{total}) == "");
}

TEST_CASE("roll: one operand is never two different weights, whatever operator reads them") {
    for (const bool is_product : {false, true}) {
        CAPTURE(is_product);
        Graph graph;
        const Expr w = graph.parameter("w", {2, 2}), v = graph.parameter("v", {2, 2});
        Expr h = graph.input("h", {2, 2});
        for (int t = 0; t < 12; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr weight = t < 6 ? w : v;
            h = tanh(is_product ? weight * h : weight + h).named("h");
        }
        const Derivative d = differentiate(sum(square(h)), {w, v});
        const Rolled rolled = roll(d.gradients());
        for (const Part& part : rolled.parts)
            for (const std::vector<Segment>& cases : part.slots) {
                std::optional<PartId> independent;
                for (const Segment& segment : cases) {
                    if (rolled[segment.target].depends_on_time) continue;
                    CHECK(independent.value_or(segment.target) == segment.target);
                    independent = segment.target;
                }
            }
        CHECK(difference_after(rolled, d.gradients()) == "");
    }
}

TEST_CASE("first_break: none in a chain") {
    const Chain chain(10);
    CHECK_FALSE(first_break(roll_of(chain.h)).has_value());
}

TEST_CASE("first_break: names the first step and operand that are different") {
    Chain chain(5);
    chain.add_step(5, sigmoid);
    for (int t = 6; t < 12; ++t) chain.add_step(t, tanh);
    const Rolled rolled = roll_of(chain.h);
    const auto found = first_break(rolled);
    REQUIRE(found.has_value());
    CHECK(rolled.steps() == 12);
    CHECK(found->step == Step{0, 5});
    CHECK(found->text ==
          "roll: steps are not alike from step t = 5 on: h[5], sigmoid [1 x 1] has no like before");
    CHECK(difference_after(rolled, std::array{chain.h}) == "");
}

TEST_CASE("first_break: an operand exchanged half-way") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1}), v = graph.parameter("v", {1, 1});
    Expr h = graph.initial_state("h", {1, 1});
    for (int t = 0; t < 12; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr x = graph.input("x", {1, 1});
        const Expr product = w * h;
        h = (t < 6 ? product + x : product + v * x).named("h");
    }
    const auto found = first_break(roll_of(h));
    REQUIRE(found.has_value());
    CHECK(found->text ==
          "roll: steps are not alike from step t = 6 on: operand 1 of h[6], add [1 x 1] changes\n"
          "  it is an unnamed matmul [1 x 1] in step t = 6\n"
          "  in step t = 5 it is x[5], input [1 x 1]");
}

namespace {

using MakeStep = std::function<Expr(int t, Expr h, Expr h_before, Expr x)>;

/// A chain whose steps are made by hand, with two weights to choose from.
struct HandMade {
    HandMade(int steps, const std::function<MakeStep(Expr w, Expr v)>& rule) {
        w = graph.parameter("w", {1, 1});
        v = graph.parameter("v", {1, 1});
        const MakeStep make = rule(w, v);
        h = graph.initial_state("h", {1, 1});
        Expr h_before = h;
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr next = make(t, h, h_before, graph.input("x", {1, 1})).named("h");
            h_before = std::exchange(h, next);
        }
    }

    Graph graph;
    Expr w, v, h;
};

std::string break_of(const std::function<MakeStep(Expr w, Expr v)>& rule) {
    const HandMade chain(14, rule);
    const auto found = first_break(roll_of(chain.h));
    return found ? found->text : "";
}

}  // namespace

TEST_CASE("first_break: one step with another weight, distance or factor") {
    CHECK(break_of([](Expr w, Expr v) {
              return [=](int t, Expr h, Expr, Expr x) { return tanh((t == 6 ? v : w) * h + x); };
          }) ==
          "roll: steps are not alike from step t = 6 on: operand 0 of an unnamed matmul [1 x 1] in "
          "step t = 6 changes\n  it is v, parameter [1 x 1]\n  in step t = 5 it is w, parameter [1 "
          "x 1]");
    CHECK(break_of([](Expr w, Expr) {
              return [=](int t, Expr h, Expr h_before, Expr x) {
                  return tanh(w * (t == 6 ? h_before : h) + x);
              };
          }) ==
          "roll: steps are not alike from step t = 6 on: operand 0 of an unnamed add [1 x 1] in "
          "step t = 6 changes\n  it is an unnamed matmul [1 x 1] in step t = 5, 1 step earlier\n"
          "  in step t = 5 it is an unnamed matmul [1 x 1] in step t = 5, of the same step");
    CHECK(
        break_of([](Expr, Expr) {
            return [=](int t, Expr h, Expr, Expr x) { return tanh((t == 6 ? 2.0 : 3.0) * h + x); };
        }) ==
        "roll: steps are not alike from step t = 6 on: attribute 0 of an unnamed scale [1 x 1] in "
        "step t = 6 changes\n  it is 2\n  in step t = 5 it is 3");
}

TEST_CASE(
    "first_break: a weight exchanged for good is found in the forward graph, derivative or not") {
    const HandMade chain(14, [](Expr w, Expr v) {
        return [=](int t, Expr h, Expr, Expr x) { return tanh((t < 6 ? w : v) * h + x); };
    });
    const std::string text =
        "roll: steps are not alike from step t = 6 on: operand 0 of an unnamed matmul [1 x 1] in "
        "step t = 6 changes\n  it is v, parameter [1 x 1]\n  in step t = 5 it is w, parameter [1 x "
        "1]";
    CHECK(first_break(roll_of(chain.h)).value().text == text);
    const Derivative d = differentiate(chain.h, {chain.w, chain.v});
    CHECK(first_break(roll(d.loss_and_gradients())).value().text == text);
}

// h(0) is given: whether steps are counted from 0 or from 1 makes no difference.
TEST_CASE("first_break: a state before the first step is no step, and neither is its adjoint") {
    const auto break_of = [](int first, int odd, bool has_gradients) {
        Graph graph;
        const Expr w = graph.parameter("w", {1, 1});
        Expr h;
        {
            const Scope scope(graph, Step{0, first - 1});
            h = graph.initial_state("h", {1, 1});
        }
        const Expr start = h;
        for (int t = first; t < first + 12; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr before = h;
            h = (t - first == odd ? sigmoid(w * h) : tanh(w * h)).named("h");
            h = (h + 0.5 * before).named("s");
        }
        const auto found = first_break(
            has_gradients ? roll(differentiate(h, {w, start}).loss_and_gradients()) : roll_of(h));
        return found ? found->step.t - first : -1;
    };
    std::size_t broken = 0;
    for (const bool has_gradients : {false, true})
        for (int odd = 0; odd < 12; ++odd) {
            CAPTURE(has_gradients);
            CAPTURE(odd);
            CHECK(break_of(1, odd, has_gradients) == break_of(0, odd, has_gradients));
            CHECK(break_of(3, odd, has_gradients) == break_of(0, odd, has_gradients));
            broken += break_of(1, odd, has_gradients) >= 0 ? 1 : 0;
        }
    CHECK(broken > 4);
    CHECK(broken < 24);
}

TEST_CASE("first_break: a sum of more terms than the one in the step before") {
    CHECK(break_of([](Expr w, Expr v) {
              return [=](int t, Expr h, Expr, Expr x) {
                  const Expr sum = t == 6 ? accumulate(std::array{w * h, x, v})
                                          : accumulate(std::array{w * h, x});
                  return tanh(sum);
              };
          }) ==
          "roll: steps are not alike from step t = 6 on: operand 0 of h[6], tanh [1 x 1] changes\n"
          "  it is an unnamed accumulate [1 x 1] in step t = 6 of an unnamed matmul [1 x 1] in "
          "step t = 6, "
          "x[6], input [1 x 1], v, parameter [1 x 1]\n"
          "  in step t = 5 it is an unnamed accumulate [1 x 1] in step t = 5 of an unnamed matmul "
          "[1 x 1] in "
          "step t = 5, x[5], input [1 x 1]");
}

TEST_CASE("at: refused where one step in the midst is not like the others") {
    const auto odd_step = [](int odd) {
        return [=](Expr w, Expr v) -> MakeStep {
            return [=](int t, Expr h, Expr, Expr x) { return tanh((t == odd ? v : w) * h + x); };
        };
    };
    for (const int odd : {3, 6, 10}) {
        const Rolled rolled = roll_of(HandMade(14, odd_step(odd)).h);
        CAPTURE(odd);
        CHECK(rolled.steps() == 14);
        CHECK_FALSE(rolled.least_steps().has_value());
        CHECK_THROWS_AS(rolled.at(20), GraphError);
    }
    // Near the first step it is what happens at the beginning.
    const Rolled rolled = roll_of(HandMade(14, odd_step(1)).h);
    CHECK(rolled.at(20) == roll_of(HandMade(20, odd_step(1)).h));
}

TEST_CASE("to_text: a part a line, recurrences inset, boundary cases in braces") {
    const Chain chain(6);
    const Derivative d = differentiate(chain.h, {chain.w});
    test::check_golden("graph/golden/rolled_chain.txt", to_text(roll(d.gradients())));
}

TEST_CASE("at: the rolled chain of another number of steps") {
    const Chain chain(8);
    const Rolled rolled = roll_of(chain.h);
    for (const int steps : {4, 5, 9, 100}) CHECK(rolled.at(steps) == roll_of(Chain(steps).h));
}

TEST_CASE("at: too few steps are refused") {
    const Rolled rolled = roll_of(Chain(8).h);
    const std::int32_t least = rolled.least_steps().value();
    CHECK(test::message_of<GraphError>([&] { rolled.at(least - 1); }) ==
          "rolled: boundary cases meet in fewer than 4 steps (3 asked for)\n"
          "  roll the graph of 3 steps instead");
}

TEST_CASE("at: a graph of one step cannot be stretched") {
    const Rolled rolled = roll_of(Chain(1).h);
    CHECK_FALSE(rolled.least_steps().has_value());
    CHECK(test::message_of<GraphError>([&] { rolled.at(5); }) ==
          "rolled: the steps in its midst are not alike, so none can be put in (1 on axis t)\n"
          "  2 steps in a row must be alike at least, and there are 1 at most, from step t = 0 on\n"
          "  roll the graph of 5 steps instead");
}

TEST_CASE("at: an axis that is not there") {
    CHECK(test::message_of<GraphError>([] { roll_of(Chain(8).h).at(5, 1); }) ==
          "rolled: has no time axis 1 (1 of them)");
}

TEST_CASE("unroll_again: a destination that shares where the graph does not is refused") {
    const Rolled rolled = roll_of(Chain(4, Sharing::off).h);
    Graph graph;
    CHECK(test::message_of<GraphError>([&] { unroll_again(rolled, graph); }) ==
          "unroll_again: equal nodes are shared in the destination but not in what was rolled");
}

TEST_CASE("roll: expressions of two graphs are refused") {
    const Chain a(2), b(2);
    const std::array outputs{a.h, b.h};
    CHECK(test::message_of<GraphError>([&] {
              roll(outputs);
          }).starts_with("roll: expressions must belong to one graph"));
}
