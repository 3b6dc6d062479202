#include <support/equation_walk.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace revolute::test {

namespace {

/// A name, its axis (-1: none) and its step.
using Value = std::tuple<std::string, std::int32_t, std::int32_t>;

/// Steps of equations for any number of steps are those of a large number.
class Walk {
 public:
    Walk(const Equations& equations, std::function<std::int32_t(std::int32_t, std::int32_t)> step)
        : equations_(equations), step_(std::move(step)) {
        for (const Equation& line : equations_.lines)
            for (const std::int32_t t : steps_of(line)) defined_.insert(value_of(line, t));
    }

    void run() {
        const std::size_t count = equations_.lines.size();
        for (std::size_t first = 0; first < count;) {
            std::size_t last = first;
            while (last < count && !computes(first, last)) ++last;
            if (last == count) {
                FAIL_CHECK(fmt::format("line {}, {}, cannot be computed", first,
                                       equations_.lines[first].name));
                return;
            }
            first = last + 1;
        }
    }

 private:
    std::vector<std::int32_t> steps_of(const Equation& line) const {
        if (!line.step) return {0};
        std::vector<std::int32_t> steps;
        for (std::int32_t t = step_(line.step->axis, line.steps.low);
             t <= step_(line.step->axis, line.steps.high); ++t)
            steps.push_back(t);
        if (line.is_descending) std::ranges::reverse(steps);
        return steps;
    }

    static Value value_of(const Equation& line, std::int32_t t) {
        return {line.name, line.step ? line.step->axis : -1, t};
    }

    std::vector<Value> reads_of(const EquationTerm& term, std::int32_t t) const {
        if (term.kind == EquationTerm::Kind::name) {
            if (!term.step) return {{term.name, -1, 0}};
            const auto [axis, is_fixed, at] = *term.step;
            return {{term.name, axis, is_fixed ? step_(axis, at) : t + at}};
        }
        std::vector<Value> reads;
        const bool is_over_steps =
            term.kind == EquationTerm::Kind::sum || term.kind == EquationTerm::Kind::list;
        const std::int32_t low = is_over_steps ? step_(term.axis, term.steps.low) : t;
        const std::int32_t high = is_over_steps ? step_(term.axis, term.steps.high) : t;
        for (std::int32_t s = low; s <= high; ++s)
            for (const EquationTerm& operand : term.operands)
                for (Value& read : reads_of(operand, s)) reads.push_back(std::move(read));
        return reads;
    }

    /// Computes a line at a step, if it can be.
    bool compute(const Equation& line, std::int32_t t, std::set<Value>& computed) const {
        for (const Value& read : reads_of(line.right, t))
            if (defined_.contains(read) && !computed.contains(read)) return false;
        return computed.insert(value_of(line, t)).second;  // not twice
    }

    bool compute(const Equation& line, std::set<Value>& computed) const {
        std::set<Value> then = computed;
        for (const std::int32_t t : steps_of(line))
            if (!compute(line, t, then)) return false;
        computed = std::move(then);
        return true;
    }

    /// Those that can be by themselves, then the others together.
    bool computes(std::size_t first, std::size_t last) {
        std::set<Value> computed = computed_;
        std::vector<const Equation*> together;
        for (std::size_t i = first; i <= last; ++i)
            if (!compute(equations_.lines[i], computed)) together.push_back(&equations_.lines[i]);
        if (first == last && !together.empty()) return false;
        std::set<std::int32_t> steps;
        for (const Equation* line : together) {
            if (!line->step || line->step->axis != together.front()->step->axis ||
                line->is_descending != together.front()->is_descending)
                return false;
            for (const std::int32_t t : steps_of(*line)) steps.insert(t);
        }
        std::vector<std::int32_t> order(steps.begin(), steps.end());
        if (!together.empty() && together.front()->is_descending) std::ranges::reverse(order);
        for (const std::int32_t t : order)
            for (const Equation* line : together)
                if (std::ranges::count(steps_of(*line), t) > 0 && !compute(*line, t, computed))
                    return false;
        computed_ = std::move(computed);
        return true;
    }

    const Equations& equations_;
    std::function<std::int32_t(std::int32_t, std::int32_t)> step_;
    std::set<Value> defined_;
    std::set<Value> computed_;
};

}  // namespace

void check_order(const Equations& equations, std::int32_t steps) {
    Walk(equations, [&](std::int32_t axis, std::int32_t t) {
        const auto found = std::ranges::find(equations.axes, axis, &AxisSteps::axis);
        const bool is_near_end = found != equations.axes.end() && t >= found->steps - t;
        return is_near_end ? t - found->steps + steps : t;
    }).run();
}

void check_order(const Equations& equations) {
    Walk(equations, [](std::int32_t, std::int32_t t) { return t; }).run();
}

}  // namespace revolute::test
