// Operators with indices: what they compute, and what they say of an index that is out of range.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <limits>

using namespace revolute;
using test::message_of;

namespace {

/// A table of three columns, looked up at step 4.
struct Lookup {
    Expr index_at_step(Shape shape) {
        const Scope scope(graph, Step{0, 4});
        return graph.input("i", shape, {"made.cpp", 2});
    }
    /// The error of evaluating `x` with these indices.
    std::string error(Expr x, const Matrix& given) {
        values.bind(indices, given);
        return message_of<EvaluationError>([&] { evaluate(x, values); });
    }

    Graph graph;
    Expr table = graph.parameter("E", {2, 3}, {"made.cpp", 1});
    Expr indices = index_at_step({1, 2});
    Bindings values = Bindings().bind(table, Matrix::from_rows({{1, 2, 3}, {4, 5, 6}}));
};

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("gather_columns: looks columns up, and gradients of one looked up twice are summed") {
    Lookup of;
    of.values.bind(of.indices, Matrix(1, 2, {2, 2}));
    const Expr found = gather_columns(of.table, of.indices);
    CHECK(evaluate(found, of.values) == Matrix::from_rows({{3, 3}, {6, 6}}));
    const Derivative d = differentiate(sum(square(found)), {of.table});
    CHECK(evaluate(d[of.table], of.values) == Matrix::from_rows({{0, 0, 12}, {0, 0, 24}}));
}

TEST_CASE("scatter_columns and one_hot: put columns and ones where the indices say") {
    Lookup of;
    of.values.bind(of.indices, Matrix(1, 2, {2, 0}));
    const Expr looked_up = gather_columns(of.table, of.indices);
    CHECK(evaluate(scatter_columns(looked_up, of.indices, 4), of.values) ==
          Matrix::from_rows({{1, 0, 3, 0}, {4, 0, 6, 0}}));
    CHECK(evaluate(one_hot(of.indices, 3), of.values) ==
          Matrix::from_rows({{0, 1}, {0, 0}, {1, 0}}));
}

TEST_CASE("gather_columns: an index that is out of range or not whole is named with the step") {
    Lookup of;
    const Scope scope(of.graph, Step{0, 4});
    const int line = __LINE__ + 1;
    const Expr found = gather_columns(of.table, of.indices).named("e");
    const auto text = [&](const char* what, const char* range) {
        return fmt::format(
            "gather_columns: the index at column 1 must be a whole number from 0 to 2 ({}), in "
            "step "
            "t = 4\n"
            "  node is e[4] [2 x 2], made at indices_test.cpp:{}\n"
            "  operand 0 is E [2 x 3], made at made.cpp:1, from 1 to 6\n"
            "  operand 1 is i[4] [1 x 2], made at made.cpp:2, from {}",
            what, line, range);
    };
    CHECK(of.error(found, Matrix(1, 2, {0, 3})) == text("3", "0 to 3"));
    CHECK(of.error(found, Matrix(1, 2, {2, -1})) == text("-1", "-1 to 2"));
    CHECK(of.error(found, Matrix(1, 2, {0, 1.5})) == text("1.5", "0 to 1.5"));
    CHECK(of.error(found, Matrix(1, 2, {0, 1e300})) == text("1e+300", "0 to 1e+300"));
    CHECK(of.error(found, Matrix(1, 2, {0, not_a_number})).find("(nan), in step t = 4") !=
          std::string::npos);
}

TEST_CASE("softmax_cross_entropy: a class that is out of range is named") {
    Lookup of;
    const Expr z = gather_columns(of.table, of.graph.constant(0.0, {1, 2})).named("z");
    const int line = __LINE__ + 1;
    const Expr loss = softmax_cross_entropy(z, of.indices).named("L");
    CHECK(of.error(loss, Matrix(1, 2, {1, 2})) ==
          fmt::format("softmax_cross_entropy: the index at column 1 must be a whole number from 0 "
                      "to 1 (2)\n"
                      "  node is L [1 x 1], made at indices_test.cpp:{}\n"
                      "  operand 0 is z [2 x 2], made at indices_test.cpp:{}, from 1 to 4\n"
                      "  operand 1 is i[4] [1 x 2], made at made.cpp:2, from 1 to 2",
                      line, line - 2));
}

TEST_CASE("scatter_columns and one_hot: an index out of range is refused") {
    Lookup of;
    const auto requirement = [](const std::string& error) {
        return error.substr(0, error.find('\n'));
    };
    CHECK(requirement(of.error(one_hot(of.indices, 3), Matrix(1, 2, {0, 3}))) ==
          "one_hot: the index at column 1 must be a whole number from 0 to 2 (3)");
    const Expr x = of.graph.constant(1.0, {2, 2});
    CHECK(requirement(of.error(scatter_columns(x, of.indices, 3), Matrix(1, 2, {-1, 0}))) ==
          "scatter_columns: the index at column 0 must be a whole number from 0 to 2 (-1)");
}
