#include <revolute/graph/detail/roll_words.hpp>

#include <fmt/format.h>

#include <vector>

namespace revolute::detail {

std::string name_and_shape(const Part& part, std::int32_t t) {
    if (!part.is_family()) t = 0;
    for (const std::vector<PartName>* names : {&part.labels, &part.names})
        for (const PartName& name : *names)
            if (name.steps.contains(t))
                return fmt::format("{}{}, {} {}", name.name,
                                   name.axis ? subscript({*name.axis, t + name.shift}) : "",
                                   part.op->name, to_string(part.shape));
    return fmt::format("an unnamed {} {}{}", part.op->name, to_string(part.shape),
                       part.is_family() ? " in step " + to_string(Step{*part.axis, t}) : "");
}

}  // namespace revolute::detail
