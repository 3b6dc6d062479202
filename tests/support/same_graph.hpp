#pragma once

#include <revolute/graph/expr.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace revolute::test {

/// Whether values must have the same names; leaves must.
enum class ValueNames : bool { any, same };

/// Walks two graphs from their outputs and says where they differ first in what a node is:
/// operator, attributes, shape, step, names, operands in their order. Empty when they are the same
/// node for node.
std::string first_difference(std::span<const Expr> a, std::span<const Expr> b,
                             ValueNames names = ValueNames::same);

}  // namespace revolute::test
