// How numbers, names and sizes of general equations read.

#include <revolute/ops/ops.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <support/equation_batches.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

namespace revolute {

namespace {

using test::BatchChain;

std::string as_built(const test::BuildDerivative& build) {
    return to_text(general_equations(test::rolled_by(build, Simplification::off), 3));
}

/// The sum of what states are, times a factor of their step.
template <class Factor>
test::BuildDerivative weighted_by(const Factor& factor) {
    return [factor](Graph& graph, std::int32_t steps, std::int32_t columns) {
        const BatchChain chain(graph, steps, columns);
        return chain.of(chain.sum_of_parts(
            [&](const Expr& h, double t) { return factor(t, steps) * sum(exp(h)); }));
    };
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("equations: the sign of a quotient stands before it") {
    const test::BuildDerivative build = [](Graph& graph, std::int32_t steps, std::int32_t columns) {
        const BatchChain chain(graph, steps, columns);
        return chain.of((-0.1 / columns) * sum(exp(chain.h.back())));
    };
    test::check_columns(build);
    const std::string text = test::general_text(build);
    CAPTURE(text);
    CHECK(has(text, "L = (-1 / (10 B)) sum(exp(h(T)))"));
    const auto latex = to_latex(general_equations(test::rolled_by(build, Simplification::on), 3));
    CAPTURE(latex);
    CHECK(has(latex, "\\left(-\\frac{1}{10 B}\\right)"));
}

TEST_CASE("equations: a weight that falls from step to step begins with what it falls from") {
    const auto falling = weighted_by([](double t, double) { return 200 - t; });
    test::check_columns(falling);
    const std::string text = test::general_text(falling);
    CAPTURE(text);
    CHECK(has(text, "(200-t)"));
    CHECK(!has(text, "-t+"));
    const auto rising = weighted_by([](double t, double) { return -2 * t - 3; });
    test::check_columns(rising);
    CHECK(has(test::general_text(rising), "(-2 t-3)"));
}

TEST_CASE("equations: a number times a number is written as one") {
    for (const auto& build :
         {weighted_by([](double, double) { return 0.25; }),
          weighted_by([](double t, double steps) { return steps - t; }),
          weighted_by([](double t, double steps) { return (t + 1) / (3 * steps); })}) {
        test::check_columns(build);
        const std::string text = as_built(build);
        CAPTURE(text);
        CHECK(!has(text, " 1,"));
        CHECK(!has(text, " 1)"));
    }
}

TEST_CASE("equations: states called as the steps, the last one or their number get an underline") {
    for (const std::string name : {"t", "T", "N", "B"}) {
        const test::BuildDerivative build = [&](Graph& graph, std::int32_t steps,
                                                std::int32_t columns) {
            const BatchChain chain(graph, steps, columns, name);
            return chain.of(sum(chain.h.back()));
        };
        const Equations lines = general_equations(test::rolled_by(build, Simplification::on), 3);
        const std::string text = to_text(lines);
        CAPTURE(text);
        CHECK(has(text, name + "_(t) = tanh(U " + name + "_(t-1) + x(t))"));
        CHECK(has(text, "d" + name + "_(t) = U'"));
    }
}

TEST_CASE("equations: one step is one, and no range of steps") {
    for (const std::int32_t first : {0, 1})
        for (const std::int32_t steps : {1, 2}) {
            Graph graph;
            const Expr w = graph.parameter("w", {1, 1});
            Expr h = graph.input("h0", {1, 1});
            for (std::int32_t t = first; t < first + steps; ++t) {
                const Scope at(graph, Step{0, t});
                h = tanh(w * h).named("h");
            }
            const Equations lines = equations(differentiate(square(h).named("L"), {w}));
            const bool is_one = steps == 1;
            const std::string last = fmt::format("{}", first + steps - 1);
            CHECK(to_text(lines).starts_with(
                is_one ? fmt::format("# t = {}, N = 1 step\n", last)
                       : fmt::format("# t = {}..{}, N = 2 steps\n", first, last)));
            const std::string sizes =
                is_one ? fmt::format("$t = {}$ with $N = 1$ step", last)
                       : fmt::format("$t = {}, \\dots, {}$ with $N = 2$ steps", first, last);
            CHECK(has(to_latex(lines), "\\intertext{Forward: " + sizes + "}"));
            CHECK(to_markdown(lines).starts_with("For " + sizes + "."));
        }
}

TEST_CASE("equations: a state called s on an axis s gets an underline") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    Expr state = graph.constant(0.5);
    for (std::int32_t t = 0; t < 4; ++t) {
        const Scope at(graph, Step{1, t});
        state = tanh(w * state).named("s");
    }
    const Derivative derivative = differentiate(sum(state).named("L"), {w});
    const std::string text = to_text(equations(derivative));
    CAPTURE(text);
    CHECK(has(text, "s_(s) = tanh(w s_(s-1))"));
    CHECK(has(text, "ds_(s) = w "));
}

TEST_CASE("equations: LaTeX says what B is wherever the sign of a loss has it") {
    const auto latex_of = [](Expr loss, Expr w) {
        return to_latex(equations(differentiate(loss.named("L"), {w})));
    };
    {
        Graph graph;
        const Expr w = graph.parameter("w", {2, 2}), x = graph.input("x", {2, 3});
        const std::string one = latex_of(mse(w * x, x), w);
        CAPTURE(one);
        CHECK(has(one, "\\intertext{Forward: $B = 3$ columns}"));
    }
    {
        Graph graph;
        const Expr w = graph.parameter("w", {2, 2}), x = graph.input("x", {2, 3});
        const Expr v = graph.input("v", {2, 1});
        const std::string two = latex_of(mse(w * x, x) + mae(w * v, v), w);
        CAPTURE(two);
        CHECK(has(two, "Forward: $B$ in a mean the number of columns that it is over}"));
    }
    {
        Graph graph;
        const Expr w = graph.parameter("w", {2, 2});
        CHECK(has(latex_of(sum(w), w), "\\intertext{Forward}"));
    }
    // A mean over the states of all steps is over more columns than the batch has.
    const test::BuildDerivative of_stack = [](Graph& g, std::int32_t steps, std::int32_t columns) {
        const BatchChain chain(g, steps, columns);
        return chain.of(mse(chain.stacked(), exp(chain.stacked())));
    };
    const auto text = to_latex(general_equations(test::rolled_by(of_stack, Simplification::on), 3));
    CAPTURE(text);
    CHECK(has(text,
              "steps, and $B$ columns, and $B$ in a mean the number of columns that it is "
              "over}"));
    CHECK(has(to_latex(general_equations([&](std::int32_t steps) {
                  Graph graph;
                  return rolled_up(of_stack(graph, steps, 3));
              })),
              "steps, and $B$ in a mean the number of columns that it is over}"));
}

TEST_CASE(
    "equations: a mean over as many columns as the batch by which they were found is another") {
    for (const std::int32_t others : {2, 3, 4})
        for (const bool is_general : {false, true}) {
            CAPTURE(others);
            const test::BuildDerivative build = [&](Graph& g, std::int32_t steps,
                                                    std::int32_t columns) {
                const BatchChain chain(g, steps, columns);
                const Expr v = g.input("v", {2, others});
                return chain.of(mse(chain.h.back(), chain.x.back()) + mae(chain.U * v, v));
            };
            const auto rolled = test::rolled_by(build, Simplification::on);
            const std::string text = to_latex(is_general ? general_equations(rolled, 2)
                                                         : equations_of_steps(5, rolled, 2));
            CAPTURE(text);
            CHECK(has(text,
                      "steps, and $B$ columns, and $B$ in a mean the number of columns that it is "
                      "over}"));
        }
}

TEST_CASE("equations: a value that is called B is no number of columns in LaTeX") {
    for (const bool is_mean : {false, true}) {
        Graph graph;
        const Expr B = graph.parameter("B", {2, 2}), x = graph.input("x", {2, 3});
        const Expr loss = is_mean ? mse(B * x, x) : sum(square(B * x));
        const std::string text = to_latex(equations(differentiate(loss.named("L"), {B})));
        CAPTURE(text);
        CHECK(has(text, is_mean ? "\\mathrm{d}\\underline{B} &=" : "\\mathrm{d}B &="));
    }
}

TEST_CASE("equations: numbers that multiply one value in turn are one where it is short") {
    const auto line = [](double first, double second, bool by_entry) {
        Graph graph;
        const Expr h = graph.parameter("h", {2, 1}), c = graph.constant(second, {2, 1});
        const Expr inner = by_entry ? hadamard(c, h) : second * h;
        const Expr loss = sum(square(scale(first, inner).named("y"))).named("L");
        const std::string text = to_text(equations(differentiate(loss, {h}), Simplification::off));
        const std::size_t begin = text.find("  y = ") + 6;
        return text.substr(begin, text.find('\n', begin) - begin);
    };
    CHECK(line(2.0, 2.0 / 3.0, true) == "(4 / 3) h");
    CHECK(line(2.0, 2.0 / 3.0, false) == "(4 / 3) h");
    CHECK(line(0.5, 0.5, true) == "0.25 h");
    CHECK(line(0.9, 0.1, false) == "0.9 (0.1 h)");
}

TEST_CASE("equations: a number times a mean of squares is one number, beside numbers too") {
    const auto loss_of = [](double number, bool is_distance_from_one) {
        return [=](Graph& graph, std::int32_t steps, std::int32_t columns) {
            const BatchChain chain(graph, steps, columns);
            const Expr y = chain.h.back();
            const Expr target =
                is_distance_from_one ? graph.constant(1.0, y.shape()) : graph.input("Y", y.shape());
            return chain.of(number / (number < 0 ? steps : 1) * mse(y, target));
        };
    };
    const auto loss = [&](double number, bool is_distance_from_one) {
        const test::BuildDerivative build = loss_of(number, is_distance_from_one);
        test::check_columns(build);
        const std::string text = test::general_text(build);
        const std::size_t begin = text.find("  L = ") + 6;
        return text.substr(begin, text.find('\n', begin) - begin);
    };
    CHECK(loss(1, false) == "1/2 mean |h(T) - Y|^2");
    CHECK(loss(2, false) == "mean |h(T) - Y|^2");
    CHECK(loss(3, false) == "1.5 mean |h(T) - Y|^2");
    CHECK(loss(1, true) == "1/2 mean |h(T) - 1|^2");
    CHECK(loss(2, true) == "mean |h(T) - 1|^2");
    CHECK(loss(-2, false) == "(-1 / N) mean |h(T) - Y|^2");
    const Equations lines =
        general_equations(test::rolled_by(loss_of(2, false), Simplification::on), 3);
    CHECK(has(to_latex(lines), "\\tfrac{1}{B} \\left\\lVert h_{T} - Y \\right\\rVert^{2}"));
}

TEST_CASE("equations: no space stands before a parenthesis that closes in LaTeX") {
    for (const InitialState initial : {InitialState::given, InitialState::trainable})
        for (const CellKind cell : cell_kinds())
            for (const int batch : {1, 3}) {
                Graph graph;
                const RecurrentNet net =
                    recurrent_net(graph, {.steps = 3, .input = 2, .hidden = 2, .batch = batch},
                                  {.cell = cell, .initial = initial});
                const std::string latex =
                    to_latex(equations(differentiate(net.loss(), net.variables())));
                CAPTURE(latex);
                for (const char* end : {"\\,)", "\\, )", "\\,\\right)", "\\, \\right)"})
                    CHECK(latex.find(end) == std::string::npos);
            }
}

}  // namespace revolute
