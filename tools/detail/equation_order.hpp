#pragma once

#include <revolute/tools/equations.hpp>

#include <vector>

namespace revolute::detail {

/// The lines of one part of the equations in an order in which they can be computed from the top: what a
/// line reads stands above it. Lines that need each other from step to step are a loop, which is computed
/// step by step: there it is what they read at the same step. Else the order stays.
std::vector<Equation> in_order(std::vector<Equation> lines);

}  // namespace revolute::detail
