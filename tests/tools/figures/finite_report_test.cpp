#include "figure_geometry.hpp"
#include "figure_models.hpp"
#include <revolute/tools/figures/finite_report.hpp>
#include <revolute/tools/figures/layout/layout.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/training/training_step.hpp>
#include <support/message.hpp>
#include <support/temporary_folder.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace revolute {

namespace {

constexpr std::string_view red = "fillcolor=\"#E02424\"";

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + 1))
        ++count;
    return count;
}

/// What checking a loss of the parameter x and its gradient finds.
struct Finding {
    std::string text;
    std::string dot;

    template <class Loss>
    Finding(double x_value, Loss loss_of) {
        const test::TemporaryFolder folder;
        Graph graph;
        const Scope made_here(graph, SourceLine{"net.cpp", 7});
        const Expr x = graph.parameter("x", {1, 1});
        const Expr loss = loss_of(x).named("L");
        const Derivative derivative = differentiate(loss, std::vector{x});
        const std::vector<Expr> outputs{loss, derivative[x]};
        const Bindings values = Bindings().bind(x, Matrix(1, 1, x_value));
        const std::string figure = (folder / "nonfinite.dot").string();
        text = test::message_of<NonFiniteError>(
            [&] { evaluate_finite(derivative, outputs, values, figure); });
        const std::size_t place = text.find(figure);
        REQUIRE(place != std::string::npos);
        text.replace(place, figure.size(), "FILE");
        dot = read_file(figure);
    }

    /// The line of the figure that is drawn in red, of which there is one.
    std::string marked() const {
        CHECK(count_of(dot, red) == 1);
        const std::size_t begin = dot.rfind('\n', dot.find(red)) + 1;
        return dot.substr(begin, dot.find('\n', begin) - begin);
    }
};

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("finite report: an overflow of exp is named, with its operand's range") {
    const Finding found(800.0, [](Expr x) { return exp(x).named("e") * 2.0; });
    CHECK(found.text ==
          "evaluate: exp is not finite (inf at row 0, column 0)\n"
          "  node is e [1 x 1], made at net.cpp:7, 1 inf\n"
          "  operand 0 is x [1 x 1], made at net.cpp:7, from 800 to 800\n"
          "  it reaches L [1 x 1], made at net.cpp:7\n"
          "  it is e, in the forward pass\n"
          "  FILE shows it in red");
    CHECK(contains(found.marked(), "\"e\" [label=<e"));
    CHECK(contains(found.marked(), ", 1 inf\""));
    CHECK(contains(found.dot, "\"x\" [label=<<B>x</B>>"));
    CHECK(contains(found.dot, ", from 800 to 800\""));
    CHECK(contains(found.dot, "\"x\" -> \"e\""));
    CHECK(
        contains(found.dot, "label=<<B>Not&#160;finite:&#160;exp,&#160;which&#160;is&#160;e</B>>"));
}

TEST_CASE("finite report: the logarithm of 0 is named") {
    const Finding found(0.0, [](Expr x) { return log(x); });
    CHECK(found.text ==
          "evaluate: log is not finite (-inf at row 0, column 0)\n"
          "  node is L [1 x 1], made at net.cpp:7, 1 inf\n"
          "  operand 0 is x [1 x 1], made at net.cpp:7, from 0 to 0\n"
          "  it is L, in the forward pass\n"
          "  FILE shows it in red");
}

TEST_CASE("finite report: a division by zero is named with both operands") {
    const Finding found(0.0, [](Expr x) { return (x / square(x)).named("q") + 1.0; });
    CHECK(found.text ==
          "evaluate: divide is not finite (nan at row 0, column 0)\n"
          "  node is q [1 x 1], made at net.cpp:7, 1 nan\n"
          "  operand 0 is x [1 x 1], made at net.cpp:7, from 0 to 0\n"
          "  operand 1 is unnamed square [1 x 1], made at net.cpp:7, from 0 to 0\n"
          "  it reaches L [1 x 1], made at net.cpp:7\n"
          "  it is q, in the forward pass\n"
          "  FILE shows it in red");
}

