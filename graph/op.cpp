#include <revolute/graph/graph.hpp>
#include <revolute/graph/op.hpp>

#include <boost/container/small_vector.hpp>
#include <fmt/format.h>

#include <vector>

namespace revolute {

bool places_entries(Role role) {
    switch (role) {
        case Role::transpose:
        case Role::reshape:
        case Role::broadcast:
        case Role::stop_gradient:
            return true;
        default:
            return false;
    }
}

Shape ShapeArguments::operator[](std::size_t slot) const { return graph.shape(operands[slot]); }

void ShapeArguments::fail(std::string_view requirement) const {
    std::string text = fmt::format("{}: {}", op.name, requirement);
    if (const auto step = graph.open_step()) text += fmt::format(", in step {}", to_string(*step));
    for (std::size_t slot = 0; slot < operands.size(); ++slot)
        text += fmt::format("\n  operand {} is {}", slot, graph.describe(operands[slot]));
    const std::string opened = graph.open_origin();
    if (line.line != 0) text += fmt::format("\n  asked for at {}", to_string(line));
    if (line.line != 0 && !opened.empty()) text += fmt::format(", for what is made {}", opened);
    throw ShapeError(text);
}

Expr RuleSite::input(std::uint32_t operand_slot) const {
    return {output.graph, output.graph->operand(output.id, operand_slot)};
}

double RuleSite::attribute(std::size_t i) const { return output.graph->attributes(output.id)[i]; }

const Op& RuleSite::op() const { return output.graph->op(output.id); }

Expr shape_only(const Pullback& p) {
    throw InternalError(
        fmt::format("{}: shape_only is a mark and must not be called", p.op().name));
}

Expr zero_derivative(const Pullback& p) {
    throw InternalError(
        fmt::format("{}: zero_derivative is a mark and must not be called", p.op().name));
}

Expr multilinear(const Pushforward& p) {
    Graph& graph = *p.output.graph;
    const auto inputs = graph.operands(p.output.id);
    const auto attributes = graph.attributes(p.output.id);
    std::vector<NodeId> operands(inputs.begin(), inputs.end());
    operands[p.slot] = p.tangent.id;
    const std::vector<double> copied(attributes.begin(), attributes.end());
    return graph.append(p.op(), operands, copied, {});
}

Expr apply_to_all(const Op& op, std::span<const Operand> operands,
                  std::span<const double> attributes) {
    boost::container::small_vector<NodeId, 8> ids;  // most have few: no allocation
    ids.reserve(operands.size());
    Graph* graph = operands.empty() ? nullptr : operands.front().expr.graph;
    for (const Operand& operand : operands) {
        if (operand.expr.graph == nullptr)
            throw GraphError(fmt::format("{}: operand {} is an empty expression\n  asked for at {}",
                                         op.name, ids.size(), to_string(operand.line)));
        if (operand.expr.graph != graph)
            throw GraphError(fmt::format(
                "{}: operands must belong to one graph\n  operand 0 is {}\n  operand {} is {}, in "
                "another graph\n  asked for at {}",
                op.name, graph->describe(operands.front().expr.id), ids.size(),
                operand.expr.graph->describe(operand.expr.id), to_string(operand.line)));
        ids.push_back(operand.expr.id);
    }
    if (graph == nullptr) throw GraphError(fmt::format("{}: needs an operand", op.name));
    return graph->append(op, std::span(ids.data(), ids.size()), attributes, operands.front().line);
}

Expr apply(const Op& op, std::initializer_list<Operand> operands,
           std::initializer_list<double> attributes) {
    return apply_to_all(op, std::span(operands.begin(), operands.size()),
                        std::span(attributes.begin(), attributes.size()));
}

std::vector<Operand> operands_of(std::span<const Expr> expressions, SourceLine line) {
    std::vector<Operand> operands;
    operands.reserve(expressions.size());
    for (const Expr& x : expressions) operands.emplace_back(x, line);
    return operands;
}

Operand constant_like(const Operand& x, double value) {
    if (x.expr.graph == nullptr)
        throw GraphError(
            fmt::format("constant: the expression beside {} is empty\n  asked for at {}", value,
                        to_string(x.line)));
    return {x.expr.graph->constant(value, x.expr.shape(), x.line), x.line};
}

}  // namespace revolute
