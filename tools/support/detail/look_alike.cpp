#include <revolute/tools/support/detail/look_alike.hpp>
#include <revolute/tools/support/detail/utf8.hpp>
#include <revolute/tools/support/text_encoding.hpp>

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
constexpr char32_t first_letter = 0xC0;
static_assert(letters_without_accents.size() == 0x180 - first_letter);

/// What is seen of a character beside its accents; none where it stands for itself.
std::optional<std::string_view> plain_form(char32_t number) {
    const auto is_in = [&](char32_t first, char32_t last) {
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
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        const auto form = plain_form(take_code_point(text, at));
        result += form.value_or(text.substr(begin, at - begin));
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
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        const char32_t code = take_code_point(text, at);
        if (plain_form(code))
            result += fmt::format("\\u{:04X}", static_cast<std::uint32_t>(code));
        else
            result += text.substr(begin, at - begin);
    }
    return result;
}

}  // namespace revolute::detail
