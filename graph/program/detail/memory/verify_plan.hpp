#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/program/detail/lowering/reads.hpp>
#include <revolute/graph/program/detail/memory/memory.hpp>

#include <cstddef>

namespace revolute::detail {

/// Carries out a run in thought, with a mark in place of each number, and throws InternalError that
/// names the values and the instruction unless
///
/// - each value that is read stands whole in its place, and is the one that was written last to
///   that member;
/// - an instruction writes nothing that it still has to read, whatever the order of its blocks;
/// - stacks stand below each other, and packs where they were put;
/// - outputs, and what was bound, stand in their places at the end, so that the next run finds the
///   same.
///
/// The code is one that `verify_code` lets pass. It knows neither why a value stands where it does
/// nor which passes have run. It takes the time of some runs, and four bytes for each number of the
/// memory and each value that is written, three times.
void verify_plan(const Rolled& rolled, const Reads& reads, const Code& code, const MemoryPlan& plan,
                 Units units);

}  // namespace revolute::detail
