#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/detail/exponentials.hpp>
#include <revolute/ops/detail/term_sizes.hpp>
#include <revolute/ops/index.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <cstddef>
#include <type_traits>

namespace revolute {

namespace {

constexpr auto fast_column_cross_entropy = [](const auto& x, auto y) {
    using Number = std::remove_pointer_t<decltype(y.data)>;
    for (int c = 0; c < y.columns; ++c) {
        const auto right = static_cast<std::size_t>(index_at(x[1], c, x[0].rows));
        y(0, c) = static_cast<Number>(detail::fast_cross_entropy_of(x[0].column(c), right));
    }
};

}  // namespace

// y(c) = -log softmax(z)(class(c), c)  =>  z_bar(r, c) = y_bar(c) (softmax(z) - one_hot)(r, c).
constinit const Op column_cross_entropy_op{
    .name = "column_cross_entropy",
    .arity = 2,
    .shape = [](const ShapeArguments& x) -> Shape {
        require_class_for_each_column(x);
        return {1, x[0].columns};
    },
    .is_loss = true,
    .operations_per_entry = 4,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const auto rows = static_cast<std::size_t>(x[0].rows);
            for (int c = 0; c < y.columns; ++c)
                y(0, c) = detail::cross_entropy_of(
                    x[0].values().subspan(static_cast<std::size_t>(c) * rows, rows),
                    static_cast<std::size_t>(index_at(x[1], c, x[0].rows)));
        },
    .fast_matrix = {fast_column_cross_entropy, fast_column_cross_entropy},
    .term_sizes = detail::terms_of_size_one,
    .pullback = {[](const Pullback& p) {
                     const Expr error = softmax_error(p.input(0), p.input(1));
                     return hadamard(error, broadcast_rows(p.adjoint, error.shape().rows));
                 },
                 zero_derivative},
    .pushforward = {[](const Pushforward& p) {
        return column_sums(hadamard(softmax_error(p.input(0), p.input(1)), p.tangent));
    }},
    .definition = "log(sum over r of exp(#1(r, c))) - #1(#2(c), c) of each column c",
    .latex = R"(\operatorname{crossentropy}_{c}\left(#1, #2\right))",
    .example = {.operands = {{{4, 3}, {1, 3}}}, .domains = {{{-2, 2, false}, {0, 3, true}}}},
};

Expr column_cross_entropy(Operand z, Operand classes) {
    return apply(column_cross_entropy_op, {z, classes});
}

}  // namespace revolute
