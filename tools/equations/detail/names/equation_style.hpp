#pragma once

#include <revolute/tools/equations/equations.hpp>

namespace revolute::detail {

/// How terms and names of equations are written. LaTeX, in which steps stand below names, sets by
/// its letters each name without a step that would read there as one that has steps.
EquationStyle style_of(const Equations& equations, Notation notation, const EquationFormat& format);

}  // namespace revolute::detail
