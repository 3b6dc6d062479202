// What a folded figure's labels say at each step, against the labels of the figure of all steps.

#include "figure_claims.hpp"
#include "figure_models.hpp"
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <support/bindings.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <map>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

namespace {

using test::at_step;
using test::View;

/// What a label says of each step: the case of a step that has one of its own, else the first.
std::string said_at(const std::string& label, bool has_name, std::int32_t t, std::int32_t last) {
    static const std::regex note("  \\([^()]*\\)$");
    std::string text = std::regex_replace(label, note, "");
    std::vector<std::string> cases;
    for (std::size_t at = 0; (at = text.find(";  ")) != std::string::npos; text.erase(0, at + 3))
        cases.push_back(text.substr(0, at));
    cases.push_back(text);
    std::string general = at_step(cases.front(), t, last);
    const std::string name = general.substr(0, general.find(' '));
    for (std::size_t i = 1; i < cases.size(); ++i) {
        std::string own = at_step(cases[i], t, last);
        const std::string of_step = at_step(cases[i].substr(0, cases[i].find(": ")), t, last);
        if (has_name && own.starts_with(name + " ")) return own;
        if (!has_name && (of_step == fmt::format("t = {}", t) || (of_step == "t = T" && t == last)))
            return own.substr(own.find(": ") + 2);
    }
    return general;
}

/// Checks the labels of all views; how many of them were folded.
int check_labels(const Derivative& derivative, std::int32_t count) {
    int folded_views = 0;
    for (const View& view : test::views_of(derivative)) {
        CAPTURE(view.name);
        Figure folded;
        try {
            folded = view.draw({.title = "", .steps = ShownSteps::folded});
        } catch (const GraphError&) {
            continue;  // steps that are not alike
        }
        ++folded_views;
        const Figure all = view.draw({.title = ""});
        const auto part_of = test::parts_of(view);
        const test::Texts texts = test::texts_of(folded), all_texts = test::texts_of(all);
        const test::ClaimReader reader(folded, texts, count - 1, part_of),
            all_reader(all, all_texts, count - 1, part_of);
        std::map<std::pair<std::uint32_t, std::int32_t>, std::string> right;
        std::map<std::pair<std::uint32_t, std::int32_t>, std::pair<NodeKind, std::int32_t>> looks;
        for (std::size_t i = 0; i < all.nodes.size(); ++i)
            if (const auto& steps = all_reader.steps_of(i)) {
                const std::pair place{part_of.at(all.nodes[i].node), *steps->begin()};
                right[place] = at_step(to_plain(all.nodes[i].label), 0, count - 1);
                looks[place] = {all.nodes[i].kind, all.panels[all.nodes[i].panel].band};
            }
        for (std::size_t i = 0; i < folded.nodes.size(); ++i) {
            const auto& steps = reader.steps_of(i);
            if (!steps) continue;
            const std::string label = to_plain(folded.nodes[i].label);
            CAPTURE(label);
            for (const std::int32_t t : *steps) {
                const std::pair place{part_of.at(folded.nodes[i].node), t};
                CHECK(said_at(label, has_name(folded.nodes[i]), t, count - 1) == right[place]);
                CHECK(looks[place] ==
                      std::pair(folded.nodes[i].kind, folded.panels[folded.nodes[i].panel].band));
            }
        }
    }
    return folded_views;
}

}  // namespace

TEST_CASE("folded figure: at each step a label says what the figure of all steps says there") {
    for (const Architecture& architecture : test::architectures_to_draw()) {
        CAPTURE(architecture.cell.name());
        CAPTURE(architecture.layers);
        CAPTURE(architecture.is_bidirectional);
        CAPTURE(static_cast<int>(architecture.initial));
        const test::StackedNet net(architecture, 8);
        CHECK(check_labels(*net.derivative, 8) == 4);
        Graph simpler;
        const auto simple = simplify(*net.derivative, simpler, simplification_rules());
        CHECK(check_labels(simple.derivative, 8) == 4);
    }
}

