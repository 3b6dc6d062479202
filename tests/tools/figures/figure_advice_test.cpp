// What the refusal of a folded figure advises is done, word for word, until there is a figure.

#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

namespace {

/// A graph of its own and the derivative of its loss.
struct Net {
    std::unique_ptr<Graph> graph = std::make_unique<Graph>();
    std::unique_ptr<Derivative> derivative;
};

using Build = std::function<Net(std::int32_t steps)>;

struct View {
    std::string name;
    std::function<Figure(const Derivative&, const FigureOptions&)> draw;
};

const std::array<View, 4> views{
    {{"forward", [](const Derivative& d, const FigureOptions& o) { return forward(d.loss(), o); }},
     {"backward", backward},
     {"joint", joint},
     {"local", local_derivatives}}};

/// Where a net is unlike itself, and how its loss depends on the number of steps.
struct Unlikeness {
    std::int32_t loss_from = 0;    // the first step that the loss reads
    std::int32_t loss_before = 0;  // how many of the last steps it does not read
    std::int32_t reach = 1;        // how many steps ago the state is read
    std::int32_t first = 0;        // the number of the first step
    bool is_mean = false;
    bool is_list = false;  // the loss is a sum of all terms at once, else a running sum
    bool is_weighted =
        false;  // terms by 1, 2, ..., of which simplification leaves the first without a factor
    bool is_simplified = false;
};

Net net_of(const Unlikeness& way, std::int32_t steps) {
    Net net;
    Graph& graph = *net.graph;
    const Expr U = graph.parameter("U", {2, 2});
    std::vector<Expr> h, losses;
    Expr running;
    for (std::int32_t t = 0; t < steps; ++t) {
        const Scope at(graph, Step{0, way.first + t});
        const Expr x = graph.input("x", {2, 1});
        h.push_back(tanh(t < way.reach ? x : U * h[static_cast<std::size_t>(t - way.reach)] + x)
                        .named("h"));
        if (t < way.loss_from || t >= steps - way.loss_before) continue;
        const Expr term = mse(h.back(), x);
        losses.push_back((way.is_weighted ? (t - way.loss_from + 1.0) * term : term).named("l"));
        running = losses.size() == 1 ? losses.back() : running + losses.back();
    }
    const Expr whole = way.is_list ? accumulate(losses) : running;
    const Expr loss = way.is_mean ? whole / static_cast<double>(steps) : 2.5 * whole;
    net.derivative = std::make_unique<Derivative>(differentiate(loss.named("L"), {U}));
    if (!way.is_simplified) return net;
    Net simple;
    simple.derivative = std::make_unique<Derivative>(
        simplify(*net.derivative, *simple.graph, simplification_rules()).derivative);
    return simple;
}

/// What is drawn of a net, as the last refusal advises.
struct Drawing {
    std::int32_t steps = 8;
    FigureOptions options{.title = "", .steps = ShownSteps::folded};

