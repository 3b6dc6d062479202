#pragma once

#include <revolute/tools/equations/detail/planning/equation_terms.hpp>
#include <revolute/tools/equations/equations.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace revolute::detail {

/// What is said of one name in one part of the equations.
struct Definition {
    EquationPart part = EquationPart::forward;
    std::string name;
    std::optional<std::int32_t> axis;  ///< none: one line, without a step
    bool is_descending = false;
    bool has_made_name = false;   ///< e or delta: the graph has none
    std::size_t divisions = 0;    ///< how often parts of it got names, as it was too long
    std::vector<Piece> pieces{};  ///< a line each
};

/// One piece of a definition as a line. The step of a name that holds at one step only is that
/// step.
Equation line_of(const Definition& definition, const Piece& piece);

/// The first and the last step of a line in the order in which they are computed.
struct Limits {
    std::string letter, first, last;
};

/// None for a line of one step.
std::optional<Limits> limits_of(const Equation& line, const EquationStyle& style);
/// "t = T-1..0".
std::string in_text(const Limits& limits);

/// How a line of text stands: the indent, the name, " = ", the right-hand side, the space before
/// the limits.
constexpr std::size_t indent = 2, width_of_equals = 3, space_before_limits = 3;

/// "dh(t+1)", what stands on the left of a line.
std::string left_side(const Equation& line, const EquationStyle& style);
/// What stands on its right.
std::string right_side(const Equation& line, const EquationStyle& style);

}  // namespace revolute::detail
