#include <revolute/graph/graph.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/product.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace revolute {

namespace {

/// What multiplies every entry by an operand of one entry; empty where there is none.
std::string multiply_hint(const ShapeArguments& x) {
    if (!x[0].is_scalar() && !x[1].is_scalar()) return {};
    const std::size_t factor = x[0].is_scalar() ? 0 : 1;
    const auto who = [&](std::size_t slot) {
        const std::string label = x.graph.label(x.operands[slot]);
        return label.empty() ? fmt::format("operand {}", slot) : label;
    };
    return fmt::format("; write multiply({}, {}) if every entry is to be multiplied", who(factor),
                       who(1 - factor));
}

}  // namespace

// Y = A B  =>  A_bar = Y_bar B',  B_bar = A' Y_bar.
constinit const Op matmul_op{
    .name = "matmul",
    .arity = 2,
    .shape = [](const ShapeArguments& x) -> Shape {
        if (x[0].columns != x[1].rows)
            x.fail(fmt::format(
                "columns of the first operand ({}) must equal rows of the second ({}){}",
                x[0].columns, x[1].rows, multiply_hint(x)));
        return {x[0].rows, x[1].columns};
    },
    .role = Role::product,
    .evaluate = [](const Arguments& x,
                   MatrixView y) { as_eigen(y).noalias() = as_eigen(x[0]) * as_eigen(x[1]); },
    .pullback = {[](const Pullback& p) { return p.adjoint * transpose(p.input(1)); },
                 [](const Pullback& p) { return transpose(p.input(0)) * p.adjoint; }},
    .pushforward = PerOperand<PushforwardRule>::every(multilinear),
    .text = "#1 #2",
    .precedence = Precedence::product,
    .latex = "#1 #2",
    .example = {.operands = {{{2, 3}, {3, 4}}}},
};

Expr matmul(Operand a, Operand b) { return apply(matmul_op, {a, b}); }

Expr operator*(Operand a, Operand b) { return apply(matmul_op, {a, b}); }

}  // namespace revolute
