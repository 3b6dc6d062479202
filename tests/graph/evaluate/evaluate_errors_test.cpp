#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

using namespace revolute;
using test::message_of;

TEST_CASE("bind: an empty expression cannot have a value") {
    CHECK(message_of<GraphError>([] { Bindings().bind(Expr{}, Matrix(1, 1)); }) ==
          "bind: an empty expression cannot have a value");
}

TEST_CASE("bind: a leaf of another graph is refused") {
    Graph one, other;
    const Expr x = one.input("x", {1, 1});
    const int line = __LINE__ + 1;
    const Expr y = other.input("y", {1, 1});
    Bindings values;
    values.bind(x, Matrix(1, 1));
    CHECK(message_of<GraphError>([&] { values.bind(y, Matrix(1, 1)); }) ==
          fmt::format("bind: belongs to another graph than earlier leaves: y [1 x 1], made at "
                      "evaluate_errors_test.cpp:{}",
                      line));
}

TEST_CASE("bind: a computed node is refused") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    const int line = __LINE__ + 1;
    const Expr y = tanh(x).named("y");
    CHECK(message_of<GraphError>([&] { Bindings().bind(y, Matrix(1, 1)); }) ==
          fmt::format("bind: only inputs, parameters and initial states are given values, not y "
                      "[1 x 1], made at evaluate_errors_test.cpp:{}",
                      line));
}

TEST_CASE("bind: a constant is refused") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr half = graph.constant(0.5);
    CHECK(message_of<GraphError>([&] { Bindings().bind(half, Matrix(1, 1)); }) ==
          fmt::format("bind: only inputs, parameters and initial states are given values, not 0.5 "
                      "[1 x 1], made at evaluate_errors_test.cpp:{}",
                      line));
}

TEST_CASE("bind: a value of the wrong shape is refused") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr x = graph.input("x", {3, 1});
    CHECK(message_of<ShapeError>([&] { Bindings().bind(x, Matrix(1, 3)); }) ==
          fmt::format("bind: the value's shape [1 x 3] must be that of the leaf\n"
                      "  leaf is x [3 x 1], made at evaluate_errors_test.cpp:{}",
                      line));
}

TEST_CASE("evaluate: a leaf without a value is named") {
    Graph graph;
    const Scope scope(graph, Step{0, 2});
    const int line = __LINE__ + 1;
    const Expr x = graph.input("x", {3, 1});
    CHECK(message_of<EvaluationError>([&] { evaluate(tanh(x), {}); }) ==
          fmt::format(
              "evaluate: no value is bound to x[2] [3 x 1], made at evaluate_errors_test.cpp:{}",
              line));
}

TEST_CASE("evaluate: all leaves without a value are named, the first eight of many") {
    Graph graph;
    Expr sum_of_all = graph.constant(0.0, {1, 1});
    std::string lines;
    for (int i = 0; i < 11; ++i) {
        const Expr x = graph.input(fmt::format("x{}", i), {1, 1}, {"a.cpp", i + 1});
        sum_of_all = sum_of_all + x;
        if (i < 8) lines += fmt::format("\n  x{} [1 x 1], made at a.cpp:{}", i, i + 1);
        const std::string message = message_of<EvaluationError>([&] { evaluate(sum_of_all, {}); });
        if (i == 0) CHECK(message == "evaluate: no value is bound to x0 [1 x 1], made at a.cpp:1");
        if (i > 0)
            CHECK(message == fmt::format("evaluate: no value is bound to {} leaves{}{}", i + 1,
                                         lines,
                                         i < 8 ? "" : fmt::format("\n  and {} more", i - 7)));
    }
}

TEST_CASE("evaluate: values bound in another graph do not count") {
    Graph one, other;
    const Expr x = one.input("x", {1, 1});
    const int line = __LINE__ + 1;
    const Expr y = other.input("y", {1, 1});
    const Bindings values = Bindings().bind(x, Matrix(1, 1));
    CHECK(
        message_of<EvaluationError>([&] { evaluate(y, values); }) ==
        fmt::format("evaluate: no value is bound to y [1 x 1], made at evaluate_errors_test.cpp:{}",
                    line));
}

