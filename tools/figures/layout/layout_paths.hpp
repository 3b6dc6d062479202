#pragma once

/// @file
/// The inner parts of lay_out.

#include <revolute/tools/figures/layout/layout_routes.hpp>

#include <vector>

namespace revolute::layout {

/// Rows, columns, channels and gaps in points.
struct Places {
    std::vector<int> column_left, column_right;  ///< by column
    std::vector<int> row_top, row_bottom;        ///< by row
    std::vector<int> first_track;                ///< y, by channel
    std::vector<int> first_lane;                 ///< x, by gap
    Point size;                                  ///< of the whole figure
};

/// Draws every edge as Bezier curves: straight to the next row, in bows through rows, in rounded
/// right angles between columns.
void draw_paths(Figure& figure, const Grid& grid, const Routing& routing, const Places& places);

}  // namespace revolute::layout
