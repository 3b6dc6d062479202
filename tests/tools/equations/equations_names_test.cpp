// A name in equations means one thing, and an adjoint is called after its own value.

#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <support/bindings.hpp>
#include <support/equation_nets.hpp>
#include <support/name_check.hpp>
#include <support/random_graph.hpp>
#include <support/renamed.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

namespace {

/// The loss of a net of three steps, and its variables.
std::vector<Expr> small_net(Graph& graph, CellKind cell, InitialState initial) {
    const RecurrentNet net = recurrent_net(graph, {.steps = 3, .input = 1, .hidden = 2},
                                           {.cell = cell, .initial = initial});
    std::vector<Expr> outputs{net.loss()};
    for (const Expr& variable : net.variables()) outputs.push_back(variable);
    return outputs;
}

void check_renamed(std::span<const Expr> outputs, const std::string& from, const std::string& to) {
    CAPTURE(from);
    CAPTURE(to);
    Graph graph;
    const std::vector<Expr> copies = test::renamed(outputs, graph, from, to);
    const Derivative derivative = differentiate(copies.front(), std::span(copies).subspan(1));
    test::check_names(derivative, test::random_values(graph, 5));
}

/// Every pair of names of the net made equal, but for those that are left out.
void check_pairs(CellKind cell, InitialState initial, std::size_t every) {
    Graph graph;
    const std::vector<Expr> outputs = small_net(graph, cell, initial);
    const std::set<std::string> names = test::names_of(graph);
    std::size_t count = 0;
    for (const std::string& from : names)
        for (const std::string& to : names)
            if (from != to && count++ % every == 0) check_renamed(outputs, from, to);
}

/// The two factors of "L = sum(a o b)" in equations, as they are written.
std::pair<std::string, std::string> factors_of(const std::string& text, const std::string& before,
                                               const std::string& between,
                                               const std::string& behind) {
    CAPTURE(text);
    const std::size_t first = text.find(before) + before.size();
    const std::size_t sign = text.find(between, first);
    const std::size_t end = text.find(behind, sign);
    REQUIRE(end < text.size());
    return {text.substr(first, sign - first),
            text.substr(sign + between.size(), end - sign - between.size())};
}

std::string random_name(test::Random& random) {
    constexpr std::array pieces{"a",  "b", "W", "theta", "h", "1",   "0",   "_",  "_",
                                "^",  "{", "}", "*",     "'", "+",   "-",   "^{", "_{",
                                "^*", ",", "ŷ", "ℓ",     "β", "hat", "star"};
    std::string name{"Wab"[random.below(3)]};
    for (std::uint32_t more = random.below(5); more > 0; --more)
        name += pieces[random.below(pieces.size())];
    return name;
}

}  // namespace

TEST_CASE("equation names: two names are never printed as one, in text and in LaTeX") {
    test::Random random(11);
    for (std::uint32_t i = 0; i < test::draws(3000); ++i) {
        const std::string first = random_name(random), second = random_name(random);
        if (first == second) continue;
        CAPTURE(first);
        CAPTURE(second);
        Graph graph;
        const Expr a = graph.parameter(first, {2, 2}), b = graph.parameter(second, {2, 2});
        const Equations made = equations(differentiate(sum(hadamard(a, b)).named("L"), {a, b}));
        const auto text = factors_of(to_text(made), "L = sum(", " o ", ")\n");
        CHECK(text.first != text.second);
        test::check_latex_names(made);
    }
}

TEST_CASE("equation names: signs of a name are words in text, and themselves in LaTeX") {
    Graph graph;
    std::vector<Expr> all;
    for (const char* name : {"b_-", "b_+", "W^{*}", "V^*", "theta*_0", "A'", "ŷ'"})
        all.push_back(graph.parameter(name, {2, 2}));
    const Equations made = equations(differentiate(sum(square(accumulate(all))).named("L"), all));
    const std::string text = to_text(made), latex = to_latex(made);
    CAPTURE(text);
    CAPTURE(latex);
    for (const char* name :
         {"b_minus", "b_plus", "W_star", "V_star", "theta_star_0", "A_prime", "y_hat_prime"})
        CHECK(text.find(std::string("d") + name + " =") != std::string::npos);
    for (const char* name : {"b_{-}", "b_{+}", "\\mathit{W*}", "\\mathit{V*}", "{\\theta*}_{0}",
                             "\\mathit{A'}", "{\\hat{y}'}"})
        CHECK(latex.find(std::string("\\mathrm{d}") + name) != std::string::npos);
}

