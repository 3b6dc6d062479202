// Floating-point operations of one node, by the role of its operator.

#include "support/message.hpp"
#include <revolute/graph/cost/checked_count.hpp>
#include <revolute/graph/cost/operation_count.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>

using namespace revolute;
using namespace revolute::test;

namespace {

struct Leaves {
    Graph graph;
    Expr a = graph.input("a", {5, 7});
    Expr b = graph.input("b", {7, 11});
    Expr column = graph.input("column", {5, 1});

    std::int64_t count(Expr node) const { return operation_count(graph, node.id); }
};

}  // namespace

TEST_CASE("operation_count: leaves and constants take none") {
    Leaves x;
    CHECK(x.count(x.a) == 0);
    CHECK(x.count(x.graph.parameter("p", {3, 3})) == 0);
    CHECK(x.count(x.graph.constant(2, {3, 3})) == 0);
}

TEST_CASE("operation_count: a product takes a multiplication and an addition for each pair") {
    Leaves x;
    CHECK(x.count(x.a * x.b) == 2 * 5 * 7 * 11);
}

TEST_CASE("operation_count: elementwise operators take one for each entry, whatever the function") {
    Leaves x;
    CHECK(x.count(tanh(x.a)) == 5 * 7);
    CHECK(x.count(x.a + x.a) == 5 * 7);
    CHECK(x.count(hadamard(x.a, x.a)) == 5 * 7);
}

TEST_CASE("operation_count: a sum of k terms takes k - 1 additions for each entry") {
    Leaves x;
    const std::array terms{x.a, tanh(x.a), exp(x.a), square(x.a)};
    CHECK(x.count(accumulate(terms)) == 3 * 5 * 7);
}

TEST_CASE("operation_count: row and column sums take one for each entry that is summed") {
    Leaves x;
    CHECK(x.count(row_sums(x.a)) == 5 * 7);
    CHECK(x.count(column_sums(x.a)) == 5 * 7);
}

TEST_CASE("operation_count: what looks at a value otherwise takes none") {
    Leaves x;
    CHECK(x.count(transpose(x.a)) == 0);
    CHECK(x.count(reshape(x.a, 7, 5)) == 0);
    CHECK(x.count(broadcast_columns(x.column, 4)) == 0);
    CHECK(x.count(stop_gradient(x.a)) == 0);
}

TEST_CASE("operation_count: what moves values takes none") {
    Leaves x;
    CHECK(x.count(rows(x.a, 1, 2)) == 0);
    CHECK(x.count(stack_rows({x.a, x.a})) == 0);
    CHECK(x.count(place_rows(x.a, 1, 9)) == 0);
}

TEST_CASE("operation_count: a loss takes what its record says for each entry of an answer") {
    Leaves x;
    CHECK(x.count(mse(x.a, tanh(x.a))) == 3 * 5 * 7);  // subtract, square, add
    CHECK(x.count(mae(x.a, tanh(x.a))) == 3 * 5 * 7);  // subtract, absolute value, add
    CHECK(x.count(softmax(x.a)) == 5 * 5 * 7);         // maximum, subtract, exp, add, divide
}

TEST_CASE("operation_count: of outputs, all nodes that they depend on count once") {
    Leaves x;
    const Expr y = tanh(x.a * x.b);
    const std::array outputs{mse(y, square(y)), y};
    CHECK(operation_count(outputs) == 2 * 5 * 7 * 11 + 5 * 11 + 5 * 11 + 3 * 5 * 11);
}

TEST_CASE("checked_product: what does not fit is refused") {
    CHECK(checked_product(1'000'000'000, 9'000'000'000) == 9'000'000'000'000'000'000);
    CHECK(message_of<CapacityError>([] { checked_product(1'000'000'000, 10'000'000'000); }) ==
          "count: must be less than 2^63 (1000000000 times 10000000000)");
}

TEST_CASE("checked_sum: what does not fit is refused") {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    CHECK(checked_sum(most, -1) == most - 1);
    CHECK(message_of<CapacityError>([] { checked_sum(most, 1); }) ==
          "count: must be less than 2^63 (9223372036854775807 plus 1)");
}
