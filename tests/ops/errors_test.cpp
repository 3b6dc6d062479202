// What the operators refuse, each by the whole text of its error.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <limits>

using namespace revolute;
using test::message_of;

namespace {

/// Inputs x [2 x 3] and others, made at made.cpp:1 and used at used.cpp:2.
struct Inputs {
    Operand operator()(const char* name, Shape shape) {
        return Operand(graph.input(name, shape, {"made.cpp", 1}), {"used.cpp", 2});
    }

    Graph graph;
    Operand x = (*this)("x", {2, 3});
};

/// The error's text after what is required: the operands, a line each.
std::string operands(std::initializer_list<const char*> described) {
    std::string text;
    int slot = 0;
    for (const char* operand : described)
        text += fmt::format("\n  operand {} is {}, made at made.cpp:1", slot++, operand);
    return text + "\n  asked for at used.cpp:2";
}

template <class Action>
std::string refusal(const Action& action) {
    return message_of<ShapeError>(action);
}

}  // namespace

TEST_CASE("rows: those that x does not have are refused") {
    Inputs in;
    const std::string x = operands({"x [2 x 3]"});
    CHECK(refusal([&] { rows(in.x, 1, 2); }) ==
          "rows: the rows must be among 0 to 1 (2 from row 1 on)" + x);
    CHECK(refusal([&] { rows(in.x, -1, 2); }) ==
          "rows: the rows must be among 0 to 1 (2 from row -1 on)" + x);
    CHECK(refusal([&] { rows(in.x, 0, 0); }) ==
          "rows: the rows must be among 0 to 1 (0 from row 0 on)" + x);
    constexpr int most = std::numeric_limits<int>::max();
    CHECK(refusal([&] { rows(in.x, most, most); }) ==
          "rows: the rows must be among 0 to 1 (2147483647 from row 2147483647 on)" + x);
}

TEST_CASE("columns: those that x does not have are refused") {
    Inputs in;
    const std::string x = operands({"x [2 x 3]"});
    CHECK(refusal([&] { columns(in.x, 1, 3); }) ==
          "columns: the columns must be among 0 to 2 (3 from column 1 on)" + x);
    CHECK(refusal([&] { columns(in.x, -1, 1); }) ==
          "columns: the columns must be among 0 to 2 (1 from column -1 on)" + x);
    CHECK(refusal([&] { columns(in.x, 2, 0); }) ==
          "columns: the columns must be among 0 to 2 (0 from column 2 on)" + x);
}

TEST_CASE("place_rows and place_columns: a place that is not there is refused") {
    Inputs in;
    const std::string x = operands({"x [2 x 3]"});
    CHECK(refusal([&] { place_rows(in.x, 4, 5); }) ==
          "place_rows: the place must be among the 5 rows (2 from row 4 on)" + x);
    CHECK(refusal([&] { place_rows(in.x, -1, 5); }) ==
          "place_rows: the place must be among the 5 rows (2 from row -1 on)" + x);
    CHECK(refusal([&] { place_columns(in.x, 3, 5); }) ==
          "place_columns: the place must be among the 5 columns (3 from column 3 on)" + x);
    CHECK(refusal([&] { place_columns(in.x, -2, 5); }) ==
          "place_columns: the place must be among the 5 columns (3 from column -2 on)" + x);
}

TEST_CASE("stack_rows and stack_columns: parts that do not fit are named") {
    Inputs in;
    const Operand wide = in("wide", {2, 4}), tall = in("tall", {3, 3});
    CHECK(refusal([&] {
              stack_rows({in.x, tall, wide});
          }) == "stack_rows: columns of operand 2 (4) must be those of operand 0 (3)" +
                    operands({"x [2 x 3]", "tall [3 x 3]", "wide [2 x 4]"}));
    CHECK(refusal([&] {
              stack_columns({in.x, wide, tall});
          }) == "stack_columns: rows of operand 2 (3) must be those of operand 0 (2)" +
                    operands({"x [2 x 3]", "wide [2 x 4]", "tall [3 x 3]"}));
}

