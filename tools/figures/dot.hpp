#pragma once

/// @file
/// A figure in the DOT language of Graphviz.

#include <revolute/tools/figures/figure.hpp>

#include <iosfwd>

namespace revolute {

/// How a figure is written.
struct DotOptions {
    /// Write positions, sizes and curves, and that Graphviz is to keep them, so that `dot -Tsvg`
    /// draws the figure as it is laid out here. Without them it makes a layout of its own. A figure
    /// that is not laid out yet is laid out first.
    bool positions = true;
    /// Above this number of nodes no positions are written: nobody looks at such a picture.
    std::size_t most_placed_nodes = 10'000;
};

/// Writes a figure in the DOT language of Graphviz. The same figure gives the same bytes on every
/// machine. Labels are HTML-like; everything in them is escaped.
void write_dot(std::ostream& out, const Figure& figure, const DotOptions& options = {});

}  // namespace revolute
