#include <revolute/graph/roll.hpp>
#include <revolute/tools/detail/equation_names.hpp>
#include <revolute/tools/figure_names.hpp>

#include <algorithm>
#include <utility>

namespace revolute {

namespace {

/// How many variables equations would name: all, where all have names.
std::size_t named_variables(const Labels& labels, const Derivative* derivative) {
    if (derivative == nullptr) return 0;
    const auto variables = derivative->variables();
    const bool have_names = std::ranges::none_of(
        variables, [&](const Expr& variable) { return labels.name(variable.id).empty(); });
    return have_names ? variables.size() : 0;
}

}  // namespace

FigureNames::FigureNames(const Labels& labels, Rolled rolled, const Derivative* derivative)
    : labels_(labels) {
    name_parts(rolled, labels);
    const detail::EquationNames names(rolled, {.variables = named_variables(labels, derivative)});
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        for (std::size_t label = 0; label < rolled.parts[i].labels.size(); ++label) {
            const PartName& called = rolled.parts[i].labels[label];
            const std::string& name = names.with_label(PartId{i}, label);
            if (name == called.name) continue;
            for (std::size_t place = 0; place < rolled.nodes[i].size(); ++place)
                if (called.steps.contains(rolled.parts[i].step_of(place)))
                    names_.emplace(rolled.nodes[i][place], name);
        }
}

std::string FigureNames::operator()(NodeId node) const {
    const auto found = names_.find(node);
    return found == names_.end() ? labels_.name(node) : found->second;
}

}  // namespace revolute
