#pragma once

#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <support/equation_nets.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Equations of any number of steps and columns, which are read again and evaluated at several of
// both.

namespace revolute::test {

using BuildDerivative = std::function<Derivative(Graph&, std::int32_t steps, std::int32_t columns)>;

inline BuildForBatch rolled_by(const BuildDerivative& build, Simplification simplification) {
    return [build, simplification](std::int32_t steps, std::int32_t columns) {
        Graph graph;
        return rolled_up(build(graph, steps, columns), simplification);
    };
}

inline std::string general_text(const BuildDerivative& build, std::int32_t columns = 3) {
    return to_text(general_equations(rolled_by(build, Simplification::on), columns));
}

inline void check_at(const Equations& lines, const BuildDerivative& build, std::int32_t steps,
                     std::int32_t columns) {
    CAPTURE(steps);
    CAPTURE(columns);
    const std::string text = to_text(lines);
    CHECK(text.substr(0, text.find('\n')).ends_with(", B columns"));
    check_lines(text);
    Graph graph;
    const Derivative derivative = build(graph, steps, columns);
    check_equations(text, derivative, values_of_one_step(graph));
}

/// Equations found by batches of several sizes, simplified and not, of any number of steps and of
/// one, hold for batches of all sizes.
inline void check_columns(const BuildDerivative& build) {
    for (const Simplification simplification : {Simplification::on, Simplification::off})
        for (const std::int32_t found_by : {2, 3}) {
            CAPTURE(found_by);
            const BuildForBatch rolled = rolled_by(build, simplification);
            const Equations general = general_equations(rolled, found_by);
            const Equations of_five = equations_of_steps(5, rolled, found_by);
            for (const std::int32_t columns : {1, 2, 3, 5}) {
                for (const std::int32_t steps : {general.least_steps, 4})
                    check_at(general, build, steps, columns);
                check_at(of_five, build, 5, columns);
            }
        }
}

/// States [2 x B] of a recurrence, and what a loss is made of.
struct BatchChain {
    BatchChain(Graph& graph, std::int32_t steps, std::int32_t columns, std::string_view name = "h")
        : U(graph.parameter("U", {2, 2})), x(input_sequence(graph, "x", {2, columns}, steps)) {
        Expr state = graph.constant(0.5, {2, columns});
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope at(graph, Step{0, t});
            state = tanh(U * state + x[static_cast<std::size_t>(t)]).named(name);
            h.push_back(state);
        }
    }
    /// A sum of one part is that part, at its step: a loss has none.
    Derivative of(Expr loss) const {
        const Expr total = U.graph->step(loss.id) ? 1.0 * loss : loss;
        return differentiate(total.named("L"), {U}, Unreachable::zeros);
    }
    /// The same by states and their steps.
    template <class Part>
    Expr sum_of_parts(const Part& part) const {
        std::vector<Expr> made;
        for (std::size_t t = 0; t < h.size(); ++t) {
            const Scope at(*U.graph, Step{0, static_cast<std::int32_t>(t)});
            made.push_back(part(h[t], static_cast<double>(t)));
        }
        return accumulate(made);
    }
    /// What a loss is made of, by its states, each in its step.
    template <class Part>
    std::vector<Expr> parts(const Part& part) const {
        std::vector<Expr> made;
        for (std::size_t t = 0; t < h.size(); ++t) {
            const Scope at(*U.graph, Step{0, static_cast<std::int32_t>(t)});
            made.push_back(part(h[t]));
        }
        return made;
    }
    Expr stacked() const { return stack_columns(std::vector<Operand>(h.begin(), h.end())); }

    Expr U;
    std::vector<Expr> x, h;
};

}  // namespace revolute::test
