#pragma once

#include <revolute/graph/step.hpp>
#include <revolute/tools/language/detail/net_syntax.hpp>

#include <cstdint>
#include <map>

namespace revolute::detail {

/// Steps that a net has on each axis.
using StepsByAxis = std::map<std::int32_t, Interval>;

/// What numbers of a text may depend on.
struct NumberContext {
    const StepsByAxis& steps;
    std::int32_t columns = 1;                    ///< B
    std::map<std::int32_t, std::int32_t> now{};  ///< by axis, the step at which it is taken
};

/// The value of a term that is a number: N is the number of steps of its axis. A step that is not
/// known is taken as the first.
double value_of(const WrittenTerm& number, const NumberContext& context);

/// The step that is meant, on the axis of the name that it belongs to.
std::int32_t value_of(const WrittenStep& step, std::int32_t axis, const NumberContext& context);

/// Steps in the order in which they were written.
struct StepsInOrder {
    std::int32_t first = 0;
    std::int32_t by = 1;     ///< from one to the next
    std::int32_t count = 0;  ///< none from 1 to T when T is 0

    std::int32_t at(std::int32_t place) const { return first + place * by; }
};

/// The steps of a sum, a list or a line. From T to a number they go down, whatever T is.
StepsInOrder value_of(const WrittenSteps& steps, const NumberContext& context);

/// Throws ParseError for a range of a text that reaches far beyond the steps that there are, which
/// would ask for more than its length says.
void require_near_steps(const NetSource& source, const NetSyntax& syntax, const StepsByAxis& steps);

}  // namespace revolute::detail
