#include <revolute/ops/detail/simplification_themes.hpp>
#include <revolute/ops/simplification_rules.hpp>

namespace revolute {

namespace {

void add_rules_behind_constants(RuleSet& rules) {
    detail::add_sum_rules(rules);
    detail::add_product_rules(rules);
    detail::add_function_rules(rules);
    detail::add_transpose_rules(rules);
    detail::add_shape_rules(rules);
    detail::add_row_rules(rules);
    detail::add_column_rules(rules);
}

void leave_out_rules_of_certain_numbers(RuleSet& rules) {
    for (const char* name : {"scale-one", "scale-zero", "scale-minus-one", "power-zero",
                             "power-one", "power-two", "power-minus-one"})
        rules.leave_out(name);
    detail::add_rules_of_stepless_factors(rules);
}

}  // namespace

const RuleSet& simplification_rules() {
    static const RuleSet rules = [] {
        RuleSet all;
        detail::add_constant_rules(all);
        add_rules_behind_constants(all);
        return all;
    }();
    return rules;
}

const RuleSet& simplification_rules_for_any_steps() {
    static const RuleSet rules = [] {
        RuleSet some;
        detail::add_rules_of_stepless_constants(some);
        add_rules_behind_constants(some);
        leave_out_rules_of_certain_numbers(some);
        return some;
    }();
    return rules;
}

const RuleSet& simplification_rules_that_keep_numbers() {
    static const RuleSet rules = [] {
        RuleSet some;
        add_rules_behind_constants(some);
        leave_out_rules_of_certain_numbers(some);
        some.leave_out("scale-scale");
        return some;
    }();
    return rules;
}

}  // namespace revolute
