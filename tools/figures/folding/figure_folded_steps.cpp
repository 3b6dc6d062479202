#include <revolute/graph/values/error.hpp>
#include <revolute/tools/figures/folding/figure_folded_steps.hpp>

#include <algorithm>
#include <vector>

namespace revolute {

void FoldedSteps::note(const std::string& what, Step at, std::size_t times,
                       const std::string& help) {
    if (!first_) first_ = Noted{what, at, times, help};
    if (at.axis == first_->at.axis) furthest_ = std::max(furthest_, distance(at));
}

void FoldedSteps::refuse_noted() const {
    if (first_)
        throw GraphError(
            fmt::format("figure: steps that are not alike cannot be folded\n  {}\n  {}",
                        first_->what, outlook(*first_)));
}

std::int32_t FoldedSteps::distance(Step step) const {
    return std::min(step.t - steps_.first(step.axis).t, steps_.last(step.axis).t - step.t);
}

/// What helps, and whether a graph of more steps could be folded: where it repeats it cannot, which
/// few steps do not show.
std::string FoldedSteps::outlook(const Noted& noted) const {
    const std::int32_t axis = noted.at.axis;
    if (const std::int32_t period = rolled_.period(axis); period > 1)
        return fmt::format(
            "what comes again every {} steps is not folded, however many steps there are", period);
    const std::int32_t count = steps_.count(axis), end = steps_.ends(axis);
    if (noted.times + 1 >= static_cast<std::size_t>(count - 2 * end))
        return noted.help.empty() ? "it is so at each step, so a graph of more steps does not help"
                                  : noted.help;
    const std::int32_t own = distance(noted.at), enough = 4 * (furthest_ + 1);
    const bool is_behind_first = own == noted.at.t - steps_.first(axis).t;
    std::string text = noted.help.empty() ? "" : noted.help + "; or\n  ";
    text += fmt::format(
        "of {} steps the first {} and the last {} may differ; {} steps have room for it if it "
        "stays {} steps {} and does not come again",
        count, end, end, enough, own, is_behind_first ? "behind the first" : "before the last");
    if (has_laws_)
        text += fmt::format(
            "\n  roll_any_steps finds the laws of a graph of so many if its fewest are {}", enough);
    return text;
}

std::string FoldedSteps::condition(std::uint32_t node, const std::set<std::int32_t>& steps,
                                   const std::set<std::int32_t>& all, std::size_t times) {
    std::string text;
    if (steps == all) return text;
    const std::vector<Interval> runs = runs_of(steps);
    for (const Interval run : runs) {
        text += text.empty() ? "" : ", ";
        text += inequality(node, run, {*all.begin(), *all.rbegin()}, std::max(times, runs.size()));
    }
    return text;
}

std::string FoldedSteps::limit(Step step, fmt::format_string<std::string, std::string> what,
                               std::uint32_t node, std::size_t times) {
    if (steps_.is_midst(step))
        note(fmt::format(what, name_in(sketch_, node), to_string(step)), step, times);
    return steps_(step);
}

std::string FoldedSteps::inequality(std::uint32_t node, Interval steps, Interval all,
                                    std::size_t times) {
    const std::int32_t axis = sketch_.homes[node].step.axis;
    const auto written = [&](std::int32_t t) {
        return limit({axis, t}, "what {} reads is another value from {} on", node, times);
    };
    const std::string letter = axis_name(axis);
    if (steps.low == steps.high) return fmt::format("{} = {}", letter, written(steps.low));
    if (steps.high == all.high) return fmt::format("{} > {}", letter, written(steps.low - 1));
    if (steps.low == all.low) return fmt::format("{} < {}", letter, written(steps.high + 1));
    return fmt::format("{} < {} < {}", written(steps.low - 1), letter, written(steps.high + 1));
}

std::string FoldedSteps::loop(std::uint32_t node, Interval range, std::int32_t direction) {
    const std::int32_t axis = sketch_.homes[node].step.axis;
    const std::string low = limit({axis, range.low}, "the loop of {} has no step before {}", node);
    const std::string high =
        limit({axis, range.high}, "the loop of {} has no step behind {}", node);
    return fmt::format("for {} = {}..{}", axis_name(axis), direction < 0 ? high : low,
                       direction < 0 ? low : high);
}

}  // namespace revolute
