#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/rolling/detail/roll_words.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute::detail {

std::string describe(const Rolled& rolled, Member member) {
    const Part& part = rolled[member.part];
    const auto name = std::ranges::find_if(
        part.names, [&](const PartName& some) { return some.steps.contains(member.t); });
    std::string text;
    if (name == part.names.end()) {
        text = part.op == &constant_op ? fmt::format("{}", part.attribute_at(0, member.t))
                                       : fmt::format("unnamed {}", part.op->name);
        if (const auto step = step_of_member(part, member.t))
            text += fmt::format(" at {}", to_string(*step));
    } else {
        text = name->name;
        if (name->axis) text += subscript({*name->axis, member.t + name->shift});
    }
    return fmt::format("{} {}", text, to_string(part.shape));
}

std::string in_step(const Rolled& rolled, Member member) {
    const auto step = step_of_member(rolled[member.part], member.t);
    return step ? fmt::format(", in step {}", to_string(*step)) : "";
}

}  // namespace revolute::detail
