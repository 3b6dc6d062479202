#pragma once

/// @file
/// A rolled derivative as equations: text, LaTeX and Markdown.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/tools/equations/equation_term.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace revolute {

/// What an equation belongs to: the computation of the loss, the adjoints of what it computes, or
/// the gradients that were asked for.
enum class EquationPart : std::uint8_t {
    forward,    ///< what the loss is computed of
    backward,   ///< the adjoints of that
    gradients,  ///< of the variables
};

/// One line: name(t) = right, for t = low, ..., high; or without steps.
struct Equation {
    /// What the equation belongs to.
    EquationPart part = EquationPart::forward;
    std::string name;                  ///< without its step
    std::optional<EquationStep> step;  ///< of the name; not fixed: it is the variable
    Interval steps;                    ///< of the variable
    bool is_descending = false;        ///< it is computed from the last of them to the first
    EquationTerm right;                ///< what it is computed of
};

/// A state that recurrences start from: a leaf that no line defines.
struct EquationStart {
    std::string name;             ///< without its step
    EquationStep step;            ///< at which it is the state
    bool has_one_column = false;  ///< one for all columns of a batch
};

/// How many columns a batch has, as equations say it.
enum class BatchColumns : std::uint8_t {
    unsaid,  ///< equations do not tell
    one,     ///< a single column
    any,     ///< B of them
};

/// A graph as recurrences: what is computed at every step, in the order in which it can be
/// computed. A name on the right is a leaf of the graph, or stands on the left of another equation.
struct Equations {
    std::vector<Equation> lines;        ///< in an order in which they can be computed
    std::vector<EquationStart> starts;  ///< what the lines read of states that are given
    std::vector<AxisSteps> axes;        ///< the folded time axes
    /// Other axes, along which nothing is folded: by axis, the steps that names have.
    std::map<std::int32_t, Interval> unfolded;
    bool is_general = false;  ///< they hold for any number of steps from `least_steps` on
    /// The smallest number of steps, where any is meant.
    std::int32_t least_steps = 1;
    /// The columns of a batch: one; any number of them, which is written B; or none is said.
    BatchColumns columns = BatchColumns::unsaid;
    std::set<std::string> adjoints;  ///< the names that are d and the name of a value, for that
    /// Of names of values in which underlines stand for signs, how LaTeX writes them below: h_T-1
    /// for h_T_1.
    std::map<std::string, std::string> with_signs;
    /// What B is in LaTeX where losses say it that are not over the columns of a batch.
    std::set<std::int32_t> columns_of_losses;

    /// Of the one time axis that N is the number of steps of; 0 where there are others.
    std::int32_t first_step() const { return axes.size() == 1 ? axes.front().first : 0; }
    /// Whether names have steps of several axes.
    bool has_several_axes() const { return axes.size() + unfolded.size() > 1; }
};

/// What of an attribute comes from the number of columns.
struct AttributeColumns {
    PartId part{};                ///< the part of the rolled graph
    std::uint32_t attribute = 0;  ///< which of its attributes
    /// How it depends on the columns.
    ColumnLaws laws;
    std::optional<LengthLaw> law{};  ///< of the number of steps, where it is written in another way
    std::optional<LengthLaw> scale_law{};  ///< the same of what it is multiplied by
};

/// How equations are made.
struct EquationOptions {
    /// How many gradients there are: the outputs of what was rolled are then those of
    /// Derivative::outputs(). 0: all outputs are values.
    std::size_t variables = 0;
    /// What the first output, the loss, is called. Where the rolled graph calls it otherwise or not
    /// at all, as a simplified one may, it has a line of its own, "L = S(T)". Empty: it is called
    /// as there.
    std::string loss{};
    /// Limits are written with T, the last step, where the graph is alike for other numbers of
    /// steps.
    bool is_general = false;
    /// How many columns a batch has; where they are any number, `sizes` says which attributes come
    /// from it.
    BatchColumns columns = BatchColumns::unsaid;
    /// Which attributes depend on the number of columns, where that is any.
    std::vector<AttributeColumns> sizes{};
    std::set<std::int32_t>
        columns_of_losses{};  ///< of means over other columns than the batch's, then
    /// Every equation is one line of text. Parts of what would make a longer one get names.
    std::size_t longest_line = 100;

