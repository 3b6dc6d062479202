// Steps stand below names in LaTeX and in figures, and so does what a name has behind an underline:
// h_0 beside h(0).

#include "figure_models.hpp"
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/figures/typeset.hpp>
#include <support/bindings.hpp>
#include <support/equation_check.hpp>
#include <support/name_check.hpp>
#include <support/renamed.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace revolute {

namespace {

std::vector<Expr> net_of(Graph& graph, int steps, CellKind cell = CellKind::simple) {
    const RecurrentNet net = recurrent_net(graph, {.steps = steps, .input = 1, .hidden = 2},
                                           {.cell = cell, .initial = InitialState::trainable});
    std::vector<Expr> outputs{net.loss()};
    for (const Expr& variable : net.variables()) outputs.push_back(variable);
    return outputs;
}

/// All names of a graph that have steps, or all others.
std::set<std::string> names_of(const Graph& graph, bool have_steps) {
    std::set<std::string> names;
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (const auto name = graph.name(NodeId{i});
            !name.empty() && graph.step(NodeId{i}).has_value() == have_steps)
            names.emplace(name);
    return names;
}

std::vector<Expr> renamed_net(Graph& graph, int steps, const std::string& from,
                              const std::string& to) {
    Graph original;
    return test::renamed(net_of(original, steps), graph, from, to);
}

Derivative derivative_of(const std::vector<Expr>& loss_and_variables) {
    return differentiate(loss_and_variables.front(), std::span(loss_and_variables).subspan(1));
}

void check_equations_of(const std::string& from, const std::string& to) {
    Graph graph;
    const Derivative derivative = derivative_of(renamed_net(graph, 3, from, to));
    test::check_names(derivative, test::random_values(graph, 5));
    for (const Simplification simplification : {Simplification::on, Simplification::off})
        test::check_latex_names(equations(derivative, simplification));
    test::check_latex_names(general_equations([&](std::int32_t steps) {
        Graph any;
        return rolled_up(derivative_of(renamed_net(any, steps, from, to)));
    }));
}

void check_figures_of(const std::string& from, const std::string& to, int steps, ShownSteps shown) {
    Graph graph;
    const Derivative derivative = derivative_of(renamed_net(graph, steps, from, to));
    const FigureOptions options{.title = "", .labels = LabelMode::op, .steps = shown};
    for (const Figure& figure :
         {forward(derivative.loss(), options), backward(derivative, options),
          joint(derivative, options), local_derivatives(derivative, options)})
        test::check_figure_names(figure);
}

const std::vector<std::string> steps_behind_names{
    "_0", "_1", "_2", "_10", "_t", "_T", "_N", "_t-1", "_T-1", "_-1", ",1", "_{1}", "_{t+1}", "₁"};

/// A state of one unit that starts from `first`, the parameter, and its loss at the end.
Derivative chain(Graph& graph, const std::string& first, int steps) {
    const Expr w = graph.parameter("w", {1, 1}), start = graph.parameter(first, {1, 1});
    Expr h = start;
    for (std::int32_t t = 0; t < steps; ++t) {
        const Scope at(graph, Step{0, t});
        h = tanh(w * h).named("h");
    }
    return differentiate(square(h).named("L"), {w, start});
}

std::set<std::string> labels_of(const Figure& figure) {
    std::set<std::string> labels;
    for (const FigureNode& node : figure.nodes) labels.insert(to_plain(node.label));
    return labels;
}

}  // namespace

TEST_CASE("step-like names: LaTeX tells every name without step from those with steps") {
    Graph graph;
    net_of(graph, 3);
    for (const std::string& family : names_of(graph, true))
        for (const std::string& name : names_of(graph, false))
            for (const std::string& step : steps_behind_names) {
                CAPTURE(name);
                CAPTURE(family + step);
                check_equations_of(name, family + step);
            }
}

TEST_CASE("step-like names: figures tell every name without step from those with steps") {
    Graph graph;
    net_of(graph, 3);
    std::size_t count = 0;
    for (const std::string& family : names_of(graph, true))
        for (const std::string& name : names_of(graph, false))
            for (const std::string& step : steps_behind_names) {
                CAPTURE(name);
                CAPTURE(family + step);
                check_figures_of(name, family + step, 3, ShownSteps::all);
                if (count++ % 5 != 0) continue;
                check_figures_of(name, family + step, 9, ShownSteps::folded);
                check_figures_of(name, family + step, 9, ShownSteps::elided);
            }
}

