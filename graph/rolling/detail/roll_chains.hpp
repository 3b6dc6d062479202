#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <optional>

namespace revolute::detail {

/// A node without step that was made of one before it as that one was of another, and so on: the
/// third in a row at least, as where something is multiplied by the same again and again. There may
/// be one of them for each step, or each second one, that lost its step because it is the same at
/// several.
std::optional<PartId> find_chain(const Rolled& rolled);

}  // namespace revolute::detail
