// Parts of matrices and matrices put together, against matrices written down.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace revolute;

namespace {

struct Values {
    Graph graph;
    Expr x = graph.parameter("x", {3, 2}), d = graph.parameter("d", {3, 1});
    Expr e = graph.parameter("e", {1, 2});
    Bindings values = Bindings()
                          .bind(x, Matrix::from_rows({{1, 2}, {3, 4}, {5, 6}}))
                          .bind(d, Matrix(3, 1, {10, 20, 30}))
                          .bind(e, Matrix(1, 2, {-1, 2}));

    Matrix of(Expr y) const { return evaluate(y, values); }
};

}  // namespace

TEST_CASE("rows and columns: are cut out, and placed among zeros") {
    Values v;
    CHECK(v.of(rows(v.x, 1, 2)) == Matrix::from_rows({{3, 4}, {5, 6}}));
    CHECK(v.of(rows(v.x, 0, 3)) == v.of(v.x));
    CHECK(v.of(columns(v.x, 1, 1)) == Matrix(3, 1, {2, 4, 6}));
    CHECK(v.of(place_rows(v.e, 1, 3)) == Matrix::from_rows({{0, 0}, {-1, 2}, {0, 0}}));
    CHECK(v.of(place_columns(v.d, 2, 3)) ==
          Matrix::from_rows({{0, 0, 10}, {0, 0, 20}, {0, 0, 30}}));
}

TEST_CASE("stacks: put parts below and beside each other, repeated ones too") {
    Values v;
    CHECK(v.of(stack_rows({v.e, v.x, v.e})) ==
          Matrix::from_rows({{-1, 2}, {1, 2}, {3, 4}, {5, 6}, {-1, 2}}));
    CHECK(v.of(stack_columns({v.d, v.x})) ==
          Matrix::from_rows({{10, 1, 2}, {20, 3, 4}, {30, 5, 6}}));
    CHECK(v.of(stack_rows({v.x})) == v.of(v.x));
}

TEST_CASE("reshape: keeps the order of entries, column by column") {
    Values v;
    CHECK(v.of(reshape(v.x, 2, 3)) == Matrix::from_rows({{1, 5, 4}, {3, 2, 6}}));
    CHECK(v.of(reshape(v.x, 6, 1)) == Matrix(6, 1, {1, 3, 5, 2, 4, 6}));
    CHECK(v.of(reshape(reshape(v.x, 1, 6), 3, 2)) == v.of(v.x));
}

TEST_CASE("scale_rows and scale_columns: are products with diagonal matrices") {
    Values v;
    CHECK(v.of(scale_rows(v.d, v.x)) == Matrix::from_rows({{10, 20}, {60, 80}, {150, 180}}));
    CHECK(v.of(scale_columns(v.x, v.e)) == Matrix::from_rows({{-1, 4}, {-3, 8}, {-5, 12}}));
}

TEST_CASE("mean: is the sum over the number of entries") {
    Values v;
    CHECK(v.of(mean(v.x)) == Matrix(1, 1, 3.5));
    CHECK(v.of(differentiate(mean(v.x), {v.x})[v.x]) == Matrix(3, 2, 1.0 / 6));
}

TEST_CASE("mask: value and gradient are exactly zero where masked, even beside NaN") {
    Values v;
    const Expr keep = v.graph.input("keep", {3, 2});
    v.values.bind(keep, Matrix::from_rows({{1, 0}, {0, 1}, {-2, 0}}));
    const double not_a_number = std::numeric_limits<double>::quiet_NaN();
    v.values.bind(v.x, Matrix::from_rows({{1, not_a_number}, {not_a_number, 4}, {5, 6}}));
    const Expr kept = mask(v.x, keep);
    CHECK(v.of(kept) == Matrix::from_rows({{1, 0}, {0, 4}, {5, 0}}));
    const Derivative d = differentiate(sum(square(kept)), {v.x});
    CHECK(v.of(d[v.x]) == Matrix::from_rows({{2, 0}, {0, 8}, {10, 0}}));
}

TEST_CASE("stop_gradient: is x, and a constant to both modes") {
    Values v;
    CHECK(v.of(stop_gradient(v.x)) == v.of(v.x));
    const Expr loss = sum(hadamard(v.x, stop_gradient(v.x)));
    CHECK(v.of(differentiate(loss, {v.x})[v.x]) == v.of(v.x));  // not 2 x
    const Seed seed{v.x, v.graph.constant(1.0, {3, 2})};
    const Expr tangent = pushforward(std::span(&loss, 1), std::span(&seed, 1)).front();
    CHECK(v.of(tangent) == Matrix(1, 1, 21.0));
}
