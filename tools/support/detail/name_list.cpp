#include <revolute/tools/support/detail/name_list.hpp>
#include <revolute/tools/support/detail/printable.hpp>
#include <revolute/tools/support/detail/utf8.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

namespace revolute::detail {

namespace {

constexpr std::size_t longest_list = 8;
constexpr std::size_t longest_name = 60;

/// In quotes where the list would otherwise be read in another way.
std::string quoted_in_list(const std::string& name) {
    const bool is_plain =
        !name.empty() && name.find(',') == name.npos && name.front() != ' ' && name.back() != ' ';
    return is_plain ? name : fmt::format("\"{}\"", name);
}

/// The beginning of a long name.
std::string shortened(const std::string& name) {
    const std::string_view beginning = whole_characters(name, longest_name);
    return std::string(beginning) + (beginning.size() < name.size() ? "..." : "");
}

}  // namespace

std::string name_list(std::span<const std::string> names) {
    // One more takes no more room than to say that there is one more.
    const std::size_t shown = names.size() <= longest_list + 1 ? names.size() : longest_list;
    std::string text;
    for (std::size_t i = 0; i < shown; ++i)
        text += (i > 0 ? ", " : "") + quoted_in_list(shortened(printable(names[i])));
    if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
    return text;
}

}  // namespace revolute::detail
