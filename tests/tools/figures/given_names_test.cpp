// Names that users give stay as they are typed, whatever is made up beside them.

#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/equations/equations.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <support/bindings.hpp>
#include <support/equation_check.hpp>
#include <support/name_check.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <regex>
#include <string>
#include <vector>

namespace revolute {

namespace {

/// A net in which two values are called h and two z, so that names are made up for one of each, and
/// whose equations have lines without names, e and delta; with a parameter called `given`.
Derivative net_of(Graph& graph, const std::string& given, int steps) {
    const Expr w = graph.parameter("w", {2, 2}), first = graph.initial_state("h", {2, 1});
    const Expr q = graph.parameter(given, {2, 1});
    std::vector<Expr> losses;
    Expr h = first;
    for (std::int32_t t = 0; t < steps; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr gate = sigmoid(w * h + q);
        h = tanh((w * hadamard(gate, h)).named("z")).named("h");
        losses.push_back(sum(square((w * h).named("z"))));
    }
    return differentiate(accumulate(losses).named("L"), {w, q, first});
}

const std::array given_names{"h_2", "h_3", "dh_2", "z_2",     "z_3",     "dz_2",  "h_2_2",
                             "h_",  "z_",  "e",    "e_1",     "e_2",     "delta", "delta_1",
                             "W_2", "y",   "dL_2", "delta_3", "delta_4", "L_2",   "w_2"};

bool holds(const std::string& text, const std::string& pattern) {
    return std::regex_search(text, std::regex(pattern));
}

/// Whether the parameter is called as it was given, and so is its gradient, and nothing else.
void check_kept(const Equations& equations, const std::string& given) {
    const std::string text = to_text(equations);
    CAPTURE(text);
    CHECK(holds(text, "\\b" + given + "\\b"));
    CHECK(holds(text, "\n  d" + given + " = "));
    CHECK_FALSE(holds(text, "\\b" + given + "\\("));
    for (const Equation& line : equations.lines) CHECK(line.name != given);
}

/// Names that are typed in signs which are no letters, and what they are spelled as.
const std::array<std::array<std::string, 2>, 9> spelled_alike{{{"W^1", "W_1"},
                                                               {"W'", "W_prime"},
                                                               {"W*", "W_star"},
                                                               {"\u03b8", "theta"},
                                                               {"W\u2081", "W_1"},
                                                               {"W_{hh}", "W_hh"},
                                                               {"W-1", "W_1"},
                                                               {"1W", "_1W"},
                                                               {"W^1", "dW_1"}}};

/// tanh(a h + b x) with a squared loss.
Derivative two_weights(Graph& graph, const std::string& a, const std::string& b, int steps) {
    const Expr first = graph.parameter(a, {2, 2}), second = graph.parameter(b, {2, 2});
    Expr h = graph.initial_state("h", {2, 1});
    for (std::int32_t t = 0; t < steps; ++t) {
        const Scope at(graph, Step{0, t});
        h = tanh(first * h + second * graph.input("x", {2, 1})).named("h");
    }
    return differentiate(sum(square(h)).named("L"), {first, second});
}

}  // namespace

TEST_CASE("given names: what is a name as it is typed keeps it, whichever is made first") {
    for (const std::array<std::string, 2>& pair : spelled_alike)
        for (const bool is_first : {false, true}) {
            const std::string &signs = pair[0], &letters = pair[1];
            CAPTURE(signs);
            CAPTURE(letters);
            CAPTURE(is_first);
            const auto build = [&](Graph& graph, std::int32_t steps) {
                return is_first ? two_weights(graph, letters, signs, steps)
                                : two_weights(graph, signs, letters, steps);
            };
            const Equations general = general_equations([&](std::int32_t steps) {
                Graph graph;
                return rolled_up(build(graph, steps));
            });
            const std::string product = is_first ? " h\\(t-1\\)" : " x\\(t\\)";
            CHECK(holds(to_text(general), "\\b" + letters + product));
            check_kept(general, letters);
            test::check_latex_names(general);
            Graph graph;
            const Derivative derivative = build(graph, 5);
            check_kept(equations(derivative), letters);
            test::check_names(derivative, test::random_values(graph, 7));
        }
}

TEST_CASE("given names: names that differ by their last sign are told apart by it, in any order") {
    const std::vector<std::array<std::string, 3>> names{{"W", "W", "W"},
                                                        {"W'", "W_prime", "\\mathit{W'}"},
                                                        {"W*", "W_star", "\\mathit{W*}"},
                                                        {"W+", "W_plus", "\\mathit{W\\text{+}}"},
                                                        {"W-", "W_minus", "\\mathit{W\\text{-}}"}};
    for (const auto& first : names)
        for (const auto& second : names) {
            if (first == second) continue;
            CAPTURE(first[0]);
            CAPTURE(second[0]);
            Graph graph;
            const Equations lines = equations(two_weights(graph, first[0], second[0], 3));
            const std::string latex = to_latex(lines);
            CAPTURE(latex);
            check_kept(lines, first[1]);
            check_kept(lines, second[1]);
            CHECK(latex.find("\\tanh(" + first[2] + " h_{t-1} + " + second[2] + " x_{t})") !=
                  std::string::npos);
            test::check_latex_names(lines);
        }
}

TEST_CASE("given names: equations make up none that is given, and keep it as it is") {
    for (const std::string given : given_names) {
        CAPTURE(given);
        const auto rolled = [&](std::int32_t steps) {
            Graph graph;
            return rolled_up(net_of(graph, given, steps));
        };
        check_kept(general_equations(rolled), given);
        Graph graph;
        const Derivative derivative = net_of(graph, given, 5);
        check_kept(equations(derivative), given);
        test::check_names(derivative, test::random_values(graph, 7));
        test::check_latex_names(equations(derivative));
    }
}

TEST_CASE("given names: figures make up none that is given, and keep it as it is") {
    for (const std::string given : given_names)
        for (const ShownSteps shown : {ShownSteps::all, ShownSteps::folded, ShownSteps::elided}) {
            CAPTURE(given);
            Graph graph;
            const Derivative derivative = net_of(graph, given, 12);
            const FigureOptions options{.title = "", .labels = LabelMode::op, .steps = shown};
            for (const Figure& figure :
                 {forward(derivative.loss(), options), backward(derivative, options),
                  joint(derivative, options), local_derivatives(derivative, options)}) {
                test::check_figure_names(figure);
                for (const FigureNode& node : figure.nodes)
                    if (graph.name(node.node) == given) CHECK(node.id == given);
            }
        }
}

}  // namespace revolute
