// Equations of any number of steps and columns: nets of several are built, and compared.

#include <revolute/graph/error.hpp>
#include <revolute/graph/roll.hpp>
#include <revolute/graph/simplify.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/detail/equation_columns.hpp>
#include <revolute/tools/equations.hpp>

#include <fmt/format.h>

#include <array>
#include <functional>
#include <utility>

namespace revolute {

namespace {

RolledDerivative simplified(const Derivative& derivative, const RuleSet& rules) {
    Graph graph;
    const SimplifiedDerivative simple = simplify(derivative, graph, rules);
    return {roll(simple.derivative.outputs(), Labels(simple.derivative)),
            derivative.variables().size(), simple.report};
}

using BuildForSteps = std::function<RolledDerivative(std::int32_t)>;

/// Builds and rolls graphs of any number of steps; keeps what else is known of the derivative.
auto rolled_by(const BuildForSteps& build, RolledDerivative& known) {
    return [&](std::int32_t count) {
        RolledDerivative built = build(count);
        known.variables = built.variables;
        known.simplification = built.simplification;
        return std::move(built.rolled);
    };
}

/// Simplification may join two numbers that have laws into one that has none.
constexpr const char* or_as_built =
    ", or of the graph as it was built, before simplification, whose steps may be alike";

bool is_simplified(const RolledDerivative& derivative) {
    return derivative.simplification.nodes_before > 0;
}

/// A graph that stands for those of any number of steps.
RolledDerivative alike_for_any_steps(const BuildForSteps& build) {
    constexpr std::int32_t enough = 64;
    RolledDerivative result;
    AnySteps found = roll_any_steps(enough, rolled_by(build, result));
    if (found.rolled) {
        const std::int32_t period = found.rolled->period(found.rolled->axes.front().axis);
        if (period > 1) {
            found.refusal = fmt::format("everything comes again every {} steps", period);
            found.rolled.reset();
        }
    }
    if (!found.rolled)
        throw GraphError(fmt::format(
            "equations: the steps must be alike for every number of steps\n  {}\n  ask for the "
            "equations of one number of steps{}",
            found.refusal, is_simplified(result) ? or_as_built : ""));
    result.rolled = *std::move(found.rolled);
    return result;
}

RolledDerivative of_steps(std::int32_t steps, const BuildForSteps& build) {
    RolledDerivative result;
    result.rolled = roll_for(steps, rolled_by(build, result));
    return result;
}

/// Equations with B for the number of columns, of what `made(columns)` makes. Batches as large as another
/// size may differ in more than numbers; sizes that hardly anything else has are tried too.
Equations equations_of_batch(std::int32_t columns, EquationOptions options,
                             const std::function<RolledDerivative(std::int32_t)>& made) {
    if (columns == 1) {
        const RolledDerivative found = made(1);
        options.variables = found.variables;
        options.columns = BatchColumns::one;
        return equations(found.rolled, options);
    }
    for (const std::int32_t first : {columns, 61, 127, 251}) {
        RolledDerivative found = made(first);
        options.variables = found.variables;
        const std::array nets{std::move(found.rolled), made(first + 1).rolled,
                              made(first + 2).rolled};
        auto sizes = detail::attributes_of_columns(nets, first, options.is_general);
        if (!sizes) continue;
        options.columns = BatchColumns::any;
        options.found_by = first;
        options.sizes = *std::move(sizes);
        return equations(nets.front(), options);
    }
    throw GraphError(
        "equations: batches must be alike for every number of columns above one\n  ask for the "
        "equations of one column");
}

}  // namespace

RolledDerivative rolled_up(const Derivative& derivative, Simplification simplification) {
    const std::size_t variables = derivative.variables().size();
    if (simplification == Simplification::off)
        return {roll(derivative.outputs(), Labels(derivative)), variables, {}};
    RolledDerivative all = simplified(derivative, simplification_rules());
    if (!first_break(all.rolled)) return all;
    RolledDerivative alike = simplified(derivative, simplification_rules_for_any_steps());
    return first_break(alike.rolled) ? all : alike;
}

Equations equations(const Derivative& derivative, Simplification simplification) {
    const RolledDerivative rolled = rolled_up(derivative, simplification);
    return equations(rolled.rolled, {.variables = rolled.variables});
}

Equations general_equations(const std::function<RolledDerivative(std::int32_t)>& build) {
    const RolledDerivative found = alike_for_any_steps(build);
    return equations(found.rolled, {.variables = found.variables, .is_general = true});
}

Equations equations_of_steps(std::int32_t steps,
                             const std::function<RolledDerivative(std::int32_t)>& build) {
    const RolledDerivative found = of_steps(steps, build);
    return equations(found.rolled, {.variables = found.variables});
}

Equations general_equations(const BuildForBatch& build, std::int32_t columns) {
    return equations_of_batch(columns, {.is_general = true}, [&](std::int32_t count) {
        return alike_for_any_steps([&](std::int32_t steps) { return build(steps, count); });
    });
}

Equations equations_of_steps(std::int32_t steps, const BuildForBatch& build, std::int32_t columns) {
    return equations_of_batch(columns, {}, [&](std::int32_t count) {
        return of_steps(steps, [&](std::int32_t n) { return build(n, count); });
    });
}

}  // namespace revolute
