#include "tools/figures/figure_models.hpp"
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/rnn/sequence_to_sequence.hpp>
#include <revolute/tools/equations/detail/writing/latex_brackets.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <support/bindings.hpp>
#include <support/equation_nets.hpp>
#include <support/message.hpp>
#include <support/temporary_folder.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdlib>

namespace revolute {

namespace {

void check_values(Expr loss, std::span<const Expr> variables) {
    const Derivative derivative = differentiate(loss, variables);
    const Bindings values = test::random_values(*loss.graph, 3);
    for (const Simplification simplification : {Simplification::on, Simplification::off})
        test::check_derivative(derivative, simplification, values);
}

Equations of_cell(CellKind kind) {
    return general_equations([kind](std::int32_t steps) {
        Graph graph;
        const RecurrentNet net = recurrent_net(graph, {.steps = steps, .input = 2, .hidden = 3},
                                               {.cell = kind, .layers = 2});
        return rolled_up(differentiate(net.loss(), net.variables()));
    });
}

/// With products and transposes of all kinds.
Equations of_batch(CellKind kind) {
    return general_equations([kind](std::int32_t steps) {
        Graph graph;
        const RecurrentNet net =
            recurrent_net(graph, {.steps = steps, .input = 2, .hidden = 3, .batch = 4},
                          {.cell = kind,
                           .layers = 2,
                           .is_bidirectional = true,
                           .initial = InitialState::trainable});
        return rolled_up(differentiate(net.loss(), net.variables()));
    });
}

/// A recurrence in which only leaves have names.
Expr nameless(Graph& graph, int steps) {
    const Expr U = graph.parameter("U", {2, 2});
    const auto inputs = input_sequence(graph, "x", {2, 1}, steps);
    Expr h = graph.constant(0.5, {2, 1});
    for (int t = 0; t < steps; ++t) {
        const Scope step(graph, Step{0, t});
        h = tanh(U * h + inputs[static_cast<std::size_t>(t)]);
    }
    return sum(square(h)).named("L");
}

/// With names of letters that are none of ours.
Equations strangely_named(Graph& graph) {
    const Expr A = graph.parameter("W&b^2", {2, 2}), B = graph.parameter("\u03a9_x", {2, 2}),
               C = graph.parameter("2b", {2, 2}), D = graph.parameter("\u0302x'", {2, 2}),
               sum_of_inputs = graph.parameter("sum", {2, 2});
    const auto inputs = input_sequence(graph, "\u03be", {2, 1}, 4);
    Expr state = graph.constant(0.0, {2, 1});
    for (int t = 0; t < 4; ++t) {
        const Scope step(graph, Step{0, t});
        // One after the other: compilers differ in which operand of an operator they make first.
        const Expr driven = sum_of_inputs * inputs[static_cast<std::size_t>(t)];
        const Expr turned = D * state;
        const Expr driving = driven + B * state;
        const Expr scaled = C * turned;
        state = (A * driving + scaled).named("h~");
    }
    return equations(differentiate(sum(state).named("L"), {A, B, C, D, sum_of_inputs}));
}

void check_brackets(const std::string& latex) {
    INFO(latex);
    std::string open;
    for (const char c : latex) {
        if (c == '{' || c == '(') open += c;
        if (c != '}' && c != ')') continue;
        REQUIRE(!open.empty());
        REQUIRE(open.back() == (c == '}' ? '{' : '('));
        open.pop_back();
    }
    CHECK(open.empty());
}

}  // namespace

TEST_CASE("equations: a net without steps") {
    const test::Perceptron net;
    check_values(net.loss, net.variables);
}

TEST_CASE("equations: a recurrence without names gets some") {
    Graph graph;
    const Expr loss = nameless(graph, 6);
    check_values(loss, std::array{graph.at(NodeId{0})});
}

TEST_CASE("equations: of encoder and decoder, the first axis can have any number of steps") {
    Graph graph;
    const Gru encoder(graph, 2, 3, Reset::after_product, "e"),
        decoder(graph, 2, 3, Reset::after_product, "d");
    const SequenceToSequence net = sequence_to_sequence(
        encoder, decoder, input_sequence(graph, "x", {2, 1}, 5), {.steps = 4, .rows = 2});
    check_values(net.loss(), net.variables());
    Equations written = equations(differentiate(net.loss(), net.variables()));
    CHECK(to_text(written).starts_with("# t = 0..4, 5 steps; s = 0..3, 4 steps\n"));
    written.is_general = true;
    written.least_steps = 3;
    CHECK(to_text(written).starts_with("# t = 0..T, T + 1 steps, T >= 2; s = 0..3, 4 steps\n"));
}

TEST_CASE("equations: a sign between two steps, made outside of them") {
    Graph graph;
    const Expr U = graph.parameter("U", {2, 2});
    std::vector<Expr> states;
    {
        const Scope before(graph, Step{0, -1});
        states.push_back(graph.initial_state("h", {2, 1}));
    }
    for (int t = 0; t < 4; ++t) {
        const Scope step(graph, Step{0, t});
        const Expr x = graph.input("x", {2, 1});
        states.push_back(tanh(U * states.back() + x).named("h"));
    }
    const Expr both = hadamard(states[1], states[2]) + hadamard(states[3], states[4]);
    const Expr loss = sum(both).named("L");
    check_values(loss, std::array{U});
    CHECK(to_text(equations(differentiate(loss, {U})), {.parts = {EquationPart::forward}}) ==
          "# t = 0..3, N = 4 steps\n"
          "forward\n"
          "  h(-1) given\n"
          "  h(t) = tanh(U h(t-1) + x(t))   t = 0..3\n"
          "  L = sum(h(0) o h(1) + h(2) o h(3))\n");
}

TEST_CASE("equations: an invented cell") {
    Graph graph;
    const test::TwoStates cell(graph);
    const ManyToOne net = many_to_one(cell, {.steps = 5, .input = 2, .hidden = 2});
    check_values(net.loss, net.variables());
}

TEST_CASE("equations: names that mean something else are altered") {
    Graph graph;
    const Expr weight = graph.parameter("o", {2, 2}), T = graph.parameter("T", {2, 2});
    const auto inputs = input_sequence(graph, "x", {2, 1}, 4);
    Expr state = graph.constant(0.0, {2, 1});
    for (int t = 0; t < 4; ++t) {
        const Scope step(graph, Step{0, t});
        const Expr gate = sigmoid(weight * inputs[static_cast<std::size_t>(t)]).named("o");
        state = tanh(T * state + gate).named("sum");
    }
    const Derivative derivative = differentiate(sum(state).named("L"), {weight, T});
    CHECK(to_text(equations(derivative), {.parts = {EquationPart::forward}}) ==
          "# t = 0..3, N = 4 steps\n"
          "forward\n"
          "  o(t) = sigmoid(o_ x(t))               t = 0..3\n"
          "  sum_(0) = tanh(o(0))\n"
          "  sum_(t) = tanh(T_ sum_(t-1) + o(t))   t = 1..3\n"
          "  L = sum(sum_(3))\n");
}

TEST_CASE("equations: a weight called as another one's gradient gets an underline") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 2}), dW = graph.parameter("dW", {2, 2});
    const Expr y = tanh(W * (dW * graph.input("x", {2, 1}))).named("y");
    const Derivative derivative = differentiate(sum(y).named("L"), {W, dW});
    CHECK(to_text(equations(derivative)) ==
          "forward\n"
          "  e = dW_ x\n"
          "  y = tanh(W e)\n"
          "  L = sum(y)\n"
          "gradients\n"
          "  delta = 1 - y^2\n"
          "  dW = delta e'\n"
          "  ddW_ = W' delta x'\n");
}

