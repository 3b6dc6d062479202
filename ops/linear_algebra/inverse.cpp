#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/linear_algebra.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <Eigen/LU>

namespace revolute {

// Y = A^-1, so dY = -Y dA Y  =>  A_bar = -Y' Y_bar Y'.
constinit const Op inverse_op{
    .name = "inverse",
    .shape = [](const ShapeArguments& x) -> Shape {
        require_square(x);
        return x[0];
    },
    .operations =
        [](Shape first, Shape) {
            const std::int64_t n = first.rows;
            return 2 * n * n * n;
        },
    .evaluate = [](const Arguments& x,
                   MatrixView y) { as_eigen(y) = as_eigen(x[0]).partialPivLu().inverse(); },
    .pullback = {[](const Pullback& p) {
        const Expr transposed = transpose(p.output);
        return -(transposed * p.adjoint * transposed);
    }},
    .pushforward = {[](const Pushforward& p) { return -(p.output * p.tangent * p.output); }},
    .definition = "the matrix Y with #1 Y = 1",
    .latex = "#1^{-1}",
    .latex_precedence = Precedence::power,
    .example = {.operands = {{{3, 3}}}},
};

Expr inverse(Operand A) { return apply(inverse_op, {A}); }

}  // namespace revolute
