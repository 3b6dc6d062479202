#include <revolute/graph/leaf.hpp>
#include <revolute/tools/equations/detail/planning/equation_starts.hpp>

namespace revolute::detail {

namespace {

/// The states of one label of a part.
void add_starts(const Part& part, const PartName& label, const std::string& name,
                std::vector<EquationStart>& starts) {
    EquationStart start{name, {}, part.shape.columns == 1};
    if (!label.axis) return;  // it reads like a parameter
    if (!part.is_family()) {
        start.step = EquationStep{*label.axis, true, label.shift};
        starts.push_back(std::move(start));
        return;
    }
    for (const Interval run : intervals_of(part.runs))
        for (std::int32_t t = run.low; t <= run.high; ++t) {
            start.step = EquationStep{*label.axis, true, t + label.shift};
            starts.push_back(start);
        }
}

}  // namespace

std::vector<EquationStart> starts_of(const Rolled& rolled, const EquationNames& names) {
    std::vector<EquationStart> starts;
    for (std::uint32_t id = 0; id < rolled.parts.size(); ++id) {
        const Part& part = rolled.parts[id];
        if (part.op != &initial_state_op) continue;
        for (std::size_t i = 0; i < part.labels.size(); ++i)
            add_starts(part, part.labels[i], names(PartId{id}, i), starts);
    }
    return starts;
}

}  // namespace revolute::detail
