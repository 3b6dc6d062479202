#pragma once

/// @file
/// The operators as a Markdown table.

#include <string>

namespace revolute {

/// All operators of the catalogue as a Markdown table: name, formula, what that computes where it
/// is but a name, shapes, and the derivative with respect to each operand, obtained by applying the
/// operator's pullback rules to symbols. It is what `revolute ops` prints and docs/ops.md holds.
std::string operator_table();

}  // namespace revolute