TEST_CASE("step-like names: a first state called h_0 keeps its letters, and so does its adjoint") {
    Graph graph;
    const Derivative derivative = chain(graph, "h_0", 3);
    const std::string latex = to_latex(equations(derivative));
    CAPTURE(latex);
    CHECK(latex.find("h_{0} &= \\tanh(w \\mathit{h\\_0})") != std::string::npos);
    CHECK(latex.find("\\mathrm{d}\\mathit{h\\_0} &= ") != std::string::npos);
    CHECK(to_text(equations(derivative)).find("h(0) = tanh(w h_0)") != std::string::npos);
    const std::set<std::string> labels = labels_of(joint(derivative, {.title = ""}));
    for (const char* label : {"h\\_0", "h_0 = tanh(w h\\_0)"}) CHECK(labels.contains(label));
}

TEST_CASE("step-like names: a weight called W_t is one for all steps, and h_N no last state") {
    const auto latex_of = [](const std::string& name) {
        return to_latex(general_equations([&](std::int32_t steps) {
            Graph graph;
            return rolled_up(chain(graph, name, steps));
        }));
    };
    CHECK(latex_of("W_t").find("\\tanh(w \\mathit{W\\_t})") != std::string::npos);
    CHECK(latex_of("h_N").find("\\tanh(w \\mathit{h\\_N})") != std::string::npos);
    CHECK(latex_of("W_N").find("\\tanh(w W_{N})") != std::string::npos);
    Graph graph;
    CHECK(labels_of(joint(chain(graph, "W_t", 3), {.title = ""})).contains("h_0 = tanh(w W\\_t)"));
}

TEST_CASE("step-like names: signs and primes of a name are set in LaTeX as they are typed") {
    const auto latex_of = [](const std::string& name) {
        Graph graph;
        return to_latex(equations(chain(graph, name, 3)));
    };
    const auto check = [&](const std::string& name, const std::string& set) {
        const std::string latex = latex_of(name);
        CAPTURE(latex);
        CHECK(latex.find("\\tanh(w " + set + ")") != std::string::npos);
        CHECK(latex.find("\\mathrm{d}" + set + " &=") != std::string::npos);
    };
    check("s_T-1", "s_{T-1}");
    check("s_k+1", "s_{k+1}");
    check("h_T-1", "\\mathit{h\\_T\\text{-}1}");
    check("s_t-1", "\\mathit{s\\_t\\text{-}1}");
    check("h'", "\\mathit{h'}");
    check("η''", "{\\eta''}");
    check("η*", "{\\eta*}");
    check("s-1", "s_{1}");
    Graph graph;  // without steps none is read
    const Expr w = graph.parameter("w", {1, 1}), h = graph.input("h_t-1", {1, 1});
    const std::string latex =
        to_latex(equations(differentiate(square(tanh(w * h)).named("L"), {w})));
    CAPTURE(latex);
    CHECK(latex.find("\\tanh(w h_{t-1})") != std::string::npos);
}

TEST_CASE("step-like names: a leaf that looks like an adjoint at a step is set by its letters") {
    for (const std::string name : {"dh_0", "dh_T", "ddh_1", "dh_N", "dW_t_"}) {
        CAPTURE(name);
        std::string set = name;
        for (std::size_t i = set.find('_'); i != std::string::npos; i = set.find('_', i + 2))
            set.insert(i, "\\");
        Graph graph;
        const Derivative derivative = chain(graph, name, 9);
        for (const ShownSteps shown : {ShownSteps::all, ShownSteps::folded, ShownSteps::elided}) {
            const FigureOptions options{.title = "", .steps = shown};
            CHECK(labels_of(forward(derivative.loss(), options)).contains(set));
            CHECK(labels_of(joint(derivative, options)).contains(set));
        }
        EquationFormat format;
        format.parts = {EquationPart::forward};
        const std::string in_latex =
            set.ends_with('_') ? "\\underline{\\mathit{" + set.substr(0, set.size() - 2) + "}}"
                               : "\\mathit{" + set + "}";
        CHECK(to_latex(equations(derivative), format).find("\\tanh(w " + in_latex + ")") !=
              std::string::npos);
    }
}

