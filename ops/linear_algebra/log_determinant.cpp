#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/linear_algebra.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <Eigen/LU>

#include <cmath>

namespace revolute {

// y = log |det A|, so dy = tr(A^-1 dA)  =>  A_bar = y_bar A'^-1.
constinit const Op log_determinant_op{
    .name = "log_determinant",
    .shape = [](const ShapeArguments& x) -> Shape {
        require_square(x);
        return {1, 1};
    },
    .operations =
        [](Shape first, Shape) {
            const std::int64_t n = first.rows;
            return n * n * n;
        },
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const auto lu = as_eigen(x[0]).partialPivLu();
            double sum = 0;
            for (int i = 0; i < x[0].rows; ++i) sum += std::log(std::abs(lu.matrixLU()(i, i)));
            y.data[0] = sum;
        },
    .pullback = {[](const Pullback& p) {
        return multiply(p.adjoint, transpose(inverse(p.input())));
    }},
    .pushforward = {[](const Pushforward& p) {
        return sum(hadamard(transpose(inverse(p.input())), p.tangent));
    }},
    .definition = "log |det #1|",
    .latex = R"(\log \left|\det #1\right|)",
    .latex_precedence = Precedence::product,
    .example = {.operands = {{{3, 3}}}},
};

Expr log_determinant(Operand A) { return apply(log_determinant_op, {A}); }

}  // namespace revolute
