#pragma once

#include <revolute/graph/op.hpp>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace revolute::detail {

/// One of the sizes that an operator's shape rule speaks of: rows or columns of an operand, by its
/// slot, or of the output, whose slot is the number of operands.
struct ShapeSize {
    std::size_t slot = 0;
    bool is_columns = false;

    friend bool operator==(ShapeSize, ShapeSize) = default;
};

/// Which sizes an operator needs, or makes, to be equal to each other or to 1, whatever they are:
/// columns of a and rows of b for a product. An operator may ask for more than this says.
struct ShapeRelations {
    std::vector<std::pair<ShapeSize, ShapeSize>> equal;
    std::vector<ShapeSize> ones;
};

/// What the shape rule of an operator of a fixed number of operands answers when it is asked for
/// shapes that differ in one size, or in several at once, from those of its example.
ShapeRelations shape_relations(const Op& op);

}  // namespace revolute::detail
