#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/child_program.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/text_encoding.hpp>
#include <revolute/tools/tables/csv.hpp>
#include <revolute/tools/training/plot.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <unistd.h>

namespace revolute {

namespace {

/// The text with question marks for what XML 1.0 cannot hold though UTF-8 can (U+FFFE and U+FFFF),
/// and for what is no UTF-8. gnuplot leaves > as it is, which may not stand behind two brackets:
/// there a blank parts them.
std::string xml_text(std::string_view text) {
    std::string result(text);
    while (const auto invalid = first_invalid_utf8(result)) result[*invalid] = '?';
    for (const std::string_view wrong : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
        for (std::size_t at = 0; (at = result.find(wrong)) != result.npos;)
            result.replace(at, wrong.size(), 1, '?');
    for (std::size_t at = 0; (at = result.find("]]>", at)) != result.npos;)
        result.insert(at + 2, " ");
    return result;
}

/// A gnuplot string. What stands between single quotes is taken as it is, up to the end of the
/// line.
std::string gnuplot_string(std::string_view text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'') result += '\'';
        result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    return result + '\'';
}

struct LineType {
    CurveStyle style;
    std::string_view text;
};

constexpr LineType line_types[] = {
    {CurveStyle::line, "lw 2 lc rgb '#b03a2e'"},
    {CurveStyle::faint_line, "lw 1.6 lc rgb '#5d6d7e'"},
    {CurveStyle::dashes, "lw 1.2 dt (6,4) lc rgb '#b7950b'"},
};

std::string_view line_type(CurveStyle style) {
    return std::ranges::find(line_types, style, &LineType::style)->text;
}

/// Where a plot stands among those that are below each other.
struct Panel {
    std::size_t number = 0;
    std::size_t count = 1;

    double height() const { return 1.0 / static_cast<double>(count); }
    double bottom() const { return static_cast<double>(count - 1 - number) * height(); }
};

std::string figure_head(std::size_t panels) {
    return fmt::format(
        "set terminal svg size 900,{} font 'DejaVu Sans,13' background rgb 'white' noenhanced\n{}",
        440 * panels, panels > 1 ? "set multiplot\n" : "");
}

std::string head(const Plot& plot, const Panel& panel) {
    std::string text;
    if (panel.count > 1)
        text = fmt::format("reset\nset size 1,{:.6g}\nset origin 0,{:.6g}\n", panel.height(),
                           panel.bottom());
    return text + fmt::format(
                      "set title {} font ',15' offset 0,0.7\n"
                      "set xlabel {} offset 0,0.4\n"
                      "set ylabel {}\n"
                      "set border 3 lc rgb '#444444'\n"
                      "set tics nomirror out\n"
                      "set bmargin at screen {:.6g}\n"
                      "set key at screen 0.5, {:.6g} center center horizontal samplen 2.5\n"
                      "set datafile missing 'NaN'\n",
                      gnuplot_string(xml_text(plot.title)), gnuplot_string(xml_text(plot.x_label)),
                      gnuplot_string(xml_text(plot.y_label)),
                      panel.bottom() + 0.23 * panel.height(),
                      panel.bottom() + 0.035 * panel.height());
}

/// A shade behind the part that was held out, and words above where it begins.
std::string held_out_marks(double from) {
    return fmt::format(
        "set object rectangle from {0}, graph 0 to graph 1, graph 1 behind fc rgb '#eef3f8' fs "
        "noborder\n"
        "set arrow from {0}, graph 0 to {0}, graph 1 nohead lw 1 lc rgb '#8899aa'\n"
        "set label 'training' at {0}, graph 1.04 right offset -0.8,0 tc rgb '#667788'\n"
        "set label 'held out' at {0}, graph 1.04 left offset 0.8,0 tc rgb '#667788'\n",
        from);
}

/// Labels of an axis in seconds: years, months, days or times, as the length of the axis wants.
std::string date_tics(const Plot& plot) {
    constexpr double day = 86400;
    const double length = plot.x.back() - plot.x.front();
    const std::string_view format = length > 6 * 365 * day ? "%Y"
                                    : length > 150 * day   ? "%Y-%m"
                                    : length > 4 * day     ? "%Y-%m-%d"
                                                           : "%m-%d %H:%M";
    // Long labels would run into each other at the distances that gnuplot takes.
    constexpr double longest_with_days = 150 * day, most_labels = 7;
    std::string distance;
    if (length <= longest_with_days)
        for (const double step : {1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 10800.0, 21600.0,
                                  43200.0, day, 2 * day, 5 * day, 10 * day, 20 * day, 30 * day})
            if (length <= most_labels * step) {
                distance = fmt::format("set xtics {}\n", step);
                break;
            }
    return fmt::format("{}set xtics time format '{}'\n", distance, format);
}

std::string data_block(const Plot& plot) {
    std::string text = "$data << end_of_data\n";
    for (std::size_t row = 0; row < plot.x.size(); ++row) {
        text += fmt::format("{}", plot.x[row]);
        for (const Curve& curve : plot.curves)
            text += std::isfinite(curve.y[row]) ? fmt::format(" {}", curve.y[row]) : " NaN";
        text += '\n';
    }
    return text + "end_of_data\n";
}

bool is_installed(std::string_view program) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (access((std::filesystem::path(folder) / program).c_str(), X_OK) == 0) return true;
    return false;
}

/// The plots as SVG. gnuplot may end well though a part of what it wrote is lost.
std::string drawn(std::span<const Plot> plots, const std::filesystem::path& svg) {
    ChildResult gnuplot = run_child("gnuplot", to_gnuplot(plots));
    if (gnuplot.status != 0)
        throw FileError(fmt::format("cannot draw {}: gnuplot failed (status {})", svg.string(),
                                    gnuplot.status));
    constexpr std::string_view end = "</svg>";
    const std::string_view text = gnuplot.output;
    if (!text.substr(0, text.find_last_not_of(" \t\r\n") + 1).ends_with(end))
        throw FileError(
            fmt::format("cannot draw {}: what gnuplot wrote is not whole ({} bytes, which do not "
                        "end in {})",
                        svg.string(), text.size(), end));
    return std::move(gnuplot.output);
}

}  // namespace

