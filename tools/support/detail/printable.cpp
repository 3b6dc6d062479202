#include <revolute/tools/support/detail/printable.hpp>

#include <algorithm>
#include <cstddef>

namespace revolute::detail {

namespace {

/// How many bytes the control character has that the text begins with, in UTF-8; 0 where it begins
/// with none.
std::size_t control_size(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x20 || first == 0x7F) return 1;
    // U+0080 to U+009F, and the ends of lines and paragraphs, U+2028 and U+2029.
    const auto second = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0U;
    if (first == 0xC2 && second >= 0x80 && second < 0xA0) return 2;
    return text.starts_with("\xE2\x80\xA8") || text.starts_with("\xE2\x80\xA9") ? 3 : 0;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t size = control_size(text);
        if (size == 0) {
            result += text.front();
            text.remove_prefix(1);
            continue;
        }
        while (result.ends_with(' ')) result.pop_back();
        for (std::size_t more = size; more > 0;
             more = text.empty() ? 0 : (text.front() == ' ' ? 1 : control_size(text)))
            text.remove_prefix(more);
        if (!result.empty() && !text.empty()) result += ' ';
    }
    return result;
}

}  // namespace revolute::detail
