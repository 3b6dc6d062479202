#pragma once

#include <revolute/tools/checks/net_check.hpp>

#include <string>

namespace revolute {

/// What `revolute check --json` prints: an object (its keys are in docs/check.md).
std::string to_json(const NetCheck& check);

}  // namespace revolute
