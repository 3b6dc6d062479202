#pragma once

/// @file
/// The inner parts of lay_out.

#include <revolute/tools/figures/figure.hpp>
#include <revolute/tools/figures/layout/layout_grid.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace revolute::layout {

inline constexpr int node_height = 22;    ///< of a box
inline constexpr int label_height = 15;   ///< of the row of an edge's label
inline constexpr int frame_padding = 11;  ///< between a frame and what it holds
inline constexpr int track_spacing = 7;   ///< between the lines of a channel
inline constexpr int lane_spacing = 8;    ///< between the lines of a gap

/// What takes room.
enum class SlotKind : std::uint8_t {
    node,   ///< a box
    bend,   ///< where an edge passes through a row
    label,  ///< the same, with the edge's label at its right
    title,  ///< of a panel
};

/// Something that takes room in a cell, a row of a column.
struct Slot {
    SlotKind kind = SlotKind::node;  ///< what it is
    std::uint32_t thing = 0;         ///< index of the node, edge or panel
    int column = 0;                  ///< of the cell, from the left
    int row = 0;                     ///< of the cell, from the top
    int width = 0;                   ///< of node, label or title
    int anchor = 0;                  ///< from the left side to where edges enter and leave
    int x = 0;                       ///< of the anchor, from the column's left side
    int place = 0;                   ///< position in its cell

    /// Its left side, from the column's.
    int left() const { return x - anchor; }
    /// Its right side, from the column's left one.
    int right() const { return left() + width; }
};

/// A piece of an edge between two slots. A direct one goes down to the next row of the same column;
/// others are routed through channels and lanes.
struct Hop {
    std::uint32_t from = 0;  ///< index of a slot
    std::uint32_t to = 0;    ///< index of a slot
    std::uint32_t edge = 0;  ///< index of the edge of the figure
    bool is_direct = true;   ///< whether it needs no route
    bool is_level = false;   ///< from a leaf to the node at its left that it stands beside
};

/// The figure cut into slots and hops.
struct Grid {
    Rows rows;                ///< which row each node stands in
    int columns = 0;          ///< how many
    std::vector<Slot> slots;  ///< by number
    std::vector<Hop> hops;    ///< by edge, from source to target
    /// By edge: the first edge of the same source and looks that has the same label, which stands
    /// there once for all of them. They share lines too. Itself where there is none.
    std::vector<std::uint32_t> leaders;
    std::vector<std::vector<std::uint32_t>>
        cells;  ///< by column, then row: slots from left to right
    std::vector<std::vector<std::uint32_t>> above;   ///< by slot: direct hops into it
    std::vector<std::vector<std::uint32_t>> below;   ///< by slot: direct hops out of it
    std::vector<std::vector<std::uint32_t>> routed;  ///< by slot: its other hops

    ///@{
    /// The slots of a cell, from left to right.
    std::vector<std::uint32_t>& cell(int column, int row) { return cells[rows.cell(column, row)]; }
    const std::vector<std::uint32_t>& cell(int column, int row) const {
        return cells[rows.cell(column, row)];
    }
    ///@}
    /// Whether nothing of the slot's cell stands beyond it, to the right (1) or to the left (-1).
    bool is_outermost(std::uint32_t slot, int direction) const {
        const auto& all = cell(slots[slot].column, slots[slot].row);
        return (direction > 0 ? all.back() : all.front()) == slot;
    }
};

/// Cuts a figure into slots; empty when they are more than `most_slots`.
std::optional<Grid> make_grid(const Figure& figure, std::size_t most_slots);
/// Orders the slots of each cell so that edges cross little (barycenters, then exchanges), and puts
/// leaves beside the nodes that read them.
void order_cells(const Figure& figure, Grid& grid);
/// Crossings of the edges within a column, and edges to other columns that do not start from the
/// end of their row.
int cost_of_order(const Figure& figure, const Grid& grid, int column);
/// Puts what is alike in two steps in one order, where that costs no more.
void order_alike(const Figure& figure, Grid& grid);

/// Whether a frame may be drawn larger than what it holds so as to end in line with others: no more
/// than a third of it is empty then.
constexpr bool nearly_fills(int own, int whole) { return 3 * own >= 2 * whole; }

/// How wide columns are, and from where to where in its column the content of each panel's frame
/// reaches.
struct Columns {
    std::vector<int> widths;  ///< by column
    /// By panel: from and to, from the column's left side.
    std::vector<std::pair<int, int>> panels;
};

/// Gives every slot its x in its column.
Columns place_in_columns(const Figure& figure, Grid& grid);

}  // namespace revolute::layout
