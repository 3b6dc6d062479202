#pragma once

#include <revolute/tools/bptt_check.hpp>

#include <string>

namespace revolute {

/// What `revolute check` prints: a table, and with --json an object (its keys are in docs/check.md).
std::string to_table(const BpttCheck& check);
std::string to_json(const BpttCheck& check);

}  // namespace revolute
