#pragma once

/// @file
/// How far rounding may move the numbers of a case.

#include <revolute/tools/exchange/case_file.hpp>

#include <map>
#include <string>

namespace revolute {

/// How far rounding alone may move the loss, the answers and all gradients of a case that were
/// computed elsewhere, under the names of the arrays: `rounding_floors` of its net, for formulas
/// written by hand.
std::map<std::string, double> rounding_floors(const Case& of);

}  // namespace revolute
