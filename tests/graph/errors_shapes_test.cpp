// Errors of the shape rules of ops/ and rnn/, each by its whole text.

#include <revolute/graph/graph.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/rnn/unroll.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace revolute;
using test::message_of;

namespace {

/// Two inputs a and b made on one line, and the text of the error of combining them.
struct Pair {
    Graph graph;
    Expr a, b;
    int line = 0;

    Pair(Shape first, Shape second, int at = __builtin_LINE())
        : a(graph.input("a", first, {"errors_shapes_test.cpp", at})),
          b(graph.input("b", second, {"errors_shapes_test.cpp", at})),
          line(at) {}

    std::string error(std::string_view requirement, int asked_at) const {
        return fmt::format(
            "{}\n  operand 0 is a {}, made at errors_shapes_test.cpp:{}\n  operand 1 is b {}, made "
            "at "
            "errors_shapes_test.cpp:{}\n  asked for at errors_shapes_test.cpp:{}",
            requirement, to_string(a.shape()), line, to_string(b.shape()), line, asked_at);
    }
};

/// One input x, and the text of the error of an operator applied to it.
struct Single {
    Graph graph;
    Expr x;
    int line = 0;

    explicit Single(Shape shape, int at = __builtin_LINE())
        : x(graph.input("x", shape, {"errors_shapes_test.cpp", at})), line(at) {}

    std::string error(std::string_view requirement, int asked_at) const {
        return fmt::format(
            "{}\n  operand 0 is x {}, made at errors_shapes_test.cpp:{}\n  asked for at "
            "errors_shapes_test.cpp:{}",
            requirement, to_string(x.shape()), line, asked_at);
    }
};

}  // namespace

TEST_CASE("matmul: a wrong inner dimension names both operands") {
    const Pair pair({128, 64}, {32, 1});
    const int asked_at = __LINE__ + 1;
    const auto product = [&] { pair.a* pair.b; };
    CHECK(message_of<ShapeError>(product) ==
          pair.error("matmul: columns of the first operand (64) must equal rows of the second (32)",
                     asked_at));
}

TEST_CASE("matmul: an operand of one entry is told what multiplies by it") {
    for (const bool is_first : {true, false}) {
        const Pair pair = is_first ? Pair({1, 1}, {3, 2}) : Pair({2, 3}, {1, 1});
        const int asked_at = __LINE__ + 1;
        const auto product = [&] { pair.a* pair.b; };
        CHECK(message_of<ShapeError>(product) ==
              pair.error(
                  fmt::format("matmul: columns of the first operand ({}) must equal rows of the "
                              "second ({}); write multiply({}) if every entry is to be multiplied",
                              is_first ? 1 : 3, is_first ? 3 : 1, is_first ? "a, b" : "b, a"),
                  asked_at));
    }
}

TEST_CASE("matmul: the error names the open step") {
    Pair pair({2, 3}, {2, 1});
    const Scope scope(pair.graph, Step{0, 4});
    const int asked_at = __LINE__ + 1;
    const auto product = [&] { matmul(pair.a, pair.b); };
    CHECK(
        message_of<ShapeError>(product) ==
        pair.error("matmul: columns of the first operand (3) must equal rows of the second (2), in "
                   "step t = 4",
                   asked_at));
}

TEST_CASE("add: a column vector beside a matrix proposes broadcast_columns") {
    const Pair pair({3, 4}, {3, 1});
    const int asked_at = __LINE__ + 1;
    const auto add = [&] { pair.a + pair.b; };
    CHECK(message_of<ShapeError>(add) ==
          pair.error("add: shapes of the operands must be equal ([3 x 4] and [3 x 1]); write "
                     "broadcast_columns(b, 4) if that is meant",
                     asked_at));
}

TEST_CASE("add: the proposal is made for the first operand too") {
    const Pair pair({3, 1}, {3, 4});
    const int asked_at = __LINE__ + 1;
    const auto add = [&] { pair.a + pair.b; };
    CHECK(message_of<ShapeError>(add) ==
          pair.error("add: shapes of the operands must be equal ([3 x 1] and [3 x 4]); write "
                     "broadcast_columns(a, 4) if that is meant",
                     asked_at));
}

TEST_CASE("add: a row vector beside a matrix proposes broadcast_rows") {
    const Pair pair({3, 4}, {1, 4});
    const int asked_at = __LINE__ + 1;
    const auto add = [&] { pair.a + pair.b; };
    CHECK(message_of<ShapeError>(add) ==
          pair.error("add: shapes of the operands must be equal ([3 x 4] and [1 x 4]); write "
                     "broadcast_rows(b, 3) if that is meant",
                     asked_at));
}