TEST_CASE(
    "folded figure: what the loss depends on at one step is no value of the backward pass there") {
    // The gradient of W reads x' of each step, the loss that of one.
    for (const std::int32_t read : {0, 7}) {
        Graph graph;
        const Expr W = graph.parameter("W", {2, 2});
        const auto x = input_sequence(graph, "x", {2, 1}, 8);
        std::vector<Expr> losses;
        for (std::int32_t t = 0; t < 8; ++t) {
            const Scope at(graph, Step{0, t});
            const Expr& input = x[static_cast<std::size_t>(t)];
            const Expr h = tanh(W * input).named("h");
            losses.push_back(t == read ? sum(transpose(input) * h) : sum(square(h)));
        }
        const Derivative derivative = differentiate(accumulate(losses).named("L"), {W});
        CHECK(check_labels(derivative, 8) == 4);
        std::set<std::string> forward_nodes;
        const Figure figure = joint(derivative, {.steps = ShownSteps::folded});
        for (const FigureNode& node : figure.nodes)
            if (figure.panels[node.panel].band == 0) forward_nodes.insert(to_plain(node.label));
        CHECK(forward_nodes.contains(read == 0 ? "x_0^T" : "x_T^T"));
    }
}

TEST_CASE("folded figure: a label that says something else at one step has that beside it") {
    const test::StackedNet net({}, 8);
    Graph simpler;
    const auto simple = simplify(*net.derivative, simpler, simplification_rules());
    std::set<std::string> labels;
    for (const Expr& loss : {net.net.loss(), simple.derivative.loss()})
        for (const FigureNode& node : forward(loss, {.steps = ShownSteps::folded}).nodes)
            labels.insert(to_plain(node.label));
    CHECK(labels.contains("W x_t + U h_{t−1};  t = 0: W x_0 + U · 0"));
    CHECK(labels.contains("z_t = W x_t + U h_{t−1} + b;  z_0 = W x_0 + U · 0 + b"));
    CHECK(labels.contains("z_t = W x_t + U h_{t−1} + b;  z_0 = W x_0 + b"));
    CHECK(labels.contains("h_t = tanh(z_t)"));
}

TEST_CASE("folded figure: what is said of one step counts others from the first or the last") {
    constexpr std::int32_t count = 9;
    Graph graph;
    const Expr W = graph.parameter("W", {1, 1});
    Expr h = graph.parameter("h0", {1, 1});
    for (std::int32_t t = 0; t < count; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr x = graph.input("x", {1, 1});
        h = tanh(t == count - 2 ? W * h - x : W * h + x).named("h");
    }
    FigureOptions options;
    options.steps = ShownSteps::folded;
    options.step_count = count;
    std::string label;
    for (const FigureNode& node : forward(h, options).nodes)
        if (to_plain(node.label).starts_with("h_t = ")) label = to_plain(node.label);
    CHECK(label.find("h_{T−1} = tanh(W h_{T−2} − x_{T−1})") != std::string::npos);
}

// A label that holds at all steps has no cases beside it but the first step's, where h(-1) is zero.
TEST_CASE(
    "folded figure: whole factors that grow evenly with the step are said once for all steps") {
    const auto labels_of_factor = [](std::int32_t steps, std::int32_t start, std::int32_t slope,
                                     std::optional<std::int32_t> step_count) {
        Graph graph;
        const Expr W = graph.parameter("W", {1, 1});
        Expr h = graph.constant(0.0);
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope at(graph, Step{0, t});
            const double factor = start + slope * t;
            h = tanh(scale(factor, graph.input("x", {1, 1})) + W * h).named("h");
        }
        std::set<std::string> labels;
        const FigureOptions options{.steps = ShownSteps::folded, .step_count = step_count};
        for (const FigureNode& node : forward(sum(h), options).nodes)
            labels.insert(to_plain(node.label));
        return labels;
    };
    const auto check = [&](std::int32_t start, std::int32_t slope, const std::string& factor) {
        for (const std::int32_t steps : {8, 11, 20})
            for (const std::optional<std::int32_t> step_count :
                 {std::optional<std::int32_t>(), std::optional(steps), std::optional(1000)}) {
                const auto labels = labels_of_factor(steps, start, slope, step_count);
                CAPTURE(factor);
                CAPTURE(steps);
                CHECK(labels.contains(factor + " x_t"));
                for (const std::string& label : labels) {
                    CAPTURE(label);
                    CHECK(label.find("t = 1") == std::string::npos);
                    CHECK(label.find("h_1") == std::string::npos);
                    CHECK(label.find("x_T") == std::string::npos);
                }
            }
    };
    check(1, 1, "(t+1)");
    check(0, 1, "t");
    check(1, 2, "(2 t+1)");
    check(3, 5, "(5 t+3)");
    check(-4, 1, "(t−4)");
    check(50, -1, "(50−t)");
}

