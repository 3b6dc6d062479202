#include <revolute/graph/roll.hpp>
#include <revolute/tools/detail/equation_names.hpp>
#include <revolute/tools/figure_names.hpp>

#include <algorithm>
#include <vector>

namespace revolute {

namespace {

struct NamedOutputs {
    std::vector<Expr> outputs;
    std::size_t variables = 0;
};

/// As equations have them, where all variables have names.
NamedOutputs named_outputs(const Labels& labels, std::span<const Expr> outputs,
                           const Derivative* derivative) {
    if (derivative == nullptr) return {{outputs.begin(), outputs.end()}, 0};
    const auto variables = derivative->variables();
    const bool have_names = std::ranges::none_of(
        variables, [&](const Expr& variable) { return labels.name(variable.id).empty(); });
    return {derivative->outputs(), have_names ? variables.size() : 0};
}

}  // namespace

FigureNames::FigureNames(const Labels& labels, std::span<const Expr> outputs,
                         const Derivative* derivative)
    : labels_(labels) {
    const NamedOutputs of = named_outputs(labels, outputs, derivative);
    const Rolled rolled = roll(of.outputs, labels);
    const detail::EquationNames names(rolled, {.variables = of.variables});
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
