#pragma once

#include <revolute/graph/matrix.hpp>

#include <span>
#include <variant>
#include <vector>

namespace revolute {

/// Stochastic gradient descent with momentum: v <- m v + g;  p <- p - r v, with the momentum m and the
/// learning rate r (Polyak 1964).
class Sgd {
 public:
    explicit Sgd(double learning_rate, double momentum = 0.9);
    /// Moves the parameters against their gradients. Throws ShapeError unless they have the same
    /// shapes, at every step.
    void step(std::span<Matrix> parameters, std::span<const Matrix> gradients);

 private:
    double learning_rate_;
    double momentum_;
    std::vector<Matrix> velocity_;
};

/// Adam (Kingma and Ba 2015, algorithm 1), with beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-8.
class Adam {
 public:
    explicit Adam(double learning_rate);
    /// Moves the parameters against their gradients. Throws ShapeError unless they have the same
    /// shapes, at every step.
    void step(std::span<Matrix> parameters, std::span<const Matrix> gradients);

 private:
    double learning_rate_;
    double beta_1_power_ = 1;
    double beta_2_power_ = 1;
    std::vector<Matrix> mean_;    // of the gradients
    std::vector<Matrix> square_;  // of their squares, entry by entry
};

/// The rules that a trainer can move parameters by.
using Optimizer = std::variant<Sgd, Adam>;

/// Square root of the sum of squares over all entries of all matrices.
double global_norm(std::span<const Matrix> matrices);

/// Shortens the gradients, taken as one vector, to `limit` where that is longer (Pascanu, Mikolov and
/// Bengio 2013, algorithm 1). Returns the norm before.
double clip_by_global_norm(std::span<Matrix> gradients, double limit);

}  // namespace revolute
