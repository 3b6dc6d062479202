#pragma once

/// @file
/// One step of training as one program.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/tools/computation/computation.hpp>
#include <revolute/tools/training/optimizer.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// How parameters are moved.
struct TrainingRule {
    Optimizer optimizer;  ///< the rule, with its learning rate
    double clip = 0;      ///< limit of the gradients' global norm; 0: none
};

/// The update of parameters by a rule, whose gradients are clipped first.
Update update_of(const TrainingRule& rule, std::span<const Expr> parameters,
                 std::span<const Expr> gradients);

/// "the gradient of U", "U", "the square of U": what has that number among the gradients of the
/// first leaves, which are the parameters, and the state, whose leaves they are.
std::string not_finite_in_training(std::size_t number, std::span<const Expr> leaves,
                                   std::size_t parameters);

/// One step of training a many-to-one net, for one batch size: loss, gradients, clipping and the
/// optimiser's rule are one graph, so that a step is one run.
///
/// Its state is the parameters, in the order of RecurrentNet::parameters(), and behind them what
/// the rule remembers. A step begins with the state that the one before left.
class TrainingStep {
 public:
    /// With a report, values are checked for being finite: `run_reported`.
    TrainingStep(const Architecture& architecture, const Sizes& sizes, const TrainingRule& rule,
                 ComputedBy by, NotFiniteReport not_finite = {},
                 const CompileOptions& options = {});

    /// The state before the first step. Throws ShapeError unless the parameters are those of the
    /// net.
    std::vector<Matrix> first_state(std::span<const Matrix> parameters) const;
    /// Goes on from another state. Throws ShapeError unless it is like those that `first_state`
    /// gives.
    void set_state(std::span<const Matrix> state);

    /// Moves the parameters for the inputs x(0), x(1), ...; returns the loss before (equation 7.3).
    double run(std::span<const Matrix> inputs, const Matrix& target);
    /// As the last step left it; there must be one.
    std::vector<Matrix> state();
    /// What the last step found or left that is not finite, the gradients before what was made of
    /// them: "the gradient of U", "U", "the square of U".
    std::optional<std::string> first_not_finite();
    /// The memory of its values: `Computation::bytes`.
    std::size_t bytes() const { return computation_.bytes(); }

 private:
    std::vector<Expr> state_after() const;
    std::vector<Expr> outputs() const;

    Graph graph_;
    RecurrentNet net_;
    std::vector<Expr> leaves_;  // of the state; first the parameters
    Derivative derivative_;
    Update update_;
    NotFiniteReport not_finite_;
    Computation computation_;
};

}  // namespace revolute
