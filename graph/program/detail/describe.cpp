#include <revolute/graph/program/detail/describe.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute::detail {

std::string describe(const Rolled& rolled, Member member) {
    const Part& part = rolled[member.part];
    const auto name = std::ranges::find_if(
        part.names, [&](const PartName& some) { return some.steps.contains(member.t); });
    std::string text;
    if (name == part.names.end()) {
        text = fmt::format("unnamed {}", part.op->name);
        if (part.axis) text += fmt::format(" at {}", to_string(Step{*part.axis, member.t}));
    } else {
        text = name->name;
        if (name->axis) text += subscript({*name->axis, member.t + name->shift});
    }
    return fmt::format("{} {}", text, to_string(part.shape));
}

std::string in_step(const Rolled& rolled, Member member) {
    const Part& part = rolled[member.part];
    return part.axis ? fmt::format(", in step {}", to_string(Step{*part.axis, member.t})) : "";
}

}  // namespace revolute::detail