TEST_CASE("equations: names of signs and Greek letters become words") {
    Graph graph;
    const Equations written = strangely_named(graph);
    CHECK(to_text(written, {.parts = {EquationPart::forward}}) ==
          "# t = 0..3, N = 4 steps\n"
          "forward\n"
          "  e_1(t) = sum_ xi(t)                 t = 0..3\n"
          "  h_(0) = W_b_2 e_1(0)\n"
          "  e_2(t) = _x_prime h_(t-1)           t = 1..3\n"
          "  e_3(t) = e_1(t) + Omega_x h_(t-1)   t = 1..3\n"
          "  h_(t) = W_b_2 e_3(t) + _2b e_2(t)   t = 1..3\n"
          "  L = sum(h_(3))\n");
}

TEST_CASE("equations: LaTeX sets the underlines that tell names apart under their letters") {
    Graph graph;
    const Equations written = strangely_named(graph);
    const std::string latex = to_latex(written, {.parts = {EquationPart::forward}});
    INFO(latex);
    for (const char* line : {"e_{1,t} &= \\underline{\\mathit{sum}} \\xi_{t}",
                             "e_{2,t} &= \\mathit{\\_x'} \\underline{h}_{t-1}",
                             "e_{3,t} &= e_{1,t} + \\Omega_{x} \\underline{h}_{t-1}",
                             "\\underline{h}_{t} &= W_{b,2} e_{3,t} + \\mathit{\\_2b} e_{2,t}"})
        CHECK(latex.find(line) != std::string::npos);
}

