#pragma once

/// @file
/// Shape rules that several operators share.

#include <revolute/graph/op.hpp>
#include <revolute/graph/values/shape.hpp>

#include <string_view>

namespace revolute {

/// The output has the shape of operand 0.
Shape same_as_input(const ShapeArguments& x);

/// Both operands, and the output, have one shape. The error for a vector beside a matrix proposes
/// broadcast_columns or broadcast_rows: there is no implicit broadcasting.
Shape equal_shapes(const ShapeArguments& x);

/// Both operands have one shape, and the output is 1 x 1. Errors as equal_shapes.
Shape equal_shapes_to_scalar(const ShapeArguments& x);

/// The operands' rows, or columns, added up: the size of what stands below or beside each other.
/// Throws ShapeError, which calls them `what`, where the sum is beyond the range of a size.
int total_size(const ShapeArguments& x, int Shape::*size, std::string_view what);

/// Throws ShapeError unless operand 1 has one class for each column of operand 0: [1 x B].
void require_class_for_each_column(const ShapeArguments& x);

/// Throws ShapeError unless operand 0 is square.
void require_square(const ShapeArguments& x);

/// 1 x 1 of anything.
Shape scalar_output(const ShapeArguments& x);

}  // namespace revolute
