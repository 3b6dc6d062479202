#pragma once

#include <revolute/tools/equations/detail/names/equation_names.hpp>
#include <revolute/tools/equations/equations.hpp>

#include <vector>

namespace revolute::detail {

/// The states that the recurrences of a rolled graph start from, where they are leaves.
std::vector<EquationStart> starts_of(const Rolled& rolled, const EquationNames& names);

}  // namespace revolute::detail
