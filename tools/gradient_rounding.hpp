#pragma once

#include <revolute/graph/evaluate.hpp>
#include <revolute/tools/case_file.hpp>

#include <map>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// How far rounding alone may move each output when it is computed in double: of its entries, the one that moves
/// furthest. A gradient that is zero because large terms cancel comes out as their rounding, which no multiple of
/// the gradient itself tells.
///
/// An estimate: the outputs are computed in single precision, at the values and at some next to them, and what
/// that differs by from double is scaled down by the ratio of the two roundings. So it knows sums, products and
/// functions alike, wherever terms cancel. Where a value next to a kink changes sides it is too large, by some 1e-8
/// of the jump. The variables are moved, and other leaves unless they hold whole numbers, which may be indices.
/// An output that single precision overflows in throughout is computed in double at values next to the given ones.
/// Where that overflows too nothing is known, and the answer is 0.
///
/// Throws what `compile`, `Program::bind` and `Program::run` throw.
std::vector<double> rounding_floors(std::span<const Expr> outputs, std::span<const Expr> variables,
                                    const Bindings& values);
/// Of the loss, the answers and all gradients of a case, under the names of the arrays.
std::map<std::string, double> rounding_floors(const Case& of);

}  // namespace revolute
