#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/detail/lu_decomposition.hpp>
#include <revolute/ops/linear_algebra.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <cmath>

namespace revolute {

namespace {

constexpr auto sum_of_logarithms = [](const auto& x, auto y) {
    detail::with_lu_of(x[0], y, [&](const auto& lu) {
        y.data[0] = 0;
        for (int i = 0; i < x[0].rows; ++i) y.data[0] += std::log(std::abs(lu.matrixLU()(i, i)));
    });
};

}  // namespace

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
    .evaluate = sum_of_logarithms,
    .fast_matrix = {sum_of_logarithms, sum_of_logarithms},
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
