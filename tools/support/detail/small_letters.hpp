#pragma once

#include <string>
#include <string_view>

namespace revolute::detail {

/// The text with a to z for A to Z.
std::string in_small_letters(std::string_view text);

}  // namespace revolute::detail
