#pragma once

#include <revolute/graph/op.hpp>

#include <cstddef>
#include <type_traits>

namespace revolute::detail {

template <class Formula, class Number>
void apply_entrywise(const EntryArguments<Number>& x, Number* y, std::size_t n) {
    constexpr Formula formula{};
    const Number* a = x[0];
    if constexpr (std::is_invocable_v<Formula, Number, Number>) {
        const Number* b = x[1];
        for (std::size_t i = 0; i < n; ++i) y[i] = formula(a[i], b[i]);
    } else {
        for (std::size_t i = 0; i < n; ++i) y[i] = formula(a[i]);
    }
}

/// The fast kernels of y = formula(a) or y = formula(a, b), entry by entry; the formula captures
/// nothing and takes any kind of number.
template <class Formula>
constexpr FastKernels entrywise(Formula) {
    return {apply_entrywise<Formula, double>, apply_entrywise<Formula, float>};
}

template <class Function, class Number>
void apply_to_array(const EntryArguments<Number>& x, Number* y, std::size_t n) {
    constexpr Function function{};
    function(x[0], y, n);
}

/// The fast kernels of y = function(x) for a function of whole arrays, as those of vector_math are:
/// function(x, y, n). It captures nothing and takes any kind of number.
template <class Function>
constexpr FastKernels arraywise(Function) {
    return {apply_to_array<Function, double>, apply_to_array<Function, float>};
}

}  // namespace revolute::detail