TEST_CASE("add: a scalar beside a matrix proposes broadcast") {
    const Pair pair({3, 4}, {1, 1});
    const int asked_at = __LINE__ + 1;
    const auto add = [&] { pair.a + pair.b; };
    CHECK(message_of<ShapeError>(add) ==
          pair.error("add: shapes of the operands must be equal ([3 x 4] and [1 x 1]); write "
                     "broadcast(b, 3, 4) if that is meant",
                     asked_at));
}

TEST_CASE("add: shapes that no broadcast makes equal get no proposal") {
    const Pair pair({3, 4}, {4, 3});
    const int asked_at = __LINE__ + 1;
    const auto add = [&] { pair.a + pair.b; };
    CHECK(message_of<ShapeError>(add) ==
          pair.error("add: shapes of the operands must be equal ([3 x 4] and [4 x 3])", asked_at));
}

TEST_CASE("add: an unnamed operand is proposed by its place") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr a = graph.input("a", {2, 3});
    const Expr b = tanh(graph.input("b", {2, 1}));
    const auto add = [&] { a + b; };
    CHECK(message_of<ShapeError>(add) ==
          fmt::format("add: shapes of the operands must be equal ([2 x 3] and [2 x 1]); write "
                      "broadcast_columns(operand 1, 3) if that is meant\n"
                      "  operand 0 is a [2 x 3], made at errors_shapes_test.cpp:{}\n"
                      "  operand 1 is unnamed tanh [2 x 1], made at errors_shapes_test.cpp:{}\n"
                      "  asked for at errors_shapes_test.cpp:{}",
                      line, line + 1, line + 2));
}

TEST_CASE("subtract: unequal shapes are refused") {
    const Pair pair({3, 4}, {4, 3});
    const int asked_at = __LINE__ + 1;
    const auto subtract = [&] { pair.a - pair.b; };
    CHECK(message_of<ShapeError>(subtract) ==
          pair.error("subtract: shapes of the operands must be equal ([3 x 4] and [4 x 3])",
                     asked_at));
}

TEST_CASE("hadamard: unequal shapes are refused") {
    const Pair pair({3, 4}, {4, 3});
    const int asked_at = __LINE__ + 1;
    const auto product = [&] { hadamard(pair.a, pair.b); };
    CHECK(message_of<ShapeError>(product) ==
          pair.error("hadamard: shapes of the operands must be equal ([3 x 4] and [4 x 3])",
                     asked_at));
}

TEST_CASE("mse: a column target against a row of outputs is refused") {
    const Pair pair({1, 5}, {5, 1});
    const int asked_at = __LINE__ + 1;
    const auto loss = [&] { mse(pair.a, pair.b); };
    CHECK(message_of<ShapeError>(loss) ==
          pair.error("mse: shapes of the operands must be equal ([1 x 5] and [5 x 1])", asked_at));
}

TEST_CASE("multiply: a first operand that is no number proposes the other products") {
    const Pair pair({2, 1}, {2, 1});
    const int asked_at = __LINE__ + 1;
    const auto product = [&] { multiply(pair.a, pair.b); };
    CHECK(message_of<ShapeError>(product) ==
          pair.error(
              "multiply: the first operand must be [1 x 1] ([2 x 1]); for the product entry by "
              "entry write hadamard, for the matrix product matmul",
              asked_at));
}

TEST_CASE("broadcast: an operand that is no number is refused") {
    const Single single({2, 1});
    const int asked_at = __LINE__ + 1;
    const auto repeat = [&] { broadcast(single.x, 2, 3); };
    CHECK(message_of<ShapeError>(repeat) ==
          single.error("broadcast: the operand must be [1 x 1] ([2 x 1])", asked_at));
}

TEST_CASE("broadcast: sizes below one are refused") {
    const Single single({1, 1});
    const int asked_at = __LINE__ + 1;
    const auto repeat = [&] { broadcast(single.x, 0, 3); };
    CHECK(message_of<ShapeError>(repeat) ==
          single.error("broadcast: sizes must be positive (0 x 3)", asked_at));
}

TEST_CASE("broadcast_columns: an operand that is no column is refused") {
    const Single single({2, 2});
    const int asked_at = __LINE__ + 1;
    const auto repeat = [&] { broadcast_columns(single.x, 3); };
    CHECK(
        message_of<ShapeError>(repeat) ==
        single.error("broadcast_columns: the operand must be a column vector ([2 x 2])", asked_at));
}

