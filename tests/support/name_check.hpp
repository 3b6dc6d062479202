#pragma once

#include <revolute/tools/equations/equations.hpp>
#include <revolute/tools/figures/figure.hpp>

// A name as it is typeset, with steps and what else stands below, means one value.

namespace revolute::test {

/// Checks that in LaTeX no two names, steps included, look alike: at the steps that the equations
/// say, a few from both ends of long ones.
void check_latex_names(const Equations& equations);

/// The same of the nodes that a figure names, which is drawn with `LabelMode::op`.
void check_figure_names(const Figure& figure);

}  // namespace revolute::test