TEST_CASE("equation names: every two names of a simple RNN made equal") {
    check_pairs(CellKind::simple, InitialState::trainable, 1);
}

TEST_CASE("equation names: two names of a gated cell made equal") {
    for (const CellKind cell : cell_kinds()) check_pairs(cell, InitialState::given, 37);
}

TEST_CASE("equation names: names of users that look like derived ones, or like symbols") {
    int turn = 0;
    for (const CellKind cell : {CellKind::simple, CellKind::gru}) {
        Graph graph;
        const std::vector<Expr> outputs = small_net(graph, cell, InitialState::given);
        for (const std::string& from : test::names_of(graph))
            for (const char* to :
                 {"dz", "ddz", "z_2", "dz_2", "h_2", "dh", "dW",   "dL",      "e",    "e_z",
                  "H",  "D",   "L",   "B",    "N",   "T",  "tanh", "delta",   "mean", "delta_h",
                  "t",  "o",   "d",   "iag",  "sum", "m",  "elta", "sigmoid", "diag"})
                if (test::is_taken(turn++)) check_renamed(outputs, from, to);
    }
}

TEST_CASE("equation names: logits called as the cell's argument") {
    Graph graph;
    const Expr u = graph.parameter("U", {2, 2}), v = graph.parameter("V", {1, 2});
    Expr h;
    {
        const Scope before(graph, Step{0, -1});
        h = graph.initial_state("h", {2, 1});
    }
    std::vector<Expr> losses;
    for (int t = 0; t < 8; ++t) {
        const Scope step(graph, Step{0, t});
        h = tanh((u * h).named("z")).named("h");
        losses.push_back(square((v * h).named("z")));
    }
    const Derivative derivative = differentiate(accumulate(losses).named("L"), {u, v});
    test::check_names(derivative, test::random_values(graph, 3));
    CHECK(to_text(equations(derivative)) ==
          "# t = 0..7, N = 8 steps\n"
          "forward\n"
          "  h(-1) given\n"
          "  z(t) = U h(t-1)                   t = 0..7\n"
          "  h(t) = tanh(z(t))                 t = 0..7\n"
          "  z_2(t) = V h(t)                   t = 0..7\n"
          "  L = sum(t=0..7) z_2(t)^2\n"
          "backward\n"
          "  dz_2(t) = 2 z_2(t)                t = 7..0\n"
          "  dh(7) = V' dz_2(7)\n"
          "  dh(t) = U' dz(t+1) + V' dz_2(t)   t = 6..0\n"
          "  dz(t) = dh(t) o (1 - h(t)^2)      t = 7..0\n"
          "gradients\n"
          "  dU = sum(t=0..7) dz(t) h(t-1)'\n"
          "  dV = sum(t=0..7) dz_2(t) h(t)'\n");
}

TEST_CASE(
    "equation names: adjoints keep their names where a first state of zeros is simplified away") {
    const auto residual = [](std::int32_t steps) {
        Graph graph;
        const Expr W = graph.parameter("W", {2, 2}), U = graph.parameter("U", {2, 2}),
                   R = graph.parameter("R", {2, 2});
        Expr a = graph.constant(0.0, {2, 1}), h = a;
        std::vector<Expr> losses;
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope at(graph, Step{0, t});
            const Expr before = h;
            a = tanh(W * graph.input("x", {2, 1}) + U * a).named("a");
            h = tanh(a + R * h).named("h");
            losses.push_back(sum(square(h - before)));
        }
        return rolled_up(differentiate(accumulate(losses).named("L"), {W, U, R}));
    };
    const std::string text = to_text(general_equations(residual));
    CAPTURE(text);
    const auto has_line = [&](const std::string& beginning, const std::string& end) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with(beginning) && line.ends_with(end)) return true;
        return false;
    };
    for (const std::string value : {"a", "h"})
        CHECK(
            (has_line("  d" + value + "(0) = ", "") || has_line("  d" + value + "(t) = ", "..0")));
}

