#include <revolute/graph/values/error.hpp>
#include <revolute/tools/figures/folding/figure_sketch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace revolute {

namespace {

constexpr std::int32_t least_steps = 8;

/// Without the brackets that hold a number alone, which depends on the step: where one label says
/// (t+1) x, that of the first step says 1 x.
std::vector<TextRun> without_brackets_of_numbers(const RichText& label) {
    static const std::string bracketed{'(', step_mark, ')'}, bare{step_mark};
    std::vector<TextRun> runs = label.runs;
    for (TextRun& run : runs)
        for (auto at = run.text.find(bracketed); at != std::string::npos;
             at = run.text.find(bracketed, at))
            run.text.replace(at, bracketed.size(), bare);
    return runs;
}

}  // namespace

bool says_the_same(const RichText& a, const RichText& b,
                   const std::function<std::int32_t(const StepMention&)>& moved) {
    const auto are_alike = [&](const StepMention& x, const StepMention& y) {
        const Step expected{x.step.axis, x.step.t + moved(x)};
        return x.number == y.number && y.step == expected;
    };
    return std::ranges::equal(a.mentions, b.mentions, are_alike) &&
           without_brackets_of_numbers(a) == without_brackets_of_numbers(b);
}

std::string name_in(const Sketch& sketch, std::uint32_t node) {
    const FigureNode& drawn = sketch.figure.nodes[node];
    const bool is_named = has_name(drawn) && drawn.kind != NodeKind::constant;
    return is_named ? drawn.name : to_plain(drawn.label);
}

std::optional<std::string> names_apart(const Sketch& sketch, std::uint32_t a, std::uint32_t b) {
    if (sketch.members[a].part != sketch.members[b].part) return std::nullopt;
    const auto name = [&](std::uint32_t node) { return sketch.figure.nodes[node].name; };
    const std::uint32_t named = name(a).empty() ? b : a, other = named == a ? b : a;
    const NodeKind kind = sketch.figure.nodes[named].kind;
    const bool is_adjoint = kind == NodeKind::adjoint || kind == NodeKind::accumulate;
    if (name(a) == name(b) || is_adjoint) return std::nullopt;
    return fmt::format("what is called {} at {} {} at {}", name(named),
                       to_string(sketch.homes[named].step),
                       name(other).empty() ? "has no name" : "is called " + name(other),
                       to_string(sketch.homes[other].step));
}

void check_step_counts(const Sketch& sketch, const StepNames& steps) {
    if (std::ranges::none_of(sketch.homes, &Home::is_step))
        throw GraphError(
            fmt::format("figure: without steps nothing is folded or left out ({} nodes)\n"
                        "  what is made while a Scope with a Step is open gets that step; "
                        "ShownSteps::all draws all nodes",
                        sketch.homes.size()));
    for (const Home home : sketch.homes) {
        if (!home.is_step()) continue;
        const std::int32_t axis = home.step.axis;
        if (steps.count(axis) < least_steps)
            throw GraphError(fmt::format(
                "figure: fewer than {} steps are neither folded nor left out (axis {} has {})",
                least_steps, axis_name(axis), steps.count(axis)));
    }
}

std::optional<Step> true_last_step(const StepNames& steps, const Rolled& rolled,
                                   const FigureOptions& options) {
    if (!options.step_count || rolled.axes.empty()) return std::nullopt;
    const std::int32_t axis = rolled.axes.front().axis;
    return Step{axis, steps.first(axis).t + *options.step_count - 1};
}

void put_in_panels(Figure& figure, std::span<const PanelPlace> places) {
    std::map<PanelPlace::Column, std::int32_t> columns;
    std::map<std::pair<std::int32_t, PanelPlace::Column>, std::uint32_t> panels;
    for (const PanelPlace& place : places) {
        columns.emplace(place.column, 0);
        panels.emplace(std::pair(place.band, place.column), 0);
    }
    std::int32_t column = 0;
    for (auto& [_, number] : columns) number = column++;
    for (auto& [key, number] : panels) {
        number = static_cast<std::uint32_t>(figure.panels.size());
        FigurePanel panel;
        panel.band = key.first;
        panel.column = columns.at(key.second);
        figure.panels.push_back(std::move(panel));
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
        FigureNode& node = figure.nodes[i];
        node.panel = panels.at({places[i].band, places[i].column});
        RichText& title = figure.panels[node.panel].title;
        if (!title.empty()) continue;
        title.add(with_minus(places[i].title));
    }
}

PanelPlace place_at_step(Home home, std::int32_t band, const StepNames& steps) {
    if (!home.is_step()) return {band, {home.place, 0, 0}, ""};
    return {band, {home.place, home.step.t, 0}, steps.equation(home.step)};
}

}  // namespace revolute
