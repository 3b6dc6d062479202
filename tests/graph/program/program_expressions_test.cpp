// Expressions that have a kernel of their own, and what only resembles them.

#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <support/program_check.hpp>

#include <doctest/doctest.h>

#include <array>
#include <span>

using namespace revolute;

namespace {

/// Everything is computed in the same order as by the evaluator: some roundings of 1.1e-16.
constexpr double rounding_of_doubles = 1e-12;

test::ProgramDifference difference_with_random_values(std::span<const Expr> outputs) {
    test::Random random(3);
    return test::program_difference(outputs, test::random_leaf_values(outputs, random));
}

}  // namespace

TEST_CASE("program: what an expression could take in is kept where it is read elsewhere") {
    Graph graph;
    const Expr x = graph.input("x", {3, 1}), v = graph.input("v", {3, 1});
    const Expr y = tanh(x), z = sigmoid(x);
    const Expr ones = graph.constant(1, {3, 1});
    const Expr squares = square(y), others = ones - z;
    const Expr y_slope = hadamard(v, ones - squares), z_slope = hadamard(v, hadamard(z, others));
    const Expr kept = row_sums(squares + others);
    CHECK(difference_with_random_values(std::array{y_slope, z_slope}) <= rounding_of_doubles);
    CHECK(difference_with_random_values(std::array{y_slope, squares}) <= rounding_of_doubles);
    CHECK(difference_with_random_values(std::array{z_slope, others}) <= rounding_of_doubles);
    CHECK(difference_with_random_values(std::array{y_slope, z_slope, kept}) <= rounding_of_doubles);
}

TEST_CASE("program: what only resembles an expression that has a kernel is computed as it stands") {
    Graph graph;
    const Expr x = graph.input("x", {3, 1}), v = graph.input("v", {3, 1});
    const Expr y = tanh(x), z = sigmoid(x), w = sigmoid(v);
    const Expr one = graph.constant(1, {3, 1}), two = graph.constant(2, {3, 1});
    for (const Expr& output :
         {hadamard(v, two - square(y)), hadamard(v, square(y) - one), hadamard(v, one - exp(y)),
          hadamard(v, hadamard(z, one - w)), hadamard(v, hadamard(z, two - z)),
          hadamard(v, hadamard(z, z - one)), hadamard(v, hadamard(one - z, z)),
          hadamard(square(y), hadamard(square(y), one - square(y)))})
        CHECK(difference_with_random_values(std::array{output}) <= rounding_of_doubles);
}