TEST_CASE("equation names: forward values that are adjoints too keep to forward names") {
    Graph graph;
    const Expr w = graph.parameter("w", {3, 1}), x = graph.input("x", {3, 1}),
               y = graph.input("y", {3, 1});
    const Expr a = tanh(w).named("a");
    const Derivative derivative = differentiate(sum(hadamard(a, exp(x + y))).named("L"), {w});
    CHECK(to_text(equations(derivative)) ==
          "forward\n"
          "  a = tanh(w)\n"
          "  e = exp(x + y)\n"
          "  L = sum(a o e)\n"
          "gradients\n"
          "  dw = e o (1 - a^2)\n");
}

TEST_CASE("equation names: the number 1 is not the adjoint of the loss") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1}), x = graph.input("x", {1, 1});
    const Derivative derivative = differentiate(square(tanh(w * x).named("y")).named("L"), {w});
    CHECK(Labels(derivative)(derivative.adjoint(derivative.loss()).id).empty());
    CHECK(to_text(equations(derivative)) ==
          "forward\n"
          "  y = tanh(w x)\n"
          "  L = y^2\n"
          "backward\n"
          "  dy = 2 y\n"
          "gradients\n"
          "  dw = (dy o (1 - L)) x\n");
}

TEST_CASE("equation names: adjoints of one name that are families at alternating steps") {
    for (const int every : {2, 3}) {
        CAPTURE(every);
        Graph graph;
        const SimpleRnn cell(graph, 2, 3);
        const Layer layer = unidirectional(cell, input_sequence(graph, "x", {2, 1}, 8));
        std::vector<Expr> answered;
        for (std::size_t t = 1; t < 8; t += static_cast<std::size_t>(every))
            answered.push_back(layer.outputs[t]);
        const ReadOut head = read_out(answered, 1);
        const Derivative derivative = differentiate(head.loss, cell.parameters());
        test::check_names(derivative, test::random_values(graph, 4));
        CHECK(to_text(equations(derivative)).find("dz(t) = dh(t) o (1 - h(t)^2)") !=
              std::string::npos);
    }
    Graph graph;
    const Derivative truncated =
        test::truncated(graph, {CellKind::lstm, {.every = 3, .window = 5}, true}, 9);
    test::check_names(truncated, test::random_values(graph, 4));
}

TEST_CASE("equation names: those of random graphs") {
    for (std::uint32_t seed = 0; seed < test::draws(60); ++seed) {
        CAPTURE(seed);
        test::RandomGraph random(seed, 12);
        int number = 0;
        for (const Expr& node : random.nodes)
            if (number++ % 3 == 0) node.named(number % 2 == 0 ? "v" : "dv");
        const Expr loss = random.loss().named("L");
        const Derivative derivative = differentiate(loss, random.leaves, Unreachable::zeros);
        const std::vector<bool> is_forward = ancestors(random.graph, std::span(&loss.id, 1));
        const Labels labels(derivative);
        for (std::uint32_t i = 0; i < is_forward.size(); ++i)
            if (is_forward[i] || &random.graph.op(NodeId{i}) == &constant_op)
                CHECK(labels.name(NodeId{i}) == random.graph.name(NodeId{i}));
        test::check_names(derivative, random.bindings);
    }
}

TEST_CASE("equation names: a name with steps is no name without, and the loss keeps its own") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1}), h_2 = graph.parameter("h_2", {1, 1});
    Expr h = w;
    std::vector<Expr> losses;
    for (std::int32_t t = 0; t < 5; ++t) {
        const Scope scope(graph, Step{0, t});
        h = tanh(w * h).named("h");
        losses.push_back(square(hadamard(h, h_2).named("h")).named("L"));
    }
    const Derivative derivative = differentiate(accumulate(losses).named("L"), {w, h_2});
    test::check_names(derivative, test::random_values(graph, 3));
    const std::string text = to_text(equations(derivative));
    CAPTURE(text);
    CHECK(text.find("  L = sum(t=0..4) L_2(t)\n") != std::string::npos);
    CHECK(text.find("  h_3(t) = h(t) o h_2 ") != std::string::npos);
}

TEST_CASE("equation names: only functions of the graph are no names") {
    for (const bool has_function : {false, true}) {
        Graph graph;
        const Expr w = graph.parameter("w", {1, 1});
        Expr H = w;
        for (std::int32_t t = 0; t < 5; ++t) {
            const Scope scope(graph, Step{0, t});
            H = tanh(w * H).named("H");
        }
        const Expr loss = has_function ? hadamard(H, heaviside(w)) : square(H);
        const Derivative derivative = differentiate(loss.named("L"), {w});
        test::check_names(derivative, test::random_values(graph, 3));
        const std::string text = to_text(equations(derivative));
        CAPTURE(text);
        CHECK(text.find(has_function ? "H_(t) = tanh(w H_(t-1))" : "H(t) = tanh(w H(t-1))") !=
              std::string::npos);
    }
}

