#pragma once

#include <revolute/tools/exchange/case_net.hpp>
#include <revolute/tools/support/random.hpp>

#include <cstdint>
#include <string>

// Drawn cases, and their gradients as a program of floats has them.

namespace revolute::test {

inline constexpr const char* drawn_cells[] = {"rnn", "lstm", "lstm-peephole", "gru", "gru-before"};

/// A net of one to five units, one to three sequences, one to twelve steps. Parameters are uniform
/// up to `weights`.
Case drawn_case(const std::string& cell, Random& random, double weights);

/// The nearest number of a format of so many bits: 24 are those of float, 11 those of half
/// precision, 8 those of bfloat16.
double rounded_to_format(int bits, double x);

/// Loss, answers and gradients, each operation rounded to such a format, with sums from the last
/// term to the first and functions that are one unit in the last place off as often as not, as
/// those of libraries are.
CaseResult float_gradients(const Case& of, std::uint64_t seed, int bits = 24);

}  // namespace revolute::test