std::string to_csv(std::span<const Plot> plots) {
    std::vector<NumberColumn> columns;
    for (const Plot& plot : plots)
        for (const Curve& curve : plot.curves)
            columns.push_back(
                {plots.size() > 1 ? fmt::format("{}: {}", plot.y_label, curve.title) : curve.title,
                 curve.y});
    const Plot& first = plots.front();
    if (!first.x_as_dates.empty()) return to_csv({first.x_label, first.x_as_dates}, columns);
    columns.insert(columns.begin(), {first.x_label, first.x});
    return to_csv(columns);
}

namespace {

std::string to_gnuplot(const Plot& plot, const Panel& panel) {
    if (plot.x.empty() || plot.curves.empty())
        throw ShapeError(fmt::format("plot: needs at least one point and one curve ({} and {})",
                                     plot.x.size(), plot.curves.size()));
    std::string text = head(plot, panel);
    if (plot.x.front() < plot.x.back())
        text += fmt::format("set xrange [{}:{}]\n", plot.x.front(), plot.x.back());
    if (!plot.x_as_dates.empty()) text += date_tics(plot);
    if (plot.is_logarithmic) text += "set logscale x\nset format x '%.0s%c'\n";
    if (plot.starts_at_zero) text += "set yrange [0:*]\n";
    if (plot.held_out_from) text += held_out_marks(*plot.held_out_from);
    text += data_block(plot) + "plot ";
    for (std::size_t i = 0; i < plot.curves.size(); ++i)
        text += fmt::format("{}$data using 1:{} with lines {} title {}", i > 0 ? ", " : "", i + 2,
                            line_type(plot.curves[i].style),
                            gnuplot_string(xml_text(plot.curves[i].title)));
    return text + '\n';
}

}  // namespace

std::string to_gnuplot(std::span<const Plot> plots) {
    std::string text = figure_head(plots.size());
    for (std::size_t i = 0; i < plots.size(); ++i)
        text += to_gnuplot(plots[i], Panel{i, plots.size()});
    return text + (plots.size() > 1 ? "unset multiplot\n" : "");
}

std::optional<std::filesystem::path> csv_beside(const std::filesystem::path& svg) {
    if (is_stream(svg)) return std::nullopt;
    return std::filesystem::path(svg).replace_extension(".csv");
}

bool can_draw_plots() { return is_installed("gnuplot"); }

std::size_t require_drawable(const std::filesystem::path& svg, std::span<const Plot> plots) {
    if (!can_draw_plots()) return 0;
    require_writable(svg);
    return drawn(plots, svg).size();
}

bool write_plot(const std::filesystem::path& svg, std::span<const Plot> plots) {
    if (const auto table = csv_beside(svg)) write_file(*table, to_csv(plots));
    if (!can_draw_plots()) return false;
    write_file(svg, drawn(plots, svg));
    return true;
}

}  // namespace revolute
