#pragma once

#include <revolute/graph/differentiate.hpp>
#include <revolute/graph/evaluate.hpp>
#include <revolute/rnn/many_to_one.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

namespace revolute {

/// The many-to-one net of a simple recurrent cell for one batch size, ready to be run: the one place
/// where training and forecasting meet graphs. Parameters are in the order W, U, b, V, c.
class SequenceNet {
 public:
    /// With the name of a file, values are checked for being finite, and the first that is not is drawn
    /// there: `evaluate_finite`.
    explicit SequenceNet(const Sizes& sizes,
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

    /// Shapes of the parameters, and their names.
    static std::vector<Shape> parameter_shapes(const Sizes& sizes);
    static std::vector<std::string> parameter_names() { return {"W", "U", "b", "V", "c"}; }

 private:
    void bind(std::span<const Expr> leaves, std::span<const Matrix> values);

    Graph graph_;
    ManyToOne net_;
    std::optional<Derivative> derivative_;  // made by the first call that asks for gradients
    std::optional<std::filesystem::path> finite_figure_;
    Bindings values_;
};

}  // namespace revolute
