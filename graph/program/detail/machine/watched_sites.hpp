#pragma once

#include <revolute/graph/evaluate/detail/not_finite.hpp>
#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <cstddef>
#include <vector>

namespace revolute::detail {

/// What an instruction reads for a result, and how much of it for one entry.
struct ReadSite {
    MemberRange site;
    Extent extent = Extent::whole;
    Shape shape;  ///< in which the instruction sees it, or a member of it
};

/// What result number `result` of the instruction's stack is computed of: by slot of its operator
/// unless it adds to a sum. Of a packed factor, the factor.
std::vector<ReadSite> operands_of(const Rolled& rolled, const Instruction& instruction,
                                  const MemberRange& made, std::size_t result);

/// Of code for runs that look at every value, in which only a stack has several.
std::vector<MemberRange> results_of(const Instruction& instruction);

}  // namespace revolute::detail
