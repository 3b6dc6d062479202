#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/program/detail/lowering/reads.hpp>

#include <vector>

namespace revolute::detail {

/// By part, the part in whose slab it stands: of a stack the first; of a value that takes the place
/// of an operand that operand's; else its own.
///
/// A part takes an operand's place when each of its members begins as an elementwise step that
/// reads the operand's member of the same step, and nothing else reads the operand. A value that is
/// summed in several instructions must not begin before that: it would be lost when the operand is
/// written.
std::vector<PartId> slabs_of(const Rolled& rolled, const Reads& reads, const Code& code);

}  // namespace revolute::detail
