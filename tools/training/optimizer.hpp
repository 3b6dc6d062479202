#pragma once

/// @file
/// The rules that training moves parameters by, as expressions, and clipping of gradients.

#include <revolute/graph/expr.hpp>
#include <revolute/graph/values/matrix.hpp>

#include <span>
#include <variant>
#include <vector>

namespace revolute {

/// Stochastic gradient descent with momentum: v <- m v + g; p <- p - r v, with the momentum m and
/// the learning rate r (Polyak 1964). Without momentum, p <- p - r g.
struct Sgd {
    double learning_rate;   ///< r
    double momentum = 0.9;  ///< m
};

/// Adam (Kingma and Ba 2015, algorithm 1), with beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-8.
struct Adam {
    double learning_rate;  ///< of the step before the moments scale it
};

/// RMSprop (Tieleman and Hinton 2012, lecture 6.5): s <- d s + (1 - d) g o g; p <- p - r g /
/// (sqrt(s) + epsilon), with the decay d and epsilon = 1e-8.
struct RmsProp {
    double learning_rate;  ///< r
    double decay = 0.99;   ///< d
};

/// The rules that parameters can be moved by.
using Optimizer = std::variant<Sgd, Adam, RmsProp>;

/// One step of a rule, as expressions: a program computes it in the same run as the gradients.
struct Update {
    /// What the rule remembers from step to step.
    struct Memory {
        Expr leaf;     ///< as the last step left it
        Expr next;     ///< as this one leaves it
        double first;  ///< every entry before the first step
    };
    std::vector<Expr> parameters;  ///< their values after the step, in their order
    std::vector<Memory> memories;  ///< one or more for each parameter, or none
};

/// The step of the rule that moves parameters against their gradients; a gradient may be any
/// expression. Adam and RMSprop remember squares: from gradients of 1e154 on, and of 1.8e19 in
/// floats, these are infinite for good and their parameters stand still, unless the gradients are
/// clipped before. `TrainingStep::first_not_finite` tells. Makes leaves for what is remembered.
/// Throws ShapeError unless every parameter has one gradient, of its shape; GraphError when they
/// belong to different graphs, or there are none.
Update update(const Optimizer& rule, std::span<const Expr> parameters,
              std::span<const Expr> gradients);

/// The largest |entry| of a matrix, NaN where one is: [1 x 1].
Expr max_norm(Expr matrix);

/// Square root of the sum of squares over all entries of all matrices, also where the squares are
/// beyond the range of numbers. Throws GraphError for none.
Expr global_norm(std::span<const Expr> matrices);

/// The gradients, taken as one vector, shortened to the length `limit` where they are longer; else
/// as they are, to the bit (Pascanu, Mikolov and Bengio 2013, algorithm 1). Their squares, and the
/// length itself, may be beyond the range of numbers. Throws GraphError for none.
std::vector<Expr> clip_by_global_norm(std::span<const Expr> gradients, double limit);

}  // namespace revolute
