#pragma once

#include <revolute/graph/op.hpp>

namespace revolute {

extern const Op tanh_op;

/// Hyperbolic tangent, entry by entry.
Expr tanh(Operand x);

}  // namespace revolute