TEST_CASE("equations: steps that are not alike have no general equations") {
    const auto build = [](std::int32_t steps) {
        Graph graph;
        const SimpleRnn cell(graph, 1, 2);
        const ManyToOne net = many_to_one(cell, {.steps = steps, .input = 1, .hidden = 2});
        const Expr scaled = (std::pow(2.0, steps) * net.loss).named("S");
        return rolled_up(differentiate(scaled, net.variables()));
    };
    CHECK(test::message_of<GraphError>([&] { general_equations(build); }) ==
          "equations: the steps must be alike for every number of steps\n"
          "  roll: attribute 0 of S, scale [1 x 1] is 4294967296 in 32 steps, 8589934592 in 33 and "
          "17179869184 in 34, which is neither even in the number of steps nor a product or "
          "quotient of two such numbers, nor a root of these\n"
          "  ask for the equations of one number of steps");
}

namespace {

/// A chain of states, of which a loss is made.
template <class Loss>
std::string general_text(const Loss& loss, bool latex = false) {
    const Equations written = general_equations([&](std::int32_t steps) {
        Graph graph;
        const Expr u = graph.parameter("U", {2, 2});
        Expr h;
        {
            const Scope before(graph, Step{0, -1});
            h = graph.initial_state("h", {2, 1});
        }
        std::vector<Expr> states;
        for (int t = 0; t < steps; ++t) {
            const Scope at(graph, Step{0, t});
            h = tanh(u * h).named("h");
            states.push_back(h);
        }
        return rolled_up(differentiate(loss(states).named("L"), {u}));
    });
    return latex ? to_latex(written) : to_text(written);
}

}  // namespace

TEST_CASE("equations: a factor that is one over the number of steps is written so") {
    const auto mean = [](const std::vector<Expr>& h) {
        return (1.0 / static_cast<double>(h.size())) * sum(accumulate(h));
    };
    const std::string text = general_text(mean);
    CAPTURE(text);
    CHECK(text.find("L = (1 / N) ") != std::string::npos);
    CHECK(text.find("dh(t) = 1 / N + U' delta_2(t+1)") != std::string::npos);
    CHECK(text.find("0.0") == std::string::npos);
    CHECK(general_text(mean, true).find("\\frac{1}{N}") != std::string::npos);
}

TEST_CASE("equations: a part of a stack is written with the step") {
    const auto stacked = [](const std::vector<Expr>& h) {
        const std::vector<Operand> all(h.begin(), h.end());
        return sum(tanh(stack_columns(all)));
    };
    const std::string text = general_text(stacked);
    CAPTURE(text);
    CHECK(text.find("dh(T) = columns(1 - e^2, T, 1)\n") != std::string::npos);
    CHECK(text.find("dh(t) = columns(1 - e^2, t, 1) + ") != std::string::npos);
    const auto reversed = [](const std::vector<Expr>& h) {
        const std::vector<Operand> all(h.rbegin(), h.rend());
        return sum(tanh(stack_columns(all)));
    };
    const std::string other = general_text(reversed);
    CAPTURE(other);
    CHECK(other.find("dh(T) = columns(1 - e^2, 0, 1)\n") != std::string::npos);
    CHECK(other.find("dh(t) = columns(1 - e^2, T-t, 1) + ") != std::string::npos);
}

TEST_CASE("equations: states beside each other are told from states below each other") {
    const auto stacked = [](auto stack) {
        return [stack](const std::vector<Expr>& h) {
            const std::vector<Operand> all(h.begin(), h.end());
            return sum(tanh(stack(all)));
        };
    };
    const auto beside = stacked([](const auto& all) { return stack_columns(all); });
    const auto below = stacked([](const auto& all) { return stack_rows(all); });
    CHECK(general_text(beside).find("[each(t=0..T: h(t))]") != std::string::npos);
    CHECK(general_text(below).find("[each(t=0..T; h(t))]") != std::string::npos);
    CHECK(general_text(beside, true).find("h_{0} & \\cdots & h_{T}") != std::string::npos);
    CHECK(general_text(below, true).find("h_{0} \\\\ \\vdots \\\\ h_{T}") != std::string::npos);
}

