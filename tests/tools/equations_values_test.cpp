// The printed equations are read again and evaluated: they hold all that the graph does.

#include "equation_check.hpp"
#include "figure_models.hpp"
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/tools/net_check.hpp>

#include <doctest/doctest.h>

namespace revolute {

namespace {

struct NetKind {
    Architecture architecture{};
    bool answers_every_step = false;
    int batch = 1;
    LossKind loss = LossKind::mse;
};

Sizes sizes_of(const NetKind& kind, int steps) {
    return {.steps = steps, .input = 2, .hidden = 3, .output = 2, .batch = kind.batch};
}

Architecture architecture_of(const NetKind& kind, int steps) {
    Architecture architecture = kind.architecture;
    if (kind.answers_every_step) architecture = answering_at_every_step(architecture, steps);
    return architecture;
}

Equations equations_for_any_steps(const NetKind& kind, Simplification simplification) {
    return general_equations([&](std::int32_t steps) {
        Graph graph;
        const RecurrentNet net =
            recurrent_net(graph, sizes_of(kind, steps), architecture_of(kind, steps));
        return rolled_up(differentiate(net.loss(), net.variables()), simplification);
    });
}

/// What an equation reads of its own name at the variable's other steps is computed before, in the
/// order in which its steps are said.
void check_order(const Equations& equations) {
    for (const Equation& line : equations.lines) {
        if (!line.step || line.step->is_fixed) continue;
        std::vector<const EquationTerm*> left{&line.right};
        while (!left.empty()) {
            const EquationTerm& term = *left.back();
            left.pop_back();
            for (const EquationTerm& operand : term.operands) left.push_back(&operand);
            if (term.name != line.name || !term.step || term.step->is_fixed) continue;
            CAPTURE(line.name);
            CHECK(term.step->t - line.step->t != 0);
            CHECK(line.is_descending == (term.step->t - line.step->t > 0));
        }
    }
}

void check(const NetKind& kind) {
    CAPTURE(name_of(kind.architecture.cell));
    CAPTURE(kind.architecture.layers);
    CAPTURE(kind.architecture.is_bidirectional);
    CAPTURE(kind.answers_every_step);
    CAPTURE(static_cast<int>(kind.architecture.initial));
    CAPTURE(kind.batch);
    const Equations simple_lines = equations_for_any_steps(kind, Simplification::on);
    const Equations built_lines = equations_for_any_steps(kind, Simplification::off);
    check_order(simple_lines);
    check_order(built_lines);
    const std::string simple = to_text(simple_lines), built = to_text(built_lines);
    test::check_line_lengths(simple);
    test::check_line_lengths(built);
    for (const int steps : {2, 3, 7}) {
        CAPTURE(steps);
        const RandomNet random(sizes_of(kind, steps), architecture_of(kind, steps), 7);
        const Derivative derivative = differentiate(random.net.loss(), random.net.variables());
        test::check_equations(simple, derivative, random.values);
        test::check_equations(built, derivative, random.values);
        for (const Simplification simplification : {Simplification::on, Simplification::off})
            test::check_equations(to_text(equations(derivative, simplification)), derivative,
                                  random.values);
    }
}

/// Every combination, each with one initial state and one batch, which take turns.
void check_cell(CellKind cell) {
    int turn = 0;
    for (const int layers : {1, 2})
        for (const bool is_bidirectional : {false, true})
            for (const bool every : {false, true}) {
                NetKind kind;
                kind.architecture.cell = cell;
                kind.architecture.layers = layers;
                kind.architecture.is_bidirectional = is_bidirectional;
                kind.architecture.initial = static_cast<InitialState>(turn % 3);
                kind.answers_every_step = every;
                kind.batch = turn % 2 == 0 ? 1 : 3;
                check(kind);
                ++turn;
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
    const NetKind kind{.batch = 3};
    const std::string text = to_text(equations_for_any_steps(kind, Simplification::on));
    const RandomNet random(sizes_of(kind, 1), architecture_of(kind, 1), 7);
    test::check_equations(text, differentiate(random.net.loss(), random.net.variables()),
                          random.values);
}

TEST_CASE("equations: the text of a net with cross entropy and residual sums gives its gradients") {
    NetKind kind{.answers_every_step = true, .batch = 3};
    kind.architecture = {
        .cell = CellKind::gru, .layers = 3, .is_residual = true, .loss = LossKind::cross_entropy};
    check(kind);
}

}  // namespace revolute
