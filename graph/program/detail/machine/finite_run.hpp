#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/program/detail/lowering/reads.hpp>
#include <revolute/graph/program/detail/machine/machine.hpp>
#include <revolute/graph/program/detail/machine/member_sources.hpp>

#include <span>

namespace revolute::detail {

/// Runs the machine, and throws NonFiniteError as `evaluate` does with `check_finite`;
/// EvaluationError where the node's id is not known.
template <class Number>
void run_finite(Machine<Number>& machine, const Rolled& rolled, const MemberSources& sources,
                const Reads& reads, std::span<const Loop> loops);

extern template void run_finite(Machine<double>& machine, const Rolled& rolled,
                                const MemberSources& sources, const Reads& reads,
                                std::span<const Loop> loops);
extern template void run_finite(Machine<float>& machine, const Rolled& rolled,
                                const MemberSources& sources, const Reads& reads,
                                std::span<const Loop> loops);

}  // namespace revolute::detail
