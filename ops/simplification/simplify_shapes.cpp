#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/detail/simplification_themes.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/structure.hpp>

namespace revolute::detail {

namespace {

/// Sums over one entry, repetitions of all there is, parts that are the whole.
std::optional<Expr> keep_shape(const Site& site) {
    if (site.operand_count() != 1 || site.operand(0).shape() != site.shape()) return std::nullopt;
    return site.operand(0);
}

std::optional<Expr> keep_one_column(const Site& site) {
    if (site.shape().columns != 1) return std::nullopt;
    return site.operand(0);
}

std::optional<Expr> reshape_once(const Site& site) {
    const Expr inner = site.operand(0);
    if (!is_made_by(inner, reshape_op)) return std::nullopt;
    return reshape(Expr{inner.graph, inner.graph->operand(inner.id, 0)}, site.shape().rows,
                   site.shape().columns);
}

/// The sum over what a broadcast repeats is as many times what it repeats.
template <const Op& broadcast_op>
std::optional<Expr> sum_of_broadcast(const Site& site) {
    const Expr repeated = site.operand(0);
    if (!is_made_by(repeated, broadcast_op)) return std::nullopt;
    const Expr x{repeated.graph, repeated.graph->operand(repeated.id, 0)};
    const std::size_t times = repeated.shape().size() / x.shape().size();
    return scale(static_cast<double>(times), x);
}

}  // namespace

void add_shape_rules(RuleSet& rules) {
    const Expr column = rules.any("d", {2, 1});
    rules.add(
        "same-shape",
        {&sum_op, &mean_op, &row_sums_op, &column_sums_op, &row_max_op, &column_max_op,
         &broadcast_op, &broadcast_columns_op, &broadcast_rows_op, &reshape_op, &rows_op,
         &columns_op, &place_rows_op, &place_columns_op, &stack_rows_op, &stack_columns_op,
         &diagonal_op, &diagonal_matrix_op},
        "f(x) = x for sums, broadcasts, reshapes, parts and diagonals that have the shape of x",
        keep_shape);
    rules.add("total-of-one-column", {&cumulative_sum_op, &reverse_cumulative_sum_op},
              "cumulative_sum(x) = x for one column", keep_one_column);
    rules.add("diagonal-of-diagonal", diagonal(diagonal_matrix(column)), column);
    rules.add("reshape-twice", {&reshape_op}, "reshape(reshape(x, 2, 6), 4, 3) = reshape(x, 4, 3)",
              reshape_once);
    rules.add("sum-broadcast", {&sum_op}, "sum(broadcast(x, 2, 3)) = 6 x",
              sum_of_broadcast<broadcast_op>);
    rules.add("row-sums-broadcast", {&row_sums_op}, "row_sums(broadcast_columns(x, 3)) = 3 x",
              sum_of_broadcast<broadcast_columns_op>);
    rules.add("column-sums-broadcast", {&column_sums_op}, "column_sums(broadcast_rows(x, 2)) = 2 x",
              sum_of_broadcast<broadcast_rows_op>);
}

}  // namespace revolute::detail
