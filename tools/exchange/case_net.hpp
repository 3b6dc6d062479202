#pragma once

/// @file
/// The net of a case as a graph, and its answers beside those that are expected.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/tools/computation/computation.hpp>
#include <revolute/tools/exchange/array_comparison.hpp>
#include <revolute/tools/exchange/case_file.hpp>

#include <map>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// The net of a case as a graph, its leaves bound to the case's values.
struct CaseNet {
    /// Builds the net and binds the values.
    explicit CaseNet(const Case& of);

    /// What gradients are asked for: the parameters, the initial states and the inputs, in this
    /// order.
    std::vector<Expr> variables() const;
    /// Of the loss by `variables()`. In a bidirectional many-to-one net, the answer does not see
    /// all initial states: their gradient is zero.
    Derivative derivative() const;
    /// The loss, the answers, and the gradients of `derivative`, in this order.
    std::vector<Expr> outputs(const Derivative& derivative) const;

    Graph graph;       ///< in which the net is
    RecurrentNet net;  ///< the net
    Bindings values;   ///< of all leaves
};

/// Loss, answers and gradients of a case, by the graph's backward pass. With a report, throws
/// NonFiniteError at the first value that is not finite.
CaseResult solve(const Case& of, ComputedBy by = ComputedBy::program,
                 const NotFiniteReport& not_finite = {});

/// Values of CaseNet::variables() in the layout of a result; loss and answers are left out.
CaseResult gradients_of(const Case& of, std::span<const Matrix> values);

/// Largest relative difference that agrees.
inline constexpr double case_tolerance = 1e-10;

/// Every array of the result beside what is expected; arrays that are not expected are left out.
/// `floors` are differences that rounding alone makes, by the names of arrays (`rounding_floors`).
std::vector<ArrayComparison> compare(const CaseResult& result, const CaseResult& expected,
                                     double tolerance = case_tolerance,
                                     const std::map<std::string, double>& floors = {});
/// Names of the arrays that are left out.
std::vector<std::string> not_compared(const CaseResult& result, const CaseResult& expected);

}  // namespace revolute
