#include <revolute/graph/detail/made_steps.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/equations/detail/names/equation_names.hpp>
#include <support/equation_check.hpp>
#include <support/equation_walk.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace revolute::test {

namespace {

EquationInput::Name name_of(const Graph& graph, NodeId node, const std::string& before = "") {
    const auto step = graph.step(node);
    return {before + std::string(graph.name(node)), step ? std::optional(step->t) : std::nullopt};
}

/// The loss has a step where values of its name do at several.
EquationInput::Name name_of_loss(const Graph& graph, NodeId loss) {
    EquationInput::Name name = name_of(graph, loss);
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (graph.name(NodeId{i}) == name.first && graph.step(NodeId{i}) != graph.step(loss))
            return name;
    return {name.first, std::nullopt};
}

/// Whether the first line says that B is the number of columns.
bool has_columns(const std::string& text) {
    return text.substr(0, text.find('\n')).ends_with("B columns");
}

/// The leaves by their names, and the numbers of steps and columns, which the inputs tell; those of
/// a net without inputs of any step, such as unrolled training, are those that it was made at.
EquationInput input_for(const std::string& text, const Graph& graph, const Bindings& values) {
    EquationInput input{text, {}, {}};
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const NodeId node{i};
        if (!is_given(graph.op(node))) continue;
        const Matrix* value = values.find({const_cast<Graph*>(&graph), node});
        if (value == nullptr) continue;
        input.leaves[name_of(graph, node)] = *value;
        if (const auto step = graph.step(node); step && &graph.op(node) == &input_op) {
            std::int32_t& steps = input.steps[axis_name(step->axis)];
            steps = std::max(steps, step->t + 1);
            if (has_columns(text)) input.sizes["B"] = value->columns();
        }
    }
    if (input.steps.empty())
        for (const auto& [axis, made] : detail::made_steps(graph))
            input.steps[axis_name(axis)] = made.steps.high + 1;
    return input;
}

}  // namespace

namespace {

/// The loss and the gradients as the engine gives them, and as the equations do.
struct BothWays {
    std::vector<EquationOutput> names;
    std::vector<Matrix> expected;
    std::vector<Matrix> read;
};

BothWays both_ways(const std::string& text, const Derivative& derivative, const Bindings& values) {
    const Expr loss = derivative.loss();
    std::vector<Expr> outputs{loss};
    BothWays both;
    both.names.push_back({name_of_loss(*loss.graph, loss.id), loss.shape()});
    for (const Expr& variable : derivative.variables()) {
        outputs.push_back(derivative[variable]);
        both.names.push_back({name_of(*loss.graph, variable.id, "d"), variable.shape()});
    }
    both.expected = evaluate(outputs, values);
    both.read = evaluate_equations(input_for(text, *loss.graph, values), both.names);
    return both;
}

/// Sums are added in another order.
constexpr double rounding = 1e-12;

}  // namespace

void check_equations(const std::string& text, const Derivative& derivative,
                     const Bindings& values) {
    INFO(text);
    const BothWays both = both_ways(text, derivative, values);
    for (std::size_t i = 0; i < both.names.size(); ++i) {
        INFO(both.names[i].name.first);
        REQUIRE(both.read[i].shape() == both.expected[i].shape());
        CHECK(relative_difference(both.read[i], both.expected[i]) <= rounding);
    }
}

bool equations_hold(const std::string& text, const Derivative& derivative, const Bindings& values) {
    try {
        const BothWays both = both_ways(text, derivative, values);
        for (std::size_t i = 0; i < both.names.size(); ++i)
            if (both.read[i].shape() != both.expected[i].shape() ||
                !(relative_difference(both.read[i], both.expected[i]) <= rounding))
                return false;
        return true;
    } catch (const Error&) {
        return false;
    }
}

