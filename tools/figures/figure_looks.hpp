#pragma once

/// @file
/// Colours, lines and sizes of text in figures. Sizes are in points, shared by the layout and the
/// writers.

#include <revolute/tools/figures/figure.hpp>

#include <string_view>

namespace revolute {

///@{
/// Size of the text of that kind, in points.
inline constexpr int node_text_size = 11;
inline constexpr int small_text_size = 9;
inline constexpr int edge_label_size = 9;
inline constexpr int panel_title_size = 10;
inline constexpr int title_size = 13;
///@}

/// How nodes of one kind are drawn. Colours are `#RRGGBB`; an empty one is not drawn.
struct NodeLooks {
    std::string_view fill;           ///< colour of the inside
    std::string_view border;         ///< colour of the line around it
    std::string_view text;           ///< colour of the label
    bool is_rounded = true;          ///< whether corners are round
    int text_size = node_text_size;  ///< size of the label
};

/// How edges of one kind are drawn.
struct EdgeLooks {
    std::string_view color;       ///< of line and arrow head
    bool is_dashed = false;       ///< else the line is solid
    std::string_view width;       ///< of the pen, in points, as DOT writes it
    std::string_view arrow_size;  ///< as DOT writes it
};

/// How the node is drawn: by its kind, and whether it is marked.
NodeLooks looks_of(const FigureNode& node);
/// How the edge is drawn: by its kind, and where it comes from.
EdgeLooks looks_of(const Figure& figure, const FigureEdge& edge);

/// Width of a node's box, with room around its label.
int node_width(const FigureNode& node);

inline constexpr std::string_view panel_fill = "#F7F7F5";    ///< colour of the inside of panels
inline constexpr std::string_view panel_border = "#CCCCCC";  ///< colour of their frames

}  // namespace revolute
