// A program may write `using namespace std; using namespace revolute;` beside <cmath> and
// <complex>: the functions that both have mean ours for an expression and theirs for a number.

#include <revolute/ops/jacobian.hpp>
#include <revolute/ops/ops.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <ranges>
#include <valarray>
#include <vector>

using namespace std;
using namespace revolute;

namespace {

/// The operator that the expression is an application of.
const Op& op_of(Expr x) { return x.graph->op(x.id); }

}  // namespace

TEST_CASE("using namespace: elementary functions of expressions are ours") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 3}), y = graph.parameter("y", {2, 3});
    const Operand operand = x;
    CHECK(&op_of(exp(x)) == &exp_op);
    CHECK(&op_of(log(x)) == &log_op);
    CHECK(&op_of(sqrt(x)) == &sqrt_op);
    CHECK(&op_of(sin(x)) == &sin_op);
    CHECK(&op_of(cos(x)) == &cos_op);
    CHECK(&op_of(abs(x)) == &abs_op);
    CHECK(&op_of(erf(x)) == &erf_op);
    CHECK(&op_of(tanh(x)) == &tanh_op);
    CHECK(&op_of(exp(operand)) == &exp_op);
    CHECK(&op_of(abs(operand)) == &abs_op);
    CHECK(&op_of(sign(x)) == &sign_op);
    CHECK(&op_of(power(x, 2)) == &power_op);
    CHECK(&op_of(reciprocal(x)) == &reciprocal_op);
    CHECK(&op_of(minimum(x, y)) == &minimum_op);
    CHECK(&op_of(maximum(x, y)) == &maximum_op);
    CHECK(&op_of(clamp(x, -1, 1)) == &clamp_op);
    CHECK(&op_of(clamp(x, -0.5, 2.0)) == &clamp_op);
    CHECK(&op_of(divide(x, y)) == &divide_op);
    CHECK(&op_of(x / y) == &divide_op);
    CHECK(&op_of(1 / x) == &divide_op);
}

TEST_CASE("using namespace: activations, reductions and losses are found") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 3}), y = graph.parameter("y", {2, 3});
    CHECK(&op_of(sigmoid(x)) == &sigmoid_op);
    CHECK(&op_of(relu(x)) == &relu_op);
    CHECK(&op_of(leaky_relu(x, 0.1)) == &leaky_relu_op);
    CHECK(&op_of(softplus(x)) == &softplus_op);
    CHECK(&op_of(elu(x)) == &elu_op);
    CHECK(&op_of(gelu(x)) == &gelu_op);
    CHECK(&op_of(heaviside(x)) == &heaviside_op);
    CHECK(&op_of(exceeds(x, y)) == &exceeds_op);
    CHECK(&op_of(softmax(x)) == &softmax_op);
    CHECK(&op_of(log_sum_exp(x)) == &log_sum_exp_op);
    CHECK(&op_of(mean(x)) == &mean_op);
    CHECK(&op_of(row_max(x)) == &row_max_op);
    CHECK(&op_of(column_max(x)) == &column_max_op);
    CHECK(&op_of(mae(x, y)) == &mae_op);
    CHECK(&op_of(huber(x, y)) == &huber_op);
    CHECK(&op_of(binary_cross_entropy_with_logits(x, y)) == &binary_cross_entropy_with_logits_op);
    CHECK(&op_of(softmax_cross_entropy(x, graph.input("i", {1, 3}))) == &softmax_cross_entropy_op);
}

TEST_CASE("using namespace: structure is found, lists of parts too") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 3}), y = graph.parameter("y", {2, 3});
    const Expr i = graph.input("i", {1, 3});
    const vector<Operand> parts{x, y};
    CHECK(&op_of(rows(x, 0, 1)) == &rows_op);
    CHECK(&op_of(columns(x, 1, 2)) == &columns_op);
    CHECK(&op_of(stack_rows({x, y})) == &stack_rows_op);
    CHECK(&op_of(stack_rows(parts)) == &stack_rows_op);
    CHECK(&op_of(stack_columns({x, y, x})) == &stack_columns_op);
    CHECK(&op_of(reshape(x, 3, 2)) == &reshape_op);
    CHECK(&op_of(scale_rows(row_sums(y), x)) == &scale_rows_op);
    CHECK(&op_of(scale_columns(x, i)) == &scale_columns_op);
    CHECK(&op_of(mask(x, y)) == &mask_op);
    CHECK(&op_of(where(x, y, x)) == &where_op);
    CHECK(&op_of(one_hot(i, 4)) == &one_hot_op);
    CHECK(&op_of(gather_columns(x, i)) == &gather_columns_op);
    CHECK(&op_of(scatter_columns(x, i, 4)) == &scatter_columns_op);
    CHECK(&op_of(place_rows(x, 0, 3)) == &place_rows_op);
    CHECK(&op_of(place_columns(x, 0, 4)) == &place_columns_op);
    CHECK(&op_of(stop_gradient(x)) == &stop_gradient_op);
    CHECK(&op_of(cumulative_sum(x)) == &cumulative_sum_op);
    CHECK(&op_of(reverse_cumulative_sum(x)) == &reverse_cumulative_sum_op);
    const Expr A = x * transpose(y);
    CHECK(&op_of(diagonal(A)) == &diagonal_op);
    CHECK(&op_of(diagonal_matrix(row_sums(x))) == &diagonal_matrix_op);
    CHECK(&op_of(identity_matrix(graph, 3)) == &diagonal_matrix_op);
    CHECK(&op_of(inverse(A)) == &inverse_op);
    CHECK(&op_of(solve(A, x)) == &solve_op);
    CHECK(&op_of(log_determinant(A)) == &log_determinant_op);
    CHECK(jacobian(x, x).shape() == Shape{6, 6});
    CHECK(hessian(sum(square(x)), x).shape() == Shape{6, 6});
}

TEST_CASE("using namespace: functions of numbers stay those of the standard library") {
    CHECK(exp(0.0) == 1.0);
    CHECK(abs(-2.5) == 2.5);
    CHECK(abs(-2) == 2);
    CHECK(sqrt(4.0) == 2.0);
    CHECK(erf(0.0) == 0.0);
    CHECK(clamp(3, 0, 2) == 2);
    CHECK(abs(complex<double>(3, 4)) == 5.0);
}
