#include <revolute/ops/detail/simplification_themes.hpp>
#include <revolute/ops/simplification_rules.hpp>

namespace revolute {

const RuleSet& simplification_rules() {
    static const RuleSet rules = [] {
        RuleSet all;
        detail::add_constant_rules(all);
        detail::add_sum_rules(all);
        detail::add_product_rules(all);
        detail::add_function_rules(all);
        detail::add_transpose_rules(all);
        detail::add_shape_rules(all);
        detail::add_row_rules(all);
        detail::add_column_rules(all);
        return all;
    }();
    return rules;
}

}  // namespace revolute
