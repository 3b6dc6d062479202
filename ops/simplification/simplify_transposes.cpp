#include <revolute/graph/leaf.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/detail/simplification_themes.hpp>
#include <revolute/ops/linear_algebra.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/structure.hpp>

#include <vector>

namespace revolute::detail {

namespace {

std::optional<Expr> transpose_of_scaled(const Site& site) {
    const Expr scaled = site.operand(0);
    if (!is_made_by(scaled, scale_op) || !site.is_for_node_only(scaled)) return std::nullopt;
    const Graph& graph = site.graph();
    return scale(graph.attributes(scaled.id)[0],
                 transpose(Expr{scaled.graph, graph.operand(scaled.id, 0)}));
}

/// Nodes that transposing a factor of a product adds, less those that it makes superfluous.
int added_by_factor(const Site& site, Expr factor) {
    if (factor.shape().is_scalar()) return 0;
    if (is_made_by(factor, transpose_op)) return site.is_for_node_only(factor) ? -1 : 0;
    return 1;
}

/// The same for a term of the sum that the node transposes.
int added_by_term(const Site& site, Expr term) {
    const Graph& graph = site.graph();
    if (is_made_by(term, constant_op)) return 0;
    if (is_made_by(term, matmul_op) && site.is_for_node_only(term))
        return added_by_factor(site, {term.graph, graph.operand(term.id, 0)}) +
               added_by_factor(site, {term.graph, graph.operand(term.id, 1)});
    if (is_made_by(term, transpose_op)) return added_by_factor(site, term);
    const NodeId operands[] = {term.id};
    return graph.find_like(site.node.id, operands) ? 0 : 1;  // terms have the shape of the sum
}

/// The sum of the transposed terms, where that takes no more nodes than the sum transposed: a
/// gradient summed over a hundred steps is transposed once.
template <const Op& sum>
std::optional<Expr> transpose_of_sum(const Site& site) {
    const Expr terms = site.operand(0);
    if (!is_made_by(terms, sum) || !site.is_for_node_only(terms)) return std::nullopt;
    int added = -1;  // the node itself
    for (std::uint32_t slot = 0; slot < site.graph().operand_count(terms.id); ++slot)
        added += added_by_term(site, {terms.graph, site.graph().operand(terms.id, slot)});
    if (added > 0) return std::nullopt;
    std::vector<Operand> transposed;
    for (std::uint32_t slot = 0; slot < site.graph().operand_count(terms.id); ++slot)
        transposed.emplace_back(transpose(Expr{terms.graph, site.graph().operand(terms.id, slot)}));
    return apply_to_all(sum, transposed);
}

}  // namespace

// Transposes move towards the leaves, where equal ones meet and where products read them for
// nothing. A product or a sum that others use as well stays: transposing a copy of it would compute
// it twice. So does a sum of which more terms would have to be transposed than vanish.
void add_transpose_rules(RuleSet& rules) {
    const Expr x = rules.any("x"), y = rules.any("y"), s = rules.any("s", {1, 1});
    const Expr square = rules.any("A", {2, 2}), column = rules.any("d", {2, 1});
    rules.add("transpose-twice", transpose(transpose(x)), x);
    rules.add("transpose-number", transpose(s), s);
    rules.add("transpose-product", transpose(x * y), transpose(y) * transpose(x),
              Inside::used_once);
    rules.add("transpose-sum", {&transpose_op}, "(x' + y)' = x + y'", transpose_of_sum<add_op>);
    rules.add("transpose-difference", {&transpose_op}, "(x' - y)' = x - y'",
              transpose_of_sum<subtract_op>);
    rules.add("transpose-negative", transpose(-x), -transpose(x), Inside::used_once);
    rules.add("transpose-scaled", {&transpose_op}, "(2 x)' = 2 x'", transpose_of_scaled);
    rules.add("transpose-accumulate", {&transpose_op}, "(x' + y' + z)' = x + y + z'",
              transpose_of_sum<accumulate_op>);
    // Outwards: a product reads it for nothing, and the inverses of both are one.
    rules.add("inverse-transpose", inverse(transpose(square)), transpose(inverse(square)));
    rules.add("transpose-diagonal", transpose(diagonal_matrix(column)), diagonal_matrix(column));
    rules.add("diagonal-transpose", diagonal(transpose(square)), diagonal(square));
    rules.add("log-determinant-transpose", log_determinant(transpose(square)),
              log_determinant(square));
}

}  // namespace revolute::detail