    friend bool operator==(const Drawing& a, const Drawing& b) {
        return a.steps == b.steps && a.options.steps == b.options.steps &&
               a.options.laws.has_value() == b.options.laws.has_value() &&
               a.options.step_count == b.options.step_count;
    }
};

/// How a user takes the advice that one graph cannot tell a factor.
enum class Taken : std::uint8_t { laws, step_count };

/// The laws that roll_any_steps finds, of graphs of no fewer steps than that, or else `own`, the
/// graph's number of steps.
void take(Taken taken, Drawing& drawing, const Build& build, std::int32_t fewest,
          std::int32_t own) {
    const auto rolled_with = [&](std::int32_t steps) {
        const Net net = build(steps);
        return roll(net.derivative->loss_and_gradients());
    };
    const AnySteps any =
        taken == Taken::laws ? roll_any_steps(64, rolled_with, fewest) : AnySteps{};
    if (any.rolled) {
        drawing.steps = any.built_with;
        drawing.options.laws = number_laws(*any.rolled);
    } else {
        drawing.options.step_count = own;
    }
}

/// The number that a text has in the place of the one group of a pattern.
std::optional<std::int32_t> number_in(const std::string& text, const char* pattern) {
    std::smatch found;
    if (!std::regex_search(text, found, std::regex(pattern))) return std::nullopt;
    return std::stoi(found[1]);
}

Drawing as_advised(Drawing drawing, const std::string& text, const Build& build, Taken taken) {
    if (const auto fewest = number_in(text, "its fewest are (\\d+)")) {
        take(taken, drawing, build, *fewest, drawing.steps);
    } else if (const auto enough = number_in(text, "; (\\d+) steps have room")) {
        // Of the steps that are drawn, which are fewer than the graph's where nothing reads the
        // last ones.
        const std::int32_t more = *enough - number_in(text, "of (\\d+) steps the first").value();
        if (drawing.options.step_count) *drawing.options.step_count += more;
        drawing.steps += more;
    } else if (const auto own =
                   number_in(text, "give FigureOptions::laws.* or a step_count of (\\d+)")) {
        take(taken, drawing, build, 8, *own);
    } else {
        FAIL_CHECK("no advice: " << text);
    }
    return drawing;
}

/// Follows advice until there is a figure: once about factors and, as what begins late in a short
/// graph seems to end early, up to three times about room.
void follow(const Build& build, Drawing drawing, const View& view, Taken taken) {
    std::string texts;
    for (int refusals = 0; refusals <= 4; ++refusals) {
        const Net net = build(drawing.steps);
        try {
            const Figure figure = view.draw(*net.derivative, drawing.options);
            CHECK(!figure.nodes.empty());
            return;
        } catch (const GraphError& refusal) {
            texts += refusal.what() + std::string("\n");
        }
        const std::string text = texts.substr(texts.rfind("figure: "));
        Drawing next = as_advised(drawing, text, build, taken);
        REQUIRE_MESSAGE(!(next == drawing), "it is done already: " << texts);
        drawing = std::move(next);
    }
    FAIL_CHECK("no end of advice: " << texts);
}

void follow(const Unlikeness& way) {
    CAPTURE(way.loss_from);
    CAPTURE(way.loss_before);
    CAPTURE(way.reach);
    CAPTURE(way.first);
    CAPTURE(way.is_mean);
    CAPTURE(way.is_list);
    CAPTURE(way.is_weighted);
    CAPTURE(way.is_simplified);
    for (const View& view : views)
        for (const Taken taken : {Taken::laws, Taken::step_count}) {
            CAPTURE(view.name);
            follow([&](std::int32_t steps) { return net_of(way, steps); },
                   {.steps = 8 + way.loss_before}, view, taken);
        }
}

}  // namespace

TEST_CASE("figure advice: a loss that begins late or ends early is drawn as refusals advise") {
    for (const bool is_mean : {true, false})
        for (const bool is_list : {true, false})
            for (const std::int32_t from : {0, 1, 2, 4})
                for (const std::int32_t before : {0, 1, 3})
                    follow({.loss_from = from,
                            .loss_before = before,
                            .is_mean = is_mean,
                            .is_list = is_list});
}

TEST_CASE(
    "figure advice: what simplification leaves without a factor or a name is drawn as advised") {
    for (const bool is_simplified : {true, false})
        for (const std::int32_t from : {0, 1, 2, 4})
            for (const std::int32_t first : {0, 1})
                follow({.loss_from = from,
                        .first = first,
                        .is_list = true,
                        .is_weighted = true,
                        .is_simplified = is_simplified});
}

TEST_CASE("figure advice: with laws, a refusal says how laws of a graph of more steps are found") {
    const Build build = [](std::int32_t steps) {
        return net_of({.loss_from = 1, .is_mean = true}, steps);
    };
    Drawing drawing;
    take(Taken::laws, drawing, build, 8, 8);
    const Net net = build(drawing.steps);
    CHECK(
        test::message_of<GraphError>([&] { forward(net.derivative->loss(), drawing.options); }) ==
        "figure: steps that are not alike cannot be folded\n"
        "  what · + l_t reads is another value from t = 2 on\n"
        "  of 8 steps the first 2 and the last 2 may differ; 12 steps have room for it if it stays "
        "2 steps behind the first and does not come again\n"
        "  roll_any_steps finds the laws of a graph of so many if its fewest are 12");
}

