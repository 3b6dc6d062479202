#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/graph/values/matrix.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <sstream>

using namespace revolute;

namespace {

template <class Value>
std::string printed(const Value& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

}  // namespace

TEST_CASE("print: a matrix is its rows, with aligned columns") {
    CHECK(printed(Matrix::from_rows({{0.5, -1}, {-0.25, 2}})) == "[[  0.5 -1]\n [-0.25  2]]");
    CHECK(printed(Matrix(1, 1, 1.0 / 3)) == "[[0.333333]]");
    CHECK(printed(Matrix(3, 1, {1, 20, 300})) == "[[  1]\n [ 20]\n [300]]");
    CHECK(printed(Matrix()) == "[]");
    CHECK(printed(Matrix(1, 2, {-std::nan(""), -std::numeric_limits<double>::infinity()})) ==
          "[[nan -inf]]");
}

TEST_CASE("print: shapes and expressions") {
    CHECK(printed(Shape{3, 1}) == "[3 x 1]");
    Graph graph;
    const Expr a = graph.input("a", {2, 1});
    const Scope at(graph, Step{0, 3});
    CHECK(printed(a) == "a [2 x 1]");
    CHECK(printed(tanh(a)) == "tanh [2 x 1]");
    CHECK(printed(tanh(a).named("h")) == "h[3] [2 x 1]");
    CHECK(printed(Expr()) == "no expression");
}

TEST_CASE("scalar: the number of an output of one entry, others are refused") {
    Graph graph;
    const Expr a = graph.input("a", {2, 1});
    Bindings values;
    values.bind(a, Matrix(2, 1, {3, 4}));
    CHECK(scalar(sum(a), values) == 7);
    CHECK(test::message_of<ShapeError>([&] {
              scalar(a, values);
          }).starts_with("scalar: the output must be 1 x 1\n  output is a [2 x 1]"));
}
