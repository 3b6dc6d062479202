// Equations of any number of steps and columns: nets of several are built, and compared.

#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/equations/detail/sizes/equation_columns.hpp>
#include <revolute/tools/equations/equations.hpp>

#include <fmt/format.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

namespace {

/// The last name that the loss was given; empty where it has none.
std::string name_of_loss(const Derivative& derivative) {
    const Expr loss = derivative.loss();
    const auto aliases = loss.graph->aliases(loss.id);
    return std::string(aliases.empty() ? loss.graph->name(loss.id) : aliases.back().name);
}

Rolled rolled_of(const Derivative& derivative) {
    return roll(derivative.outputs(), Labels(derivative));
}

Rolled rolled_by_rules(const Derivative& derivative, const RuleSet& rules, SimplifyReport& report) {
    Graph graph;
    SimplifiedDerivative simple = simplify(derivative, graph, rules);
    report = std::move(simple.report);
    return rolled_of(simple.derivative);
}

/// A derivative with a graph of its own, which outlives the one that it was taken in.
class KeptDerivative {
 public:
    explicit KeptDerivative(const Derivative& derivative)
        : graph_(derivative.loss().graph->sharing()),
          derivative_(
              derivative.carried_over(extract(derivative.outputs(), graph_).copies, graph_)) {}

    Rolled rolled_less(LessSimplified how) const {
        SimplifyReport report;
        switch (how) {
            case LessSimplified::for_any_steps:
                return rolled_by_rules(derivative_, simplification_rules_for_any_steps(), report);
            case LessSimplified::with_numbers_kept:
                return rolled_by_rules(derivative_, simplification_rules_that_keep_numbers(),
                                       report);
            case LessSimplified::not_at_all:
                break;
        }
        return rolled_of(derivative_);
    }

 private:
    Graph graph_;
    Derivative derivative_;
};

EquationOptions options_of(const RolledDerivative& derivative, bool is_general = false) {
    return {.variables = derivative.variables, .loss = derivative.loss, .is_general = is_general};
}

using BuildForSteps = std::function<RolledDerivative(std::int32_t)>;

/// How a graph is simplified to compare numbers of steps: as it is given, or less.
using Form = std::optional<LessSimplified>;

/// Builds and rolls graphs of any number of steps; keeps what else is known of the derivative.
auto rolled_by(const BuildForSteps& build, Form form, RolledDerivative& known) {
    return [&build, form, &known](std::int32_t count) {
        RolledDerivative built = build(count);
        Rolled rolled =
            form && built.rolled_less ? built.rolled_less(*form) : std::move(built.rolled);
        count_unread_steps(rolled);
        built.rolled = {};
        known = std::move(built);
        return rolled;
    };
}

/// A graph that stands for those of any number of steps.
RolledDerivative alike_for_any_steps(const BuildForSteps& build, Form form) {
    constexpr std::int32_t enough = 64;
    RolledDerivative result;
    AnySteps found = roll_any_steps(enough, rolled_by(build, form, result));
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
            "equations of one number of steps",
            found.refusal));
    result.rolled = *std::move(found.rolled);
    return result;
}

std::optional<Equations> if_possible(const std::function<Equations(Form)>& made, Form form) {
    try {
        return made(form);
    } catch (const GraphError&) {
        return std::nullopt;
    }
}

/// Equations of the form that is simplified most of those whose steps, and batches, are alike for
/// all numbers of them. A graph that is not simplified has one form. Throws what is said of the
/// last form, the plainest.
Equations of_first_form(const BuildForSteps& build, const std::function<Equations(Form)>& made) {
    constexpr std::int32_t any_number = 8;
    if (!build(any_number).rolled_less) return made(std::nullopt);
    for (const Form form : {Form{}, Form{LessSimplified::for_any_steps}})
        if (auto found = if_possible(made, form)) return *std::move(found);
    try {
        return made(LessSimplified::with_numbers_kept);
    } catch (const GraphError& error) {
        if (!if_possible(made, LessSimplified::not_at_all)) throw;
        throw GraphError(fmt::format("{}, or of the graph as it was built, before simplification",
                                     error.what()));
    }
}

