#include <revolute/graph/error.hpp>
#include <revolute/tools/optimizer.hpp>

#include <fmt/format.h>

#include <cmath>

namespace revolute {

namespace {

constexpr double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-8;

/// Makes memory of zeros, one for each parameter, unless it is there; everything must fit.
void require_same_shapes(std::span<const Matrix> parameters, std::span<const Matrix> gradients,
                         std::vector<Matrix>& memory) {
    if (memory.empty())
        for (const Matrix& parameter : parameters) memory.emplace_back(parameter.shape());
    if (gradients.size() != parameters.size() || memory.size() != parameters.size())
        throw ShapeError(
            fmt::format("optimizer: every parameter must have one gradient, at every step "
                        "({} parameters, {} gradients, {} at the first step)",
                        parameters.size(), gradients.size(), memory.size()));
    for (std::size_t i = 0; i < parameters.size(); ++i)
        if (gradients[i].shape() != parameters[i].shape() ||
            memory[i].shape() != parameters[i].shape())
            throw ShapeError(fmt::format(
                "optimizer: a gradient must have its parameter's shape, at every step\n"
                "  parameter {} is {}, its gradient {}, the parameter at the first step {}",
                i, to_string(parameters[i].shape()), to_string(gradients[i].shape()),
                to_string(memory[i].shape())));
}

}  // namespace

Sgd::Sgd(double learning_rate, double momentum)
    : learning_rate_(learning_rate), momentum_(momentum) {}

void Sgd::step(std::span<Matrix> parameters, std::span<const Matrix> gradients) {
    require_same_shapes(parameters, gradients, velocity_);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const auto p = parameters[i].values(), v = velocity_[i].values();
        const auto g = gradients[i].values();
        for (std::size_t k = 0; k < p.size(); ++k) {
            v[k] = momentum_ * v[k] + g[k];
            p[k] -= learning_rate_ * v[k];
        }
    }
}

Adam::Adam(double learning_rate) : learning_rate_(learning_rate) {}

void Adam::step(std::span<Matrix> parameters, std::span<const Matrix> gradients) {
    require_same_shapes(parameters, gradients, mean_);
    require_same_shapes(parameters, gradients, square_);
    // Products, not std::pow, whose last bit depends on the processor.
    beta_1_power_ *= beta_1;
    beta_2_power_ *= beta_2;
    const double mean_correction = 1 - beta_1_power_, square_correction = 1 - beta_2_power_;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const auto p = parameters[i].values(), m = mean_[i].values(), s = square_[i].values();
        const auto g = gradients[i].values();
        for (std::size_t k = 0; k < p.size(); ++k) {
            m[k] = beta_1 * m[k] + (1 - beta_1) * g[k];
            s[k] = beta_2 * s[k] + (1 - beta_2) * g[k] * g[k];
            p[k] -= learning_rate_ * (m[k] / mean_correction) /
                    (std::sqrt(s[k] / square_correction) + epsilon);
        }
    }
}

double global_norm(std::span<const Matrix> matrices) {
    double sum = 0;
    for (const Matrix& matrix : matrices)
        for (const double entry : matrix.values()) sum += entry * entry;
    return std::sqrt(sum);
}

double clip_by_global_norm(std::span<Matrix> gradients, double limit) {
    const double norm = global_norm(gradients);
    if (norm > limit)
        for (Matrix& gradient : gradients)
            for (double& entry : gradient.values()) entry *= limit / norm;
    return norm;
}

}  // namespace revolute
