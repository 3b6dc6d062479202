// Rolling of nets that do the same every k steps: what repeats is written once, and more periods
// give the graph that is built with them.

#include <revolute/graph/rolling/roll.hpp>
#include <support/message.hpp>
#include <support/net_programs.hpp>
#include <support/nets.hpp>
#include <support/same_graph.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rnn/repeating_nets.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace revolute;
using test::message_of;

namespace {

using Build = std::function<std::vector<Expr>(Graph&, int)>;

struct Net {
    std::string name;
    int period = 1;
    Build build;
};

std::vector<Net> repeating_nets() {
    std::vector<Net> nets{
        {"cut GRU", 5, test::cut_gru},
        {"clockwork of 3", 3, test::clockwork},
        {"clockwork of 2 and 3", 6,
         [](Graph& graph, int steps) {
             return test::clockwork_of(graph, steps, {2, 3});
         }},
        {"clockwork of 4 and 8", 8,
         [](Graph& graph, int steps) {
             return test::clockwork_of(graph, steps, {4, 8});
         }},
        {"dilated", 4, test::dilated},
    };
    for (const int period : {2, 3, 4, 5, 7})
        for (const std::uint32_t seed : {1U, 2U, 3U})
            nets.push_back({fmt::format("drawn of {}, {}", period, seed), period,
                            [period, seed](Graph& graph, int steps) {
                                return test::drawn(graph, steps, period, seed);
                            }});
    return nets;
}

Rolled rolled_of(const Build& build, int steps) {
    Graph graph;
    return roll(build(graph, steps));
}

std::size_t list_lengths(const Rolled& rolled) {
    std::size_t length = 0;
    for (const Part& part : rolled.parts) {
        length += part.runs.size() + part.names.size() + part.operands.size();
        for (const std::vector<Segment>& slot : part.slots) length += slot.size();
    }
    return length;
}

}  // namespace

TEST_CASE("at: more and fewer periods give the graph that is built with them") {
    for (const Net& net : repeating_nets())
        for (const int rest : {0, 1, 2}) {
            CAPTURE(net.name);
            const int built = 12 * net.period + rest;
            const Rolled rolled = rolled_of(net.build, built);
            verify(rolled);
            const int steps = rolled.steps();  // an axis ends with its recurrences
            CAPTURE(steps);
            const auto least = rolled.least_steps();
            REQUIRE(least.has_value());
            CHECK(steps % rolled.period() == *least % rolled.period());
            CHECK(net.period % rolled.period() == 0);  // drawn steps may be alike by chance
            for (const int wanted : {*least, steps - net.period, steps + net.period, 3 * steps}) {
                CAPTURE(wanted);
                if (wanted < *least || (wanted - steps) % rolled.period() != 0) continue;
                const Rolled other = rolled.at(wanted);
                verify(other);
                CHECK(other == rolled_of(net.build, wanted + built - steps));
            }
        }
}

TEST_CASE("roll: lists of what repeats do not grow with the number of periods") {
    for (const Net& net : repeating_nets()) {
        CAPTURE(net.name);
        const Rolled few = rolled_of(net.build, 12 * net.period),
                     many = rolled_of(net.build, 60 * net.period);
        CHECK(few.parts.size() == many.parts.size());
        CHECK(list_lengths(few) == list_lengths(many));
        CHECK_FALSE(first_break(few).has_value());
    }
}

TEST_CASE("roll: what repeats is spelled out as it was, and unrolls to the graph that was rolled") {
    for (const Net& net : repeating_nets()) {
        CAPTURE(net.name);
        Graph graph, again, from_lists;
        const std::vector<Expr> outputs = net.build(graph, 10 * net.period + 1);
        const Rolled rolled = roll(outputs);
        CHECK(test::first_difference(outputs, unroll_again(rolled, again)) == "");
        const Rolled plain = spelled_out(rolled);
        verify(plain);
        CHECK(test::first_difference(outputs, unroll_again(plain, from_lists)) == "");
        for (const Part& part : plain.parts)
            for (const StepRange run : part.runs) CHECK_FALSE(run.repeats());
    }
}

TEST_CASE("program: of a net that repeats is what evaluate gives") {
    for (const Net& net : repeating_nets()) {
        CAPTURE(net.name);
        Graph graph;
        test::check_programs(net.build(graph, 3 * net.period + 2));
    }
}

TEST_CASE(
    "roll_for: a net that repeats is foretold from few periods, a mean over its answers too") {
    std::vector<Net> nets = repeating_nets();
    nets.push_back({"answers at every third step", 3, test::sparse_answers});
    for (const Net& net : nets)
        for (const int rest : {0, 1}) {
            CAPTURE(net.name);
            const int steps = 30 * net.period + rest;
            const auto rolled_with = [&](std::int32_t n) { return rolled_of(net.build, n); };
            CHECK(roll_for(steps, rolled_with) == rolled_of(net.build, steps));
        }
}

TEST_CASE(
    "at: what repeats is refused for a number of steps that is no multiple of the period more") {
    const Rolled rolled = rolled_of(test::clockwork, 24);
    CHECK(message_of<GraphError>([&] { rolled.at(26); }) ==
          "rolled: everything comes again every 3 steps, so 24 steps can become 27 or 30 (26 asked "
          "for)\n  roll the graph of 26 steps instead");
}

TEST_CASE("at: a pattern that ends in the midst of the steps is refused, and its end is named") {
    const auto build = [](Graph& graph, int steps) {
        const Expr u = graph.parameter("u", {1, 1});
        Expr h = graph.input("h0", {1, 1});
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr z = u * h;
            h = (t % 3 == 0 && t < 22 ? sigmoid(z) : tanh(z)).named("h");
        }
        return std::vector<Expr>{h};
    };
    CHECK_FALSE(first_break(rolled_of(build, 24)).has_value());
    const Rolled rolled = rolled_of(build, 40);
    const auto found = first_break(rolled);
    REQUIRE(found.has_value());
    CHECK(found->step.t >= 22);
    CHECK(found->step.t <= 24);
    CHECK_FALSE(rolled.least_steps().has_value());
}

TEST_CASE("listing: what repeats is written with its first, second and last") {
    CHECK(to_text(rolled_of(test::clockwork, 24))
              .find("  b3%12(t) = tanh(%11(t))  [1 x 1]  t = 0, 3, ..., 21\n") !=
          std::string::npos);
    const Build cut = [](Graph& graph, int steps) {
        const Derivative d = test::truncated(graph, {CellKind::simple, {4, 4}}, steps);
        return std::vector<Expr>(d.gradients().begin(), d.gradients().end());
    };
    CHECK(to_text(rolled_of(cut, 16))
              .find("matmul(U%1, {1..3, 5..7, ..., 13..15: h%9(t-1); 4, 8, "
                    "..., 12: h_cut%11(t-1)})") != std::string::npos);
}

TEST_CASE("steps: a range that repeats is no interval") {
    const StepRange steps(Interval{2, 3}, 5, 4);
    CHECK(steps.high() == 18);
    CHECK(steps.size() == 8);
    for (int t = 0; t < 25; ++t) CHECK(steps.contains(t) == (t >= 2 && t < 19 && (t - 2) % 5 < 2));
    CHECK(message_of<InternalError>([&] { (void)steps.interval(); }) ==
          "steps: 2..3 comes again every 5 steps");
}