    /// Whether the first output is a loss.
    bool has_loss() const { return variables > 0 || !loss.empty(); }
};

/// The equations of a rolled graph whose parts have names (`name_parts`). Names are those of the
/// graph; values without one are written out where they are used, but those that are used several
/// times, or would make a line too long, are called e or, in the backward pass, delta; a part of
/// the sum that dh is, delta_h. A name that means something else in an equation, or that two values
/// share at a step, gets an underline or a number behind it.
Equations equations(const Rolled& rolled, const EquationOptions& options = {});

/// By which rules less is simplified: those of simplification_rules_for_any_steps() or
/// simplification_rules_that_keep_numbers(), or by none.
enum class LessSimplified : std::uint8_t {
    for_any_steps,      ///< by rules that keep steps alike
    with_numbers_kept,  ///< by rules that join no numbers
    not_at_all,         ///< by no rule
};

/// A loss and its gradients, simplified and rolled up: what equations are made of.
struct RolledDerivative {
    Rolled rolled;                  ///< of Derivative::outputs(), with names
    std::size_t variables = 0;      ///< how many gradients there are
    SimplifyReport simplification;  ///< nothing in it when the graph is as it was built
    std::string loss{};             ///< the last name that the loss was given
    /// The same graph simplified less, where it is simplified: what steps and numbers of steps have
    /// in common may be hidden by what numbers chance to be in some.
    std::function<Rolled(LessSimplified)> rolled_less{};
};

/// Whether equations are those of the graph as it was built, or of the simplified one.
enum class Simplification : bool {
    off,  ///< as built
    on,   ///< by `simplification_rules`
};

/// Where simplification makes steps differ that are alike as built, it is by
/// `simplification_rules_for_any_steps()`.
RolledDerivative rolled_up(const Derivative& derivative,
                           Simplification simplification = Simplification::on);

/// The equations of a derivative as it is, with the number of steps that it has.
Equations equations(const Derivative& derivative,
                    Simplification simplification = Simplification::on);
/// The equations of any number of steps: `build(n)` makes the net of n steps, differentiates it and
/// rolls it up. Throws GraphError when its steps are not alike.
Equations general_equations(const std::function<RolledDerivative(std::int32_t)>& build);
/// The same with so many steps, in time that does not depend on their number unless `build` can
/// make no other.
Equations equations_of_steps(std::int32_t steps,
                             const std::function<RolledDerivative(std::int32_t)>& build,
                             BuildableSteps buildable = BuildableSteps::any);

/// Makes the net of so many steps and so many columns, differentiates it and rolls it up.
using BuildForBatch = std::function<RolledDerivative(std::int32_t steps, std::int32_t columns)>;
/// The equations of any number of steps of a net that reads a batch. Numbers that come from the
/// number of columns are written with B: nets of `columns` columns, one and two more tell how, or,
/// where these are not alike as one is as large as another size, nets of more. One column is said
/// to be one. Throws GraphError where steps or batches are not alike, and names the attribute that
/// has no law.
Equations general_equations(const BuildForBatch& build, std::int32_t columns);
/// The same with so many steps.
Equations equations_of_steps(std::int32_t steps, const BuildForBatch& build, std::int32_t columns,
                             BuildableSteps buildable = BuildableSteps::any);

/// What is written of equations.
struct EquationFormat {
    /// Which parts, in this order.
    std::vector<EquationPart> parts{EquationPart::forward, EquationPart::backward,
                                    EquationPart::gradients};
    TransposeSide transpose = TransposeSide::right;  ///< in LaTeX
};

/// One equation a line: "dh(t) = U' dz(t+1)    t = T-1..0". docs/equations.md has the grammar.
std::string to_text(const Equations& equations, const EquationFormat& format = {});
/// An align environment of the package amsmath, which numbers the equations.
std::string to_latex(const Equations& equations, const EquationFormat& format = {});
/// A heading for each part, with its equations as display mathematics.
std::string to_markdown(const Equations& equations, const EquationFormat& format = {});

}  // namespace revolute
