#pragma once

/// @file
/// Nets that answer sequences, and their parameters' names.

#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/tools/computation/computation.hpp>

#include <span>
#include <string>
#include <vector>

namespace revolute {

/// A many-to-one net for one batch size, ready to answer. Parameters are in the order of
/// RecurrentNet::parameters().
class SequenceNet {
 public:
    /// Builds the net, and compiles it unless the evaluator is to compute it.
    SequenceNet(const Architecture& architecture, const Sizes& sizes,
                ComputedBy by = ComputedBy::program);

    /// Sets the parameters of all answers to come. Throws ShapeError unless they are those of the
    /// net.
    void set_parameters(std::span<const Matrix> parameters) { bind(parameters_, parameters); }
    /// y for the inputs x(0), x(1), ..., by the parameters that were set last. Throws ShapeError
    /// unless they are as many as the steps.
    Matrix answer(std::span<const Matrix> inputs);
    /// y for the inputs x(0), x(1), ... Throws ShapeError unless they are as many as the steps, and
    /// the parameters those of the net.
    Matrix answer(std::span<const Matrix> parameters, std::span<const Matrix> inputs);

 private:
    void bind(std::span<const Expr> leaves, std::span<const Matrix> values);

    Graph graph_;
    RecurrentNet net_;
    std::vector<Expr> parameters_;
    Computation answer_;
};

/// A parameter as files name it: "W", "U1r_f"; the bias of the answer is "c" in those of every net.
struct ParameterShape {
    std::string name;  ///< without the number of a step
    Shape shape;       ///< its own
    double start = 0;  ///< where training starts it, if it is not drawn
};
/// The parameters of a net, in the order of RecurrentNet::parameters().
std::vector<ParameterShape> parameter_shapes(const Architecture& architecture, const Sizes& sizes);

}  // namespace revolute
