#include <revolute/graph/roll.hpp>
#include <revolute/tools/detail/equation_names.hpp>
#include <revolute/tools/figure_names.hpp>

#include <algorithm>
#include <optional>
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

/// The member that a node is, if it was rolled.
std::optional<Member> member_of(const Rolled& rolled, NodeId node) {
    for (std::uint32_t i = 0; i < rolled.nodes.size(); ++i) {
        const auto found = std::ranges::find(rolled.nodes[i], node);
        if (found != rolled.nodes[i].end()) {
            const auto place = static_cast<std::size_t>(found - rolled.nodes[i].begin());
            return Member{PartId{i}, rolled.parts[i].step_of(place)};
        }
    }
    return std::nullopt;
}

/// What was rolled, with the outputs that are named: a derivative's variables are nodes of its loss. None where the
/// named outputs are others.
std::optional<Rolled> with_outputs(const Rolled& rolled, std::span<const Expr> outputs,
                                   std::span<const Expr> named) {
    const auto id_of = [](const Expr& output) { return output.id; };
    if (rolled.parts.empty() || named.size() < outputs.size() ||
        !std::ranges::equal(outputs, named.first(outputs.size()), {}, id_of, id_of))
        return std::nullopt;
    Rolled result = rolled;
    for (const Expr& output : named.subspan(outputs.size())) {
        const auto member = member_of(rolled, output.id);
        if (!member) return std::nullopt;
        result.outputs.push_back(*member);
    }
    return result;
}

}  // namespace

FigureNames::FigureNames(const Labels& labels, std::span<const Expr> outputs,
                         const Derivative* derivative, const Rolled& of_outputs)
    : labels_(labels) {
    const NamedOutputs of = named_outputs(labels, outputs, derivative);
    std::optional<Rolled> found = with_outputs(of_outputs, outputs, of.outputs);
    if (!found) found = roll(of.outputs);
    const Rolled& rolled = *found;
    name_parts(*found, labels);
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
