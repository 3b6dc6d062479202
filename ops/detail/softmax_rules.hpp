#pragma once

#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/reduction.hpp>

namespace revolute::detail {

/// For y = softmax(x): of column c alone, y(c) o (v(c) - <y(c), v(c)>), the Jacobian diag(y) - y
/// y', which is symmetric.
inline Expr times_softmax_jacobian(Expr y, Expr v) {
    const Expr inner = column_sums(hadamard(y, v));
    return hadamard(y, v - broadcast_rows(inner, y.shape().rows));
}

}  // namespace revolute::detail
