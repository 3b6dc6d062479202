#pragma once

/// @file
/// `Bindings`, values for leaves, and `evaluate`, the reference evaluator.

#include <revolute/graph/graph.hpp>
#include <revolute/graph/values/matrix.hpp>

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

/// Values for the leaves of one graph.
class Bindings {
 public:
    /// Gives the leaf its value; a second one replaces the first. Throws ShapeError unless the
    /// value has the leaf's shape, GraphError unless `leaf` is an input, parameter or initial state
    /// of the graph that earlier leaves belong to.
    Bindings& bind(Expr leaf, Matrix value);

    /// The value of a leaf, nullptr when it has none.
    const Matrix* find(Expr leaf) const;
    /// The graph that the leaves belong to; nullptr before the first one.
    const Graph* graph() const { return graph_; }
    /// The value of a leaf of that graph by its id.
    const Matrix* find(NodeId leaf) const;

 private:
    const Graph* graph_ = nullptr;
    std::vector<Matrix> values_;  // by id; 0 x 0: not bound
};

/// Whether evaluation stops at a value that is not finite and that does harm
/// (docs/check_finite.md).
enum class FiniteCheck : bool {
    off,  ///< every value is taken as it is
    on,   ///< NonFiniteError is thrown
};
/// For calls: evaluate(x, values, check_finite).
inline constexpr FiniteCheck check_finite = FiniteCheck::on;

/// What a matrix holds: the range of its finite values, and how many are not finite.
struct ValueRange {
    double low = 0;              ///< of the finite values, of which there may be none
    double high = 0;             ///< of the same
    std::size_t finite = 0;      ///< how many values are finite
    std::size_t nans = 0;        ///< how many are no numbers
    std::size_t infinities = 0;  ///< how many are infinite, of either sign
};

/// Range and counts of the numbers.
ValueRange range_of(std::span<const double> values);
/// "from -1 to 2.5", "from -1 to 2.5, 1 nan, 2 inf", "3 nan".
std::string to_string(const ValueRange& range);

/// With `check_finite`: a node's value is not finite (docs/check_finite.md). The text names the
/// node, its step, and the ranges of its values and its operands'.
class NonFiniteError : public EvaluationError {
 public:
    /// By the text, the node, and the ranges of its value and of its operands' values.
    NonFiniteError(const std::string& text, NodeId node, const ValueRange& values,
                   std::vector<ValueRange> operands)
        : EvaluationError(text), node_(node), values_(values), operands_(std::move(operands)) {}

    /// The node whose value is not finite.
    NodeId node() const { return node_; }
    /// What its value holds.
    const ValueRange& values() const { return values_; }
    /// By slot; none where a program was adding up a sum, to which it takes one product after
    /// another.
    std::span<const ValueRange> operands() const { return operands_; }

 private:
    NodeId node_;
    ValueRange values_;
    std::vector<ValueRange> operands_;
};

/// The outputs' values, computed one node at a time in double by the operators' reference kernels:
/// obviously right, and the oracle for everything faster. Values are freed after their last use.
/// Nodes come in the order of their ids: the forward pass before the backward pass. Throws
/// EvaluationError when a leaf has no value; with `check_finite`, NonFiniteError for what an output
/// that is not finite goes back to, or for what an operator made that is lost in a finite value.
std::vector<Matrix> evaluate(std::span<const Expr> outputs, const Bindings& bindings,
                             FiniteCheck check = FiniteCheck::off);
/// The same for one output.
Matrix evaluate(Expr output, const Bindings& bindings, FiniteCheck check = FiniteCheck::off);

/// The number that an output of one entry is, a loss say. Throws ShapeError unless it is 1 x 1, and
/// as `evaluate`.
double scalar(Expr output, const Bindings& bindings, FiniteCheck check = FiniteCheck::off);

}  // namespace revolute
