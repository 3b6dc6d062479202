#include <revolute/graph/leaf.hpp>
#include <revolute/graph/values/matrix.hpp>
#include <revolute/ops/detail/simplification_themes.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace revolute::detail {

std::optional<double> constant_value(Expr x) {
    if (!is_made_by(x, constant_op)) return std::nullopt;
    return x.graph->attributes(x.id)[0];
}

bool is_made_by(Expr x, const Op& op) { return &x.graph->op(x.id) == &op; }

namespace {

/// Whether every entry of the output is made of one entry of each operand: then one entry says what
/// all are, when all entries of an operand are equal.
bool is_made_entry_by_entry(const Op& op) {
    return op.role == Role::elementwise || places_entries(op.role);
}

/// Matrices of more entries are not filled to find out what comes of them.
constexpr std::size_t most_entries = 1'000'000;

/// The value of the node on matrices of constants; none when that would take too much memory.
std::optional<Matrix> value_of(const Site& site) {
    const bool is_entry_enough = is_made_entry_by_entry(site.op());
    const auto shape_of = [&](Expr x) { return is_entry_enough ? Shape{} : x.shape(); };
    std::vector<Matrix> values;
    for (std::uint32_t slot = 0; slot < site.operand_count(); ++slot) {
        const Expr operand = site.operand(slot);
        const std::optional<double> value = constant_value(operand);
        if (!value || shape_of(operand).size() > most_entries) return std::nullopt;
        values.emplace_back(shape_of(operand), *value);
    }
    if (shape_of(site.node).size() > most_entries) return std::nullopt;
    const std::vector<ConstMatrixView> views(values.begin(), values.end());
    Matrix result(shape_of(site.node));
    try {
        site.op().evaluate({views, site.graph().attributes(site.node.id)}, result);
    } catch (const EvaluationError&) {  // evaluating the graph says what is wrong
        return std::nullopt;
    }
    return result;
}

/// A node of constants whose entries are equal and finite. What is not finite stays to be found
/// where it arises.
std::optional<Expr> fold(const Site& site) {
    if (site.op().evaluate == nullptr || !constant_value(site.operand(0))) return std::nullopt;
    const std::optional<Matrix> value = value_of(site);
    if (!value) return std::nullopt;
    const double first = value->values().front();
    const bool is_uniform =
        std::ranges::all_of(value->values(), [&](double entry) { return entry == first; });
    if (!is_uniform || !std::isfinite(first)) return std::nullopt;
    return site.graph().constant(first, site.shape(), {});
}

std::optional<Expr> fold_stepless(const Site& site) {
    return site.graph().step(site.node.id) ? std::nullopt : fold(site);
}

constexpr const char* fold_name = "fold-constants";
constexpr const char* fold_equation = "f(1, 2) = its value";

}  // namespace

void add_constant_rules(RuleSet& rules) { rules.add_everywhere(fold_name, fold_equation, fold); }

void add_rules_of_stepless_constants(RuleSet& rules) {
    rules.add_everywhere(fold_name, fold_equation, fold_stepless);
}

}  // namespace revolute::detail
