#include <revolute/tools/language/detail/net_source.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace revolute::detail {

namespace {

/// Whether a byte begins a character of UTF-8, or is one.
bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

/// As many signs as the text has characters; tabs stay, so that what stands below is in line.
std::string in_place_of(std::string_view text, char sign) {
    std::string signs;
    for (const char byte : text)
        if (begins_character(byte)) signs += byte == '\t' ? '\t' : sign;
    return signs;
}

}  // namespace

TextPlace from_to(TextPlace first, TextPlace last) {
    return {first.line, first.column, last.column + last.length - first.column};
}

std::string first_line_of(const Error& error) {
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
}

NetSource::NetSource(std::string_view text, std::string name) : name_(std::move(name)) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        lines_.emplace_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::string_view NetSource::bare_line(int line) const {
    constexpr std::string_view blanks = " \t";
    std::string_view text = lines_[static_cast<std::size_t>(line - 1)];
    text = text.substr(0, text.find('#'));
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

bool NetSource::has(TextPlace place) const {
    return place.line >= 1 && static_cast<std::size_t>(place.line) <= lines_.size();
}

std::string_view NetSource::at(TextPlace place) const {
    if (!has(place)) return {};
    const std::string_view line = lines_[static_cast<std::size_t>(place.line - 1)];
    const auto first = std::min(static_cast<std::size_t>(place.column - 1), line.size());
    return line.substr(first, static_cast<std::size_t>(place.length));
}

std::string NetSource::marked(TextPlace place) const {
    const std::string& line = lines_[static_cast<std::size_t>(place.line - 1)];
    const std::string_view before =
        std::string_view(line).substr(0, static_cast<std::size_t>(place.column - 1));
    std::string mark = in_place_of(at(place), '~');
    if (mark.empty()) mark.push_back('~');
    mark.front() = '^';
    return fmt::format("  {}\n  {}{}", line, in_place_of(before, ' '), mark);
}

std::string NetSource::message(TextPlace place, std::string_view text) const {
    if (!has(place)) return fmt::format("{}: {}", name_, text);
    return fmt::format("{}:{}:{}: {}\n{}", name_, place.line, place.column, text, marked(place));
}

void NetSource::fail(TextPlace place, std::string_view text) const {
    throw ParseError(message(place, text));
}

}  // namespace revolute::detail
