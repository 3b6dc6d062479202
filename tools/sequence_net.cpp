#include <revolute/tools/sequence_net.hpp>

#include <fmt/format.h>

namespace revolute {

SequenceNet::SequenceNet(const Architecture& architecture, const Sizes& sizes)
    : net_(recurrent_net(graph_, sizes, architecture)), parameters_(net_.parameters()) {}

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
    if (loss_and_gradients_.empty()) {
        const Derivative derivative = differentiate(net_.loss(), parameters_);
        loss_and_gradients_ = {derivative.gradients().begin(), derivative.gradients().end()};
        loss_and_gradients_.insert(loss_and_gradients_.begin(), net_.loss());
    }
    bind(parameters_, parameters);
    bind(net_.inputs, inputs);
    values_.bind(net_.read_out.targets.front(), target);
    std::vector<Matrix> values = evaluate(loss_and_gradients_, values_);
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
