#pragma once

/// @file
/// How far rounding alone may move gradients.

#include <revolute/graph/evaluate/evaluate.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace revolute {

/// As the operators' kernels compute, or as one computes who writes every formula by hand. A
/// softmax next to 1 is 1 then, and its error 0 where the kernel's has all its digits
/// (`Op::term_sizes`).
enum class Formulas : std::uint8_t {
    of_kernels,  ///< as the operators compute
    by_hand,     ///< each formula as it is written
};

/// How far rounding alone may move each output when it is computed in double: of its entries, the
/// one that moves furthest. A gradient that is zero because large terms cancel comes out as their
/// rounding, which no multiple of the gradient itself tells.
///
/// An estimate (Monte Carlo arithmetic; Parker 1997): the outputs are computed some times, each
/// value on the way moved by up to one unit in the last place of single precision, as arithmetic
/// moves it that rounds, and what that makes of them is scaled down to double. So it knows sums,
/// products and functions alike, wherever terms cancel, and 1 - h^2 of a unit whose h is 1 but for
/// rounding. Where a value next to a kink changes sides it is too large, by some 1e-8 of the jump.
/// Given whole numbers that are no variables may be indices: they are not moved, nor what is made
/// of them alone. Where double overflows nothing is known, and the answer is 0.
///
/// Throws what `evaluate` throws.
std::vector<double> rounding_floors(std::span<const Expr> outputs, std::span<const Expr> variables,
                                    const Bindings& values,
                                    Formulas formulas = Formulas::of_kernels);
/// How many times what it sees in a few samples that answer is, for another order of the same sums.
inline constexpr double rounding_margin = 8;
/// That of a number of size 1 which one operation makes.
double rounding_of_one_operation();

}  // namespace revolute