TEST_CASE("figure advice: a state read several steps later is drawn as refusals advise") {
    for (const std::int32_t reach : {2, 3, 5})
        for (const std::int32_t first : {0, 1})
            follow({.loss_from = 1, .reach = reach, .first = first, .is_mean = true});
}

TEST_CASE("figure advice: of what may come again, no number of steps is said to have room") {
    const auto drawn = [](std::int32_t period, std::int32_t steps) {
        Graph graph;
        const Expr W = graph.parameter("W", {2, 2});
        Expr h = graph.initial_state("h", {2, 1});
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope at(graph, Step{0, t});
            const Expr recalled = t > 0 && t % period == 0 ? stop_gradient(h) : h;
            h = tanh(W * recalled + graph.input("x", {2, 1})).named("h");
        }
        const Derivative derivative = differentiate(sum(square(h)).named("L"), {W});
        return test::message_of<GraphError>(
            [&] { joint(derivative, {.steps = ShownSteps::folded}); });
    };
    int advised = 0;
    for (const std::int32_t period : {2, 3, 4, 5})
        for (std::int32_t steps = 8; steps <= 3 * period + 1; ++steps) {
            CAPTURE(period);
            CAPTURE(steps);
            const std::string text = drawn(period, steps);
            CAPTURE(text);
            const auto enough = number_in(text, "; (\\d+) steps have room");
            const std::string again = fmt::format(
                "what comes again every {} steps is not folded, however many steps there are",
                period);
            CHECK(text.ends_with(enough ? " and does not come again" : again));
            if (enough) CHECK(drawn(period, *enough).ends_with(again));
            advised += enough ? 1 : 0;
        }
    CHECK(advised > 5);
}

TEST_CASE(
    "figure advice: numbers of each step are refused as such, and drawn as inputs or as built") {
    enum class Number : std::uint8_t { one_over_step, input, simplified_discount, discount };
    const auto build = [](Number number, std::int32_t steps) {
        Net net;
        Graph& graph = *net.graph;
        const Expr U = graph.parameter("U", {2, 2});
        Expr h = graph.initial_state("h0", {2, 1}), total;
        std::vector<Expr> losses;
        const bool is_discount =
            number == Number::simplified_discount || number == Number::discount;
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope at(graph, Step{0, t});
            h = tanh(U * h + graph.input("x", {2, 1})).named("h");
            const Expr term = sum(square(h));
            if (is_discount)
                total = (t == 0 ? term : 0.9 * total + term).named("S");
            else if (number == Number::input)
                losses.push_back((graph.input("c", {1, 1}) * term).named("m"));
            else
                losses.push_back((1.0 / (t + 1) * term).named("m"));
        }
        const Expr loss = is_discount ? 1.0 * total : accumulate(losses);
        net.derivative = std::make_unique<Derivative>(differentiate(loss.named("L"), {U}));
        if (number != Number::simplified_discount) return net;
        Net simple;
        simple.derivative = std::make_unique<Derivative>(
            simplify(*net.derivative, *simple.graph, simplification_rules()).derivative);
        return simple;
    };
    for (const std::int32_t steps : {8, 12, 13, 24})
        for (const View& view : views) {
            CAPTURE(steps);
            CAPTURE(view.name);
            const FigureOptions folded{.title = "", .steps = ShownSteps::folded};
            const auto draw = [&](Number number) {
                const Net net = build(number, steps);
                return view.draw(*net.derivative, folded);
            };
            for (const Number number : {Number::input, Number::discount})
                CHECK(!draw(number).nodes.empty());
            for (const Number number : {Number::one_over_step, Number::simplified_discount}) {
                const bool is_forward = view.name == "forward" || view.name == "local";
                if (number == Number::simplified_discount && is_forward) continue;
                const std::string text = test::message_of<GraphError>([&] { draw(number); });
                CAPTURE(text);
                CHECK(
                    text.starts_with("figure: steps that are not alike cannot be folded\n"
                                     "  a number in "));
                CHECK(
                    text.ends_with("\n  give such numbers as an input of each step, or draw the "
                                   "graph before it is simplified"));
            }
        }
}

}  // namespace revolute
