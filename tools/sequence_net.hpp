#pragma once

#include <revolute/graph/differentiate.hpp>
#include <revolute/graph/evaluate.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// A many-to-one net for one batch size, ready to be run: the one place where training and forecasting
/// meet graphs. Parameters are in the order of RecurrentNet::parameters().
class SequenceNet {
 public:
    /// With the name of a file, values are checked for being finite, and the first that is not is drawn
    /// there: `evaluate_finite`.
    SequenceNet(const Architecture& architecture, const Sizes& sizes,
                std::optional<std::filesystem::path> finite_figure = {});

    /// y for the inputs x(0), x(1), ...
    Matrix answer(std::span<const Matrix> parameters, std::span<const Matrix> inputs);

    struct LossAndGradients {
        double loss = 0;
        std::vector<Matrix> gradients;  ///< in the order of the parameters
    };
    /// Equation 7.3 and its gradients.
    LossAndGradients loss_and_gradients(std::span<const Matrix> parameters,
                                        std::span<const Matrix> inputs, const Matrix& target);

 private:
    void bind(std::span<const Expr> leaves, std::span<const Matrix> values);

    Graph graph_;
    RecurrentNet net_;
    std::vector<Expr> parameters_;
    std::optional<Derivative> derivative_;  // made by the first call that asks for gradients
    std::optional<std::filesystem::path> finite_figure_;
    Bindings values_;
};

/// A parameter as figures and files name it: "W", "U1r_f".
struct ParameterShape {
    std::string name;
    Shape shape;
};
/// The parameters of a net, in the order of RecurrentNet::parameters().
std::vector<ParameterShape> parameter_shapes(const Architecture& architecture, Sizes sizes);

}  // namespace revolute
