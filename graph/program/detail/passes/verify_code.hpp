#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/program/detail/lowering/reads.hpp>

#include <string_view>

namespace revolute::detail {

/// Carries out a run in thought and throws InternalError, which names the value, the instruction
/// and what made the code, unless
///
/// - instructions read and write members that there are, of shapes that fit;
/// - what they read was computed before, and is still there: in the call that computes it where
///   no slab is kept (`Residence::block`), as the last member of its part where one place is
///   (`Residence::round`);
/// - a member is computed once, and nothing is added to it after it was read;
/// - each member is computed of what the graph computes it of, each summand once;
/// - a pack was made, of the factor for which it is read;
/// - outputs are there at the end.
///
/// It knows neither the passes nor memory. It takes some 16 bytes for each member.
void verify_code(const Rolled& rolled, const Reads& reads, const Code& code,
                 std::string_view made_by = {});

}  // namespace revolute::detail