TEST_CASE("folded figure: a label that says something else at each step is refused") {
    // Values of the forward pass that the backward pass reads have no arrows of their own.
    Graph graph;
    const Expr a = graph.parameter("a", {2, 1});
    const auto x = input_sequence(graph, "x", {2, 1}, 8);
    std::vector<Expr> losses;
    for (std::int32_t t = 0; t < 8; ++t) {
        const Scope at(graph, Step{0, t});
        losses.push_back(sum(hadamard(a, sin(hadamard(x[4], x[static_cast<std::size_t>(t)])))));
    }
    const Derivative derivative = differentiate(accumulate(losses), {a});
    CHECK(test::message_of<GraphError>(
              [&] { backward(derivative, {.steps = ShownSteps::folded}); }) ==
          "figure: steps that are not alike cannot be folded\n"
          "  the label of sin(x_t ∘ x_t) says something else at t = 2\n"
          "  it is so at each step, so a graph of more steps does not help");
}

namespace {

/// What a loss does beside adding a value of each step.
enum class Extra : std::uint8_t {
    nothing,
    hole,       ///< step 1 adds nothing
    first,      ///< the value of the first step is squared
    last,       ///< that of the last has another weight
    given,      ///< the first value is an input
    penalty,    ///< a term of no step
    two_terms,  ///< a second value of each step but the first
    no_first,   ///< the first step adds nothing
};

const std::vector<Extra> extras{Extra::nothing, Extra::hole,    Extra::first,     Extra::last,
                                Extra::given,   Extra::penalty, Extra::two_terms, Extra::no_first};

Derivative summed(Graph& graph, Extra extra, std::int32_t count) {
    const Expr U = graph.parameter("U", {2, 2});
    const auto x = input_sequence(graph, "x", {2, 1}, count);
    Expr h = graph.input("start", {2, 1});
    std::vector<Expr> terms;
    for (std::int32_t t = 0; t < count; ++t) {
        const Scope at(graph, Step{0, t});
        h = tanh(U * h + x[static_cast<std::size_t>(t)]).named("h");
        if (extra == Extra::two_terms && t > 0) terms.push_back(sum(square(h)));
        if ((extra == Extra::hole && t == 1) || (extra == Extra::no_first && t == 0)) continue;
        Expr term = sum(h);
        if (extra == Extra::first && t == 0) term = square(term);
        if (extra == Extra::last && t == count - 1) term = 0.3 * term;
        if (extra == Extra::given && t == 0) term = graph.input("l", {1, 1});
        terms.push_back(term);
    }
    if (extra == Extra::penalty) terms.push_back(0.1 * sum(square(U)));
    return differentiate(accumulate(terms).named("L"), {U});
}

/// The steps that "t = 0, t > 1" or "t = 0..T−1" behind a sum sign says.
std::set<std::int32_t> steps_of_sum(const std::string& label, std::int32_t last) {
    static const std::regex limits("Σ_\\{([^}]*)\\}"),
        part("t (=|<|>) (T|[0-9]+)(−[0-9]+)?(\\.\\.(T|[0-9]+)(−[0-9]+)?)?");
    std::set<std::int32_t> steps;
    std::smatch found;
    if (!std::regex_search(label, found, limits)) return steps;
    const std::string text = found[1];
    const auto number = [&](const std::string& name, const std::string& minus) {
        const std::int32_t base = name == "T" ? last : std::stoi(name);
        return minus.empty() ? base : base - std::stoi(minus.substr(std::string("−").size()));
    };
    for (std::sregex_iterator at(text.begin(), text.end(), part), end; at != end; ++at) {
        const std::int32_t one = number((*at)[2], (*at)[3]);
        const std::int32_t other = (*at)[4].matched ? number((*at)[5], (*at)[6]) : one;
        const std::string sign = (*at)[1];
        const std::int32_t low = sign == "=" ? one : sign == "<" ? 0 : one + 1;
        const std::int32_t high = sign == "=" ? other : sign == "<" ? one - 1 : last;
        for (std::int32_t t = low; t <= high; ++t) steps.insert(t);
    }
    return steps;
}

/// Adds up what each sum over steps says that it is of; how many there are.
int check_sums(const Figure& figure, const Figure& all, Graph& graph, std::int32_t count) {
    std::map<NodeId, std::int32_t> step_of;
    for (const FigureNode& node : all.nodes)
        if (all.panels[node.panel].has_frame())
            step_of[node.node] = std::stoi(to_plain(all.panels[node.panel].title).substr(4));
    int sums = 0;
    const Bindings values = test::random_values(graph, 3);
    for (const FigureNode& node : figure.nodes) {
        const std::string label = to_plain(node.label);
        if (label.find("Σ_{t ") == std::string::npos) continue;
        ++sums;
        CAPTURE(label);
        const std::set<std::int32_t> steps = steps_of_sum(label, count - 1);
        const bool has_others = label.find(" + ") != std::string::npos;
        const double right = evaluate(graph.at(node.node), values)(0, 0);
        double claimed = 0;
        for (const NodeId term : graph.operands(node.node)) {
            const auto at = step_of.find(term);
            if (at == step_of.end() ? has_others : steps.contains(at->second))
                claimed += evaluate(graph.at(term), values)(0, 0);
        }
        CHECK(claimed == doctest::Approx(right).epsilon(1e-12));
        std::set<std::int32_t> there;
        for (const NodeId term : graph.operands(node.node))
            if (step_of.contains(term)) there.insert(step_of[term]);
        CHECK(steps == there);
    }
    return sums;
}

}  // namespace

