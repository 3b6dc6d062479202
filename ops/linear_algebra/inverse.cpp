#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/detail/lu_decomposition.hpp>
#include <revolute/ops/linear_algebra.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <cstddef>
#include <span>

namespace revolute {

namespace {

constexpr auto invert = [](const auto& x, auto y) {
    detail::solve_by_columns(
        x[0], y, [](int c, std::span<double> column) { column[static_cast<std::size_t>(c)] = 1; });
};

}  // namespace

// Y = A^-1, so dY = -Y dA Y  =>  A_bar = -Y' Y_bar Y'.
constinit const Op inverse_op{
    .name = "inverse",
    .shape = [](const ShapeArguments& x) -> Shape {
        require_square(x);
        return x[0];
    },
    .operations_by_size = [](Shape first, Shape) { return 2 * std::int64_t{first.rows}; },
    .evaluate = invert,
    .fast_matrix = {invert, invert},
    .pullback = {[](const Pullback& p) {
        const Expr transposed = transpose(p.output);
        return -(transposed * p.adjoint * transposed);
    }},
    .pushforward = {[](const Pushforward& p) { return -(p.output * p.tangent * p.output); }},
    .definition = "the matrix Y with #1 Y = I, the identity",
    .latex = "#1^{-1}",
    .latex_precedence = Precedence::power,
    .example = {.operands = {{{3, 3}}}},
};

Expr inverse(Operand A) { return apply(inverse_op, {A}); }

}  // namespace revolute
