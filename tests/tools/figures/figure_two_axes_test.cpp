// Of two time axes, arrows of a folded figure say at which steps of each they are; dots of an
// elided one stand for steps of one axis, and arrows from another one end at what reads them there.

#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace revolute {

namespace {

constexpr std::int32_t steps = 12;

/// What the steps of the second axis read of the first.
enum class Read : std::uint8_t {
    last,
    last_in_named_sum,
    last_by_named_value,
    last_and_first,
    own
};

constexpr std::array reads{Read::last, Read::last_in_named_sum, Read::last_by_named_value,
                           Read::last_and_first, Read::own};

Derivative net_of(Graph& graph, Read read, const std::string& second_state,
                  std::int32_t second_steps) {
    const Expr U = graph.parameter("U", {2, 2}), R = graph.parameter("R", {2, 2});
    std::vector<Expr> losses;
    Expr first, h = graph.initial_state("h", {2, 1});
    std::vector<Expr> all;
    for (std::int32_t t = 0; t < steps; ++t) {
        const Scope at(graph, Step{0, t});
        h = tanh(graph.input("x", {2, 1}) + U * h).named("h");
        if (t == 0) first = h;
        all.push_back(h);
    }
    const Expr context = read == Read::last_by_named_value ? (2.0 * h).named("c") : h;
    Expr d = graph.initial_state("d0", {2, 1});
    for (std::int32_t s = 0; s < second_steps; ++s) {
        const Scope at(graph, Step{1, s});
        Expr z = R * d;
        z = z + (read == Read::own ? all[static_cast<std::size_t>(s)] : context);
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

constexpr std::size_t backward_view = 1;

/// The letter of the time axis and what stands behind the sign of equality in the title of the
/// node's panel.
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

std::map<NodeId, std::uint32_t> parts_of(const Derivative& derivative) {
    const Rolled rolled = roll(derivative.outputs());
    std::map<NodeId, std::uint32_t> part_of;
    for (std::uint32_t part = 0; part < rolled.nodes.size(); ++part)
        for (const NodeId node : rolled.nodes[part]) part_of[node] = part;
    return part_of;
}

/// Steps that belong to one end of an arrow, or to both: by axis.
using At = std::map<char, std::int32_t>;

/// Where each step of the second axis reads that of the first, the first ends there too.
At last_steps(Read read, std::int32_t second_steps) {
    return {{'t', (read == Read::own ? second_steps : steps) - 1}, {'s', second_steps - 1}};
}

/// What is said of steps of two axes, of which `last` are the last.
class AxesReader {
 public:
    explicit AxesReader(At last) : last_(std::move(last)) {}

    /// "3", "T", "S-1", "t+1" at some steps.
    std::int32_t value(const std::string& text, const At& at) const {
        if (std::isalpha(static_cast<unsigned char>(text.front())) == 0) return std::stoi(text);
        const char letter = text.front(), axis = static_cast<char>(std::tolower(letter));
        const std::int32_t by = text.size() > 1 ? std::stoi(text.substr(1)) : 0;
        return (letter == axis ? at : last_).at(axis) + by;
    }

    /// Whether a note, or the title of a frame, holds at some steps; none where the text is no
    /// note.
    std::optional<bool> holds(const std::string& text, const At& at) const {
        static const std::regex part(
            "([ts])([+-][0-9]+)|(?:for )?([ts]) = (\\S+?)(?:\\.\\.(\\S+))?|([ts]) ([<>]) (\\S+)|"
            "(\\S+) < ([ts]) < (\\S+)");
        static const std::regex comma(", ");
        std::map<char, bool> any;
        for (std::sregex_token_iterator one(text.begin(), text.end(), comma, -1), end; one != end;
             ++one) {
            const std::string condition = *one;
            std::smatch m;
            if (!std::regex_match(condition, m, part)) return std::nullopt;
            if (m[1].matched) continue;  // a reach
            for (const std::size_t group : {3U, 6U, 10U})
                if (m[group].matched) {
                    const char axis = m[group].str().front();
                    if (!at.contains(axis)) return false;
                    any[axis] |= is_true(m, at.at(axis), at);
                }
        }
        return std::ranges::all_of(any, [](const auto& axis) { return axis.second; });
    }

    static std::int32_t reach(const std::string& text) {
        static const std::regex reach("(?:^|\\()[ts]([+-][0-9]+)(?:,|\\)|$)");
        std::smatch found;
        return std::regex_search(text, found, reach) ? std::stoi(found[1]) : 0;
    }

    /// Steps below names as numbers with their axes: "h_{t-1}" is "h<t=2>" at t = 3.
    std::string numbered(const std::string& label, const At& at) const {
        static const std::regex below("_(?:\\{(?:([ts])=)?([tsTS]?[+-]?[0-9]*)\\}|([tsTS]|[0-9]))");
        std::string text;
        auto begin = label.cbegin();
        for (std::smatch m; std::regex_search(begin, label.cend(), m, below); begin = m[0].second) {
            const std::string step = m[2].matched ? m[2] : m[3];
            const char letter = static_cast<char>(std::tolower(step.front()));
            const char axis = m[1].matched ? m[1].str().front() : letter == 's' ? 's' : 't';
            text.append(begin, m[0].first);
            text += fmt::format("<{}={}>", axis, value(step, at));
        }
        return text.append(begin, label.cend());
    }

 private:
    bool is_true(const std::smatch& m, std::int32_t t, const At& at) const {
        if (m[10].matched) return value(m[9], at) < t && t < value(m[11], at);
        if (m[6].matched) return m[7] == "<" ? t < value(m[8], at) : t > value(m[8], at);
        const std::int32_t low = value(m[4], at);
        if (!m[5].matched) return t == low;
        const std::int32_t high = value(m[5], at);
        return std::min(low, high) <= t && t <= std::max(low, high);
    }

    At last_;
};

std::string with_plain_minus(std::string text) {
    for (std::size_t at = 0; (at = text.find("−")) != std::string::npos;)
        text.replace(at, std::string("−").size(), "-");
    return text;
}

/// An arrow of a figure of all steps: the family and the step of both ends, and the label.
using Claim = std::tuple<std::uint32_t, At, std::uint32_t, At, std::string>;

/// All arrows that a folded figure, or one of all steps, claims.
std::multiset<Claim> claims_of(const Figure& figure, const std::map<NodeId, std::uint32_t>& part_of,
                               const At& last) {
    const AxesReader reader(last);
    const auto tail = [](const std::string& label) {
        const std::size_t open = label.rfind('(');
        return open == std::string::npos || label.back() != ')'
                   ? label
                   : label.substr(open + 1, label.size() - open - 2);
    };
    const auto title_of = [&](std::uint32_t node) {
        return with_plain_minus(to_plain(figure.panels[figure.nodes[node].panel].title));
    };
    const auto is_general = [&](std::uint32_t node) { return title_of(node).starts_with("for "); };
    const auto steps_of = [&](std::uint32_t node) {
        const std::string title = title_of(node);
        if (title.empty()) return std::vector{At{}};
        const char axis = title[title.find(" = ") - 1];
        const std::string note = tail(with_plain_minus(to_plain(figure.nodes[node].label)));
        std::vector<At> found;
        for (std::int32_t t = 0; t <= last.at(axis); ++t) {
            const At at{{axis, t}};
            if (reader.holds(title, at).value() && reader.holds(note, at).value_or(true))
                found.push_back(at);
        }
        return found;
    };
    std::multiset<Claim> claims;
    for (const FigureEdge& edge : figure.edges) {
        const std::string label = with_plain_minus(to_plain(edge.label)), note = tail(label);
        const bool has_note = reader.holds(note, {{'t', 0}, {'s', 0}}).has_value();
        const std::string bare = note == label ? "" : label.substr(0, label.rfind(" ("));
        const std::int32_t reach = AxesReader::reach(label);
        for (const At& to : steps_of(edge.to))
            for (const At& from : steps_of(edge.from)) {
                const bool same_axis =
                    !to.empty() && !from.empty() && to.begin()->first == from.begin()->first;
                if (same_axis && is_general(edge.to) && is_general(edge.from) &&
                    from.begin()->second != to.begin()->second + reach)
                    continue;
                // Steps are those of the end that stands for several, of the target where both do.
                At at = same_axis && !is_general(edge.to) ? from : to;
                at.insert(from.begin(), from.end());
                if (has_note && !reader.holds(note, at).value()) continue;
                claims.emplace(part_of.at(figure.nodes[edge.from].node), from,
                               part_of.at(figure.nodes[edge.to].node), to,
                               reader.numbered(has_note ? bare : label, at));
            }
    }
    return claims;
}

/// What an elided figure says of arrows from and to dots: their labels, by both ends.
using DotArrows = std::map<std::pair<std::string, std::string>, std::set<std::string>>;

/// What dots are called: their axis, and the name, or the part, of what they stand for.
std::string dots_of(const std::string& axis, const FigureNode& node,
                    const std::map<NodeId, std::uint32_t>& part_of) {
    return fmt::format("{}: {}", axis,
                       node.name.empty() ? std::to_string(part_of.at(node.node)) : node.name);
}

std::string drawn(const FigureNode& node) { return fmt::format("#{}", index(node.node)); }

DotArrows arrows_of_dots(const Figure& elided, const std::map<NodeId, std::uint32_t>& part_of,
                         const At& last) {
    const auto called = [&](std::uint32_t node) {
        const FigureNode& there = elided.nodes[node];
        return are_dots(there) ? dots_of(place_of(elided, node)->axis, there, part_of)
                               : drawn(there);
    };
    DotArrows arrows;
    const AxesReader reader(last);
    for (const FigureEdge& edge : elided.edges) {
        if (!are_dots(elided.nodes[edge.from]) && !are_dots(elided.nodes[edge.to])) continue;
        const auto [found, is_new] = arrows.try_emplace({called(edge.from), called(edge.to)});
        CHECK(is_new);
        found->second.insert(reader.numbered(with_plain_minus(to_plain(edge.label)), {}));
    }
    return arrows;
}

/// The same, read off the figure of all steps: with all labels that one arrow would have.
DotArrows arrows_of_steps_left_out(const Figure& all,
                                   const std::map<NodeId, std::uint32_t>& part_of, const At& last) {
    const auto is_left_out = [&](const std::optional<Place>& place) {
        return place && number(*place) >= 2 && number(*place) < last.at(place->axis.front());
    };
    const AxesReader reader(last);
    DotArrows arrows;
    for (const FigureEdge& edge : all.edges) {
        const auto from = place_of(all, edge.from), to = place_of(all, edge.to);
        const bool starts_there = is_left_out(from), ends_there = is_left_out(to);
        const bool of_one_axis = from && to && from->axis == to->axis;
        const FigureNode &source = all.nodes[edge.from], &target = all.nodes[edge.to];
        const bool is_of_all = source.kind == NodeKind::parameter ||
                               source.kind == NodeKind::constant || edge.kind == EdgeKind::fan_out;
        if ((!starts_there && !ends_there) || (starts_there && ends_there && of_one_axis) ||
            (ends_there && !from && is_of_all))
            continue;
        const std::string begin =
            starts_there ? dots_of(from->axis, source, part_of) : drawn(source);
        // A value goes on from step to step; a derivative is one with respect to the target.
        const bool is_derivative =
            edge.kind == EdgeKind::derivative || edge.kind == EdgeKind::shared_derivative;
        const FigureNode& goes_on = of_one_axis && !is_derivative ? source : target;
        const std::string end = ends_there ? dots_of(to->axis, goes_on, part_of) : drawn(target);
        arrows[{begin, end}].insert(reader.numbered(with_plain_minus(to_plain(edge.label)), {}));
    }
    for (auto& [ends, labels] : arrows)
        if (labels.size() > 1) labels = {""};
    return arrows;
}

}  // namespace

TEST_CASE("folded figure: of two time axes, arrows say at which steps of each they are") {
    int turn = 0;
    for (const Read read : reads)
        for (const std::int32_t second_steps : {8, 12})
            for (const bool is_simplified : {false, true}) {
                if (!test::is_taken(turn++)) continue;
                CAPTURE(static_cast<int>(read));
                CAPTURE(second_steps);
                CAPTURE(is_simplified);
                Graph graph, simple;
                const Derivative built = net_of(graph, read, "d", second_steps);
                const Derivative derivative =
                    is_simplified ? simplify(built, simple, simplification_rules()).derivative
                                  : built;
                const auto part_of = parts_of(derivative);
                const At last = last_steps(read, second_steps);
                for (std::size_t view = 0; view < views.size(); ++view) {
                    CAPTURE(view);
                    const Figure all = views[view](derivative, {.steps = ShownSteps::all});
                    const auto fold = [&] {
                        return views[view](derivative, {.steps = ShownSteps::folded});
                    };
                    // A formula with steps of two axes is no formula of one.
                    if (read == Read::own && view != backward_view) {
                        CHECK_THROWS_AS(fold(), GraphError);
                        continue;
                    }
                    const Figure folded = fold();
                    CHECK(claims_of(folded, part_of, last) == claims_of(all, part_of, last));
                }
            }
}

TEST_CASE(
    "elided figure: an arrow from or to dots stands for all of its kind and says what each says") {
    for (const Read read : reads)
        for (const std::string second_state : {"d", "h"})
            for (const std::int32_t second_steps : {8, 12, 15}) {
                if (read == Read::own && second_steps > steps) continue;
                CAPTURE(static_cast<int>(read));
                CAPTURE(second_state);
                CAPTURE(second_steps);
                Graph graph;
                const Derivative derivative = net_of(graph, read, second_state, second_steps);
                const auto part_of = parts_of(derivative);
                const At last = last_steps(read, second_steps);
                for (std::size_t view = 0; view < views.size(); ++view) {
                    CAPTURE(view);
                    const Figure all = views[view](derivative, {.steps = ShownSteps::all});
                    const Figure elided = views[view](derivative, {.steps = ShownSteps::elided});
                    CHECK(arrows_of_dots(elided, part_of, last) ==
                          arrows_of_steps_left_out(all, part_of, last));
                    std::set<std::string> ids;
                    for (const FigureNode& node : elided.nodes) CHECK(ids.insert(node.id).second);
                }
            }
}

TEST_CASE(
    "elided figure: local derivatives of answers at each step are right at all steps left out") {
    for (const std::int32_t count : {8, 13})
        for (const bool has_names : {true, false}) {
            CAPTURE(count);
            CAPTURE(has_names);
            Graph graph;
            const Expr U = graph.parameter("U", {2, 2}), V = graph.parameter("V", {1, 2});
            Expr h = graph.initial_state("h", {2, 1});
            std::vector<Expr> losses;
            for (std::int32_t t = 0; t < count; ++t) {
                const Scope at(graph, Step{0, t});
                h = tanh(U * h + graph.input("x", {2, 1})).named("h");
                const Expr y = V * h, Y = graph.input("Y", {1, 1});
                const Expr loss = mse(has_names ? y.named("y") : y, Y);
                losses.push_back(has_names ? loss.named("l") : loss);
            }
            const Derivative derivative = differentiate(accumulate(losses).named("L"), {U, V});
            const auto part_of = parts_of(derivative);
            const At last{{'t', count - 1}};
            const Figure elided = local_derivatives(derivative, {.steps = ShownSteps::elided});
            CHECK(arrows_of_dots(elided, part_of, last) ==
                  arrows_of_steps_left_out(local_derivatives(derivative), part_of, last));
            const auto from_loss = std::ranges::count_if(elided.edges, [&](const FigureEdge& edge) {
                return elided.nodes[edge.from].id == "L";
            });
            CHECK(from_loss == 4);  // two steps, dots, the last step
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

TEST_CASE("elided figure: a given number of steps is that of the first time axis") {
    Graph graph;
    const Derivative derivative = net_of(graph, Read::last, "d", 8);
    for (const auto& view : views) {
        std::set<std::string> titles;
        for (const FigurePanel& panel :
             view(derivative, {.steps = ShownSteps::elided, .step_count = 1000}).panels)
            titles.insert(to_plain(panel.title));
        CHECK(titles.contains("t = T = 999"));
        CHECK(titles.contains("s = S"));
    }
}

}  // namespace revolute
