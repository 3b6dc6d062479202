#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <functional>
#include <string>

namespace revolute::detail {

/// What a listing says of an instruction besides: it stands behind the sizes.
using Remark = std::function<std::string(const Instruction&)>;

/// A loop, an instruction a line, set in where it is repeated:
///
///     for t = 1, 2..7
///       z%5(t) += U%2 h%6(t-1)  [3 x 3] [3 x 1]
///       h%6(t) = tanh(z%5(t))  3 entries
///
/// A part has its name, if any, and its number; [a%1(t); b%2(t)] stand below each other.
std::string to_text(const Rolled& rolled, const Loop& loop, const Remark& remark = {});

/// All loops, one after the other.
std::string to_text(const Rolled& rolled, const Code& code);

/// One instruction of a loop, not set in.
std::string to_text(const Rolled& rolled, const Loop& loop, const Instruction& instruction);

}  // namespace revolute::detail
