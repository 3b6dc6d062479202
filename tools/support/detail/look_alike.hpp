#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace revolute::detail {

/// The first candidate that looks as the word does though it is written in other characters of
/// UTF-8: a blank that does not break, an accent that is a character of its own, or one that is not
/// seen.
std::optional<std::string> look_alike(std::string_view word,
                                      std::span<const std::string> candidates);

/// The text with such characters by their numbers: "A\u00A0B".
std::string with_numbers(std::string_view text);

}  // namespace revolute::detail
