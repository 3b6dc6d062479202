#include <revolute/graph/rolling/roll.hpp>
#include <revolute/tools/equations/detail/names/equation_names.hpp>
#include <revolute/tools/equations/detail/names/steps_in_names.hpp>
#include <revolute/tools/figures/building/figure_names.hpp>

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
    detail::SteppedNames stepped;
    std::map<std::string, std::int32_t> stepless;  // with the orders of adjoints
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        for (std::size_t label = 0; label < rolled.parts[i].labels.size(); ++label) {
            const PartName& called = rolled.parts[i].labels[label];
            const std::string& name = names.with_label(PartId{i}, label);
            if (called.axis)
                stepped.add(name, *called.axis);
            else
                stepless.emplace(name, called.adjoint_order);
            if (name == called.name) continue;
            for (std::size_t place = 0; place < rolled.nodes[i].size(); ++place)
                if (called.steps.contains(rolled.parts[i].step_of(place)))
                    names_.emplace(rolled.nodes[i][place], name);
        }
    for (const auto& [name, order] : stepless)
        if (stepped.would_hold(name))
            like_steps_.insert(name.substr(static_cast<std::size_t>(order)));
}

std::string FigureNames::value(NodeId node) const {
    return (*this)(node).substr(static_cast<std::size_t>(labels_.origin(node).order));
}

bool FigureNames::reads_as_step(NodeId node) const {
    return !labels_.step(node) && like_steps_.contains(value(node));
}

std::string FigureNames::operator()(NodeId node) const {
    const auto found = names_.find(node);
    return found == names_.end() ? labels_.name(node) : found->second;
}

std::string FigureNames::adjoint(NodeId value) const {
    std::string name = "d";  // g++ 12 takes "d" + for out of bounds (its bug 105651)
    return name += (*this)(value);
}

}  // namespace revolute