RolledDerivative of_steps(std::int32_t steps, const BuildForSteps& build,
                          BuildableSteps buildable) {
    RolledDerivative result;
    result.rolled = roll_for(steps, rolled_by(build, std::nullopt, result), buildable);
    return result;
}

/// Equations with B for the number of columns, of what `made(columns)` makes. Batches as large as
/// another size may differ in more than numbers; sizes that hardly anything else has are tried too.
Equations equations_of_batch(std::int32_t columns, bool is_general,
                             const std::function<RolledDerivative(std::int32_t)>& made) {
    if (columns == 1) {
        const RolledDerivative found = made(1);
        EquationOptions options = options_of(found, is_general);
        options.columns = BatchColumns::one;
        return equations(found.rolled, options);
    }
    for (const std::int32_t first : {columns, 61, 127, 251}) {
        RolledDerivative found = made(first);
        EquationOptions options = options_of(found, is_general);
        const std::array nets{std::move(found.rolled), made(first + 1).rolled,
                              made(first + 2).rolled};
        auto sizes = detail::attributes_of_columns(nets, first, is_general);
        if (!sizes) continue;
        options.columns = BatchColumns::any;
        options.columns_of_losses = detail::columns_of_other_signs(nets, first);
        options.sizes = *std::move(sizes);
        return equations(nets.front(), options);
    }
    throw GraphError(
        "equations: batches must be alike for every number of columns above one\n  ask for the "
        "equations of one column");
}

}  // namespace

RolledDerivative rolled_up(const Derivative& derivative, Simplification simplification) {
    RolledDerivative result;
    result.variables = derivative.variables().size();
    result.loss = name_of_loss(derivative);
    if (simplification == Simplification::off) {
        result.rolled = rolled_of(derivative);
        return result;
    }
    result.rolled = rolled_by_rules(derivative, simplification_rules(), result.simplification);
    if (first_break(result.rolled)) {
        SimplifyReport report;
        Rolled alike = rolled_by_rules(derivative, simplification_rules_for_any_steps(), report);
        if (!first_break(alike)) {
            result.rolled = std::move(alike);
            result.simplification = std::move(report);
        }
    }
    result.rolled_less = [kept = std::make_shared<const KeptDerivative>(derivative)](
                             LessSimplified how) { return kept->rolled_less(how); };
    return result;
}

Equations equations(const Derivative& derivative, Simplification simplification) {
    const RolledDerivative rolled = rolled_up(derivative, simplification);
    return equations(rolled.rolled, options_of(rolled));
}

Equations general_equations(const std::function<RolledDerivative(std::int32_t)>& build) {
    return of_first_form(build, [&](Form form) {
        const RolledDerivative found = alike_for_any_steps(build, form);
        return equations(found.rolled, options_of(found, true));
    });
}

Equations equations_of_steps(std::int32_t steps,
                             const std::function<RolledDerivative(std::int32_t)>& build,
                             BuildableSteps buildable) {
    const RolledDerivative found = of_steps(steps, build, buildable);
    return equations(found.rolled, options_of(found));
}

Equations general_equations(const BuildForBatch& build, std::int32_t columns) {
    const auto of_first = [&](std::int32_t steps) { return build(steps, columns); };
    return of_first_form(of_first, [&](Form form) {
        return equations_of_batch(columns, true, [&](std::int32_t count) {
            return alike_for_any_steps([&](std::int32_t steps) { return build(steps, count); },
                                       form);
        });
    });
}

Equations equations_of_steps(std::int32_t steps, const BuildForBatch& build, std::int32_t columns,
                             BuildableSteps buildable) {
    return equations_of_batch(columns, false, [&](std::int32_t count) {
        return of_steps(
            steps, [&](std::int32_t n) { return build(n, count); }, buildable);
    });
}

}  // namespace revolute
