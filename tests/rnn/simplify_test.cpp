// Simplified backward graphs of nets: what they say, and that they say the same.

#include <revolute/graph/cost/operation_count.hpp>
#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <support/bindings.hpp>
#include <support/golden.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>

using namespace revolute;

namespace {

/// The values of the outputs before and after, relative to the largest output. Sums are added in
/// another order here and there; values are of order one.
void check_values(std::span<const Expr> outputs, const Simplified& s) {
    Graph& graph = *outputs.front().graph;
    Graph& there = *s.outputs.front().graph;
    const Bindings before = test::random_values(graph, 3);
    const Bindings after = test::carried_over(before, graph, s.images, there);
    const auto expected = evaluate(outputs, before), got = evaluate(s.outputs, after);
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK(largest_difference(expected[i], got[i]) <=
              1e-12 * std::max(1.0, largest_entry(expected[i])));
}

std::string simplified_listing(const Architecture& architecture, const Sizes& sizes) {
    Graph graph, there;
    const RecurrentNet net = recurrent_net(graph, sizes, architecture);
    const Derivative d = differentiate(net.loss(), net.variables());
    return to_text(simplify(d, there, simplification_rules()).derivative);
}

}  // namespace

TEST_CASE(
    "simplify: the simple RNN from h(-1) = 0, with dU summed from t = 1 and adjoints by name") {
    test::check_golden("rnn/golden/simplified_simple.txt",
                       simplified_listing({}, {.steps = 3, .input = 2, .hidden = 3}));
}

TEST_CASE("simplify: the GRU from h(-1) = 0") {
    test::check_golden("rnn/golden/simplified_gru.txt",
                       simplified_listing({.cell = CellKind::gru},
                                          {.steps = 2, .input = 2, .hidden = 3, .batch = 2}));
}

TEST_CASE("simplify: the LSTM from h(-1) = c(-1) = 0") {
    test::check_golden("rnn/golden/simplified_lstm.txt",
                       simplified_listing({.cell = CellKind::lstm},
                                          {.steps = 2, .input = 2, .hidden = 3, .batch = 2}));
}

TEST_CASE("simplify: with a given initial state there is nothing to remove but the factor of dy") {
    Graph graph, there;
    const ManyToOne net = many_to_one(SimpleRnn(graph, 2, 3), {.steps = 3, .input = 2, .hidden = 3},
                                      InitialState::given);
    const Derivative d = differentiate(net.loss, net.variables());
    const SimplifyReport report = simplify(d, there, simplification_rules()).report;
    CHECK(report.nodes_after == report.nodes_before - 2);
    CHECK(report.fired.size() == 2);
}

TEST_CASE(
    "simplify: nets of every cell, their gradients and second derivatives keep their values") {
    for (const CellKind cell : cell_kinds()) {
        for (const bool is_bidirectional : {false, true}) {
            CAPTURE(name_of(cell));
            CAPTURE(is_bidirectional);
            Graph graph, there;
            const RecurrentNet net =
                recurrent_net(graph, {.steps = 3, .input = 2, .hidden = 3, .batch = 2},
                              {.cell = cell, .layers = 2, .is_bidirectional = is_bidirectional});
            const Derivative d = differentiate(net.loss(), net.variables(), Unreachable::zeros);
            std::vector<Expr> outputs = d.outputs();
            std::vector<Seed> direction;
            for (const Expr& variable : net.variables())
                direction.push_back({variable, graph.input("v", variable.shape())});
            for (const Expr& product :
                 hessian_vector_product(net.loss(), net.variables(), direction, Unreachable::zeros))
                outputs.push_back(product);
            const Simplified s = simplify(outputs, there, simplification_rules());
            CHECK(s.report.nodes_after < s.report.nodes_before);
            CHECK(operation_count(s.outputs) < operation_count(outputs));
            check_values(outputs, s);
        }
    }
}

TEST_CASE("simplify: what every inner step became is alike") {
    Graph graph, there;
    const RecurrentNet net =
        recurrent_net(graph, {.steps = 6, .input = 2, .hidden = 3}, {.cell = CellKind::gru});
    const Derivative d = differentiate(net.loss(), net.variables());
    simplify(d, there, simplification_rules());
    // The nodes of a step: operators, in the order in which they were made.
    std::map<int, std::string> steps;
    for (std::uint32_t i = 0; i < there.size(); ++i)
        if (const auto step = there.step(NodeId{i}))
            steps[step->t] += std::string(there.op(NodeId{i}).name) + "; ";
    CHECK(steps.at(1) == steps.at(2));
    CHECK(steps.at(2) == steps.at(3));
    CHECK(steps.at(3) == steps.at(4));
    CHECK(steps.at(0).size() < steps.at(1).size());
}

TEST_CASE("simplify: the factors of a linear recurrence stay, so it rolls") {
    const auto rolled_with = [](int steps) {
        Graph graph, simple;
        const Expr A = graph.parameter("A", {3, 2});
        const auto inputs = input_sequence(graph, "x", {2, 1}, steps);
        Expr h = graph.initial_state("h", {3, 1});
        for (int t = 0; t < steps; ++t) {
            const Scope step(graph, Step{0, t});
            h = (0.9 * h + tanh(A * inputs[static_cast<std::size_t>(t)])).named("h");
        }
        const std::array outputs{differentiate(sum(square(h)), {A})[A]};
        return roll(simplify(outputs, simple, simplification_rules()).outputs);
    };
    CHECK(rolled_with(8).at(30) == rolled_with(30));
    CHECK(rolled_with(8).parts.size() == rolled_with(30).parts.size());
}
