#include <revolute/tools/equations/detail/planning/equation_loss.hpp>

#include <algorithm>

namespace revolute::detail {

namespace {

bool is_of_value(const PartName& label, const std::string& name) {
    return label.adjoint_order == 0 && label.name == name;
}

/// How many labels say that a value is called so, with a step.
std::size_t count_with_steps(const Rolled& rolled, const std::string& name) {
    std::size_t count = 0;
    for (const Part& part : rolled.parts)
        for (const PartName& label : part.labels)
            if (is_of_value(label, name) && label.axis) count += label.steps.size();
    return count;
}

/// The number of a further value that has the name without a step.
std::int32_t next_without_step(const Rolled& rolled, const std::string& name) {
    std::int32_t last = 0;
    for (const Part& part : rolled.parts)
        for (const PartName& label : part.labels)
            if (value_name(label) == name && !label.axis) last = std::max(last, label.number);
    return last + 1;
}

}  // namespace

std::string name_loss(Rolled& rolled, const std::string& name) {
    const Member loss = rolled.outputs.front();
    std::vector<PartName>& labels = rolled.parts[index(loss.part)].labels;
    const auto own = std::ranges::find_if(
        labels, [&](const PartName& label) { return label.steps.contains(loss.t); });
    if (own == labels.end() || (!name.empty() && !is_of_value(*own, name))) return name;
    if (own->adjoint_order == 0 && own->axis && count_with_steps(rolled, own->name) == 1) {
        const std::int32_t number = next_without_step(rolled, own->name);
        own->axis.reset();
        own->shift = 0;
        own->number = number;
    }
    return {};
}

}  // namespace revolute::detail
