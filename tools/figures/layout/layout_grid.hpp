#pragma once

/// @file
/// The inner parts of lay_out.

#include <revolute/tools/figures/figure.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace revolute::layout {

/// Which row each node stands in.
struct Rows {
    std::vector<int> of_node;  ///< by node
    /// By node: the node that a leaf stands beside, because it alone reads the leaf, and reads
    /// nothing else.
    std::vector<std::optional<std::uint32_t>> beside;
    std::vector<int> title_of_band;  ///< row of the panels' titles; -1 where no panel has a frame
    std::vector<int> first_of_band;  ///< by band: the row where it begins
    std::vector<int> last_framed;    ///< by band: the last row of a frame
    int count = 0;                   ///< of all bands

    /// The band that a row belongs to.
    std::size_t band_of(int row) const {
        const auto next = std::ranges::upper_bound(first_of_band, row);
        return static_cast<std::size_t>(next - first_of_band.begin()) - 1;
    }
    /// Number of a cell: by column, then row.
    std::size_t cell(int column, int row) const {
        return static_cast<std::size_t>(column) * static_cast<std::size_t>(count) +
               static_cast<std::size_t>(row);
    }
};

/// Rows by longest path over the edges that run downwards: those inside a panel, those from
/// parameters and those into sums. Nodes of one name have one row in all panels of a band. Where
/// edges have labels, there is a row for them below their sources.
Rows assign_rows(const Figure& figure);

/// Whether many edges of this one's source, or target, share a line.
bool is_bus(const FigureEdge& edge);

}  // namespace revolute::layout
