#pragma once

/// @file
/// Outputs computed again and again, by a program or by the reference evaluator.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/program/program.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace revolute {

/// What computes the values of a graph: a program compiled of it, or the reference evaluator, which
/// is slow and beyond doubt, and gives the same bits on every processor.
enum class ComputedBy : std::uint8_t {
    program,    ///< compiled, fast
    reference,  ///< the evaluator
};

/// Outputs of a graph that are computed many times, in double. The graph must live as long.
class Computation {
 public:
    /// With `check_finite`, a run stops at the first value that is not finite. The evaluator knows
    /// nothing of the options of a program.
    Computation(std::span<const Expr> outputs, ComputedBy by, FiniteCheck check = FiniteCheck::off,
                const CompileOptions& options = {});

    /// Copies the value of a leaf; of no use for one that the outputs do not depend on, and then
    /// passed over by a program. Throws as `Program::bind`.
    void bind(Expr leaf, ConstMatrixView value);
    /// The same for several leaves, each with the value at its place. Throws what `bind` of one
    /// leaf throws.
    void bind(std::span<const Expr> leaves, std::span<const Matrix> values);
    /// The values of all leaves that have one.
    void bind(const Bindings& values);
    /// After each run, the leaf takes the value of the output: `Program::carry`.
    void carry(Expr output, Expr leaf);

    /// Computes all outputs. Throws as `Program::run`, or as `evaluate`.
    void run();
    /// As the last run left it. Throws as `Program::value`.
    Matrix value(std::size_t output);
    /// The values of all outputs, in their order.
    std::vector<Matrix> values();

    /// What is computed.
    std::span<const Expr> outputs() const { return outputs_; }
    /// The memory of a program's values; 0 for the evaluator, which takes it as it goes.
    std::size_t bytes() const;

 private:
    /// What the evaluator needs for a computation.
    struct Reference {
        Bindings values;
        std::vector<std::pair<std::size_t, Expr>> carried;
        std::vector<Matrix> results;
    };
    using Means = std::variant<Program, Reference>;
    static Means means_for(std::span<const Expr> outputs, ComputedBy by, FiniteCheck check,
                           CompileOptions options);
    void run_reference(Reference& reference) const;

    std::vector<Expr> outputs_;
    FiniteCheck check_;
    Means means_;
};

/// Throws the error anew with more to say of it, while the graph in which it happened is there;
/// `DrawNotFinite` is one. Empty: nobody looks for what is not finite.
using NotFiniteReport =
    std::function<void(const Derivative&, std::span<const Expr> outputs, const NonFiniteError&)>;

/// With a report, values are to be checked.
inline FiniteCheck check_of(const NotFiniteReport& report) {
    return report ? FiniteCheck::on : FiniteCheck::off;
}

/// The run of a computation that was made with `check_of(report)`; the report is asked for the
/// first value that is not finite.
void run_reported(const Derivative& derivative, Computation& computation,
                  const NotFiniteReport& report);

}  // namespace revolute
