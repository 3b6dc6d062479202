// Equations of a batch, in which the number of its columns is B.

#include "tools/figures/figure_models.hpp"
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <support/equation_batches.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace revolute {

namespace {

using test::BatchChain;
using test::check_columns;
using test::general_text;
using test::rolled_by;
using Build = test::BuildDerivative;

/// The sum of the squares of all states, times a factor.
Build scaled_by(double (*factor)(double steps, double columns)) {
    return [factor](Graph& graph, std::int32_t steps, std::int32_t columns) {
        const BatchChain chain(graph, steps, columns);
        const Expr total = accumulate(chain.parts([](const Expr& h) { return sum(exp(h)); }));
        return chain.of(factor(steps, columns) * total);
    };
}

Derivative of_stack(Graph& graph, std::int32_t steps, std::int32_t columns) {
    const BatchChain chain(graph, steps, columns);
    return chain.of(mean(square(chain.stacked())));
}

Derivative of_cell_with_B(Graph& graph, std::int32_t steps, std::int32_t columns) {
    const test::TwoStates cell(graph);
    const ManyToOne net = many_to_one(
        cell, {.steps = steps, .input = 2, .hidden = 2, .batch = columns}, InitialState::given);
    return differentiate(net.loss, net.variables(), Unreachable::zeros);
}

/// A cell whose type the library does not know, with as many units as a batch may have columns.
struct Leaky {
    explicit Leaky(Graph& graph)
        : A(graph.parameter("A", {3, 3})), D(graph.parameter("D", {3, 3})) {}

    std::vector<StateTensor> state_tensors() const { return {{"s", 3}}; }
    std::vector<Expr> parameters() const { return {A, D}; }
    State step(Expr x, const State& previous) const {
        const Expr driven = tanh(A * x + D * previous[0]);
        return {(0.75 * previous[0] + 0.25 * driven).named("s")};
    }

    Expr A, D;
};

Derivative of_invented_cell(Graph& graph, std::int32_t steps, std::int32_t columns) {
    const Leaky cell(graph);
    const ManyToOne net =
        many_to_one(cell, {.steps = steps, .input = 3, .hidden = 3, .batch = columns});
    return differentiate(net.loss, net.variables(), Unreachable::zeros);
}

Derivative of_masked_batch(Graph& graph, std::int32_t steps, std::int32_t columns) {
    const SimpleRnn cell(graph, 2, 2);
    const auto inputs = input_sequence(graph, "x", {2, columns}, steps);
    const Lengths lengths = input_lengths(graph, columns, steps);
    const Initial initial =
        initial_state(graph, cell.state_tensors(), columns, InitialState::given);
    const Unrolled run = unroll_masked(cell, inputs, lengths, initial);
    const ReadOut head = read_out_masked(run.outputs(), lengths, 1);
    return differentiate(head.loss.named("L"), cell.parameters(), Unreachable::zeros);
}

/// A loss of the last state beside one of each state.
Derivative of_two_losses(Graph& graph, std::int32_t steps, std::int32_t columns) {
    const BatchChain chain(graph, steps, columns);
    std::vector<Expr> parts = chain.parts([](const Expr& h) { return mse(square(h), h); });
    parts.push_back(mean(exp(chain.h.back())));
    return chain.of(accumulate(parts));
}

Derivative of_net(Graph& graph, const test::NetKind& kind, std::int32_t steps,
                  std::int32_t columns) {
    test::NetKind of_columns = kind;
    of_columns.batch = columns;
    const RecurrentNet net = test::net_of(graph, of_columns, steps);
    return differentiate(net.loss(), net.variables(), Unreachable::zeros);
}

}  // namespace

TEST_CASE(
    "equations: the number of columns is a symbol for every cell, deep and in both directions") {
    int turn = 0;
    for (const CellKind cell : cell_kinds()) {
        test::NetKind kind{.answers_every_step = turn % 2 == 0, .output = 2};
        kind.architecture = {.cell = cell,
                             .layers = 1 + turn % 3 % 2,
                             .is_bidirectional = turn % 3 == 1,
                             .initial = static_cast<InitialState>(turn % 3)};
        CAPTURE(kind.text());
        // The net of one step and one answer calls its target Y, not Y(0).
        check_columns([&](Graph& graph, std::int32_t steps, std::int32_t columns) {
            return of_net(graph, kind, std::max(steps, 2), columns);
        });
        ++turn;
    }
}

TEST_CASE("equations: means over time and over a batch are one over N and B") {
    const Build mean_of_all = scaled_by([](double n, double b) { return 1 / (n * b); });
    const Build third_of_mean = scaled_by([](double n, double b) { return 0.3 / (n * b); });
    const Build root = scaled_by([](double n, double b) { return 0.5 / std::sqrt(n * b); });
    const Build one_less = scaled_by([](double n, double b) { return n / (b + 1); });
    for (const Build& build : {mean_of_all, third_of_mean, root, one_less}) check_columns(build);
    CHECK(general_text(mean_of_all).find("L = (1 / (B N)) (") != std::string::npos);
    CHECK(general_text(third_of_mean).find("L = (0.3 / (B N)) (") != std::string::npos);
    CHECK(general_text(root).find("L = (1 / sqrt(4 B N)) (") != std::string::npos);
    CHECK(general_text(one_less).find("L = (N / (B+1)) (") != std::string::npos);
}

TEST_CASE(
    "equations: products and quotients of numbers of steps and of columns are written as such") {
    const auto has = [](double (*factor)(double, double), const std::string& text) {
        const Build build = scaled_by(factor);
        check_columns(build);
        const std::string written = general_text(build);
        CAPTURE(written);
        CHECK(written.find(text) != std::string::npos);
    };
    has([](double n, double) { return n / (n + 1); }, "L = (N / (N+1)) (");
    has([](double n, double) { return 1 - 1 / n; }, "L = ((N-1) / N) (");
    has([](double n, double) { return 2 / (n * (n - 1)); }, "L = (2 / (N (N-1))) (");
    has([](double n, double) { return 0.3 / (n * n); }, "L = (0.3 / N^2) (");
    has([](double, double b) { return b / (b + 1); }, "L = (B / (B+1)) (");
    has([](double n, double b) { return n / ((n + 1) * b); }, "L = (N / (B (N+1))) (");
    // The parser of the tests reads a number that begins with a root as a root of values.
    const Build root = scaled_by([](double, double b) { return std::sqrt(b / (b + 1)); });
    CHECK(general_text(root).find("L = (sqrt(B) / sqrt(B+1)) (") != std::string::npos);
}

TEST_CASE("equations: what a stack of batches is cut into has places that are multiples of B") {
    check_columns(of_stack);
    const std::string text = general_text(of_stack);
    CAPTURE(text);
    CHECK(text.find("B T, B)") != std::string::npos);
    CHECK(text.find("B t, B)") != std::string::npos);
}

TEST_CASE("equations: a cell defined outside of the library, masks and several losses keep B") {
    for (const Build& build :
         {Build(of_invented_cell), Build(of_masked_batch), Build(of_two_losses)})
        check_columns(build);
}

TEST_CASE("equations: a weight called B is told from the number of columns") {
    const std::string text = general_text(of_cell_with_B);
    CAPTURE(text);
    CHECK(text.find("B_ x(t)") != std::string::npos);
    CHECK(text.find("dB_ = ") != std::string::npos);
}

TEST_CASE("equations: one column is said to be one in LaTeX, and is nothing that text has to say") {
    const BuildForBatch build = rolled_by(of_two_losses, Simplification::on);
    const Equations lines = general_equations(build, 1);
    CHECK(to_text(lines).starts_with("# t = 0..T, N = T + 1 steps\n"));
    CHECK(to_latex(lines).find("with $N = T + 1$ steps, and $B = 1$ column}") != std::string::npos);
    const Equations of_many = general_equations(build, 4);
    CHECK(to_latex(of_many).find("with $N = T + 1$ steps, and $B$ columns}") != std::string::npos);
    CHECK(to_markdown(of_many).find("steps, and $B$ columns.\n") != std::string::npos);
    CHECK(to_latex(of_many).find("\\frac{1}{B}") != std::string::npos);
}

TEST_CASE("equations: a number that follows no law of the columns is refused by name") {
    const Build build = scaled_by([](double, double b) { return std::pow(2.0, b); });
    CHECK(test::message_of<GraphError>([&] { general_text(build); }) ==
          "equations: attribute 0 of L, scale [1 x 1] is 8 in a batch of 3 columns, 16 in 4 and 32 "
          "in 5, which is neither even in the number of columns nor a product or quotient of two "
          "such numbers, nor a root of these\n  ask for the equations of one column");
}

TEST_CASE("equations: batches that differ in more than numbers are refused") {
    const Build build = [](Graph& graph, std::int32_t steps, std::int32_t columns) {
        const BatchChain chain(graph, steps, columns);
        return chain.of(columns % 2 == 0 ? sum(chain.h.back()) : sum(exp(chain.h.back())));
    };
    CHECK(test::message_of<GraphError>([&] { general_text(build); }) ==
          "equations: batches must be alike for every number of columns above one\n"
          "  ask for the equations of one column");
}

}  // namespace revolute
