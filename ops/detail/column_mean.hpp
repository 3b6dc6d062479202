#pragma once

#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/reduction.hpp>

namespace revolute::detail {

// The rules of a loss L = 1/B sum over all entries of phi(y, ...), B the number of columns of its
// first operand, from the derivative of phi with respect to one operand: x_bar = L_bar phi' / B,
// and forward L_dot = sum(phi' / B o x_dot).

using Slope = Expr (*)(const RuleSite&);

/// phi' / B, without a factor when there is one column.
template <Slope slope>
Expr mean_slope(const RuleSite& p) {
    const Expr all = slope(p);
    const int columns = p.input(0).shape().columns;
    return columns == 1 ? all : (1.0 / columns) * all;
}

template <Slope slope>
Expr pull_back_mean(const Pullback& p) {
    return multiply(p.adjoint, mean_slope<slope>(p));
}

template <Slope slope>
Expr push_forward_mean(const Pushforward& p) {
    return sum(hadamard(mean_slope<slope>(p), p.tangent));
}

}  // namespace revolute::detail
