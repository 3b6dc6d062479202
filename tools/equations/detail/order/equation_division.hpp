#pragma once

#include <revolute/tools/equations/detail/writing/equation_lines.hpp>

#include <cstddef>
#include <vector>

namespace revolute::detail {

/// What equations must fit into.
struct LineRoom {
    EquationStyle style;  ///< of text
    std::size_t longest_line = 100;
};

/// Divides the sums that are too long for a line: parts of them become definitions of their own,
/// each before the line that reads it. Neighbouring summands that read one step are put together,
/// as many as fit on a line: for the adjoint of a state they are what one step, or one layer, hands
/// to it. The longest get names first, until the line fits; the same in all lines of a definition.
/// A part of dh is called delta_h, one of a forward value a is called e_a.
std::vector<Definition> divided(std::vector<Definition> definitions, const LineRoom& room,
                                EquationNames& names);

}  // namespace revolute::detail
