#include <revolute/tools/figures/step_names.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace revolute {

namespace {

/// "t", "t+1", "t-2".
std::string shifted(const std::string& letter, std::int32_t by) {
    return by == 0 ? letter : fmt::format("{}{:+}", letter, by);
}

/// The name of the last step: T of axis t.
std::string last_name(std::int32_t axis) {
    std::string name = axis_name(axis);
    name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
    return name;
}

}  // namespace

StepAxis StepNames::axis_of(std::int32_t number) const {
    const auto found = std::ranges::find(axes_, number, &StepAxis::number);
    return found == axes_.end() ? StepAxis{number, {}} : *found;
}

bool StepNames::is_midst(Step step) const {
    if (shown_ != ShownSteps::folded) return false;
    const std::int32_t ends = this->ends(step.axis);
    return step.t >= first(step.axis).t + ends && step.t <= last(step.axis).t - ends;
}

bool StepNames::is_counted_from_last(Step step) const {
    return shown_ != ShownSteps::all && step.t >= middle(step.axis).t;
}

std::string StepNames::operator()(Step step) const {
    if (is_midst(step)) return shifted(axis_name(step.axis), step.t - middle(step.axis).t);
    if (is_counted_from_last(step))
        return shifted(last_name(step.axis), step.t - last(step.axis).t);
    return std::to_string(step.t);
}

std::string StepNames::below(Step step) const {
    std::string text = (*this)(step);
    const bool is_number = std::isalpha(static_cast<unsigned char>(text.front())) == 0;
    return is_number && step.axis != 0 ? fmt::format("{}={}", axis_name(step.axis), text) : text;
}

std::string StepNames::equation(Step step) const {
    return fmt::format("{} = {}", axis_name(step.axis), (*this)(step));
}

std::vector<Interval> runs_of(const std::set<std::int32_t>& steps) {
    std::vector<Interval> runs;
    for (const std::int32_t t : steps)
        if (!runs.empty() && runs.back().high == t - 1)
            runs.back().high = t;
        else
            runs.push_back({t, t});
    return runs;
}

}  // namespace revolute
