// Sequences of different lengths: which steps have a path to an answer, exact zeros, and errors.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/tools/support/random.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <memory>

using namespace revolute;
using test::message_of;

namespace {

constexpr int steps = 4, batch = 3;
constexpr std::array lengths{4, 2, 1};
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::vector<bool> ancestors_of(Expr output) {
    return ancestors(*output.graph, ids_of(std::span(&output, 1)));
}

/// What the output depends on by a path that passes no choice of the given entries: a mask that
/// keeps them, or the side of `where` that they choose.
std::vector<bool> around_mask(Expr output, std::span<const bool> is_keep) {
    const Graph& graph = *output.graph;
    std::vector<bool> marked(graph.size(), false);
    marked[index(output.id)] = true;
    for (std::uint32_t i = graph.size(); i-- > 0;) {
        const NodeId node{i};
        if (!marked[i]) continue;
        if (&graph.op(node) == &mask_op && is_keep[index(graph.operand(node, 1))]) continue;
        const bool chooses = &graph.op(node) == &where_op && is_keep[index(graph.operand(node, 0))];
        for (std::uint32_t slot = 0; slot < graph.operand_count(node); ++slot)
            if (!chooses || slot != 1) marked[index(graph.operand(node, slot))] = true;
    }
    return marked;
}

/// An Lstm over a padded batch with a loss at every step.
struct Masked {
    Graph graph;
    Lstm cell{graph, 2, 2};
    std::vector<Expr> inputs = input_sequence(graph, "x", {2, batch}, steps);
    Lengths of = input_lengths(graph, batch, steps);
    Initial initial = initial_state(graph, cell.state_tensors(), batch, InitialState::given);
    Unrolled run = unroll_masked(cell, inputs, of, initial);
    ReadOut head = read_out_masked(run.outputs(), of, 2);
    Bindings values;

    void bind_all() {
        Random random(2);
        std::vector<Expr> leaves = cell.parameters();
        for (const auto* more : {&inputs, &initial.leaves, &head.targets})
            leaves.insert(leaves.end(), more->begin(), more->end());
        leaves.insert(leaves.end(), {head.V, head.c});
        for (const Expr& leaf : leaves) values.bind(leaf, random.matrix(leaf.shape()));
        values.bind(of.lengths, Matrix::from_rows({{lengths[0], lengths[1], lengths[2]}}));
    }
};

}  // namespace

TEST_CASE("lengths: without padding, an answer depends on the inputs of its own steps alone") {
    Graph graph;
    const SimpleRnn cell(graph, 2, 3);
    const auto inputs = shrinking_input_sequence(graph, "x", 2, lengths);
    REQUIRE(inputs.size() == steps);
    const Unrolled run = unroll(
        cell, inputs, initial_state(graph, cell.state_tensors(), batch, InitialState::given));
    const Expr last = last_outputs(run.outputs());
    CHECK(last.shape() == Shape{3, batch});
    // The operands are the parts of the batch that end together, the longest first.
    REQUIRE(graph.operand_count(last.id) == lengths.size());
    for (std::uint32_t b = 0; b < lengths.size(); ++b) {
        const std::vector<bool> needed = ancestors_of(graph.at(graph.operand(last.id, b)));
        for (int t = 0; t < steps; ++t) {
            const Expr x = inputs[static_cast<std::size_t>(t)];
            CHECK(needed[index(x.id)] == (t < lengths[b]));
            const int running = t < 1 ? 3 : t < 2 ? 2 : 1;
            CHECK(x.shape() == Shape{2, running});
        }
    }
}

TEST_CASE("outputs_at: steps after a column's own have no path to its part") {
    Graph graph;
    const SimpleRnn cell(graph, 2, 3);
    const auto inputs = input_sequence(graph, "x", {2, 2}, steps);
    const Unrolled run =
        unroll(cell, inputs, initial_state(graph, cell.state_tensors(), 2, InitialState::zero));
    const Expr answers = outputs_at(run.outputs(), std::array{1, 2});
    const std::vector<bool> all = ancestors_of(answers);
    CHECK(all[index(inputs[2].id)]);
    CHECK_FALSE(all[index(inputs[3].id)]);
    const std::vector<bool> first = ancestors_of(graph.at(graph.operand(answers.id, 0)));
    CHECK(first[index(inputs[1].id)]);
    CHECK_FALSE(first[index(inputs[2].id)]);
}

