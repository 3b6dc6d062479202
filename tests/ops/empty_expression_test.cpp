// What is handed an empty expression says so, whatever operand it is, and however many others are
// right.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/jacobian.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

using namespace revolute;

namespace {

void check_refused(const std::function<void()>& use) {
    CHECK(test::message_of<GraphError>(use).find("empty") != std::string::npos);
}

}  // namespace

TEST_CASE("empty expression: operators of one operand refuse it") {
    using Unary = std::function<Expr(Expr)>;
    const std::vector<Unary> all{
        [](Expr x) { return tanh(x); },
        [](Expr x) { return sigmoid(x); },
        [](Expr x) { return relu(x); },
        [](Expr x) { return leaky_relu(x); },
        [](Expr x) { return softplus(x); },
        [](Expr x) { return elu(x); },
        [](Expr x) { return gelu(x); },
        [](Expr x) { return heaviside(x); },
        [](Expr x) { return exp(x); },
        [](Expr x) { return log(x); },
        [](Expr x) { return sqrt(x); },
        [](Expr x) { return square(x); },
        [](Expr x) { return reciprocal(x); },
        [](Expr x) { return power(x, 2.5); },
        [](Expr x) { return sin(x); },
        [](Expr x) { return cos(x); },
        [](Expr x) { return abs(x); },
        [](Expr x) { return sign(x); },
        [](Expr x) { return erf(x); },
        [](Expr x) { return clamp(x, -1, 1); },
        [](Expr x) { return minimum(x, 1.0); },
        [](Expr x) { return maximum(x, 1.0); },
        [](Expr x) { return scale(2, x); },
        [](Expr x) { return -x; },
        [](Expr x) { return 2.0 * x; },
        [](Expr x) { return x * 2.0; },
        [](Expr x) { return x + 2.0; },
        [](Expr x) { return 2.0 + x; },
        [](Expr x) { return x - 2.0; },
        [](Expr x) { return 2.0 - x; },
        [](Expr x) { return x / 2.0; },
        [](Expr x) { return 2.0 / x; },
        [](Expr x) { return transpose(x); },
        [](Expr x) { return softmax(x); },
        [](Expr x) { return softmax_of_rows(x); },
        [](Expr x) { return log_sum_exp(x); },
        [](Expr x) { return log_sum_exp_of_rows(x); },
        [](Expr x) { return sum(x); },
        [](Expr x) { return mean(x); },
        [](Expr x) { return row_sums(x); },
        [](Expr x) { return column_sums(x); },
        [](Expr x) { return row_max(x); },
        [](Expr x) { return column_max(x); },
        [](Expr x) { return first_column_max(x); },
        [](Expr x) { return broadcast(x, 2, 3); },
        [](Expr x) { return broadcast_columns(x, 3); },
        [](Expr x) { return broadcast_columns(x, 1); },
        [](Expr x) { return broadcast_rows(x, 2); },
        [](Expr x) { return add_to_columns(x, 3); },
        [](Expr x) { return add_to_columns(x, 1); },
        [](Expr x) { return rows(x, 0, 1); },
        [](Expr x) { return place_rows(x, 0, 1); },
        [](Expr x) { return columns(x, 0, 1); },
        [](Expr x) { return place_columns(x, 0, 1); },
        [](Expr x) { return reshape(x, 1, 1); },
        [](Expr x) { return one_hot(x, 4); },
        [](Expr x) { return stop_gradient(x); },
        [](Expr x) { return stack_rows(std::vector{x}); },
        [](Expr x) { return stack_columns(std::vector{x}); },
        [](Expr x) { return log_sum_exp(std::vector{x}); },
        [](Expr x) {
            return accumulate(std::vector{x, x});
        },
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        CAPTURE(i);
        check_refused([&] { all[i](Expr()); });
    }
}

TEST_CASE("empty expression: operators of several operands refuse it in any place") {
    using Ternary = std::function<Expr(Expr, Expr, Expr)>;
    struct Of {
        int operands;
        Ternary make;
    };
    const std::vector<Of> all{
        {2, [](Expr a, Expr b, Expr) { return a + b; }},
        {2, [](Expr a, Expr b, Expr) { return a - b; }},
        {2, [](Expr a, Expr b, Expr) { return a * b; }},
        {2, [](Expr a, Expr b, Expr) { return a / b; }},
        {2, [](Expr a, Expr b, Expr) { return hadamard(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return multiply(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return matmul(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return minimum(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return maximum(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return exceeds(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return power(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return mse(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return mae(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return huber(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return binary_cross_entropy_with_logits(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return sigmoid_error(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return softmax_cross_entropy(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return column_cross_entropy(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return softmax_error(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return scale_rows(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return scale_columns(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return mask(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return gather_columns(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return gather_rows(a, b); }},
        {2, [](Expr a, Expr b, Expr) { return scatter_columns(a, b, 4); }},
        {2,
         [](Expr a, Expr b, Expr) {
             return stack_rows({a, b});
         }},
        {2,
         [](Expr a, Expr b, Expr) {
             return stack_columns({a, b});
         }},
        {2,
         [](Expr a, Expr b, Expr) {
             return log_sum_exp(std::vector{a, b});
         }},
        {2,
         [](Expr a, Expr b, Expr) {
             return accumulate(std::vector{a, b});
         }},
        {3, [](Expr a, Expr b, Expr c) { return where(a, b, c); }},
        {3, [](Expr a, Expr b, Expr c) { return dense(a, b, c); }},
    };
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    for (std::size_t i = 0; i < all.size(); ++i)
        for (int empty = 0; empty < all[i].operands; ++empty) {
            CAPTURE(i);
            CAPTURE(empty);
            std::vector<Expr> operands(3, x);
            operands[static_cast<std::size_t>(empty)] = Expr();
            check_refused([&] { all[i].make(operands[0], operands[1], operands[2]); });
        }
}

TEST_CASE("empty expression: what is done with expressions refuses it") {
    Graph graph, other;
    const Expr x = graph.input("x", {1, 1});
    const Bindings none;
    const std::vector<std::function<void()>> uses{
        [] { static_cast<void>(Expr().shape()); },
        [] { static_cast<void>(Expr().step()); },
        [] { static_cast<void>(Expr().label()); },
        [] { Expr().named("h"); },
        [&] { evaluate(Expr(), none); },
        [&] { scalar(Expr(), none); },
        [] { Bindings().bind(Expr(), Matrix(1, 1)); },
        [&] { differentiate(Expr(), {x}); },
        [&] { differentiate(x, {Expr()}); },
        [&] { hessian_vector_product(Expr(), std::vector{x}, {}); },
        [&] { jacobian(Expr(), x); },
        [&] { jacobian(x, Expr()); },
        [&] { hessian(Expr(), x); },
        [] { roll(std::vector{Expr()}); },
        [] { compile(std::vector{Expr()}); },
        [] { expression(Expr(), Notation::text); },
        [&] { extract(std::vector{Expr()}, other); },
    };
    for (std::size_t i = 0; i < uses.size(); ++i) {
        CAPTURE(i);
        check_refused(uses[i]);
    }
}
