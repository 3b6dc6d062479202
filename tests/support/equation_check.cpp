#include <revolute/graph/leaf.hpp>
#include <support/equation_check.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

namespace revolute::test {

namespace {

EquationInput::Name name_of(const Graph& graph, NodeId node, const std::string& before = "") {
    const auto step = graph.step(node);
    return {before + std::string(graph.name(node)), step ? std::optional(step->t) : std::nullopt};
}

/// The leaves by their names, and the number of steps of each axis, which the inputs tell.
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
        }
    }
    return input;
}

}  // namespace

void check_equations(const std::string& text, const Derivative& derivative,
                     const Bindings& values) {
    INFO(text);
    const Expr loss = derivative.loss();
    std::vector<Expr> outputs{loss};
    std::vector<EquationOutput> names{{name_of(*loss.graph, loss.id), loss.shape()}};
    for (const Expr& variable : derivative.variables()) {
        outputs.push_back(derivative[variable]);
        names.push_back({name_of(*loss.graph, variable.id, "d"), variable.shape()});
    }
    const std::vector<Matrix> expected = evaluate(outputs, values);
    const std::vector<Matrix> read =
        evaluate_equations(input_for(text, *loss.graph, values), names);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        INFO(names[i].name.first);
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
