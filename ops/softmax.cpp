#include <revolute/graph/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/ops/softmax.hpp>

namespace revolute {

namespace {

/// Of column c alone: y(c) o (v(c) - <y(c), v(c)>), the Jacobian diag(y) - y y', which is symmetric.
Expr times_jacobian(Expr y, Expr v) {
    const Expr inner = column_sums(hadamard(y, v));
    return hadamard(y, v - broadcast_rows(inner, y.shape().rows));
}

}  // namespace

// y = exp(x) / sum of exp(x), each column  =>  x_bar = y o (y_bar - the column sums of y o y_bar).
constinit const Op softmax_op{
    .name = "softmax",
    .shape = same_as_input,
    .operations_per_entry = 5,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const auto in = as_eigen(x[0]).array();
            auto out = as_eigen(y).array();
            out = (in.rowwise() - in.colwise().maxCoeff()).exp();
            out.rowwise() /= out.colwise().sum().eval();
        },
    .pullback = {[](const Pullback& p) { return times_jacobian(p.output, p.adjoint); }},
    .pushforward = {[](const Pushforward& p) { return times_jacobian(p.output, p.tangent); }},
    .definition = "exp(#1) over the sum of exp(#1) in each column",
    .latex = R"(\operatorname{softmax}\left(#1\right))",
    .example = {.operands = {{{4, 3}}}},
};

Expr softmax(Operand x) { return apply(softmax_op, {x}); }

}  // namespace revolute
