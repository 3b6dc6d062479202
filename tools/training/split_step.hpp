#pragma once

/// @file
/// A step of training whose batch need not fit into memory at once.

#include <revolute/tools/training/training_step.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace revolute {

/// Windows of a batch: x(0), x(1), ... [I x count], and the targets [O x count].
struct Windows {
    std::vector<Matrix> inputs;  ///< by step
    Matrix target;               ///< Y
};
/// The windows number begin, begin + 1, ... of a batch.
using WindowsOf = std::function<Windows(std::size_t begin, std::size_t count)>;

/// How a step of training is computed.
struct StepOptions {
    ComputedBy by = ComputedBy::program;  ///< what computes it
    CompileOptions compile{};             ///< its memory_limit is that of all steps that share it
    /// Empty: no value is looked at.
    NotFiniteReport not_finite{};
    std::size_t sharing = 1;  ///< how many steps share the limit, each with an equal part
};

/// A step of training whose batch need not fit into memory at once. Where it does it is one
/// TrainingStep. Else the batch is computed in pieces: the loss and the gradients are means over a
/// piece, and those of the batch are their sums, weighted by the pieces' parts of the batch, in
/// double and in the order of the pieces; then one update moves the parameters. In exact numbers
/// that is the same step. Sums over windows are added in another order, so a gradient differs by
/// roundings, some eps of the sum of its terms' sizes.
///
/// The evaluator's memory is not known beforehand, so its batch is never split.
class SplitStep {
 public:
    /// Throws CapacityError where not even one window fits into the step's part of the limit; it
    /// names what all that share the limit need, and the whole of it.
    SplitStep(const Architecture& architecture, const Sizes& sizes, const TrainingRule& rule,
              const StepOptions& shared);
    /// Gives up its programs.
    ~SplitStep();
    SplitStep(const SplitStep&) = delete;
    SplitStep& operator=(const SplitStep&) = delete;

    /// As those of TrainingStep.
    std::vector<Matrix> first_state(std::span<const Matrix> parameters) const;
    ///@{
    /// As those of TrainingStep.
    void set_state(std::span<const Matrix> state);
    double run(const WindowsOf& windows);
    std::vector<Matrix> state();
    std::optional<std::string> first_not_finite();
    ///@}

    /// Windows in a piece, but for the last one, which may have fewer.
    std::size_t piece() const { return piece_; }
    /// The memory of its programs and of the windows that are read at once.
    std::size_t bytes() const;

 private:
    class Gradients;
    class Move;
    std::size_t fitting_piece(const Architecture& architecture, const Sizes& sizes,
                              const StepOptions& options) const;
    double run_pieces(const WindowsOf& windows);

    std::size_t batch_;
    std::size_t piece_;
    std::size_t window_bytes_;             // of the numbers of one window
    std::unique_ptr<TrainingStep> whole_;  // or:
    std::unique_ptr<Move> move_;
    std::unique_ptr<Gradients> of_piece_;
    std::unique_ptr<Gradients> of_rest_;  // of a last piece of another size
};

}  // namespace revolute
