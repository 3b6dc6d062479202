#pragma once

#include <revolute/graph/op.hpp>

#include <cstddef>
#include <type_traits>

namespace revolute::detail {

template <class Formula, class Number>
void apply_entrywise(const EntryArguments<Number>& x, Columns<Number> y, ColumnExtent extent) {
    constexpr Formula formula{};
    for (std::size_t column = 0; column < extent.columns; ++column) {
        const Number* const a = x[0][column];
        Number* const result = y[column];
        if constexpr (std::is_invocable_v<Formula, Number, Number, Number>) {
            const Number *const b = x[1][column], *const c = x[2][column];
            for (std::size_t i = 0; i < extent.entries; ++i) result[i] = formula(a[i], b[i], c[i]);
        } else if constexpr (std::is_invocable_v<Formula, Number, Number>) {
            const Number* const b = x[1][column];
            for (std::size_t i = 0; i < extent.entries; ++i) result[i] = formula(a[i], b[i]);
        } else {
            for (std::size_t i = 0; i < extent.entries; ++i) result[i] = formula(a[i]);
        }
    }
}

/// The fast kernels of y = formula(a), formula(a, b) or formula(a, b, c), entry by entry; the formula captures
/// nothing and takes any kind of number.
template <class Formula>
constexpr FastKernels entrywise(Formula) {
    return {apply_entrywise<Formula, double>, apply_entrywise<Formula, float>};
}

}  // namespace revolute::detail
