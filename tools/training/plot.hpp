#pragma once

/// @file
/// Curves as CSV and, through gnuplot, as SVG.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// How a curve is drawn.
enum class CurveStyle : std::uint8_t {
    line,        ///< full
    faint_line,  ///< in the background
    dashes,      ///< broken
};

/// One curve of a plot. NaN leaves a gap.
struct Curve {
    std::string title;                    ///< in the legend
    std::vector<double> y;                ///< by x
    CurveStyle style = CurveStyle::line;  ///< how it is drawn
};

/// Curves over a common x.
struct Plot {
    std::string title;                                   ///< above it
    std::string x_label;                                 ///< below the x axis
    std::string y_label;                                 ///< beside the y axis
    std::vector<double> x;                               ///< ascending
    std::vector<Curve> curves;                           ///< as many numbers in each as in x
    bool is_logarithmic = false;                         ///< the x axis
    bool starts_at_zero = false;                         ///< the y axis, for what is never negative
    std::optional<double> held_out_from = std::nullopt;  ///< x from which the data was held out
    /// Where x is in seconds from the beginning of 1970 on: how the dates are written. Else empty.
    std::vector<std::string> x_as_dates{};
};

/// The x column and the curves of plots over one x as CSV; where there are several, a curve is
/// called "y label: title".
std::string to_csv(std::span<const Plot> plots);

/// What gnuplot is told to draw plots below each other as SVG, to its standard output.
std::string to_gnuplot(std::span<const Plot> plots);

/// Where the CSV of a plot is written: `svg` with the ending .csv; nowhere where that is a stream,
/// such as `-`, and no file.
std::optional<std::filesystem::path> csv_beside(const std::filesystem::path& svg);

/// Whether the program `gnuplot` is installed.
bool can_draw_plots();

/// Writes plots as CSV, and as SVG by the program `gnuplot`. Returns whether there is an SVG: there
/// is none where gnuplot is not installed. Throws FileError when a file cannot be written, or
/// gnuplot fails or does not draw all of it: then the SVG that was there stays.
bool write_plot(const std::filesystem::path& svg, std::span<const Plot> plots);

/// Throws the FileError that drawing the plots would throw, and writes nothing. Returns how many
/// bytes the SVG has; 0 where gnuplot is not installed.
std::size_t require_drawable(const std::filesystem::path& svg, std::span<const Plot> plots);

///@{
/// The same for one plot.
inline std::string to_csv(const Plot& plot) { return to_csv(std::span(&plot, 1)); }
inline std::string to_gnuplot(const Plot& plot) { return to_gnuplot(std::span(&plot, 1)); }
inline bool write_plot(const std::filesystem::path& svg, const Plot& plot) {
    return write_plot(svg, std::span(&plot, 1));
}
inline std::size_t require_drawable(const std::filesystem::path& svg, const Plot& plot) {
    return require_drawable(svg, std::span(&plot, 1));
}
///@}

}  // namespace revolute
