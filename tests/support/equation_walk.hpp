#pragma once

#include <revolute/tools/equations/equations.hpp>

#include <cstdint>

namespace revolute::test {

/// Checks that lines can be computed from the top, with so many steps on each axis: each line by
/// itself; or as few neighbouring lines as can be, step by step in the order of their steps, and at
/// each step from the top. All lines must say the same order of steps then. Values that no line
/// defines are given.
void check_order(const Equations& equations, std::int32_t steps);
/// The same with the steps that they are for.
void check_order(const Equations& equations);

}  // namespace revolute::test