TEST_CASE("equation names: a fixed step says its axis where names have steps of several") {
    // Two inputs on t, and a recurrence on s, which alone is folded.
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    std::vector<Expr> x;
    for (std::int32_t t = 0; t < 2; ++t) {
        const Scope scope(graph, Step{0, t});
        x.push_back(graph.input("x", {1, 1}));
    }
    Expr v = w;
    for (std::int32_t s = 0; s < 4; ++s) {
        const Scope outer(graph, Step{1, s});
        v = (tanh(v) + x[1]).named("v");
    }
    const Derivative derivative = differentiate((v * x[0]).named("L"), {w});
    const Equations lines = equations(derivative);
    CHECK(
        to_text(lines).starts_with("# s = 0..3, N = 4 steps; t = 0..1, 2 steps\n"
                                   "forward\n"
                                   "  v(s=0) = tanh(w) + x(t=1)\n"
                                   "  v(s) = tanh(v(s-1)) + x(t=1)"));
    CHECK(to_text(lines).find("v(s=3) x(t=0)") != std::string::npos);
    CHECK(to_latex(lines).find("v_{s=3} x_{t=0}") != std::string::npos);
    CHECK(to_latex(lines).find("$t = 0, \\dots, 1$ with $2$ steps") != std::string::npos);
}

TEST_CASE(
    "equations: letters with accents and signs are words of their own, whatever stands beside "
    "them") {
    const std::vector<std::pair<std::string, std::string>> words{
        {"ŷ", "y_hat"}, {"z\u0303", "z_tilde"}, {"x\u0304", "x_bar"},
        {"ẋ", "x_dot"}, {"ℓ", "ell"},           {"ℒ", "L"},
        {"é", "U00E9"}, {"状", "U72B6"},        {"𝒱", "U1D4B1"},
        {"θ", "theta"}, {"ŷq", "y_hat_q"},      {"Ŵ_1", "W_hat_1"},
        {"y", "y"}};
    for (const auto& of_state : words)
        for (const auto& of_answer : words) {
            const std::string &state = of_state.first, &state_word = of_state.second,
                              &answer = of_answer.first, &answer_word = of_answer.second;
            if (state == answer) continue;
            CAPTURE(state);
            CAPTURE(answer);
            Graph graph;
            const Expr U = graph.parameter("U", {1, 1});
            Expr h = graph.constant(0.5);
            for (std::int32_t t = 0; t < 3; ++t) {
                const Scope at(graph, Step{0, t});
                h = tanh(U * h).named(state);
            }
            const Expr loss = square((2.0 * h).named(answer)).named("loss");
            const std::string text = to_text(equations(differentiate(loss, {U})));
            CAPTURE(text);
            CHECK(text.find("\n  " + state_word + "(0) = ") != std::string::npos);
            CHECK(text.find("\n  " + answer_word + " = 2 " + state_word + "(2)") !=
                  std::string::npos);
        }
}

TEST_CASE(
    "equations: a word for an accent is the accent in LaTeX, and no other name reads like it") {
    const std::vector<std::pair<std::string, std::string>> names{
        {"ŷ", "\\hat{y}"},
        {"y_hat", "\\hat{y}"},
        {"ẋ", "\\dot{x}"},
        {"x̄_2", "\\bar{x}_{2}"},
        {"Ŵ1", "\\hat{W}_{1}"},
        {"theta_tilde", "\\tilde{\\theta}"},
        {"y_hat_", "\\underline{\\hat{y}}"},
        {"y_hats", "y_{hats}"},
        {"hat", "\\mathit{hat}"}};
    for (const auto& of_name : names) {
        const std::string &name = of_name.first, &latex = of_name.second;
        CAPTURE(name);
        Graph graph;
        const Expr U = graph.parameter("U", {1, 1});
        const Expr answer = tanh(U).named(name);
        const std::string text = to_latex(equations(differentiate(square(answer).named("L"), {U})));
        CAPTURE(text);
        CHECK(text.find("\n" + latex + " &= ") != std::string::npos);
        CHECK(text.find("\\mathrm{d}" + latex + " &= ") != std::string::npos);
    }
}

}  // namespace revolute
