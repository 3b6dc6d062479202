#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/detail/lu_decomposition.hpp>
#include <revolute/ops/linear_algebra.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/shape_rules.hpp>

namespace revolute {

namespace {

constexpr auto invert = [](const auto& x, auto y) {
    detail::with_lu_of(x[0], y, [&](const auto& lu) { detail::mapped(y) = lu.inverse(); });
};

}  // namespace

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
    .evaluate = invert,
    .fast_matrix = {invert, invert},
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
