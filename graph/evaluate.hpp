#pragma once

#include <revolute/graph/graph.hpp>
#include <revolute/graph/matrix.hpp>

#include <span>
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

 private:
    const Graph* graph_ = nullptr;
    std::vector<Matrix> values_;  // by id; 0 x 0: not bound
};

/// Whether evaluation stops at the first value that is not finite.
enum class FiniteCheck : bool { off, on };
inline constexpr FiniteCheck check_finite = FiniteCheck::on;

/// The outputs' values, computed one node at a time in double by the operators' reference kernels:
/// obviously right, and the oracle for everything faster. Values are freed after their last use.
/// Throws EvaluationError when a leaf has no value; with `check_finite`, also when a node's value
/// is the first that is not finite: it names the node, its step and its operands' ranges.
std::vector<Matrix> evaluate(std::span<const Expr> outputs, const Bindings& bindings,
                             FiniteCheck check = FiniteCheck::off);
Matrix evaluate(Expr output, const Bindings& bindings, FiniteCheck check = FiniteCheck::off);

}  // namespace revolute