TEST_CASE("stack_rows and stack_columns: more rows or columns than a size can count are refused") {
    Inputs in;
    constexpr int most = std::numeric_limits<int>::max();
    const Operand tall = in("tall", {most, 1}), one = in("one", {1, 1}),
                  wide = in("wide", {1, most});
    CHECK(refusal([&] {
              stack_rows({tall, one});
          }) == "stack_rows: the rows together must be at most 2147483647 (2147483648)" +
                    operands({"tall [2147483647 x 1]", "one [1 x 1]"}));
    CHECK(refusal([&] {
              stack_columns({wide, wide, one});
          }) == "stack_columns: the columns together must be at most 2147483647 (4294967295)" +
                    operands({"wide [1 x 2147483647]", "wide [1 x 2147483647]", "one [1 x 1]"}));
    CHECK(stack_rows({in("almost", {most - 1, 1}), one}).shape() == Shape{most, 1});
}

TEST_CASE("reshape: numbers of entries beyond those a double tells apart are told apart") {
    Inputs in;
    constexpr int n = 134217729;  // n n and (n - 1) (n + 1) are the same double
    const Operand x = in("square", {n, n});
    CHECK(refusal([&] { reshape(x, n - 1, n + 1); }) ==
          "reshape: the shapes must have equally many entries ([134217729 x 134217729] and "
          "[134217728 x 134217730])" +
              operands({"square [134217729 x 134217729]"}));
}

TEST_CASE("reshape: another number of entries is refused, and sizes below one") {
    Inputs in;
    const std::string x = operands({"x [2 x 3]"});
    CHECK(refusal([&] { reshape(in.x, 4, 2); }) ==
          "reshape: the shapes must have equally many entries ([2 x 3] and [4 x 2])" + x);
    CHECK(refusal([&] { reshape(in.x, -2, -3); }) ==
          "reshape: the shapes must have equally many entries ([2 x 3] and [-2 x -3])" + x);
    // As 32-bit integers, 6 again.
    CHECK(refusal([&] { reshape(in.x, 2, -2147483645); }) ==
          "reshape: the shapes must have equally many entries ([2 x 3] and [2 x -2147483645])" + x);
}

TEST_CASE("scale_rows and scale_columns: other factors than one for each are refused") {
    Inputs in;
    const Operand row = in("f", {1, 2}), column = in("f", {3, 1});
    CHECK(refusal([&] { scale_rows(row, in.x); }) ==
          "scale_rows: the factors must be [2 x 1], one for each row of the second operand ([1 x "
          "2])" +
              operands({"f [1 x 2]", "x [2 x 3]"}));
    CHECK(refusal([&] { scale_columns(in.x, column); }) ==
          "scale_columns: the factors must be [1 x 3], one for each column of the first operand "
          "([3 x 1])" +
              operands({"x [2 x 3]", "f [3 x 1]"}));
}

TEST_CASE(
    "entry by entry: operators of two operands refuse unequal shapes and propose a broadcast") {
    Inputs in;
    const Operand column = in("v", {2, 1});
    const std::string both = operands({"x [2 x 3]", "v [2 x 1]"});
    const std::string requirement =
        ": shapes of the operands must be equal ([2 x 3] and [2 x 1]); write "
        "broadcast_columns(v, 3) if that is meant";
    CHECK(refusal([&] { divide(in.x, column); }) == "divide" + requirement + both);
    CHECK(refusal([&] { in.x / column; }) == "divide" + requirement + both);
    CHECK(refusal([&] { minimum(in.x, column); }) == "minimum" + requirement + both);
    CHECK(refusal([&] { maximum(in.x, column); }) == "maximum" + requirement + both);
    CHECK(refusal([&] { mask(in.x, column); }) == "mask" + requirement + both);
    CHECK(refusal([&] { mae(in.x, column); }) == "mae" + requirement + both);
    CHECK(refusal([&] { huber(in.x, column); }) == "huber" + requirement + both);
    CHECK(refusal([&] { binary_cross_entropy_with_logits(in.x, column); }) ==
          "binary_cross_entropy_with_logits" + requirement + both);
}

TEST_CASE("losses: a row of outputs beside a column of targets is refused") {
    Inputs in;
    const Operand y = in("y", {1, 4}), target = in("Y", {4, 1});
    const std::string both = operands({"y [1 x 4]", "Y [4 x 1]"});
    const std::string requirement = ": shapes of the operands must be equal ([1 x 4] and [4 x 1])";
    CHECK(refusal([&] { mae(y, target); }) == "mae" + requirement + both);
    CHECK(refusal([&] { huber(y, target); }) == "huber" + requirement + both);
    CHECK(refusal([&] { binary_cross_entropy_with_logits(y, target); }) ==
          "binary_cross_entropy_with_logits" + requirement + both);
}

