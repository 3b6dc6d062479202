#pragma once

#include <revolute/tools/net_check.hpp>
#include <support/equation_check.hpp>
#include <support/nets.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

// Nets of the library's cells, whose printed equations are read again and evaluated.

namespace revolute::test {

inline Equations equations_for_any_steps(const NetKind& kind, Simplification simplification) {
    return general_equations([&](std::int32_t steps) {
        Graph graph;
        const RecurrentNet net = net_of(graph, kind, steps);
        return rolled_up(differentiate(net.loss(), net.variables()), simplification);
    });
}

/// What an equation reads of its own name at the variable's other steps is computed before, in the
/// order in which its steps are said.
inline void check_order(const Equations& equations) {
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

/// The equations of the steps that a derivative has, each on one line, give its loss and gradients.
inline void check_derivative(const Derivative& derivative, Simplification simplification,
                             const Bindings& values) {
    const std::string text = to_text(equations(derivative, simplification));
    check_lines(text);
    check_equations(text, derivative, values);
}

/// The equations of the net, simplified and as it is built, each on one line, give its loss and gradients:
/// those of any number of steps, and those of the steps that it has.
inline void check_net(const NetKind& kind) {
    CAPTURE(kind.text());
    const Equations simple_lines = equations_for_any_steps(kind, Simplification::on);
    const Equations built_lines = equations_for_any_steps(kind, Simplification::off);
    check_order(simple_lines);
    check_order(built_lines);
    const std::string simple = to_text(simple_lines), built = to_text(built_lines);
    check_lines(simple);
    check_lines(built);
    for (const int steps : {2, 3, 7}) {
        CAPTURE(steps);
        const RandomNet random(sizes_of(kind, steps), architecture_of(kind, steps), 7);
        const Derivative derivative = differentiate(random.net.loss(), random.net.variables());
        check_equations(simple, derivative, random.values);
        check_equations(built, derivative, random.values);
        for (const Simplification simplification : {Simplification::on, Simplification::off})
            check_derivative(derivative, simplification, random.values);
    }
}

}  // namespace revolute::test
