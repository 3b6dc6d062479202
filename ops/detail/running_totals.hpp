#pragma once

#include <revolute/graph/kernels/kernel.hpp>

#include <algorithm>
#include <array>

namespace revolute::detail {

/// Which column a running total begins with.
enum class Beginning : bool { first, last };

/// Each column of y is the total of x's columns from the beginning up to that one. Totals are added
/// up in double, some rows at a time: they stay in the fastest cache.
template <Beginning beginning, class Number>
void add_up_columns(const KernelArguments<Number>& arguments, BasicMatrixView<Number> y) {
    constexpr int most_rows = 64;
    const BasicMatrixView<const Number> x = arguments[0];
    std::array<double, most_rows> totals;
    for (int first = 0; first < x.rows; first += most_rows) {
        const int count = std::min(most_rows, x.rows - first);
        totals.fill(0);
        for (int i = 0; i < x.columns; ++i) {
            const int c = beginning == Beginning::first ? i : x.columns - 1 - i;
            const Number* const from = x.column(c).data() + first;
            Number* const to = y.column(c).data() + first;
            for (int r = 0; r < count; ++r) totals[static_cast<std::size_t>(r)] += from[r];
            for (int r = 0; r < count; ++r)
                to[r] = static_cast<Number>(totals[static_cast<std::size_t>(r)]);
        }
    }
}

}  // namespace revolute::detail
