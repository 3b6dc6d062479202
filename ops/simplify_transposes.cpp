#include <revolute/graph/leaf.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/detail/simplification_themes.hpp>
#include <revolute/ops/product.hpp>

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

std::optional<Expr> transpose_of_accumulate(const Site& site) {
    const Expr sum = site.operand(0);
    if (!is_made_by(sum, accumulate_op) || !site.is_for_node_only(sum)) return std::nullopt;
    std::vector<Expr> terms;
    for (std::uint32_t slot = 0; slot < site.graph().operand_count(sum.id); ++slot)
        terms.push_back(transpose(Expr{sum.graph, sum.graph->operand(sum.id, slot)}));
    return accumulate(terms, {});
}

}  // namespace

// Transposes move towards the leaves, where equal ones meet and where products read them for nothing. A
// product or a sum that others use as well stays: transposing a copy of it would compute it twice.
void add_transpose_rules(RuleSet& rules) {
    const Expr x = rules.any("x"), y = rules.any("y"), s = rules.any("s", {1, 1});
    rules.add("transpose-twice", transpose(transpose(x)), x);
    rules.add("transpose-number", transpose(s), s);
    rules.add("transpose-product", transpose(x * y), transpose(y) * transpose(x),
              Inside::used_once);
    rules.add("transpose-sum", transpose(x + y), transpose(x) + transpose(y), Inside::used_once);
    rules.add("transpose-difference", transpose(x - y), transpose(x) - transpose(y),
              Inside::used_once);
    rules.add("transpose-negative", transpose(-x), -transpose(x), Inside::used_once);
    rules.add("transpose-scaled", {&transpose_op}, "(2 x)' = 2 x'", transpose_of_scaled);
    rules.add("transpose-accumulate", {&transpose_op}, "(x + y + z)' = x' + y' + z'",
              transpose_of_accumulate);
}

}  // namespace revolute::detail
