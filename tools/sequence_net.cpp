#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/tools/finite_report.hpp>
#include <revolute/tools/sequence_net.hpp>

#include <fmt/format.h>

namespace revolute {

SequenceNet::SequenceNet(const Sizes& sizes, std::optional<std::filesystem::path> finite_figure)
    : net_(many_to_one(SimpleRnn(graph_, sizes.input, sizes.hidden), sizes)),
      finite_figure_(std::move(finite_figure)) {}

void SequenceNet::bind(std::span<const Expr> leaves, std::span<const Matrix> values) {
    if (leaves.size() != values.size())
        throw ShapeError(
            fmt::format("sequence net: needs one value for each of {} leaves from {} on ({})",
                        leaves.size(), leaves.front().label(), values.size()));
    for (std::size_t i = 0; i < leaves.size(); ++i) values_.bind(leaves[i], values[i]);
}

Matrix SequenceNet::answer(std::span<const Matrix> parameters, std::span<const Matrix> inputs) {
    bind(net_.parameters, parameters);
    bind(net_.unrolled.inputs, inputs);
    return evaluate(net_.y, values_);
}

SequenceNet::LossAndGradients SequenceNet::loss_and_gradients(std::span<const Matrix> parameters,
                                                              std::span<const Matrix> inputs,
                                                              const Matrix& target) {
    if (!derivative_) derivative_ = differentiate(net_.loss, net_.parameters);
    std::vector<Expr> outputs{net_.loss};
    outputs.insert(outputs.end(), derivative_->gradients().begin(), derivative_->gradients().end());
    bind(net_.parameters, parameters);
    bind(net_.unrolled.inputs, inputs);
    values_.bind(net_.target, target);
    std::vector<Matrix> values =
        finite_figure_ ? evaluate_finite(*derivative_, outputs, values_, *finite_figure_)
                       : evaluate(outputs, values_);
    const double loss = values.front()(0, 0);
    values.erase(values.begin());
    return {loss, std::move(values)};
}

std::vector<Shape> SequenceNet::parameter_shapes(const Sizes& sizes) {
    return {{sizes.hidden, sizes.input},
            {sizes.hidden, sizes.hidden},
            {sizes.hidden, 1},
            {sizes.output, sizes.hidden},
            {sizes.output, 1}};
}

}  // namespace revolute
