#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/detail/exponentials.hpp>
#include <revolute/ops/detail/softmax_rules.hpp>
#include <revolute/ops/index.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/ops/softmax.hpp>

#include <cstddef>
#include <limits>
#include <span>

namespace revolute {

namespace {

/// The share p of the right class minus 1, from the shares of the others where it is the largest:
/// next to 1, p has lost the digits of its distance from it.
void write_error(std::span<const double> z, std::size_t right, std::span<double> error) {
    const detail::Exponentials e = detail::exponentials_of(z);
    for (std::size_t r = 0; r < z.size(); ++r) error[r] = e.share(z[r]);
    if (e.of(z[e.place]) == 0.0) return;  // a column of -inf: no class can be made more likely
    error[right] = right == e.place ? -e.share_of_others() : error[right] - 1.0;
}

constexpr auto fast_softmax_error = []<class Number>(const KernelArguments<Number>& x,
                                                     BasicMatrixView<Number> y) {
    for (int c = 0; c < y.columns; ++c) {
        const auto right = static_cast<std::size_t>(index_at(x[1], c, y.rows));
        const auto z = x[0].column(c);
        const auto error = y.column(c);
        const auto [largest, others] = vector_math::shares(z, error.data());
        if (largest == -std::numeric_limits<double>::infinity()) continue;
        error[right] =
            z[right] == largest ? static_cast<Number>(-others / (1 + others)) : error[right] - 1;
    }
};

/// p, of which 1 is subtracted in the row of the right class alone: elsewhere it is the entry
/// itself.
void write_shares(const Arguments& x, MatrixView sizes) {
    softmax_op.evaluate({x.operands.first(1), {}}, sizes);
}

}  // namespace

// y = softmax(z) - one_hot(classes) => z_bar as softmax's. Each entry is right to a few units in
// its last place, however close the softmax is to the one-hot column.
constinit const Op softmax_error_op{
    .name = "softmax_error",
    .arity = 2,
    .shape =
        [](const ShapeArguments& x) {
            require_class_for_each_column(x);
            return x[0];
        },
    .operations_per_entry = 6,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const auto rows = static_cast<std::size_t>(y.rows);
            for (int c = 0; c < y.columns; ++c) {
                const std::size_t begin = static_cast<std::size_t>(c) * rows;
                write_error(x[0].values().subspan(begin, rows),
                            static_cast<std::size_t>(index_at(x[1], c, y.rows)),
                            std::span(y.data + begin, rows));
            }
        },
    .fast_matrix = {fast_softmax_error, fast_softmax_error},
    .term_sizes = write_shares,
    .pullback = {[](const Pullback& p) {
                     return detail::times_softmax_jacobian(softmax(p.input()), p.adjoint);
                 },
                 zero_derivative},
    .pushforward = {[](const Pushforward& p) {
        return detail::times_softmax_jacobian(softmax(p.input()), p.tangent);
    }},
    .text = "softmax(#1) - one_hot(#2)",
    .precedence = Precedence::sum,
    .latex = R"(\operatorname{softmax}\left(#1\right) - \operatorname{onehot}\left(#2\right))",
    .example = {.operands = {{{4, 3}, {1, 3}}}, .domains = {{{-2, 2, false}, {0, 3, true}}}},
};

Expr softmax_error(Operand z, Operand classes) { return apply(softmax_error_op, {z, classes}); }

}  // namespace revolute
