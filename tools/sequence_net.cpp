#include <revolute/tools/finite_report.hpp>
#include <revolute/tools/sequence_net.hpp>

#include <fmt/format.h>

namespace revolute {

SequenceNet::SequenceNet(const Architecture& architecture, const Sizes& sizes,
                         std::optional<std::filesystem::path> finite_figure)
    : net_(recurrent_net(graph_, sizes, architecture)),
      parameters_(net_.parameters()),
      finite_figure_(std::move(finite_figure)) {}

void SequenceNet::bind(std::span<const Expr> leaves, std::span<const Matrix> values) {
    if (leaves.size() != values.size())
        throw ShapeError(
            fmt::format("sequence net: needs one value for each of {} leaves from {} on ({})",
                        leaves.size(), leaves.front().label(), values.size()));
    for (std::size_t i = 0; i < leaves.size(); ++i) values_.bind(leaves[i], values[i]);
}

Matrix SequenceNet::answer(std::span<const Matrix> parameters, std::span<const Matrix> inputs) {
    bind(parameters_, parameters);
    bind(net_.inputs, inputs);
    return evaluate(net_.read_out.y.front(), values_);
}

SequenceNet::LossAndGradients SequenceNet::loss_and_gradients(std::span<const Matrix> parameters,
                                                              std::span<const Matrix> inputs,
                                                              const Matrix& target) {
    if (!derivative_) derivative_ = differentiate(net_.loss(), parameters_);
    std::vector<Expr> outputs{net_.loss()};
    outputs.insert(outputs.end(), derivative_->gradients().begin(), derivative_->gradients().end());
    bind(parameters_, parameters);
    bind(net_.inputs, inputs);
    values_.bind(net_.read_out.targets.front(), target);
    std::vector<Matrix> values =
        finite_figure_ ? evaluate_finite(*derivative_, outputs, values_, *finite_figure_)
                       : evaluate(outputs, values_);
    const double loss = values.front()(0, 0);
    values.erase(values.begin());
    return {loss, std::move(values)};
}

std::vector<ParameterShape> parameter_shapes(const Architecture& architecture, Sizes sizes) {
    sizes.steps = 1;  // parameters do not depend on them
    Graph graph;
    std::vector<ParameterShape> result;
    for (const Expr& parameter : recurrent_net(graph, sizes, architecture).parameters())
        result.push_back({parameter.label(), parameter.shape()});
    return result;
}

}  // namespace revolute
