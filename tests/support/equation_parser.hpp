#pragma once

#include <revolute/tools/equations/equation_term.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace revolute::test {

/// A line "name(t) = right   t = 1..T", its limits as numbers, low first.
struct EquationLine {
    std::string name;
    std::optional<EquationStep> step;  ///< not fixed: the variable
    Interval steps;
    EquationTerm right;
    std::string text;
};

/// What the parser must be told: the steps of each axis by its letter, the names of leaves, with
/// whether they have steps, and sizes by their letters.
struct EquationContext {
    std::map<std::string, std::int32_t> steps;
    std::set<std::pair<std::string, bool>> names;
    std::map<std::string, double> sizes;
};

/// The lines of equations in text. Headings and lines that begin with # are passed over. Throws
/// ParseError, with the line, for one that is no equation.
std::vector<EquationLine> parse_equations(std::string_view text, const EquationContext& context);

}  // namespace revolute::test
