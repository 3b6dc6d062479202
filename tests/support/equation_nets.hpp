#pragma once

#include <revolute/tools/net_check.hpp>
#include <support/equation_check.hpp>
#include <support/nets.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <tuple>
#include <utility>
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

/// Calls `visit(name, is_in_sum)` for each name on the right of a line.
template <class Visit>
void for_each_name(const Equation& line, const Visit& visit) {
    std::vector<std::pair<const EquationTerm*, bool>> left{{&line.right, false}};
    while (!left.empty()) {
        const auto [term, is_in_sum] = left.back();
        left.pop_back();
        const bool has_variable =
            term->kind == EquationTerm::Kind::sum || term->kind == EquationTerm::Kind::list;
        for (const EquationTerm& operand : term->operands)
            left.emplace_back(&operand, is_in_sum || has_variable);
        if (term->kind == EquationTerm::Kind::name) visit(*term, is_in_sum);
    }
}

/// What an equation reads of its own name at the variable's other steps is computed before, in the
/// order in which its steps are said; what it reads at the variable's own step, at all steps or
/// without one, stands on the left of no later line.
inline void check_order(const Equations& equations) {
    // By part, name, and whether it has a step.
    std::map<std::tuple<EquationPart, std::string, bool>, std::size_t> last_lines;
    for (std::size_t i = 0; i < equations.lines.size(); ++i) {
        const Equation& line = equations.lines[i];
        last_lines[{line.part, line.name, line.step.has_value()}] = i;
    }
    for (std::size_t i = 0; i < equations.lines.size(); ++i) {
        const Equation& line = equations.lines[i];
        const bool has_variable = line.step && !line.step->is_fixed;
        CAPTURE(line.name);
        for_each_name(line, [&](const EquationTerm& term, bool is_in_sum) {
            CAPTURE(term.name);
            const bool is_other_step =
                term.step && !is_in_sum &&
                (term.step->is_fixed || !has_variable || term.step->t != line.step->t);
            const auto last = last_lines.find({line.part, term.name, term.step.has_value()});
            if (!is_other_step && last != last_lines.end()) CHECK(last->second < i);
            if (!has_variable || term.name != line.name || !term.step || term.step->is_fixed)
                return;
            CHECK(term.step->t - line.step->t != 0);
            CHECK(line.is_descending == (term.step->t - line.step->t > 0));
        });
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
