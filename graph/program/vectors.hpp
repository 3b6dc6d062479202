#pragma once

/// @file
/// Which vector instructions programs use.

#include <string_view>

namespace revolute {

/// The vector instructions that programs use, by Highway's name of them: "AVX2", "AVX3" for
/// AVX-512, "NEON". They are the widest that the processor has, but no wider than the environment
/// variable REVOLUTE_VECTORS says, which names some in the same way or is "baseline", what every
/// processor has that the library was built for. It is read once, by the first call of this or of
/// `compile`; values differ by rounding from those with other vectors.
///
/// Throws EvaluationError when REVOLUTE_VECTORS names none.
std::string_view vectors();

}  // namespace revolute
