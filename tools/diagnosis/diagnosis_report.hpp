#pragma once

/// @file
/// A diagnosis as text and as JSON.

#include <revolute/tools/diagnosis/diagnosis.hpp>

#include <string>

namespace revolute {

/// What `revolute compare` prints: a table of the arrays, the first that differs, and what the
/// mistakes look like.
std::string to_text(const GradientComparison& comparison, const Case& of);
/// The same as JSON; docs/compare.md says what is in it.
std::string to_json(const GradientComparison& comparison);

}  // namespace revolute