TEST_CASE("finite report: a NaN that is given is named where it enters") {
    const Finding found(std::nan(""), [](Expr x) { return square(x); });
    CHECK(found.text ==
          "evaluate: parameter is not finite (nan at row 0, column 0)\n"
          "  node is x [1 x 1], made at net.cpp:7, 1 nan\n"
          "  it reaches L [1 x 1], made at net.cpp:7\n"
          "  it is x, in the forward pass\n"
          "  FILE shows it in red");
    CHECK(contains(found.marked(), "\"x\" [label"));
}

TEST_CASE("finite report: sqrt at 0 fails in the backward pass alone") {
    const Finding found(0.0, [](Expr x) { return sqrt(square(x).named("s")).named("r") * 3.0; });
    CHECK(found.text ==
          "evaluate: divide is not finite (inf at row 0, column 0)\n"
          "  node is unnamed divide [1 x 1], made by the adjoint of r, 1 inf\n"
          "  operand 0 is unnamed scale [1 x 1], made by the adjoint of L, from 3 to 3\n"
          "  operand 1 is r [1 x 1], made at net.cpp:7, from 0 to 0\n"
          "  it reaches unnamed scale [1 x 1], made by the adjoint of s\n"
          "  it is in the backward pass\n"
          "  FILE shows it in red");
    CHECK(contains(found.dot, "\"r\" -> "));
    CHECK(contains(found.dot, "<B>Not&#160;finite:&#160;divide</B>"));
}

TEST_CASE("finite report: what was found comes out where it cannot be drawn, with the reason") {
    Graph graph;
    const Scope made_here(graph, SourceLine{"net.cpp", 7});
    const Expr x = graph.parameter("x", {1, 1});
    const Expr loss = log(x).named("L");
    const Derivative derivative = differentiate(loss, std::vector{x});
    const std::vector<Expr> outputs{loss};
    const Bindings values = Bindings().bind(x, Matrix(1, 1, 0.0));
    const auto text_for = [&](const char* figure) {
        return test::message_of<NonFiniteError>(
            [&] { evaluate_finite(derivative, outputs, values, figure); });
    };
    const std::string found =
        "evaluate: log is not finite (-inf at row 0, column 0)\n"
        "  node is L [1 x 1], made at net.cpp:7, 1 inf\n"
        "  operand 0 is x [1 x 1], made at net.cpp:7, from 0 to 0\n"
        "  it is L, in the forward pass\n"
        "  it was not drawn: ";
    CHECK(text_for("no/such/folder.dot") ==
          found + "cannot write no/such/folder.dot: No such file or directory");
    CHECK(text_for("figure.jpeg").starts_with(found));
}

TEST_CASE("finite report: finite values are returned and nothing is drawn") {
    const test::TemporaryFolder folder;
    const test::Net net;
    Bindings values;
    for (const Expr& parameter : net.model.parameters)
        values.bind(parameter, Matrix(parameter.shape().rows, parameter.shape().columns, 0.5));
    for (const Expr& input : net.model.unrolled.inputs) values.bind(input, Matrix(1, 1, 0.25));
    values.bind(net.model.target, Matrix(1, 1, 1.0));
    const std::vector<Expr> outputs{net.model.loss};
    const auto result = evaluate_finite(net.derivative, outputs, values, folder / "nonfinite.dot");
    CHECK(result.front() == evaluate(net.model.loss, values));
    CHECK(folder.file_count() == 0);
}

