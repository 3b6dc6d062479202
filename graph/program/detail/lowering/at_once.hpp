#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>

#include <cstddef>

namespace revolute::detail {

/// Makes an instruction whose rounds do not depend on each other do all of them at once, where what
/// it reads and writes lies in memory without gaps. Returns whether it does; else nothing changes.
bool make_one_call(Instruction& instruction, std::size_t rounds);

/// Makes the product whose rounds add up to one sum do so in one product, where its factors lie in
/// memory without gaps:
///
///     sum over t of A(t) B(t)' = [A(0) A(1) ...] [B(0) B(1) ...]'
///
/// Returns whether it does; else nothing changes.
bool sum_in_one_call(ProductCall& call, std::size_t rounds);

}  // namespace revolute::detail
