#include <revolute/tools/detail/look_alike.hpp>
#include <revolute/tools/text_encoding.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace revolute::detail {

namespace {

/// The letters of U+00C0 to U+017F without their accents; a point where there is none to take away.
constexpr std::string_view letters_without_accents =
    "AAAAAA.CEEEEIIII.NOOOOO..UUUUY..aaaaaa.ceeeeiiii.nooooo..uuuuy.y"
    "AaAaAaCcCcCcCcDd..EeEeEeEeEeGgGgGgGgHh..IiIiIiIiI...JjKk.LlLlLl."
    "...NnNnNn...OoOoOo..RrRrRrSsSsSsSsTtTt..UuUuUuUuUuUuWwYyYZzZzZz.";
constexpr std::uint32_t first_letter = 0xC0;
static_assert(letters_without_accents.size() == 0x180 - first_letter);

struct Character {
    std::uint32_t number;
    std::string_view bytes;
};

/// Takes the first character of UTF-8 from a text.
Character take_character(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t size = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::uint32_t number = size == 1 ? first : first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i)
        number = number << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
    const Character result{number, text.substr(0, size)};
    text.remove_prefix(size);
    return result;
}

/// What is seen of a character beside its accents; none where it stands for itself.
std::optional<std::string_view> plain_form(std::uint32_t number) {
    const auto is_in = [&](std::uint32_t first, std::uint32_t last) {
        return number >= first && number <= last;
    };
    if (number == 0xA0 || is_in(0x2000, 0x200A) || number == 0x202F || number == 0x205F ||
        number == 0x3000)
        return " ";
    if (number == 0xAD || is_in(0x300, 0x36F) || is_in(0x200B, 0x200F) || is_in(0x202A, 0x202E) ||
        is_in(0x2060, 0x2064) || number == 0xFEFF)
        return "";
    if (number < first_letter || number - first_letter >= letters_without_accents.size())
        return std::nullopt;
    const std::string_view letter = letters_without_accents.substr(number - first_letter, 1);
    return letter == "." ? std::nullopt : std::optional(letter);
}

std::string plain(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const Character character = take_character(text);
        result += plain_form(character.number).value_or(character.bytes);
    }
    return result;
}

}  // namespace

std::optional<std::string> look_alike(std::string_view word,
                                      std::span<const std::string> candidates) {
    if (first_invalid_utf8(word)) return std::nullopt;
    const std::string looks = plain(word);
    const auto found = std::ranges::find_if(candidates, [&](const std::string& candidate) {
        return candidate != word && !first_invalid_utf8(candidate) && plain(candidate) == looks;
    });
    return found == candidates.end() ? std::nullopt : std::optional(*found);
}

std::string with_numbers(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const Character character = take_character(text);
        if (plain_form(character.number))
            result += fmt::format("\\u{:04X}", character.number);
        else
            result += character.bytes;
    }
    return result;
}

}  // namespace revolute::detail
