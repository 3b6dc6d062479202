#pragma once

/// @file
/// What of a comparison needs no mistake: which arrays agree, as rounding lets them, and where the
/// others differ.

#include <revolute/tools/diagnosis/diagnosis.hpp>
#include <revolute/tools/exchange/given_precision.hpp>
#include <revolute/tools/exchange/gradient_layout.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// How far rounding may move arrays, by their names.
using Roundings = std::map<std::string, ArrayRounding>;

/// The arrays that both have, in the order of the first ones.
std::vector<GradientArray> common_arrays(const std::vector<GradientArray>& of,
                                         const std::vector<GradientArray>& with);

/// Whether it is the loss or the answers.
bool is_forward(const ArrayVerdict& array);

/// The verdicts alone. `floors` are what rounding makes in double precision.
GradientComparison verdicts_of(const CaseResult& given, const CaseResult& right, double tolerance,
                               const Roundings& roundings,
                               const std::map<std::string, double>& floors);

/// Whether gradients among them are as right as double precision makes them: what others differ by
/// is no rounding then, as what rounds some numbers on the way rounds all.
bool are_some_exact(const GradientComparison& comparison);

/// Whether, of the arrays that do not look rounded, none is as right as double precision makes it
/// and some are wrong, and some of all are as right as single precision makes them. `in_single` is
/// what that does to each.
bool is_single_where_right(const GradientComparison& comparison, const Roundings& roundings,
                           const Roundings& in_single);

/// How many digits were kept at every step of arithmetic, where the differences are as small as
/// that makes them, and most arrays differ: none where more than what programs keep were, or fewer
/// than four, or where some are exact.
std::optional<int> digits_of_steps(const GradientComparison& comparison,
                                   const std::map<std::string, double>& floors);

/// Notes arrays of which most numbers are explained. `nearest` are what the findings give for those
/// that they leave unexplained.
void add_nearly_explained(GradientComparison& comparison, std::span<const GradientArray> given,
                          std::span<const GradientArray> nearest,
                          std::span<const GradientArray> right, const Roundings& roundings);

/// Notes in which parts of the unexplained arrays the difference is. `given` and `right` are the
/// same arrays.
void add_carriers(GradientComparison& comparison, std::span<const GradientArray> given,
                  std::span<const GradientArray> right, const Case& of, const Roundings& roundings);

}  // namespace revolute
