#pragma once

/// @file
/// How figures write the steps of their time axes.

#include <revolute/tools/figures/figure.hpp>
#include <revolute/tools/figures/folding/step_axes.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace revolute {

/// The steps of a figure's time axes, and how it writes them. One that draws all writes numbers.
/// One that stands for any number of steps writes numbers for the first, counts the last from T,
/// the last of all, and, when it is folded, those in the midst from t, the one that stands for all.
class StepNames {
 public:
    StepNames() = default;
    /// Of the axes that a figure has, in the order of their numbers.
    StepNames(ShownSteps shown, std::vector<StepAxis> axes)
        : shown_(shown), axes_(std::move(axes)) {}

    /// "2", "-1", "t+1", "T", "T-1".
    std::string operator()(Step step) const;
    /// The same as it stands below a name: a number that is not of the first axis says so, "s=2".
    std::string below(Step step) const;
    /// "t = 2", "t = T".
    std::string equation(Step step) const;

    /// The same names but for the midst, which is counted from the first step or from the last one.
    StepNames counted_from_ends() const { return {ShownSteps::elided, axes_}; }

    ///@{
    /// The first step of an axis, the last one, and how many there are.
    Step first(std::int32_t axis) const { return {axis, axis_of(axis).steps.low}; }
    Step last(std::int32_t axis) const { return {axis, axis_of(axis).steps.high}; }
    std::int32_t count(std::int32_t axis) const { return axis_of(axis).count(); }
    ///@}
    /// How many steps at either end of an axis may be unlike the others, in a folded figure.
    std::int32_t ends(std::int32_t axis) const { return count(axis) / 4; }
    /// The step that stands for all of a time axis, in a folded figure.
    Step middle(std::int32_t axis) const { return {axis, first(axis).t + count(axis) / 2}; }
    /// Whether a step is counted from t.
    bool is_midst(Step step) const;

 private:
    StepAxis axis_of(std::int32_t number) const;
    bool is_counted_from_last(Step step) const;

    ShownSteps shown_ = ShownSteps::all;
    std::vector<StepAxis> axes_;
};

/// The runs of steps that follow each other, ascending.
std::vector<Interval> runs_of(const std::set<std::int32_t>& steps);

}  // namespace revolute