TEST_CASE("finite report: of a large graph the neighbourhood is drawn, readably") {
    const test::Net net({.steps = 40, .input = 1, .hidden = 2});
    const Expr h = net.model.unrolled.output(20);
    const NonFiniteError error("not finite", h.id, range_of(std::vector{1.0, std::nan("")}),
                               {range_of(std::vector{0.5, 2.0})});
    const std::vector<Expr> outputs{net.model.loss, net.derivative[net.cell.W]};
    Figure figure = finite_figure(net.derivative, outputs, error);
    REQUIRE(lay_out(figure));
    CHECK(test::faults_of(figure) == "");
    const auto has = [&](std::string_view id) {
        return std::ranges::count(figure.nodes, id, &FigureNode::id) == 1;
    };
    CHECK(to_plain(figure.title) == "Not finite: tanh in step t = 20, which is h[20]");
    CHECK(has("h[20]"));
    CHECK(has("z[20]"));  // its operand
    CHECK_FALSE(has("z[19]"));
    CHECK_FALSE(has("L"));
    CHECK(figure.nodes.size() > 6);
    CHECK(figure.nodes.size() < 25);
    for (const FigureNode& node : figure.nodes) CHECK(node.is_marked == (node.id == "h[20]"));
    for (const FigureEdge& edge : figure.edges) {  // all that h[20] is made of, and its users
        CHECK(edge.from < figure.nodes.size());
        CHECK(edge.to < figure.nodes.size());
    }
}

TEST_CASE("finite report: what only the step of the optimiser makes is made of the gradients") {
    const test::TemporaryFolder folder;
    const std::string figure = (folder / "net.dot").string();
    TrainingStep step({}, {.steps = 1, .input = 1, .hidden = 1, .output = 1, .batch = 1},
                      {.optimizer = Sgd{.learning_rate = 1e200, .momentum = 0}, .clip = 0},
                      ComputedBy::program, DrawNotFinite{figure});
    const std::vector<Matrix> parameters{Matrix(1, 1), Matrix(1, 1), Matrix(1, 1), Matrix(1, 1),
                                         Matrix(1, 1)};
    step.set_state(step.first_state(parameters));
    const std::vector<Matrix> inputs{Matrix(1, 1, 1.0)};
    const std::string text =
        test::message_of<NonFiniteError>([&] { step.run(inputs, Matrix(1, 1, 1e150)); });
    // dL/dc = -1e150 where L = 1/2 1e300 is finite.
    CHECK(text.starts_with("run: scale is not finite (-inf at row 0, column 0)\n"));
    CHECK(contains(text, "\n  it is made of the gradients\n"));
}

TEST_CASE("training step: the parameters to begin with are those of the net") {
    const TrainingStep step({}, {.steps = 1, .input = 1, .hidden = 1, .output = 1, .batch = 1},
                            {.optimizer = Adam{0.1}}, ComputedBy::program);
    CHECK(test::message_of<ShapeError>([&] { step.first_state(std::vector{Matrix(1, 1)}); }) ==
          "training step: needs the 5 parameters of the net, in their shapes (1 given)");
}

TEST_CASE("finite report: a net in training stops at its first value that is not finite") {
    const test::TemporaryFolder folder;
    const std::string figure = (folder / "net.dot").string();
    TrainingStep step({}, {.steps = 1, .input = 1, .hidden = 1, .output = 1, .batch = 1},
                      {.optimizer = Sgd{0.1}, .clip = 0}, ComputedBy::program,
                      DrawNotFinite{figure});
    // W, U, b, V, c: y = 1e200 tanh(1), and its square overflows.
    const std::vector<Matrix> parameters{Matrix(1, 1, 1.0), Matrix(1, 1, 1.0), Matrix(1, 1, 0.0),
                                         Matrix(1, 1, 1e200), Matrix(1, 1, 0.0)};
    const std::vector<Matrix> inputs{Matrix(1, 1, 1.0)};
    step.set_state(step.first_state(parameters));
    const std::string text =
        test::message_of<NonFiniteError>([&] { step.run(inputs, Matrix(1, 1, 0.0)); });
    CHECK(
        text.starts_with("run: mse is not finite (inf at row 0, column 0)\n  node is L [1 x 1], "));
    CHECK(text.ends_with(
        fmt::format("  it is L, in the forward pass\n  {} shows it in red", figure)));
    CHECK(contains(read_file(figure), red));
}

}  // namespace revolute
