#include <revolute/tools/support/detail/small_letters.hpp>

#include <algorithm>
#include <cctype>

namespace revolute::detail {

std::string in_small_letters(std::string_view text) {
    std::string small(text);
    std::ranges::transform(small, small.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return small;
}

}  // namespace revolute::detail
