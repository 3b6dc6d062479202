#pragma once

#include <revolute/tools/checks/net_check.hpp>
#include <support/bindings.hpp>
#include <support/equation_check.hpp>
#include <support/equation_walk.hpp>
#include <support/nets.hpp>

#include <doctest/doctest.h>

#include <string>

// Nets of the library's cells, whose printed equations are read again and evaluated.

namespace revolute::test {

inline Equations equations_for_any_steps(const NetKind& kind, Simplification simplification) {
    return general_equations([&](std::int32_t steps) {
        Graph graph;
        const RecurrentNet net = net_of(graph, kind, steps);
        return rolled_up(differentiate(net.loss(), net.variables()), simplification);
    });
}

/// The equations of the steps that a derivative has, each on one line, give its loss and gradients.
inline void check_derivative(const Derivative& derivative, Simplification simplification,
                             const Bindings& values) {
    const Equations lines = equations(derivative, simplification);
    check_order(lines);
    const std::string text = to_text(lines);
    check_lines(text);
    check_equations(text, derivative, values);
}

/// Checks names, order and numbers of the equations of a net of these sizes.
inline void check_sizes(CellKind cell, const Sizes& sizes, InitialState initial) {
    CAPTURE(name_of(cell));
    CAPTURE(sizes.steps);
    CAPTURE(sizes.input);
    CAPTURE(sizes.hidden);
    CAPTURE(sizes.output);
    CAPTURE(sizes.batch);
    const RandomNet random(sizes, {.cell = cell, .initial = initial}, 7);
    const Derivative derivative = differentiate(random.net.loss(), random.net.variables());
    check_names(derivative, random.values);
    for (const Simplification simplification : {Simplification::on, Simplification::off})
        check_derivative(derivative, simplification, random.values);
    for (const Equation& line : equations(derivative).lines)
        if (line.part == EquationPart::backward) CHECK(!line.right.operands.empty());
}

/// The equations of the net, simplified and as it is built, each on one line, give its loss and
/// gradients: those of any number of steps, and those of the steps that it has.
inline void check_net(const NetKind& kind) {
    CAPTURE(kind.text());
    const Equations simple_lines = equations_for_any_steps(kind, Simplification::on);
    const Equations built_lines = equations_for_any_steps(kind, Simplification::off);
    const std::string simple = to_text(simple_lines), built = to_text(built_lines);
    check_lines(simple);
    check_lines(built);
    for (const int steps : {1, 2, 3, 7}) {
        if (steps == 1 && kind.answers_every_step)
            continue;  // one answer has the target Y, not Y(0)
        CAPTURE(steps);
        const RandomNet random(sizes_of(kind, steps), architecture_of(kind, steps), 7);
        const Derivative derivative =
            differentiate(random.net.loss(), random.net.variables(), Unreachable::zeros);
        for (const Equations* lines : {&simple_lines, &built_lines}) {
            if (steps < lines->least_steps) continue;
            check_order(*lines, steps);
            check_equations(to_text(*lines), derivative, random.values);
        }
        if (steps == 1) continue;
        for (const Simplification simplification : {Simplification::on, Simplification::off})
            check_derivative(derivative, simplification, random.values);
    }
}

/// Random values for a net; sequences of a padded batch have one step.
inline Bindings values_of_one_step(Graph& graph) {
    Bindings values = random_values(graph, 3);
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (graph.name(NodeId{i}) == "lengths") {
            const Expr lengths = graph.at(NodeId{i});
            values.bind(lengths, Matrix(1, lengths.shape().columns, 1.0));
        }
    return values;
}

}  // namespace revolute::test