TEST_CASE("figure: a sum over steps is that of the steps and the terms that it says") {
    constexpr std::int32_t count = 16;
    for (const Extra extra : extras) {
        CAPTURE(static_cast<int>(extra));
        Graph graph;
        const Derivative derivative = summed(graph, extra, count);
        for (const View& view : test::views_of(derivative)) {
            CAPTURE(view.name);
            const Figure all = view.draw({.title = ""});
            for (const ShownSteps shown : {ShownSteps::folded, ShownSteps::elided}) {
                CAPTURE(static_cast<int>(shown));
                // An elided figure has no place for what is apart at step 1.
                if (shown == ShownSteps::elided && extra == Extra::hole) continue;
                const int sums =
                    check_sums(view.draw({.title = "", .steps = shown}), all, graph, count);
                CHECK((sums > 0 || view.name == "local"));  // whose loss is drawn by its name
            }
        }
    }
}

TEST_CASE("figure: a sum over steps says which it leaves out, and what it has beside them") {
    const auto label = [](Extra extra) {
        Graph graph;
        const Derivative derivative = summed(graph, extra, 8);
        return to_plain(
            forward(derivative.loss(), {.steps = ShownSteps::folded}).nodes.back().label);
    };
    CHECK(label(Extra::nothing) == "L = Σ_{t = 0..T}");
    CHECK(label(Extra::hole) == "L = Σ_{t = 0, t > 1}");
    CHECK(label(Extra::no_first) == "L = Σ_{t = 1..T}");
    CHECK(label(Extra::penalty) == "L = Σ_{t = 0..T} + 0.1 sum(U^{∘2})");
}

TEST_CASE("folded figure: a sum that leaves out the last step, or the first, says so") {
    const auto label = [](std::int32_t low, std::int32_t high) {
        Graph graph;
        const Expr w = graph.parameter("w", {1, 1});
        const auto x = input_sequence(graph, "x", {1, 1}, 8);
        Expr h = graph.initial_state("h", {1, 1});
        std::vector<Expr> terms, last;
        for (std::int32_t t = 0; t < 8; ++t) {
            const Scope at(graph, Step{0, t});
            h = tanh(w * h + x[static_cast<std::size_t>(t)]).named("h");
            if (low <= t && t <= high) terms.push_back(h);
        }
        const std::vector<Expr> outputs{accumulate(terms).named("S"), square(h).named("L")};
        const Figure figure = forward(outputs, {.steps = ShownSteps::folded});
        return to_plain(std::ranges::find(figure.nodes, "S", &FigureNode::id)->label);
    };
    CHECK(label(0, 7) == "S = Σ_{t = 0..T}");
    CHECK(label(2, 7) == "S = Σ_{t > 1}");
    CHECK(label(2, 6) == "S = Σ_{1 < t < T}");
    CHECK(label(1, 5) == "S = Σ_{0 < t < T−1}");
}

}  // namespace revolute
