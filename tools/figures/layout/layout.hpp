#pragma once

/// @file
/// `lay_out`, which gives all of a figure its place.

#include <revolute/tools/figures/figure.hpp>

namespace revolute {

/// Gives every node, edge, panel and title of the figure its place. Panels are columns, roles are
/// rows (layered drawing: Sugiyama, Tagawa and Toda 1981), edges between columns run in channels
/// between the rows and in lanes between the columns. No two boxes overlap, no edge runs through a
/// node that is not its end, and none through a label. All arithmetic is on whole points, so the
/// result is the same everywhere.
///
/// Returns false, and leaves the figure as it is, when drawing it would take more than `most_slots`
/// places: such a figure is no picture.
bool lay_out(Figure& figure, std::size_t most_slots = 200'000);

}  // namespace revolute
