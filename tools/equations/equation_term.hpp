#pragma once

/// @file
/// What the right-hand side of an equation is made of, and how it is written.

#include <revolute/graph/notation/notation.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace revolute {

/// A step that a name is followed by: t + 1, where t is the variable of the equation or of the sum
/// around the name; or one fixed step.
struct EquationStep {
    std::int32_t axis = 0;  ///< the time axis
    bool is_fixed = false;  ///< whether `t` is the step itself
    std::int32_t t = 0;     ///< the step, or what is added to the variable

    friend constexpr bool operator==(EquationStep, EquationStep) = default;
};

/// How an attribute, or what it depends on steps by, depends on the number B of columns of a batch:
/// laws as those of numbers of steps, of what is not the same in all batches.
struct ColumnLaws {
    std::optional<LengthLaw> value{};  ///< of the attribute at step 0, where it has no law of N
    /// Of what it grows by with each step.
    std::optional<LengthLaw> slope{};
    std::optional<LengthLaw> scale{};  ///< of what the number is multiplied by
    std::optional<LengthLaw> factor{}, constant{}, per_step{};  ///< of the numbers of the law of N

    friend bool operator==(const ColumnLaws&, const ColumnLaws&) = default;
};

/// How an attribute depends on the step at which it is taken, on the number of steps and on that of
/// columns.
struct EquationGrowth {
    /// Which attribute.
    std::uint32_t attribute = 0;
    double slope = 0;     ///< what it grows by with each step; its number is that at step 0
    EquationStep step{};  ///< at which it is taken
    std::optional<LengthLaw> law{};  ///< of what it is at step 0
    double scale = 1;                ///< what that and the slope are multiplied by
    /// Of what the scale is.
    std::optional<LengthLaw> scale_law{};
    /// Where it depends on the columns of a batch.
    ColumnLaws columns{};

    friend bool operator==(const EquationGrowth&, const EquationGrowth&) = default;
};

/// A formula as a tree. Trees are small: what would make one long has a name of its own.
struct EquationTerm {
    /// What a term is.
    enum class Kind : std::uint8_t {
        name,       ///< of a value, with its step where it has one
        number,     ///< as it is
        operation,  ///< an operator, applied to the operands
        sum,        ///< of the one operand at all `steps` of the variable
        list,       ///< the operands at all `steps`, as operands of an operator
    };
    Kind kind = Kind::name;                 ///< which of them
    std::string name{};                     ///< of a name
    std::optional<EquationStep> step{};     ///< of a name
    const Op* op = nullptr;                 ///< of an operation
    bool is_scalar = false;                 ///< of an operation: its value is 1 x 1
    std::vector<double> attributes{};       ///< of an operation; the value of a number
    std::vector<EquationGrowth> growing{};  ///< those of the attributes that depend on steps
    std::int32_t axis = 0;                  ///< of a sum or a list, whose variable runs on it
    Interval steps{};                       ///< of a sum or a list
    bool is_descending = false;             ///< of a list
    std::vector<EquationTerm> operands{};   ///< of an operation, a sum or a list

    friend bool operator==(const EquationTerm&, const EquationTerm&) = default;
};

/// The term with the variable put at step t.
EquationTerm at_step(EquationTerm term, std::int32_t t);

/// How transposes are written in LaTeX: U^T, or with the sign on the left, as some textbooks do.
enum class TransposeSide : std::uint8_t {
    right,  ///< U^T
    left,   ///< a raised T before U
};

/// What writing terms depends on.
struct EquationStyle {
    Notation notation = Notation::text;              ///< text or LaTeX
    TransposeSide transpose = TransposeSide::right;  ///< in LaTeX
    /// Axes and their steps.
    std::vector<AxisSteps> axes{};
    bool is_general = false;      ///< the last step of the first axis is T, whatever it is
    std::int32_t first_step = 0;  ///< of the one axis, from which on N counts
    /// The names that are d and the name of a value, whose adjoint they are.
    std::set<std::string> adjoints{};
    /// Names have steps of several axes: a fixed step that is a number says of which it is, h(t=3).
    bool has_several_axes = false;
    /// Names that LaTeX writes by letters, without an index, as they would read as something else:
    /// with the letters.
    std::map<std::string, std::string> spelled{};
    /// Names in which LaTeX writes signs for underlines, with these.
    std::map<std::string, std::string> with_signs{};
};

/// "T" or "S" for the last step of the axis t or s.
std::string last_step_name(std::int32_t axis);
/// A fixed step: a number, or, when T is general and nearer than 0, "T-1".
std::string written_step(std::int32_t axis, std::int32_t t, const EquationStyle& style);
/// "dh(t+1)", or in LaTeX `\mathrm{d}h_{t+1}`; `variable` is the axis whose letter the variable
/// has.
std::string written_name(const std::string& name, const std::optional<EquationStep>& step,
                         std::int32_t variable, const EquationStyle& style);
/// The term as a formula.
Formula written(const EquationTerm& term, std::int32_t variable, const EquationStyle& style);

}  // namespace revolute
