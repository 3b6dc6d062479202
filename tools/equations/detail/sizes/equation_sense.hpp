#pragma once

#include <revolute/tools/equations/detail/names/equation_names.hpp>
#include <revolute/tools/equations/equations.hpp>

#include <cstdint>

namespace revolute::detail {

/// The least number of steps of the first axis, not above `known`, from which on equations for any
/// number of steps say what they should: each value that a line reads is given or defined, none is
/// defined twice, what is told from the first step and what is told from the last one are apart, no
/// stretch of steps is less than empty, and numbers that depend on the number of steps are finite.
/// `rolled` is what the equations are made of, with the names of its members.
std::int32_t least_steps_of(const Equations& equations, const Rolled& rolled,
                            const EquationNames& names, std::int32_t known);

}  // namespace revolute::detail
