#include <revolute/ops/detail/column_mean.hpp>
#include <revolute/ops/detail/exponentials.hpp>
#include <revolute/ops/detail/term_sizes.hpp>
#include <revolute/ops/index.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <cstddef>
#include <type_traits>

namespace revolute {

namespace {

Expr error(const RuleSite& p) { return softmax_error(p.input(0), p.input(1)); }

constexpr auto fast_mean_cross_entropy = [](const auto& x, auto y) {
    using Number = std::remove_pointer_t<decltype(y.data)>;
    double sum = 0;
    for (int c = 0; c < x[0].columns; ++c) {
        const auto right = static_cast<std::size_t>(index_at(x[1], c, x[0].rows));
        sum += detail::fast_cross_entropy_of(x[0].column(c), right);
    }
    y(0, 0) = static_cast<Number>(sum / x[0].columns);
};

}  // namespace

// L = -1/B sum over c of log softmax(z)(class(c), c)  =>  z_bar = L_bar (softmax(z) - one_hot) / B.
constinit const Op softmax_cross_entropy_op{
    .name = "softmax_cross_entropy",
    .arity = 2,
    .shape = [](const ShapeArguments& x) -> Shape {
        require_class_for_each_column(x);
        return {1, 1};
    },
    .is_loss = true,
    .operations_per_entry = 4,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const auto rows = static_cast<std::size_t>(x[0].rows);
            double sum = 0.0;
            for (int c = 0; c < x[0].columns; ++c)
                sum += detail::cross_entropy_of(
                    x[0].values().subspan(static_cast<std::size_t>(c) * rows, rows),
                    static_cast<std::size_t>(index_at(x[1], c, x[0].rows)));
            y(0, 0) = sum / x[0].columns;
        },
    .fast_matrix = {fast_mean_cross_entropy, fast_mean_cross_entropy},
    .term_sizes = detail::terms_of_size_one,
    .pullback = {detail::pull_back_mean<error>, zero_derivative},
    .pushforward = {detail::push_forward_mean<error>},
    .definition =
        "the sum of log(sum over r of exp(#1(r, c))) - #1(#2(c), c) over columns c, over B",
    .latex = R"(\operatorname{crossentropy}\left(#1, #2\right))",
    .example = {.operands = {{{4, 3}, {1, 3}}}, .domains = {{{-2, 2, false}, {0, 3, true}}}},
};

Expr softmax_cross_entropy(Operand z, Operand classes) {
    return apply(softmax_cross_entropy_op, {z, classes});
}

}  // namespace revolute
