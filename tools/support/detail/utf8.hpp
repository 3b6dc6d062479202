#pragma once

#include <cstddef>
#include <string_view>

namespace revolute::detail {

/// What stands for a damaged byte, U+FFFD.
constexpr char32_t replacement_character = 0xFFFD;

/// Decodes the code point of UTF-8 at `at`, below the text's size, and moves `at` behind it; a
/// damaged byte is one replacement character.
char32_t take_code_point(std::string_view text, std::size_t& at);

/// The beginning of a text, of so many bytes at most; no character of UTF-8 is cut in two.
std::string_view whole_characters(std::string_view text, std::size_t most);

}  // namespace revolute::detail
