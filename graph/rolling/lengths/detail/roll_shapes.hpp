#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

// Shapes of a rolled graph, by the shape rules of its operators.

namespace revolute::detail {

/// A member whose operator does not take its operands, or makes another shape of them.
struct Misfit {
    Member member;
    std::string text;        ///< what is wrong, one line
    std::size_t passed = 0;  ///< how many members were looked at before it
};

/// Sets the shape of each part to what its operator makes of its operands and attributes, in the
/// order of the schedule. Returns where that is not possible, or not the same for all members; then
/// the shapes are of no use.
std::optional<Misfit> set_shapes(Rolled& rolled);

/// Whether the shape of a member depends on an attribute, or its operands set bounds to it: another
/// shape comes of it, or none, when it is one more.
bool is_size(const Rolled& rolled, Member member, std::uint32_t attribute);

/// The first member whose shape is not what its operator makes of its operands and attributes.
std::optional<Misfit> find_misfit(const Rolled& rolled);

}  // namespace revolute::detail
