#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/detail/simplification_themes.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/structure.hpp>

#include <cmath>

namespace revolute::detail {

namespace {

/// k x, as scale or negate makes it.
struct Scaled {
    double factor;
    Expr x;
};

std::optional<Scaled> as_scaled(Expr y) {
    const Graph& graph = *y.graph;
    const bool is_scale = is_made_by(y, scale_op);
    if (!is_scale && !is_made_by(y, negate_op)) return std::nullopt;
    return Scaled{is_scale ? graph.attributes(y.id)[0] : -1.0, {y.graph, graph.operand(y.id, 0)}};
}

/// Whether two values belong to different steps.
bool are_of_different_steps(Expr a, Expr b) {
    const auto step_of_a = a.graph->step(a.id), step_of_b = b.graph->step(b.id);
    return step_of_a && step_of_b && step_of_a != step_of_b;
}

/// One factor for two, unless it overflows or underflows. Where another node uses the inner one it
/// saves nothing. Those of different steps stay: of h(t) = 2 h(t-1) they would make one power of 2,
/// which tells nothing of other numbers of steps.
std::optional<Expr> join_factors(const Site& site) {
    const std::optional<Scaled> outer = as_scaled(site.node);
    const std::optional<Scaled> inner = as_scaled(outer->x);
    if (!inner || !site.is_for_node_only(outer->x)) return std::nullopt;
    if (are_of_different_steps(site.node, outer->x)) return std::nullopt;
    const double factor = outer->factor * inner->factor;
    if (!std::isnormal(factor)) return std::nullopt;
    return scale(factor, inner->x);
}

std::optional<Expr> scale_by_constant(const Site& site) {
    for (const std::uint32_t slot : {0u, 1u})
        if (const auto factor = constant_value(site.operand(slot)))
            return scale(*factor, site.operand(1 - slot));
    return std::nullopt;
}

std::optional<Expr> multiply_by_constant(const Site& site) {
    const auto factor = constant_value(site.operand(0));
    if (!factor) return std::nullopt;
    return scale(*factor, site.operand(1));
}

/// A product with a constant of one entry has the shape of its other operand.
std::optional<Expr> product_with_constant(const Site& site) {
    for (const std::uint32_t slot : {0u, 1u})
        if (site.operand(slot).shape().is_scalar())
            if (const auto factor = constant_value(site.operand(slot)))
                return scale(*factor, site.operand(1 - slot));
    return std::nullopt;
}

std::optional<Expr> divide_by_constant(const Site& site) {
    const auto divisor = constant_value(site.operand(1));
    if (!divisor || !std::isnormal(1.0 / *divisor)) return std::nullopt;
    return scale(1.0 / *divisor, site.operand(0));
}

bool is_ones(Expr x) { return constant_value(x) == 1.0; }

/// The sums of a matrix's columns or rows, or a row or column repeated: products with a row or a
/// column of ones, at no multiplication.
std::optional<Expr> product_with_ones(const Site& site) {
    const Expr a = site.operand(0), b = site.operand(1);
    if (is_ones(a) && a.shape().rows == 1) return column_sums(b);
    if (is_ones(b) && b.shape().columns == 1) return row_sums(a);
    if (is_ones(a) && a.shape().columns == 1) return broadcast_rows(b, a.shape().rows);
    if (is_ones(b) && b.shape().rows == 1) return broadcast_columns(a, b.shape().columns);
    return std::nullopt;
}

/// a o b is b o a, and a + b is b + a, where that one is there already.
std::optional<Expr> swap_to_older(const Site& site) {
    const NodeId swapped[] = {site.operand(1).id, site.operand(0).id};
    const std::optional<NodeId> other = site.graph().find_like(site.node.id, swapped);
    if (!other || index(*other) >= index(site.node.id)) return std::nullopt;
    return site.graph().at(*other);
}

/// A factor of a step may chance to be 1 at that step; one of none was given so.
std::optional<Expr> drop_stepless_one(const Site& site) {
    if (site.graph().step(site.node.id) || site.attribute(0) != 1.0) return std::nullopt;
    return site.operand(0);
}

}  // namespace

void add_rules_of_stepless_factors(RuleSet& rules) {
    rules.add("scale-stepless-one", {&scale_op}, "1 x = x, of no step", drop_stepless_one);
}

void add_product_rules(RuleSet& rules) {
    const Expr x = rules.any("x");
    const Expr s = rules.any("s", {1, 1}), zero = rules.number(0.0);
    rules.add("scale-one", 1.0 * x, x);
    rules.add("scale-zero", 0.0 * x, zero);
    rules.add("scale-minus-one", -1.0 * x, -x);
    rules.add("scale-scale", {&scale_op, &negate_op}, "2 (3 x) = 6 x", join_factors);
    rules.add("hadamard-constant", {&hadamard_op}, "x o 2 = 2 x", scale_by_constant);
    rules.add("hadamard-self", hadamard(x, x), square(x));
    rules.add("swapped", {&add_op, &hadamard_op}, "y + x = x + y, y o x = x o y", swap_to_older);
    rules.add("multiply-constant", {&multiply_op}, "2 * x = 2 x", multiply_by_constant);
    rules.add("multiply-zero", multiply(s, zero), zero);
    rules.add("divide-constant", {&divide_op}, "x / 2 = 0.5 x", divide_by_constant);
    rules.add("zero-divide", 0.0 / x, zero);
    rules.add("one-divide", 1.0 / x, reciprocal(x));
    rules.add("product-zero", x * zero, zero);
    rules.add("zero-product", zero * x, zero);
    const Expr column = rules.any("a", {2, 1}), row = rules.any("b", {1, 2});
    const Expr other = rules.any("c", {2, 1});
    rules.add("scale-rows-zero", scale_rows(column, zero), zero);
    rules.add("scale-rows-by-zero", scale_rows(rules.number(0.0, {2, 1}), x), zero);
    rules.add("scale-rows-by-one", scale_rows(rules.number(1.0, {2, 1}), x), x);
    rules.add("scale-columns-zero", scale_columns(zero, row), zero);
    rules.add("scale-columns-by-zero", scale_columns(x, rules.number(0.0, {1, 2})), zero);
    rules.add("scale-columns-by-one", scale_columns(x, rules.number(1.0, {1, 2})), x);
    rules.add("diagonal-product", diagonal_matrix(column) * x, scale_rows(column, x));
    rules.add("product-diagonal", x * diagonal_matrix(column), scale_columns(x, transpose(column)));
    rules.add("scale-rows-diagonal", scale_rows(column, diagonal_matrix(other)),
              diagonal_matrix(hadamard(column, other)));
    rules.add("scale-columns-diagonal", scale_columns(diagonal_matrix(column), row),
              diagonal_matrix(hadamard(column, transpose(row))));
    rules.add("product-ones", {&matmul_op},
              "1' x = column_sums(x), x 1 = row_sums(x), 1 b = broadcast_rows(b), "
              "a 1' = broadcast_columns(a)",
              product_with_ones);
    rules.add("product-number", {&matmul_op}, "x [2] = 2 x", product_with_constant);
}

}  // namespace revolute::detail