TEST_CASE("broadcast_columns: a number of columns below one is refused") {
    const Single single({2, 1});
    const int asked_at = __LINE__ + 1;
    const auto repeat = [&] { broadcast_columns(single.x, -1); };
    CHECK(message_of<ShapeError>(repeat) ==
          single.error("broadcast_columns: the number of columns must be positive (-1)", asked_at));
}

TEST_CASE("broadcast_rows: an operand that is no row is refused") {
    const Single single({2, 2});
    const int asked_at = __LINE__ + 1;
    const auto repeat = [&] { broadcast_rows(single.x, 3); };
    CHECK(message_of<ShapeError>(repeat) ==
          single.error("broadcast_rows: the operand must be a row vector ([2 x 2])", asked_at));
}

TEST_CASE("broadcast_rows: a number of rows below one is refused") {
    const Single single({1, 2});
    const int asked_at = __LINE__ + 1;
    const auto repeat = [&] { broadcast_rows(single.x, 0); };
    CHECK(message_of<ShapeError>(repeat) ==
          single.error("broadcast_rows: the number of rows must be positive (0)", asked_at));
}

TEST_CASE("dense: shapes that do not fit name the three operands") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr W = graph.parameter("W", {2, 3}), x = graph.input("x", {4, 5});
    const Expr b = graph.parameter("b", {2, 1});
    const auto layer = [&] { dense(W, x, b); };
    CHECK(message_of<ShapeError>(layer) ==
          fmt::format("dense: W x + b needs W [n x m], x [m x B] and b [n x 1]\n"
                      "  W is W [2 x 3], made at errors_shapes_test.cpp:{0}\n"
                      "  x is x [4 x 5], made at errors_shapes_test.cpp:{0}\n"
                      "  b is b [2 x 1], made at errors_shapes_test.cpp:{1}\n"
                      "  asked for at errors_shapes_test.cpp:{2}",
                      line, line + 1, line + 2));
}

TEST_CASE("dense: a bias that is no column is refused") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 3}), x = graph.input("x", {3, 2});
    const Expr b = graph.parameter("b", {2, 2});
    CHECK_THROWS_AS(dense(W, x, b), ShapeError);
}

TEST_CASE("dense: an empty operand is refused") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 3}), x = graph.input("x", {3, 2});
    const int line = __LINE__ + 1;
    const auto layer = [&] { dense(W, x, Expr{}); };
    CHECK(
        message_of<GraphError>(layer) ==
        fmt::format("dense: an operand is empty\n  asked for at errors_shapes_test.cpp:{}", line));
}

TEST_CASE("input_sequence: no step is refused") {
    Graph graph;
    const int line = __LINE__ + 1;
    const auto sequence = [&] { input_sequence(graph, "x", {2, 1}, 0); };
    CHECK(
        message_of<GraphError>(sequence) ==
        fmt::format(
            "input_sequence: needs at least one step (0)\n  asked for at errors_shapes_test.cpp:{}",
            line));
}

TEST_CASE("unroll: no input is refused") {
    Graph graph;
    const SimpleRnn cell(graph, 1, 2);
    const Initial start = initial_state(graph, cell.state_tensors(), 1, InitialState::zero);
    CHECK(message_of<GraphError>([&] { unroll(cell, {}, start); }) ==
          "unroll: needs an expression");
}

namespace {

/// A cell with a defect: it multiplies its parameter with the input only.
struct NarrowCell {
    Expr W;
    static constexpr int line = __LINE__ + 3;
    std::vector<StateTensor> state_tensors() const { return {{"h", 2}}; }
    std::vector<Expr> parameters() const { return {W}; }
    State step(Expr x, const State&) const { return {W * x}; }
};

}  // namespace

TEST_CASE("unroll: a shape error inside a cell names the step") {
    Graph graph;
    const int line = __LINE__ + 1;
    const NarrowCell cell{graph.parameter("W", {2, 3})};
    const auto x = input_sequence(graph, "x", {2, 1}, 1);
    const Initial start = initial_state(graph, cell.state_tensors(), 1, InitialState::zero);
    const auto unrolled = [&] { unroll(cell, x, start); };
    CHECK(message_of<ShapeError>(unrolled) ==
          fmt::format(
              "matmul: columns of the first operand (3) must equal rows of the second (2), in "
              "step t = 0\n"
              "  operand 0 is W [2 x 3], made at errors_shapes_test.cpp:{}\n"
              "  operand 1 is x[0] [2 x 1], made at errors_shapes_test.cpp:{}\n"
              "  asked for at errors_shapes_test.cpp:{}, for what is made at "
              "errors_shapes_test.cpp:{}",
              line, line + 1, NarrowCell::line, line + 3));
}