// A mask chooses: the entries that it does not keep have no influence. So padding has no path to
// the loss when every path from a step's input, new state or answer passes a mask that keeps the
// columns running in that step.
TEST_CASE("lengths: every path from a step of a masked batch to the loss passes that step's mask") {
    Masked net;
    const auto is_input_of_loss = ancestors_of(net.head.loss);
    for (std::size_t t = 0; t < steps; ++t) {
        CAPTURE(t);
        // Broadcasts of this step's flags to the shapes that are masked.
        const auto is_keep = std::make_unique<bool[]>(net.graph.size());
        for (std::uint32_t i = 0; i < net.graph.size(); ++i)
            is_keep[i] = &net.graph.op(NodeId{i}) == &broadcast_rows_op &&
                         net.graph.operand(NodeId{i}, 0) == net.of.running[t].id;
        const auto left = around_mask(net.head.loss, std::span(is_keep.get(), net.graph.size()));
        CHECK(is_input_of_loss[index(net.inputs[t].id)]);
        CHECK_FALSE(left[index(net.inputs[t].id)]);
        CHECK_FALSE(left[index(net.head.y[t].id)]);
        CHECK_FALSE(left[index(net.head.targets[t].id)]);
        for (std::uint32_t i = 0; i < net.graph.size(); ++i) {
            const std::string label = net.graph.label(NodeId{i});
            if (label == fmt::format("h[{}]", t) || label == fmt::format("c[{}]", t))
                CHECK_FALSE(left[i]);
        }
    }
}

TEST_CASE("lengths: gradients at padding are exactly zero, at the rest they are not") {
    Masked net;
    net.bind_all();
    const Derivative d = differentiate(net.head.loss, net.inputs);
    const std::vector<Matrix> gradients = evaluate(d.gradients(), net.values);
    for (int t = 0; t < steps; ++t)
        for (int b = 0; b < batch; ++b)
            for (int r = 0; r < 2; ++r) {
                const double entry = gradients[static_cast<std::size_t>(t)](r, b);
                CHECK((entry == 0.0) == (t >= lengths[static_cast<std::size_t>(b)]));
            }
}

TEST_CASE(
    "lengths: a recurrence that runs backward starts each sequence from its own initial state") {
    Graph graph;
    const SimpleRnn cell(graph, 1, 1);
    const auto inputs = shrinking_input_sequence(graph, "x", 1, lengths);
    const TimeAxis time{.direction = Direction::backward};
    const Initial start =
        initial_state(graph, cell.state_tensors(), batch, InitialState::given, time.start(steps));
    const Unrolled run = unroll(cell, inputs, start, time);
    Bindings values;
    values.bind(cell.W, Matrix(1, 1, 0.5)).bind(cell.U, Matrix(1, 1, 0.7));
    values.bind(cell.b, Matrix(1, 1, 0.1));
    values.bind(start.leaves.front(), Matrix::from_rows({{0.2, -0.6, 0.9}}));
    for (const Expr& x : inputs) values.bind(x, Matrix(x.shape(), 1.0));
    for (int b = 0; b < batch; ++b) {
        const auto own = static_cast<std::size_t>(lengths[static_cast<std::size_t>(b)] - 1);
        const double h = (*values.find(start.leaves.front()))(0, b);
        // The column ends here, so the recurrence enters it here.
        CHECK(evaluate(run.output(own), values)(0, b) ==
              doctest::Approx(std::tanh(0.5 + 0.7 * h + 0.1)).epsilon(1e-15));
    }
}

TEST_CASE("lengths: a sequence that has ended keeps its state") {
    Masked net;
    net.bind_all();
    for (std::size_t tensor = 0; tensor < 2; ++tensor) {
        const Matrix last = evaluate(net.run.final_state()[tensor], net.values);
        for (int b = 0; b < batch; ++b) {
            const auto own = static_cast<std::size_t>(lengths[static_cast<std::size_t>(b)] - 1);
            const Matrix then = evaluate(net.run.states[own][tensor], net.values);
            for (int r = 0; r < 2; ++r) CHECK(last(r, b) == then(r, b));
        }
    }
}

TEST_CASE("lengths: a sequence of no step keeps the initial state") {
    Masked net;
    net.bind_all();
    net.values.bind(net.of.lengths, Matrix::from_rows({{4, 0, 1}}));
    const Matrix last = evaluate(net.run.last(), net.values);
    const Matrix initial = *net.values.find(net.initial.leaves.front());
    for (int r = 0; r < 2; ++r) CHECK(last(r, 1) == initial(r, 1));
}

TEST_CASE("lengths: a length that is out of range is refused when evaluating") {
    Masked net;
    net.bind_all();
    for (const double wrong : {5.0, -1.0, 1.5, not_a_number}) {
        net.values.bind(net.of.lengths, Matrix::from_rows({{4, wrong, 1}}));
        const std::string text =
            message_of<EvaluationError>([&] { evaluate(net.head.loss, net.values); });
        CHECK(text.starts_with(fmt::format(
            "one_hot: the index at column 1 must be a whole number from 0 to 4 ({})\n  node is ",
            wrong)));
    }
}
