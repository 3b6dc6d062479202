#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace revolute::detail {

/// The step of a member at step t of its axis, or of one node that has one on an axis that is not
/// folded.
std::optional<Step> step_of_member(const Part& part, std::int32_t t);

/// What listings call a member at step t, or null.
const PartName* find_label(const Part& part, std::int32_t t);

/// What errors call a member: "h[5], tanh [3 x 1]", or "an unnamed tanh [3 x 1] in step t = 5".
std::string name_and_shape(const Part& part, std::int32_t t);

/// "1 step", "3 steps".
std::string count_of_steps(std::int32_t steps);

}  // namespace revolute::detail
