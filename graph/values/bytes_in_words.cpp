#include <revolute/graph/values/bytes_in_words.hpp>

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace revolute {

std::string bytes_in_words(std::size_t bytes) {
    constexpr std::string_view units[] = {"kB", "MB", "GB", "TB", "PB"};
    if (bytes < 1000) return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s");
    double amount = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    for (; amount >= 999.5 && unit + 1 < std::size(units); ++unit) amount /= 1000;
    return fmt::format("{:.{}f} {}", amount, amount < 9.95 ? 1 : 0, units[unit]);
}

}  // namespace revolute