TEST_CASE("equations: LaTeX has brackets as large as needed and no superscript above another") {
    const std::string latex = to_latex(of_cell(CellKind::simple));
    CAPTURE(latex);
    CHECK(latex.find("= \\tanh(") != std::string::npos);
    CHECK(latex.find("\\left(") == std::string::npos);
    CHECK(latex.find("(1 - ({h^{(2)}_{t}})^{\\circ 2})") != std::string::npos);
    CHECK(latex.find("({U^{(2)}})^{\\top} \\mathrm{d}") != std::string::npos);
    CHECK(latex.find("\\mathrm{d}y \\, ({h^{(2)}_{T}})^{\\top}") != std::string::npos);
}

TEST_CASE("equations: LaTeX keeps large brackets around what is high, close to a function") {
    using detail::with_fitting_brackets;
    CHECK(with_fitting_brackets("\\tanh\\left(x\\right) \\left(a + \\left(b\\right)\\right)") ==
          "\\tanh(x) (a + (b))");
    CHECK(with_fitting_brackets("\\tanh\\left(\\frac{1}{N} \\left(b\\right)\\right)") ==
          "\\tanh\\!\\left(\\frac{1}{N} (b)\\right)");
    CHECK(with_fitting_brackets("x \\left(\\sum_{t=0}^{T} x_{t}\\right)") ==
          "x \\left(\\sum_{t=0}^{T} x_{t}\\right)");
    CHECK(with_fitting_brackets("a\\right) b") == "a\\right) b");
}

TEST_CASE("equations: LaTeX closes what it opens") {
    for (const CellKind kind : cell_kinds())
        for (const TransposeSide side : {TransposeSide::right, TransposeSide::left}) {
            check_brackets(to_latex(of_cell(kind), {.transpose = side}));
            check_brackets(to_markdown(of_cell(kind), {.transpose = side}));
            check_brackets(to_latex(of_batch(kind), {.transpose = side}));
        }
}

TEST_CASE("equations: LaTeX puts the transpose of a repeated column in parentheses") {
    Graph graph;
    const Expr v = graph.parameter("v", {2, 1}), w = graph.input("w", {2, 1});
    const Expr repeated = transpose(broadcast_columns(v, 3));
    const Equations written =
        equations(differentiate(sum(repeated * w).named("L"), {v}), Simplification::off);
    CHECK(to_latex(written).find("(v \\mathbf{1}^{\\top})^{\\top}") != std::string::npos);
    CHECK(to_latex(written, {.transpose = TransposeSide::left})
              .find("{}^{t}\\!(v \\mathbf{1}^{\\top})") != std::string::npos);
}

TEST_CASE("equations: LaTeX compiles, where there is a pdflatex") {
    if (std::system("command -v pdflatex > /dev/null") != 0) {
        MESSAGE("skipped: there is no pdflatex, so that LaTeX compiles is not tested");
        return;
    }
    const test::TemporaryFolder folder;
    std::string document = "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n";
    for (const TransposeSide side : {TransposeSide::right, TransposeSide::left})
        for (const CellKind kind : cell_kinds()) {
            document += to_latex(of_cell(kind), {.transpose = side});
            document += to_latex(of_batch(kind), {.transpose = side});
        }
    Graph graph;
    document += to_latex(strangely_named(graph));
    write_file(folder / "equations.tex", document + "\\end{document}\n");
    const std::string command = "cd " + folder.path().string() +
                                " && pdflatex -halt-on-error -interaction=nonstopmode "
                                "equations.tex > output";
    CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("equation reader: text that is no equation, and names that nothing defines") {
    const auto error = [](const std::string& text) {
        const test::EquationInput input{text, {{"t", 3}}, {{{"x", std::nullopt}, Matrix(2, 1)}}};
        const std::array wanted{test::EquationOutput{{"y", std::nullopt}, {2, 1}}};
        return test::message_of<ParseError>([&] { test::evaluate_equations(input, wanted); });
    };
    CHECK(error("  y = x +\n") == "equations: cannot be read at \"\"\n   y = x +");
    CHECK(error("  z = x\n") == "equations: nothing defines y");
    CHECK(error("  y = x\n  y = x\n") == "equations: y is defined twice\n   y = x\n   y = x");
    CHECK(error("  y = tanh(z)\n  z = y + x\n") ==
          "equations: y depends on itself\n   y = tanh(z)");
}

}  // namespace revolute
