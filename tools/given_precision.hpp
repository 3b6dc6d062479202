#pragma once

#include <revolute/tools/array_comparison.hpp>
#include <revolute/tools/case_file.hpp>

#include <string>
#include <string_view>

namespace revolute {

/// The precision of the gradients that were given: single where each of them is a float or has at most nine digits,
/// half where each has at most eleven bits or four digits. None where that holds of the right gradients too, or of fewer than
/// three numbers that are not zero.
Rounding precision_of(const CaseResult& given, const CaseResult& right);

/// Largest relative difference that agrees where numbers have this precision: 1e-10, 1e-5 or 1e-3.
double tolerance_of(Rounding precision);

/// "double", "single", "half".
std::string_view name_of(Rounding precision);

/// "The gradients given have single precision or few digits, so at most 1e-05 of the largest entry agrees: ...", with
/// the option that overrules it; empty for none. `what` is the subject of the sentence.
std::string precision_note(Rounding precision, const std::string& what);

}  // namespace revolute