namespace {

/// What equations call the nodes of a rolled graph.
class NodeNames {
 public:
    NodeNames(const Rolled& rolled, std::size_t variables)
        : names_(rolled, {.variables = variables}) {
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
            const Part& part = rolled.parts[i];
            for (std::size_t place = 0; place < rolled.nodes[i].size(); ++place)
                for (std::size_t k = 0; k < part.labels.size(); ++k) {
                    const PartName& label = part.labels[k];
                    const std::int32_t t = part.step_of(place);
                    if (!label.steps.contains(t)) continue;
                    const auto step = label.axis ? std::optional(t + label.shift) : std::nullopt;
                    by_node_[rolled.nodes[i][place]] = {names_(PartId{i}, k), step};
                }
        }
    }

    const std::map<NodeId, EquationInput::Name>& by_node() const { return by_node_; }
    std::string gradient(std::size_t variable) const { return names_.gradient(variable); }
    bool is_adjoint(const std::string& name) const { return names_.adjoints().contains(name); }

 private:
    detail::EquationNames names_;
    std::map<NodeId, EquationInput::Name> by_node_;
};

void check_adjoint_names(const NodeNames& names, const Labels& labels) {
    for (const auto& [node, name] : names.by_node()) {
        const auto [value, order] = labels.origin(node);
        const auto own = names.by_node().find(value);
        if (own == names.by_node().end()) continue;
        const std::string prefix(static_cast<std::size_t>(order), 'd');
        CHECK(name == EquationInput::Name{prefix + own->second.first, own->second.second});
        CHECK(names.is_adjoint(name.first) == (order > 0));
    }
}

void check_no_adjoint(const EquationTerm& term, const Equations& lines) {
    CHECK(!lines.adjoints.contains(term.name));
    for (const EquationTerm& operand : term.operands) check_no_adjoint(operand, lines);
}

/// Whether names have a step, by name: one that sometimes has none would be two values that look
/// like one.
void check_steps_of_names(const EquationTerm& term, std::map<std::string, bool>& has_step) {
    if (term.kind == EquationTerm::Kind::name) {
        INFO(term.name);
        CHECK(has_step.try_emplace(term.name, term.step.has_value()).first->second ==
              term.step.has_value());
    }
    for (const EquationTerm& operand : term.operands) check_steps_of_names(operand, has_step);
}

void check_steps_of_names(const Equations& equations) {
    std::map<std::string, bool> has_step;
    for (const Equation& line : equations.lines) {
        check_steps_of_names({.name = line.name, .step = line.step}, has_step);
        check_steps_of_names(line.right, has_step);
    }
}

}  // namespace

void check_names(const Derivative& derivative, const Bindings& values) {
    const Labels labels(derivative);
    const std::size_t variables = derivative.variables().size();
    const Rolled rolled = roll(derivative.outputs(), labels);
    const NodeNames names(rolled, variables);
    check_adjoint_names(names, labels);
    const Equations lines = equations(rolled, {.variables = variables});
    const std::string text = to_text(lines);
    INFO(text);
    check_order(lines);
    check_steps_of_names(lines);
    for (const Equation& line : lines.lines) {
        if (line.part != EquationPart::forward) continue;
        CHECK(!lines.adjoints.contains(line.name));
        check_no_adjoint(line.right, lines);
    }
    EquationInput input{text, {}, {}};
    for (const AxisSteps& axis : rolled.axes) input.steps[axis_name(axis.axis)] = axis.steps;
    Graph& graph = *derivative.loss().graph;
    for (const auto& [node, name] : names.by_node())
        if (const Matrix* value = values.find({&graph, node})) input.leaves[name] = *value;
    std::vector<EquationOutput> wanted{{names.by_node().at(derivative.loss().id), {}}};
    for (std::size_t i = 0; i < variables; ++i) {
        const Expr variable = derivative.variables()[i];
        wanted.push_back(
            {{names.gradient(i), names.by_node().at(variable.id).second}, variable.shape()});
    }
    const std::vector<Matrix> expected = evaluate(derivative.loss_and_gradients(), values);
    const std::vector<Matrix> read = evaluate_equations(input, wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        INFO(wanted[i].name.first);
        REQUIRE(read[i].shape() == expected[i].shape());
        CHECK(relative_difference(read[i], expected[i]) <= 1e-12);
    }
}

void check_lines(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        INFO(line);
        CHECK(line.size() <= 100);
        CHECK(line.substr(0, 3) != "   ");
    }
}

}  // namespace revolute::test
