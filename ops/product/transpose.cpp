#include <revolute/ops/product.hpp>

#include <algorithm>

namespace revolute {

namespace {

constexpr auto transpose_entries = [](const auto& x, auto y) {
    // In squares, so that what is read and what is written is near each other.
    constexpr int side = 16;
    for (int first_c = 0; first_c < y.columns; first_c += side)
        for (int first_r = 0; first_r < y.rows; first_r += side)
            for (int c = first_c; c < std::min(first_c + side, y.columns); ++c)
                for (int r = first_r; r < std::min(first_r + side, y.rows); ++r)
                    y(r, c) = x[0](c, r);
};

}  // namespace

// Y = X'  =>  X_bar = Y_bar'.
constinit const Op transpose_op{
    .name = "transpose",
    .shape = [](const ShapeArguments& x) -> Shape {
        return {x[0].columns, x[0].rows};
    },
    .role = Role::transpose,
    .evaluate = transpose_entries,
    .fast_matrix = {transpose_entries, transpose_entries},
    .pullback = {[](const Pullback& p) { return transpose(p.adjoint); }},
    .pushforward = {multilinear},
    .text = "#1'",
    .precedence = Precedence::power,
    .latex = "#1^{\\top}",
    .example = {.operands = {{{2, 3}}}},
};

Expr transpose(Operand x) { return apply(transpose_op, {x}); }

}  // namespace revolute
