#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>

namespace revolute::detail {

/// Whether all code and plans are verified, code after each pass: when the environment variable
/// REVOLUTE_VERIFY_PLANS is set, as it is in all tests.
bool is_all_verified();

/// Whether code and plan are verified when a program is compiled: when a run reads and writes so
/// few numbers that it takes less time than rolling the graph did, or all are.
bool is_to_be_verified(const Rolled& rolled, const Code& code);

}  // namespace revolute::detail
