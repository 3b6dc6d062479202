#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/detail/simplification_themes.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/linear_algebra.hpp>
#include <revolute/ops/structure.hpp>

namespace revolute::detail {

void add_function_rules(RuleSet& rules) {
    const Expr x = rules.any("x"), y = rules.any("y"), keep = rules.any("k");
    const Expr zero = rules.number(0.0), one = rules.number(1.0);
    rules.add("power-zero", power(x, 0.0), one);
    rules.add("power-one", power(x, 1.0), x);
    rules.add("power-two", power(x, 2.0), square(x));
    rules.add("power-minus-one", power(x, -1.0), reciprocal(x));
    rules.add("reciprocal-twice", reciprocal(reciprocal(x)), x);
    rules.add("square-negative", square(-x), square(x));
    rules.add("abs-negative", abs(-x), abs(x));
    rules.add("abs-twice", abs(abs(x)), abs(x));
    rules.add("relu-twice", relu(relu(x)), relu(x));
    // A mask gives exact zeros whatever it masks, and a choice what it chooses, so these hold for
    // values that are not finite too.
    rules.add("mask-all", mask(x, one), x);
    rules.add("mask-none", mask(x, zero), zero);
    rules.add("mask-zero", mask(zero, keep), zero);
    rules.add("mask-twice", mask(mask(x, keep), keep), mask(x, keep));
    rules.add("where-all", where(one, x, y), x);
    rules.add("where-none", where(zero, x, y), y);
    rules.add("where-same", where(keep, x, x), x);
    rules.add("where-or-zero", where(keep, x, zero), mask(x, keep));
    rules.add("stop-twice", stop_gradient(stop_gradient(x)), stop_gradient(x));
    rules.add("inverse-twice", inverse(inverse(x)), x);
    rules.add("log-determinant-inverse", log_determinant(inverse(x)), -log_determinant(x));
}

}  // namespace revolute::detail
