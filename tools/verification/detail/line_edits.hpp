#pragma once

#include <revolute/tools/language/detail/net_source.hpp>
#include <revolute/tools/language/detail/net_syntax.hpp>
#include <revolute/tools/verification/detail/net_truth.hpp>

#include <string>
#include <vector>

namespace revolute::detail {

/// A right side with one thing changed, and what was the matter with it then.
struct LineEdit {
    WrittenTerm right;
    std::string mistake;
};

/// A term that may be missing from a sum, and how it is written.
struct PossibleSummand {
    WrittenTerm term;
    std::string text;
};

/// All right sides that differ from the line's own in one place as mistakes by hand do: signs,
/// transposes, steps, the order of factors, factors and terms too many or left out, slopes of
/// another function or gate, numbers, limits of sums. Simple ones come first.
std::vector<LineEdit> line_edits(const NetSource& source, const WrittenEquation& line,
                                 const NetTruth& truth,
                                 const std::vector<PossibleSummand>& summands);

/// The terms of a sum, with their signs.
std::vector<WrittenTerm> summands_of(const WrittenTerm& sum);

}  // namespace revolute::detail
