#include <revolute/graph/values/error.hpp>
#include <revolute/tools/training/sequence_net.hpp>

#include <fmt/format.h>

namespace revolute {

SequenceNet::SequenceNet(const Architecture& architecture, const Sizes& sizes, ComputedBy by)
    : net_(recurrent_net(graph_, sizes, architecture)),
      parameters_(net_.parameters()),
      answer_(std::span(&net_.read_out.y.front(), 1), by) {}

void SequenceNet::bind(std::span<const Expr> leaves, std::span<const Matrix> values) {
    if (leaves.size() != values.size())
        throw ShapeError(
            fmt::format("sequence net: needs one value for each of {} leaves from {} on ({})",
                        leaves.size(), leaves.front().label(), values.size()));
    answer_.bind(leaves, values);
}

Matrix SequenceNet::answer(std::span<const Matrix> parameters, std::span<const Matrix> inputs) {
    set_parameters(parameters);
    return answer(inputs);
}

Matrix SequenceNet::answer(std::span<const Matrix> inputs) {
    bind(net_.inputs, inputs);
    answer_.run();
    return answer_.value(0);
}

std::vector<ParameterShape> parameter_shapes(const Architecture& architecture, const Sizes& sizes) {
    Graph graph;
    std::vector<ParameterShape> result;
    const RecurrentNet net = one_step_net(graph, sizes, architecture);
    for (const CellParameter& parameter : net.parameter_table())
        result.push_back(
            {parameter.expression == net.read_out.c ? "c" : parameter.expression.label(),
             parameter.expression.shape(), parameter.start});
    return result;
}

}  // namespace revolute