TEST_CASE("softmax_cross_entropy: anything but one class for each column is refused") {
    Inputs in;
    const Operand one_hot_target = in("Y", {2, 3}), column = in("Y", {3, 1});
    const std::string requirement =
        "softmax_cross_entropy: the classes must be [1 x 3], one for each column of the first "
        "operand ";
    CHECK(refusal([&] { softmax_cross_entropy(in.x, one_hot_target); }) ==
          requirement + "([2 x 3])" + operands({"x [2 x 3]", "Y [2 x 3]"}));
    CHECK(refusal([&] { softmax_cross_entropy(in.x, column); }) ==
          requirement + "([3 x 1])" + operands({"x [2 x 3]", "Y [3 x 1]"}));
}

TEST_CASE("column_cross_entropy and softmax_error: they need one class for each column too") {
    Inputs in;
    const Operand z = in("z", {4, 3}), classes = in("Y", {1, 4});
    const std::string requirement =
        ": the classes must be [1 x 3], one for each column of the first operand ([1 x 4])" +
        operands({"z [4 x 3]", "Y [1 x 4]"});
    CHECK(refusal([&] { column_cross_entropy(z, classes); }) ==
          "column_cross_entropy" + requirement);
    CHECK(refusal([&] { softmax_error(z, classes); }) == "softmax_error" + requirement);
}

TEST_CASE("huber: a delta that is not positive is refused") {
    Inputs in;
    const Operand target = in("Y", {2, 3});
    const std::string both = operands({"x [2 x 3]", "Y [2 x 3]"});
    CHECK(refusal([&] { huber(in.x, target, 0); }) == "huber: delta must be positive (0)" + both);
    CHECK(refusal([&] { huber(in.x, target, -1.5); }) ==
          "huber: delta must be positive (-1.5)" + both);
    CHECK(refusal([&] { huber(in.x, target, std::numeric_limits<double>::quiet_NaN()); }) ==
          "huber: delta must be positive (nan)" + both);
}

TEST_CASE("clamp: bounds that are the wrong way round are refused") {
    Inputs in;
    const std::string x = operands({"x [2 x 3]"});
    CHECK(refusal([&] { clamp(in.x, 2, -0.5); }) ==
          "clamp: the lower bound must not be above the upper one (2 and -0.5)" + x);
    CHECK(refusal([&] { clamp(in.x, std::numeric_limits<double>::quiet_NaN(), 1); }) ==
          "clamp: the lower bound must not be above the upper one (nan and 1)" + x);
    CHECK_NOTHROW(clamp(in.x, 1, 1));
}

TEST_CASE("indices: a matrix of them is refused, and sizes below one") {
    Inputs in;
    const Operand indices = in("i", {1, 3}), column = in("i", {3, 1});
    CHECK(refusal([&] { gather_columns(in.x, column); }) ==
          "gather_columns: the indices must be a row vector ([3 x 1])" +
              operands({"x [2 x 3]", "i [3 x 1]"}));
    CHECK(refusal([&] { scatter_columns(in.x, column, 5); }) ==
          "scatter_columns: the indices must be [1 x 3], one for each column of the first operand "
          "([3 x 1])" +
              operands({"x [2 x 3]", "i [3 x 1]"}));
    CHECK(refusal([&] { scatter_columns(in.x, indices, 0); }) ==
          "scatter_columns: the number of columns must be positive (0)" +
              operands({"x [2 x 3]", "i [1 x 3]"}));
    CHECK(refusal([&] { one_hot(column, 4); }) ==
          "one_hot: the indices must be a row vector ([3 x 1])" + operands({"i [3 x 1]"}));
    CHECK(refusal([&] { one_hot(indices, -1); }) ==
          "one_hot: the size must be positive (-1)" + operands({"i [1 x 3]"}));
}

TEST_CASE("where: operands of other shapes are refused") {
    Inputs in;
    const Operand keep = in("keep", {2, 3}), a = in("a", {2, 3}), b = in("b", {1, 3});
    CHECK(refusal([&] { where(keep, a, b); }) ==
          "where: shapes of the operands must be equal ([2 x 3], [2 x 3] and [1 x 3])" +
              operands({"keep [2 x 3]", "a [2 x 3]", "b [1 x 3]"}));
}
