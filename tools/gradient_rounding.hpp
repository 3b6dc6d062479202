#pragma once

#include <revolute/tools/backward_values.hpp>
#include <revolute/tools/gradient_layout.hpp>

#include <map>
#include <string>
#include <vector>

// How large a difference of each array of gradients rounding makes, when sums are taken in another order: some units of
// the parts that cancel in it, but not more than of the largest gradient. Only numbers that would be zero in exact
// arithmetic, or nearly so, differ by more than their digits because of it.

namespace revolute {

std::vector<double> rounding_floors(BackwardValues& values, const GradientLayout& layout);
/// Of all arrays of the case, under their names.
std::map<std::string, double> rounding_floors(const Case& of);

}  // namespace revolute
