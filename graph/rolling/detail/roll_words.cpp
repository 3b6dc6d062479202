#include <revolute/graph/rolling/detail/roll_words.hpp>

#include <fmt/format.h>

#include <vector>

namespace revolute::detail {

std::optional<Step> step_of_member(const Part& part, std::int32_t t) {
    return part.axis ? Step{*part.axis, t} : part.unfolded_step;
}

const PartName* find_label(const Part& part, std::int32_t t) {
    if (!part.is_family()) t = 0;
    for (const std::vector<PartName>* names : {&part.labels, &part.names})
        for (const PartName& name : *names)
            if (name.steps.contains(t)) return &name;
    return nullptr;
}

std::string name_and_shape(const Part& part, std::int32_t t) {
    if (!part.is_family()) t = 0;
    if (const PartName* const name = find_label(part, t))
        return fmt::format("{}{}, {} {}", name->name,
                           name->axis ? subscript({*name->axis, t + name->shift}) : "",
                           part.op->name, to_string(part.shape));
    const auto step = step_of_member(part, t);
    return fmt::format("an unnamed {} {}{}", part.op->name, to_string(part.shape),
                       step ? " in step " + to_string(*step) : "");
}

std::string count_of_steps(std::int32_t steps) {
    return fmt::format("{} step{}", steps, steps == 1 ? "" : "s");
}

}  // namespace revolute::detail