TEST_CASE("step-like names: the number of a second name is none of a step") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1}), start = graph.initial_state("s", {1, 1});
    Expr s = start;
    for (std::int32_t t = 0; t < 4; ++t) {
        const Scope at(graph, Step{0, t});
        s = tanh(w * s).named("s");
    }
    const Derivative derivative = differentiate(square(s).named("L"), {w, start});
    test::check_latex_names(equations(derivative));
    test::check_figure_names(joint(derivative, {.title = "", .labels = LabelMode::op}));
    CHECK(to_latex(equations(derivative)).find("s_{0} &= \\tanh(w \\mathit{s\\_2})") !=
          std::string::npos);
}

TEST_CASE("step-like names: names that the equations make are apart from a state called alike") {
    // e(t) is the state; what is used twice would be e_2.
    const auto build = [](std::int32_t steps) {
        Graph graph;
        const Expr w = graph.parameter("w", {2, 2}), v = graph.parameter("v", {2, 2});
        const Expr shared = exp(v * w);
        Expr e = graph.constant(0.5, {2, 2});
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope at(graph, Step{0, t});
            e = tanh(shared * e + shared).named("e");
        }
        return rolled_up(differentiate(sum(e).named("L"), {w, v}));
    };
    const Equations lines = general_equations(build);
    CHECK(to_text(lines).find("  e_2 = exp(v w)") != std::string::npos);
    CHECK(to_latex(lines).find("\\mathit{e\\_2} &= \\exp(v w)") != std::string::npos);
    test::check_latex_names(lines);
}

TEST_CASE("step-like names: a name whose base has no steps keeps its index") {
    Graph graph;
    const Derivative derivative = chain(graph, "U_0", 3);
    CHECK(to_latex(equations(derivative)).find("h_{0} &= \\tanh(w U_{0})") != std::string::npos);
    CHECK(labels_of(joint(derivative, {.title = ""})).contains("h_0 = tanh(w U_0)"));
    Graph other;
    CHECK(to_latex(equations(chain(other, "h_f", 3))).find("\\tanh(w h_{f})") != std::string::npos);
}

TEST_CASE("step-like names: braces of LaTeX and lowered digits are an index") {
    struct Label {
        std::string typed, meant;
    };
    for (const Label& label : std::vector<Label>{
             {"W_{hh}", "W_hh"}, {"W_{hh}_f", "W_hh_f"}, {"U₁₂", "U_12"}, {"U_{f,i}", "U_f,i"}}) {
        const std::string &typed = label.typed, &meant = label.meant;
        CAPTURE(typed);
        Graph one, other;
        const Derivative as_typed = chain(one, typed, 3), as_meant = chain(other, meant, 3);
        CHECK(to_latex(equations(as_typed)) == to_latex(equations(as_meant)));
        CHECK(to_text(equations(as_typed)) == to_text(equations(as_meant)));
        CHECK(labels_of(joint(as_typed)) == labels_of(joint(as_meant)));
    }
    Graph graph;
    CHECK(to_latex(equations(chain(graph, "W_{hh}", 3))).find("W_{hh}") != std::string::npos);
    Graph both;
    const Expr a = both.parameter("W_{hh}", {1, 1}), b = both.parameter("W_hh", {1, 1});
    test::check_names(differentiate(hadamard(tanh(a), b).named("L"), {a, b}),
                      test::random_values(both, 2));
}

TEST_CASE("step-like names: an underline behind an index is a letter") {
    Graph graph;
    const Expr W = graph.parameter("W_f", {1, 1}), dW = graph.parameter("dW_f", {1, 1});
    const Equations lines = equations(differentiate(tanh(hadamard(W, dW)).named("L"), {W, dW}));
    test::check_latex_names(lines);
    CHECK(to_latex(lines).find("\\underline{\\mathit{dW}}_{f}") != std::string::npos);
}

}  // namespace revolute
