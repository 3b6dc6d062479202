#pragma once

#include <fmt/format.h>

#include <concepts>
#include <string>
#include <string_view>

namespace revolute::detail {

/// "1 step", "3 steps".
inline std::string plural(std::integral auto count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace revolute::detail
