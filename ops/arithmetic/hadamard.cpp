#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

namespace {

constexpr ExpressionToken left = ExpressionToken::operand_at(0),
                          right = ExpressionToken::operand_at(1),
                          one = ExpressionToken::constant(1);

constexpr ExpressionToken times_tanh_slope[] = {hadamard_op, left,      subtract_op,
                                                one,         square_op, right};
constexpr ExpressionToken times_sigmoid_slope[] = {hadamard_op, left, hadamard_op, right,
                                                   subtract_op, one,  right};

// The pullbacks of b = tanh x and b = sigmoid x: a o (1 - b o b) and a o b o (1 - b).
constexpr ExpressionKernels with_slopes[] = {
    {"times_tanh_slope", times_tanh_slope, 2,
     vector_math::fast<vector_math::Function::multiply_tanh_slope>},
    {"times_sigmoid_slope", times_sigmoid_slope, 2,
     vector_math::fast<vector_math::Function::multiply_sigmoid_slope>},
};

}  // namespace

// y = a o b  =>  a_bar = y_bar o b,  b_bar = y_bar o a.
constinit const Op hadamard_op{
    .name = "hadamard",
    .arity = 2,
    .shape = equal_shapes,
    .role = Role::elementwise,
    .evaluate = [](const Arguments& x,
                   MatrixView y) { as_eigen(y) = as_eigen(x[0]).cwiseProduct(as_eigen(x[1])); },
    .fast = vector_math::fast<vector_math::Function::multiply>,
    .combined = with_slopes,
    .pullback = {[](const Pullback& p) { return hadamard(p.adjoint, p.input(1)); },
                 [](const Pullback& p) { return hadamard(p.adjoint, p.input(0)); }},
    .text = "#1 o #2",
    .precedence = Precedence::product,
    .latex = "#1 \\odot #2",
    .example = {.operands = {{{2, 3}, {2, 3}}}},
};

Expr hadamard(Operand a, Operand b) { return apply(hadamard_op, {a, b}); }

}  // namespace revolute
