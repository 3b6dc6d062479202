#pragma once

#include <revolute/graph/rolled.hpp>

#include <cstdint>
#include <string>

namespace revolute::detail {

/// What errors call a member: "h[5], tanh [3 x 1]", or "an unnamed tanh [3 x 1] in step t = 5".
std::string name_and_shape(const Part& part, std::int32_t t);

}  // namespace revolute::detail
