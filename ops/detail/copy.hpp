#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace revolute::detail {

/// to = from. Columns of a row vector are one number: for so few a loop is faster than a call.
template <class Number>
void copy(std::span<const Number> from, std::span<Number> to) {
    if (from.size() < 4)
        for (std::size_t i = 0; i < from.size(); ++i) to[i] = from[i];
    else
        std::copy_n(from.data(), from.size(), to.data());
}

}  // namespace revolute::detail
