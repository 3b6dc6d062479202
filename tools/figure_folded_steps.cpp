#include <revolute/graph/error.hpp>
#include <revolute/tools/figure_folded_steps.hpp>

#include <algorithm>
#include <vector>

namespace revolute {

void FoldedSteps::refuse(const std::string& what) {
    throw GraphError("figure: steps that are not alike cannot be folded\n  " + what);
}

void FoldedSteps::refuse(const std::string& what, Step at, std::size_t times) const {
    refuse(fmt::format("{}\n  {}", what, outlook(at, times)));
}

/// Whether a graph of more steps could be folded.
std::string FoldedSteps::outlook(Step at, std::size_t times) const {
    if (const std::int32_t period = rolled_.period(at.axis); period > 1)
        return fmt::format(
            "what comes again every {} steps is not folded, however many steps there are", period);
    const std::int32_t count = steps_.count(at.axis), end = steps_.ends(at.axis);
    if (times + 1 >= static_cast<std::size_t>(count - 2 * end))
        return "it is so at each step, so a graph of more steps does not help";
    const std::int32_t behind = at.t - steps_.first(at.axis).t,
                       before = steps_.last(at.axis).t - at.t;
    const std::int32_t distance = std::min(behind, before);
    return fmt::format(
        "of {} steps the first {} and the last {} may differ; {} steps have room for it if it "
        "stays {} steps {}",
        count, end, end, 4 * (distance + 1), distance,
        behind <= before ? "behind the first" : "before the last");
}

std::string FoldedSteps::condition(std::uint32_t node, const std::set<std::int32_t>& steps,
                                   const std::set<std::int32_t>& all, std::size_t times) const {
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
                               std::uint32_t node, std::size_t times) const {
    if (steps_.is_midst(step))
        refuse(fmt::format(what, name_in(sketch_, node), to_string(step)), step, times);
    return steps_(step);
}

std::string FoldedSteps::inequality(std::uint32_t node, Interval steps, Interval all,
                                    std::size_t times) const {
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

std::string FoldedSteps::loop(std::uint32_t node, Interval range, std::int32_t direction) const {
    const std::int32_t axis = sketch_.homes[node].step.axis;
    const std::string low = limit({axis, range.low}, "the loop of {} has no step before {}", node);
    const std::string high =
        limit({axis, range.high}, "the loop of {} has no step behind {}", node);
    return fmt::format("for {} = {}..{}", axis_name(axis), direction < 0 ? high : low,
                       direction < 0 ? low : high);
}

}  // namespace revolute
