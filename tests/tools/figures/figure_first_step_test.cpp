// Figures of nets whose steps are counted from 1, or from any other number.

#include "figure_models.hpp"
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

namespace {

/// The text with its steps counted from the first: "h_{<0>}" for h_3 where that is 3. A step is the
/// second group of the pattern.
std::string from_first(std::string rest, std::int32_t first, const std::regex& step) {
    std::string text;
    for (std::smatch found; std::regex_search(rest, found, step);) {
        std::string number = found[2];
        const bool is_negative = number.starts_with("−");
        if (is_negative) number = number.substr(std::string("−").size());
        const std::int32_t t = (is_negative ? -1 : 1) * std::stoi(number);
        text += fmt::format("{}{}<{}>{}", found.prefix().str(), found[1].str(), t - first,
                            found[3].str());
        rest = found.suffix();
    }
    return text + rest;
}

std::string from_first(const std::string& text, std::int32_t first) {
    static const std::regex one_glyph(R"re(_(\d))re");
    static const std::array steps{
        std::regex(R"re((_\{(?:[^{},]*,)?)((?:−)?\d+)(\}))re"),  // h_{13}, a_{i,3}
        std::regex(R"re(((?:^|[ ({])[tT] [=<>] )(\d+)())re"),    // t = 3, t > 3
        std::regex(R"re((\.\.)(\d+)())re"),                      // t = T..3
        std::regex(R"re(()(\d+)( < t))re"),                      // 3 < t < T
    };
    std::string read = std::regex_replace(text, one_glyph, "_{$1}");
    for (const std::regex& step : steps) read = from_first(std::move(read), first, step);
    return read;
}

/// "h[<0>]" of h[3].
std::string id_from_first(const std::string& id, std::int32_t first) {
    static const std::regex step(R"re((\[)(-?\d+)(\]))re");
    return from_first(id, first, step);
}

/// All that a figure says, a line for each node, edge and panel; or why it is refused.
std::vector<std::string> lines_of(const std::function<Figure()>& draw, std::int32_t first) {
    Figure figure;
    try {
        figure = draw();
    } catch (const GraphError& error) {
        return {from_first(error.what(), first)};
    }
    const auto read = [&](const RichText& text) { return from_first(to_plain(text), first); };
    std::vector<std::string> lines;
    for (const FigureNode& node : figure.nodes)
        lines.push_back(fmt::format("{} {} {} in {}", id_from_first(node.id, first),
                                    static_cast<int>(node.kind), read(node.label), node.panel));
    for (const FigureEdge& edge : figure.edges)
        lines.push_back(fmt::format("{} -> {}: {} {} {}", edge.from, edge.to,
                                    static_cast<int>(edge.kind), edge.is_back ? "back" : "",
                                    read(edge.label)));
    for (const FigurePanel& panel : figure.panels)
        lines.push_back(fmt::format("{} {} {}", read(panel.title), panel.column, panel.band));
    return lines;
}

/// The first two lines that are different, or nothing.
std::string difference(const std::vector<std::string>& lines,
                       const std::vector<std::string>& expected) {
    for (std::size_t i = 0; i < std::max(lines.size(), expected.size()); ++i) {
        const std::string line = i < lines.size() ? lines[i] : "(nothing)";
        const std::string other = i < expected.size() ? expected[i] : "(nothing)";
        if (line != other) return line + "\nin place of\n" + other;
    }
    return "";
}

using Draw = Figure (*)(const Derivative&, const FigureOptions&);

constexpr std::array<Draw, 4> views{
    [](const Derivative& d, const FigureOptions& o) { return forward(d.loss(), o); },
    [](const Derivative& d, const FigureOptions& o) { return backward(d, o); },
    [](const Derivative& d, const FigureOptions& o) { return joint(d, o); },
    [](const Derivative& d, const FigureOptions& o) { return local_derivatives(d, o); }};

/// Where steps are numbers, they have one glyph or two, and formulas more or less room.
const std::array<FigureOptions, 3> all_options{
    FigureOptions{.labels = LabelMode::op},
    FigureOptions{.steps = ShownSteps::folded, .step_count = 100},
    FigureOptions{.labels = LabelMode::op, .steps = ShownSteps::elided, .step_count = 100}};

}  // namespace

TEST_CASE("figure: steps counted from any number are drawn as those from 0 but for the shift") {
    int turn = 0;
    for (const Architecture& architecture : test::architectures_to_draw())
        for (const std::int32_t count : {3, 8, 9}) {
            if (!test::is_taken(turn++)) continue;
            CAPTURE(architecture.cell.name());
            CAPTURE(architecture.layers);
            CAPTURE(architecture.is_bidirectional);
            CAPTURE(static_cast<int>(architecture.initial));
            CAPTURE(count);
            const test::StackedNet net(architecture, count);
            std::vector<std::vector<std::string>> expected;
            for (const FigureOptions& options : all_options)
                for (const Draw draw : views)
                    expected.push_back(lines_of([&] { return draw(*net.derivative, options); }, 0));
            for (const std::int32_t first : {1, 3, 10}) {
                CAPTURE(first);
                Graph graph;
                const Derivative moved = test::counted_from(first, *net.derivative, graph);
                std::size_t number = 0;
                for (const FigureOptions& options : all_options)
                    for (const Draw draw : views) {
                        CAPTURE(static_cast<int>(options.steps));
                        const auto lines = lines_of([&] { return draw(moved, options); }, first);
                        CHECK(difference(lines, expected[number++]) == "");
                    }
            }
        }
}

}  // namespace revolute
