#include <revolute/graph/leaf.hpp>
#include <revolute/tools/equations/detail/sizes/equation_sense.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace revolute::detail {

namespace {

/// A name, with the axis of its step; -1: it has none.
using AxisName = std::pair<std::string, std::int32_t>;

/// Names of leaves, and the steps at which there is one.
using GivenNames = std::map<AxisName, std::vector<Interval>>;

GivenNames given_names(const Rolled& rolled, const EquationNames& names) {
    GivenNames given;
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const Part& part = rolled.parts[i];
        if (!is_given(*part.op)) continue;
        for (std::size_t k = 0; k < part.labels.size(); ++k) {
            const PartName& label = part.labels[k];
            const Interval steps = part.is_family() ? label.steps.interval() : Interval{0, 0};
            given[{names(PartId{i}, k), label.axis.value_or(-1)}].push_back(
                {steps.low + label.shift, steps.high + label.shift});
        }
    }
    return given;
}

/// Whether lines make sense with so many steps of the first axis.
class Sense {
 public:
    Sense(const Equations& equations, const GivenNames& given, std::int32_t steps)
        : equations_(equations), given_(given), steps_(steps) {}

    bool is_made() {
        for (const Equation& line : equations_.lines) define(line);
        for (const Equation& line : equations_.lines) {
            const Interval steps = steps_of(line);
            from_start_.clear();
            from_end_.clear();
            for (std::int32_t t = steps.low; t <= steps.high && is_made_; ++t) read(line.right, t);
        }
        return is_made_;
    }

 private:
    using Value = std::pair<AxisName, std::int32_t>;

    bool is_growing(std::int32_t axis) const {
        return !equations_.axes.empty() && equations_.axes.front().axis == axis;
    }
    bool is_near_end(std::int32_t axis, std::int32_t t) const {
        return is_growing(axis) && t - equations_.first_step() >= equations_.axes.front().steps - t;
    }
    std::int32_t at(std::int32_t axis, std::int32_t t) const {
        return is_near_end(axis, t) ? t - equations_.axes.front().steps + steps_ : t;
    }
    Interval at(std::int32_t axis, Interval steps) {
        const Interval here{at(axis, steps.low), at(axis, steps.high)};
        is_made_ = is_made_ && here.high >= here.low - 1;
        return here;
    }
    Interval steps_of(const Equation& line) {
        return line.step ? at(line.step->axis, line.steps) : Interval{0, 0};
    }

    void define(const Equation& line) {
        const AxisName name{line.name, line.step ? line.step->axis : -1};
        const Interval steps = steps_of(line);
        for (std::int32_t t = steps.low; t <= steps.high; ++t)
            is_made_ = defined_.emplace(name, t).second && is_made_;
    }

    bool is_there(const Value& value) const {
        if (defined_.contains(value)) return true;
        const auto found = given_.find(value.first);
        if (found == given_.end()) return false;
        const std::int32_t axis = value.first.second, t = value.second;
        return std::ranges::any_of(found->second, [&](Interval steps) {
            return at(axis, steps.low) <= t && t <= at(axis, steps.high) &&
                   (!is_growing(axis) || is_step_of(steps, t));
        });
    }

    /// What is given at steps of the axis is given at none before or behind them: x(1) is there
    /// from two steps on, but h(-1) and h(N) always.
    bool is_step_of(Interval given, std::int32_t t) const {
        return (given.low < 0 || t >= 0) &&
               (given.high >= equations_.axes.front().steps || t < steps_);
    }

    void read(const EquationTerm& term, std::int32_t t) {
        for (const EquationGrowth& growth : term.growing)
            is_made_ = is_made_ && (!growth.law || std::isfinite(growth.law->at(steps_)));
        if (term.kind == EquationTerm::Kind::name) read_name(term, t);
        const bool is_over_steps =
            term.kind == EquationTerm::Kind::sum || term.kind == EquationTerm::Kind::list;
        const Interval steps = is_over_steps ? at(term.axis, term.steps) : Interval{t, t};
        for (std::int32_t s = steps.low; s <= steps.high && is_made_; ++s)
            for (const EquationTerm& operand : term.operands) read(operand, s);
    }

    /// What a line tells both from the first step and from the last one is two values that would be
    /// one.
    void read_name(const EquationTerm& term, std::int32_t t) {
        if (!term.step) {
            is_made_ = is_made_ && is_there({{term.name, -1}, 0});
            return;
        }
        const auto [axis, is_fixed, step] = *term.step;
        const Value value{{term.name, axis}, is_fixed ? at(axis, step) : t + step};
        is_made_ = is_made_ && is_there(value);
        if (!is_fixed || !is_growing(axis)) return;
        const bool is_of_end = is_near_end(axis, step);
        (is_of_end ? from_end_ : from_start_).insert(value);
        if ((is_of_end ? from_start_ : from_end_).contains(value)) is_made_ = false;
    }

    const Equations& equations_;
    const GivenNames& given_;
    std::int32_t steps_;
    bool is_made_ = true;
    std::set<Value> defined_;
    std::set<Value> from_start_, from_end_;  // read by one line
};

}  // namespace

std::int32_t least_steps_of(const Equations& equations, const Rolled& rolled,
                            const EquationNames& names, std::int32_t known) {
    const GivenNames given = given_names(rolled, names);
    std::int32_t least = known;
    while (least > 1 + equations.first_step() && Sense(equations, given, least - 1).is_made())
        --least;
    return least;
}

}  // namespace revolute::detail
