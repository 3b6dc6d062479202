#pragma once

#include <support/equation_parser.hpp>
#include <support/equation_tokens.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace revolute::test {

/// A number that grows evenly with the variable: value + slope * t.
struct GrowingNumber {
    double value = 0;
    double slope = 0;
};

/// How far a number reaches: up to a sign between summands, or with these.
enum class NumberReach : std::uint8_t { product, sum };

/// The number at tokens[place], of which it takes as many tokens as it can: "0.5", "1 / N", "T-t",
/// "2 B t", "0.5 / sqrt(B (N-1))". None, with `place` as it was, where there is no number.
std::optional<GrowingNumber> take_number(std::span<const Token> tokens, std::size_t& place,
                                         const EquationContext& context, NumberReach reach);

}  // namespace revolute::test
