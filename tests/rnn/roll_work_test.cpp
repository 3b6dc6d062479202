// What merging families costs, counted in cases, steps and pairs that it looks at, not in time: it
// grows no faster than the graph where patterns repeat, and stays below its bound where operands
// grow.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/rolling/detail/roll_parts.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <support/same_graph.hpp>

#include <doctest/doctest.h>
#include <rnn/repeating_nets.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace revolute;
using test::first_difference;
using test::with_gradients;

namespace {

using Outputs = std::function<std::vector<Expr>(Graph&, int)>;

/// An LSTM over padded sequences, answers at every step.
std::vector<Expr> masked(Graph& graph, int steps) {
    const Lstm cell(graph, 2, 3);
    const auto x = input_sequence(graph, "x", {2, 2}, steps);
    const Lengths lengths = input_lengths(graph, 2, steps);
    const Initial zero = initial_state(graph, cell.state_tensors(), 2, InitialState::zero);
    const Unrolled net = unroll_masked(cell, x, lengths, zero);
    return with_gradients(read_out_masked(net.outputs(), lengths, 1).loss, cell.parameters());
}

/// A cell that attends to all of its own past states: operands grow with every step.
std::vector<Expr> attending(Graph& graph, int steps) {
    const Expr w = graph.parameter("w", {1, 1}), u = graph.parameter("u", {1, 1});
    const auto x = input_sequence(graph, "x", {1, 1}, steps);
    Expr past = x.front();
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr input = w * x[static_cast<std::size_t>(t)];
        const Expr weights = softmax(transpose(multiply(input, past)));
        past = stack_columns({past, tanh(input + u * (past * weights))});
    }
    return with_gradients(sum(columns(past, steps, 1)), {w, u});
}

/// A cell that adds all of its past states: every one is read from every distance.
std::vector<Expr> dense_in_time(Graph& graph, int steps) {
    const Expr w = graph.parameter("w", {1, 1});
    std::vector<Expr> h = {graph.input("h0", {1, 1})};
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        Expr z = w * h.front();
        for (std::size_t i = 1; i < h.size(); ++i) z = z + w * h[i];
        h.push_back(tanh(z).named("h"));
    }
    return with_gradients(h.back(), {w});
}

/// A weight of its own at every step.
std::vector<Expr> own_weights(Graph& graph, int steps) {
    const Expr u = graph.parameter("u", {1, 1});
    const auto x = input_sequence(graph, "x", {1, 1}, steps);
    Expr h = graph.constant(0.0);
    for (int t = 0; t < steps; ++t) {
        const Expr k = graph.input("k" + std::to_string(t), {1, 1});
        const Scope scope(graph, Step{0, t});
        const Expr moved = mask(tanh(u * h + x[static_cast<std::size_t>(t)]), k);
        h = moved + mask(h, 1.0 - k);
    }
    return with_gradients(h, {u});
}

const std::vector<std::pair<std::string, Outputs>> repeating{
    {"masked", masked},
    {"truncated", test::cut_gru},
    {"clockwork", test::clockwork},
    {"dilated", test::dilated},
};
const std::vector<std::pair<std::string, Outputs>> growing{
    {"attending", attending},
    {"dense in time", dense_in_time},
    {"own weights", own_weights},
};

struct Merged {
    detail::MergeWork of;
    std::size_t parts = 0;
    std::size_t operands = 0;
};

Merged merged(const Outputs& build, int steps) {
    Graph graph;
    const std::vector<Expr> outputs = build(graph, steps);
    const std::vector<bool> needed = ancestors(graph, ids_of(outputs));
    const detail::FoldedSteps folded(graph);
    detail::Groups groups = detail::group_nodes(folded, needed, detail::Phases::off);
    std::vector<Part> parts = detail::make_parts(folded, groups);
    const detail::MergeWork work = detail::merge_parts(graph, groups, parts);
    return {work, parts.size(), graph.operand_total()};
}

}  // namespace

TEST_CASE("roll: work of merging what repeats grows as the steps do, and parts do not grow") {
    for (const auto& [name, build] : repeating) {
        const auto& net = name;
        CAPTURE(net);
        const Merged once = merged(build, 120), twice = merged(build, 240),
                     more = merged(build, 480);
        CHECK(twice.parts == once.parts);
        CHECK(more.parts == once.parts);
        CHECK(more.of.rounds == once.of.rounds);
        // Looking up a step takes one comparison more in a list of twice the length.
        CHECK(10 * more.of.work < 23 * twice.of.work);
        CHECK(more.of.work < 10 * more.operands);
    }
}

TEST_CASE("roll: work of merging what grows is bounded by the size of the graph") {
    for (const auto& [name, build] : growing)
        for (const int steps : {20, 60, 120}) {
            const auto& net = name;
            CAPTURE(net);
            CAPTURE(steps);
            const Merged result = merged(build, steps);
            // The bound, and the round in which it is reached.
            CHECK(result.of.work < 2 * (1'000'000 + 20 * result.operands));
        }
}

TEST_CASE("roll: what repeats and what grows is the same when it is unrolled again") {
    for (const auto* kinds : {&repeating, &growing})
        for (const auto& [name, build] : *kinds) {
            const auto& net = name;
            CAPTURE(net);
            Graph graph, again;
            const std::vector<Expr> outputs = build(graph, 31);
            const Rolled rolled = roll(outputs);
            verify(rolled);
            CHECK(first_difference(outputs, unroll_again(rolled, again)) == "");
        }
}

TEST_CASE("roll: a padded batch is folded into the same recurrences for any number of steps") {
    const auto over = [](int steps) {
        Graph graph;
        return roll(masked(graph, steps));
    };
    const Rolled few = over(12), more = over(29);
    CHECK(few.folding == Folding::merged);
    CHECK_FALSE(first_break(few).has_value());
    CHECK(few.schedule == more.schedule);
    CHECK(few.parts.size() == more.parts.size());
}
