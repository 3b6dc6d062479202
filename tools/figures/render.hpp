#pragma once

/// @file
/// DOT as SVG, PDF or PNG, through Graphviz, and figures as files.

#include <revolute/tools/figures/figure.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace revolute {

/// What a figure can be written as.
enum class FigureFormat : std::uint8_t {
    dot,  ///< text for Graphviz
    svg,  ///< scalable
    pdf,  ///< one page
    png,  ///< pixels
};

/// The format that a file's ending asks for. The standard output, a pipe and a device get
/// DOT. Throws Error for an ending other than .dot, .svg, .pdf and .png.
FigureFormat figure_format(const std::filesystem::path& path);

/// Whether this build can write formats other than DOT: whether it has Graphviz (libgvc).
bool can_render();

/// How many pixels a PNG of a figure of this size has for each point: two, and down to one where
/// that would be more than 16 million, so that it is drawn in seconds and viewers open it. Where
/// one would be more than 128 million, or 32767 on a side, it has fewer, and is not read easily.
double pixels_per_point(const Box& box);

/// Draws a figure by Graphviz, at the places of its layout; one that is too large for a layout is
/// placed by Graphviz's `dot`. Returns the content of the file. Graphviz is not made for threads:
/// calls wait for each other. Throws Error in a build without Graphviz, and when Graphviz fails;
/// CapacityError where there is too little memory for it.
std::string render(const Figure& figure, FigureFormat format);

/// Writes a figure into a file, in the format that its ending asks for if none is given. Throws as
/// `figure_format` and `render` do, and FileError when the file cannot be written.
void write_figure(const std::filesystem::path& path, const Figure& figure,
                  std::optional<FigureFormat> format = {});

}  // namespace revolute
