// The printed equations are read again and evaluated: they hold all that the graph does.

#include <support/bindings.hpp>
#include <support/equation_nets.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>

namespace revolute {

namespace {

using test::check_net;
using test::equations_for_any_steps;
using test::NetKind;

/// Every combination, each with one initial state and one batch, which take turns.
void check_cell(CellKind cell) {
    int turn = 0;
    for (const int layers : {1, 2})
        for (const bool is_bidirectional : {false, true})
            for (const bool every : {false, true}) {
                const int number = turn++;
                if (!test::is_taken(number)) continue;
                NetKind kind{.output = 2};
                kind.architecture.cell = cell;
                kind.architecture.layers = layers;
                kind.architecture.is_bidirectional = is_bidirectional;
                kind.architecture.initial = static_cast<InitialState>(number % 3);
                kind.answers_every_step = every;
                kind.batch = number % 2 == 0 ? 1 : 3;
                check_net(kind);
            }
}

}  // namespace

TEST_CASE("equations: the text of a simple RNN gives its loss and gradients") {
    check_cell(CellKind::simple);
}
TEST_CASE("equations: the text of a simple RNN with relu gives its loss and gradients") {
    check_cell(CellKind::simple_relu);
}
TEST_CASE("equations: the text of a GRU gives its loss and gradients") {
    check_cell(CellKind::gru);
}
TEST_CASE("equations: the text of a GRU with the reset before gives its loss and gradients") {
    check_cell(CellKind::gru_before);
}
TEST_CASE("equations: the text of an LSTM gives its loss and gradients") {
    check_cell(CellKind::lstm);
}
TEST_CASE("equations: the text of an LSTM with peepholes gives its loss and gradients") {
    check_cell(CellKind::lstm_peephole);
}

TEST_CASE("equations: those of the simple RNN hold for one step, where sums are empty") {
    const NetKind kind{.batch = 3, .output = 2};
    const std::string text = to_text(equations_for_any_steps(kind, Simplification::on));
    const RandomNet random(sizes_of(kind, 1), architecture_of(kind, 1), 7);
    test::check_equations(text, differentiate(random.net.loss(), random.net.variables()),
                          random.values);
}

TEST_CASE("equations: the text of a net with cross entropy and residual sums gives its gradients") {
    NetKind kind{.answers_every_step = true, .batch = 3, .output = 2};
    kind.architecture = {
        .cell = CellKind::gru, .layers = 3, .is_residual = true, .loss = LossKind::cross_entropy};
    check_net(kind);
}

TEST_CASE("equations: those of truncated back-propagation are on one line each and right") {
    int turn = 0;
    for (const CellKind cell : cell_kinds())
        for (const Truncation cuts : {Truncation{1, 1}, Truncation{2, 2}, Truncation{3, 5}})
            for (const bool answers_every_step : {false, true})
                for (const InitialState initial : {InitialState::zero, InitialState::trainable}) {
                    if (!test::is_taken(turn++)) continue;
                    const test::TruncatedKind kind{cell, cuts, answers_every_step, initial};
                    CAPTURE(kind.text());
                    Graph graph;
                    const Derivative derivative = test::truncated(graph, kind, 7);
                    test::check_derivative(derivative, Simplification::on,
                                           test::random_values(graph, 3));
                }
}

}  // namespace revolute
