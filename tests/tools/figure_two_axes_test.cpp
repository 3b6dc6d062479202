// Dots of an elided figure stand for steps of one time axis: arrows from another one end at what reads them there.

#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/figure.hpp>

#include <doctest/doctest.h>

#include <array>
#include <charconv>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace revolute {

namespace {

constexpr std::int32_t steps = 12;

/// What the steps of the second axis read of the first.
enum class Read : std::uint8_t { last, last_in_named_sum, last_by_named_value, last_and_first };

Derivative net_of(Graph& graph, Read read, const std::string& second_state,
                  std::int32_t second_steps) {
    const Expr U = graph.parameter("U", {2, 2}), R = graph.parameter("R", {2, 2});
    std::vector<Expr> losses;
    Expr first, h = graph.initial_state("h", {2, 1});
    for (std::int32_t t = 0; t < steps; ++t) {
        const Scope at(graph, Step{0, t});
        h = tanh(graph.input("x", {2, 1}) + U * h).named("h");
        if (t == 0) first = h;
    }
    const Expr context = read == Read::last_by_named_value ? (2.0 * h).named("c") : h;
    Expr d = graph.initial_state("d0", {2, 1});
    for (std::int32_t s = 0; s < second_steps; ++s) {
        const Scope at(graph, Step{1, s});
        Expr z = R * d;
        z = z + context;
        if (read == Read::last_and_first) z = tanh(z) + first;
        if (read == Read::last_in_named_sum) z = z.named("z");
        d = tanh(z).named(second_state);
        losses.push_back(sum(square(d)).named("l"));
    }
    return differentiate(accumulate(losses).named("L"), {U, R});
}

using View = std::function<Figure(const Derivative&, const FigureOptions&)>;

const std::array<View, 4> views{
    {[](const Derivative& d, const FigureOptions& o) { return forward(d.loss(), o); }, backward,
     joint, local_derivatives}};

/// The letter of the time axis and what stands behind the sign of equality in the title of the node's panel.
struct Place {
    std::string axis;
    std::string step;
    auto operator<=>(const Place&) const = default;
};

std::optional<Place> place_of(const Figure& figure, std::uint32_t node) {
    const std::string title = to_plain(figure.panels[figure.nodes[node].panel].title);
    const std::size_t sign = title.find(" = ");
    if (sign == std::string::npos) return std::nullopt;
    return Place{title.substr(0, sign), title.substr(sign + 3)};
}

std::int32_t number(const Place& place) {
    std::int32_t t = -1;
    std::from_chars(place.step.data(), place.step.data() + place.step.size(), t);
    return t;
}

bool are_dots(const FigureNode& node) { return node.kind == NodeKind::omitted; }

/// An arrow from what is drawn into dots: its source, the axis of the dots and what they stand for.
using Arrow = std::tuple<NodeId, std::string, std::string>;

std::string family(const FigureNode& node) { return node.name.empty() ? "-" : node.name; }

std::set<Arrow> arrows_into_dots(const Figure& elided) {
    std::set<Arrow> arrows;
    for (const FigureEdge& edge : elided.edges)
        if (are_dots(elided.nodes[edge.to])) {
            REQUIRE(place_of(elided, edge.to));
            arrows.emplace(elided.nodes[edge.from].node, place_of(elided, edge.to)->axis,
                           family(elided.nodes[edge.to]));
        }
    return arrows;
}

/// The same, read off the figure of all steps: a state goes on along its own axis, and is read on another.
std::set<Arrow> arrows_into_steps_left_out(const Figure& all, std::int32_t second_steps) {
    const auto is_left_out = [&](const std::optional<Place>& place) {
        const std::int32_t last = (place && place->axis == "t" ? steps : second_steps) - 1;
        return place && number(*place) >= 2 && number(*place) < last;
    };
    std::set<Arrow> arrows;
    for (const FigureEdge& edge : all.edges) {
        const auto from = place_of(all, edge.from), to = place_of(all, edge.to);
        if (!from || is_left_out(from) || !is_left_out(to)) continue;
        const FigureNode& source = all.nodes[edge.from];
        arrows.emplace(source.node, to->axis,
                       family(from->axis == to->axis ? source : all.nodes[edge.to]));
    }
    return arrows;
}

}  // namespace

TEST_CASE("elided figure: an arrow into dots stands for one into a value of their axis") {
    for (const Read read :
         {Read::last, Read::last_in_named_sum, Read::last_by_named_value, Read::last_and_first})
        for (const std::string second_state : {"d", "h"})
            for (const std::int32_t second_steps : {8, 12, 15}) {
                CAPTURE(static_cast<int>(read));
                CAPTURE(second_state);
                CAPTURE(second_steps);
                Graph graph;
                const Derivative derivative = net_of(graph, read, second_state, second_steps);
                for (std::size_t view = 0; view < views.size(); ++view) {
                    CAPTURE(view);
                    const Figure all = views[view](derivative, {.steps = ShownSteps::all});
                    const Figure elided = views[view](derivative, {.steps = ShownSteps::elided});
                    CHECK(arrows_into_dots(elided) ==
                          arrows_into_steps_left_out(all, second_steps));
                    std::set<std::string> ids;
                    for (const FigureNode& node : elided.nodes) CHECK(ids.insert(node.id).second);
                }
            }
}

TEST_CASE("elided figure: a decoder's dots read the encoder's last state, whose own do not") {
    Graph graph;
    const Derivative derivative = net_of(graph, Read::last, "d", steps);
    const Figure figure = forward(derivative.loss(), {.steps = ShownSteps::elided});
    std::set<std::string> readers;
    for (const FigureEdge& edge : figure.edges)
        if (figure.nodes[edge.from].id == "h[T]")
            readers.insert(to_plain(figure.panels[figure.nodes[edge.to].panel].title));
    CHECK(readers == std::set<std::string>{"s = 0", "s = 1", "s = 2..S\u22121", "s = S"});
}

}  // namespace revolute
