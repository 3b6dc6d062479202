#pragma once

#include <revolute/tools/figures/figure.hpp>

#include <string_view>

namespace revolute {

// Sizes in points, shared by the layout and the writers.
inline constexpr int node_text_size = 11;
inline constexpr int small_text_size = 9;
inline constexpr int edge_label_size = 9;
inline constexpr int panel_title_size = 10;
inline constexpr int title_size = 13;

/// How nodes of one kind are drawn. Colours are #RRGGBB; an empty one is not drawn.
struct NodeLooks {
    std::string_view fill;
    std::string_view border;
    std::string_view text;
    bool is_rounded = true;
    int text_size = node_text_size;
};

/// How edges of one kind are drawn.
struct EdgeLooks {
    std::string_view color;
    bool is_dashed = false;
    std::string_view width;       ///< of the pen, in points, as DOT writes it
    std::string_view arrow_size;  ///< as DOT writes it
};

NodeLooks looks_of(const FigureNode& node);
EdgeLooks looks_of(const Figure& figure, const FigureEdge& edge);

/// Width of a node's box, with room around its label.
int node_width(const FigureNode& node);

inline constexpr std::string_view panel_fill = "#F7F7F5";
inline constexpr std::string_view panel_border = "#CCCCCC";

}  // namespace revolute