namespace {

/// h(t) = h(t-1) o h(t-1), which overflows from 1e200 in one step.
struct Overflow {
    Graph graph;
    Expr h;
    Expr y;
    int first_line = 0;
    Bindings values;

    Overflow() {
        const Scope scope(graph, Step{0, 3});
        first_line = __LINE__ + 1;
        h = graph.input("h", {2, 2});
        y = hadamard(h, h).named("y");
        values.bind(h, Matrix(2, 2, {1.0, -2.0, 1e200, 0.5}));
    }
};

}  // namespace

TEST_CASE("check_finite: the first node that is not finite is named with its operands' ranges") {
    Overflow o;
    const int line = __LINE__ + 1;
    const Expr answer = tanh(o.y);
    CHECK(
        message_of<NonFiniteError>([&] { evaluate(answer, o.values, check_finite); }) ==
        fmt::format(
            "evaluate: hadamard is not finite (inf at row 0, column 1), in step t = 3\n"
            "  node is y[3] [2 x 2], made at evaluate_errors_test.cpp:{1}, from 0.25 to 4, 1 inf\n"
            "  operand 0 is h[3] [2 x 2], made at evaluate_errors_test.cpp:{0}, from -2 to 1e+200\n"
            "  operand 1 is h[3] [2 x 2], made at evaluate_errors_test.cpp:{0}, from -2 to 1e+200\n"
            "  it is lost in unnamed tanh [2 x 2], made at evaluate_errors_test.cpp:{2}, which is "
            "finite",
            o.first_line, o.first_line + 1, line));
}

TEST_CASE("check_finite: a value given for a leaf is named where it reaches an output") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr x = graph.input("x", {2, 1});
    const Expr y = tanh(x);
    const Bindings values = Bindings().bind(x, Matrix(2, 1, {1.0, std::nan("")}));
    CHECK(
        message_of<NonFiniteError>([&] { evaluate(y, values, check_finite); }) ==
        fmt::format("evaluate: input is not finite (nan at row 1, column 0)\n"
                    "  node is x [2 x 1], made at evaluate_errors_test.cpp:{}, from 1 to 1, 1 nan\n"
                    "  it reaches unnamed tanh [2 x 1], made at evaluate_errors_test.cpp:{}",
                    line, line + 1));
}

TEST_CASE("check_finite: the error knows the node and the ranges") {
    Overflow o;
    const Expr answer = tanh(o.y);
    try {
        evaluate(answer, o.values, check_finite);
        FAIL("no error");
    } catch (const NonFiniteError& error) {
        CHECK(error.node() == o.y.id);
        CHECK(error.values().finite == 3);
        CHECK(error.values().infinities == 1);
        CHECK(error.values().nans == 0);
        REQUIRE(error.operands().size() == 2);
        CHECK(error.operands()[0].low == -2.0);
        CHECK(error.operands()[1].high == 1e200);
    }
}

TEST_CASE("check_finite: a range counts what is not finite") {
    const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
    CHECK(to_string(range_of(std::vector{nan, 2.0, -inf, -3.5, inf})) ==
          "from -3.5 to 2, 1 nan, 2 inf");
    CHECK(to_string(range_of(std::vector{nan, nan})) == "2 nan");
    CHECK(to_string(range_of(std::vector{0.5})) == "from 0.5 to 0.5");
}

TEST_CASE("check_finite: without it infinite values pass") {
    Overflow o;
    CHECK(std::isinf(evaluate(o.y, o.values)(0, 1)));
    CHECK(evaluate(tanh(o.y), o.values)(0, 1) == 1.0);
}

TEST_CASE("check_finite: finite values pass") {
    Overflow o;
    o.values.bind(o.h, Matrix(2, 2, 1e100));
    CHECK_NOTHROW(evaluate(o.y, o.values, check_finite));
}

TEST_CASE("check_finite: what the outputs do not need is not checked") {
    Overflow o;
    CHECK_NOTHROW(evaluate(o.h, o.values, check_finite));
}
