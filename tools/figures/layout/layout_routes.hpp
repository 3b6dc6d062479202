#pragma once

/// @file
/// The inner parts of lay_out.

#include <revolute/tools/figures/layout/layout_slots.hpp>

#include <map>
#include <utility>
#include <vector>

namespace revolute::layout {

/// Edges that share lines: those of one source, of one target, or an edge alone.
using Net = std::pair<int, std::uint32_t>;

/// How a hop between columns runs. Channel k lies above row k, gap k to the left of column k.
struct Route {
    Net net;                       ///< whose line it runs on
    int way = 1;                   ///< 1: to the right, -1: to the left
    bool leaves_side = false;      ///< through the node's side, else through its bottom
    bool enters_side = false;      ///< through the node's side, else through its top
    int out_gap = 0;               ///< beside the source's column, towards the target
    int in_gap = 0;                ///< beside the target's column, towards the source
    int out_channel = 0;           ///< below the source
    int in_channel = 0;            ///< above the target
    bool turns_at_target = false;  ///< from channel to channel: in the gap beside the target
};

/// Extent of a shared line, and which of the parallel lines it is.
struct Line {
    std::int64_t low = 0;   ///< where it begins
    std::int64_t high = 0;  ///< where it ends
    int number = 0;         ///< 0, 1, ...: how far from the first
};

/// Lines of one channel or one gap.
struct Lines {
    std::map<Net, Line> of_net;  ///< by the edges that share it
    int count = 0;               ///< how many parallel lines there are

    /// Makes the line of a net reach from a to b too.
    void extend(Net net, std::int64_t a, std::int64_t b);
    /// Gives lines that overlap different numbers.
    void number_them();
};

/// All routes of a grid.
struct Routing {
    std::vector<Route> routes;  ///< by hop; of direct hops, only `net` is meant
    std::vector<std::pair<int, int>>
        ports;                    ///< by hop: x of its upper and lower end from the anchors
    std::vector<Lines> channels;  ///< by number
    std::vector<Lines> gaps;      ///< by number
    /// By gap and row: y of each net that runs into a side there, from the row's middle.
    std::map<std::pair<int, int>, std::map<Net, int>> sides;
};

/// Chooses the route of every hop, and which parallel line it takes.
Routing find_routes(const Figure& figure, const Grid& grid);

}  // namespace revolute::layout
