// For files that Highway reads again for each kind of processor, behind <hwy/highway.h>: hence no
// usual guard.

#if defined(REVOLUTE_VECTOR_TRANSFORM) == defined(HWY_TARGET_TOGGLE)
#ifdef REVOLUTE_VECTOR_TRANSFORM
#undef REVOLUTE_VECTOR_TRANSFORM
#else
#define REVOLUTE_VECTOR_TRANSFORM
#endif

#include <revolute/graph/kernels/detail/vector_parts-inl.hpp>
#include <revolute/graph/kernels/kernel.hpp>

#include <hwy/highway.h>

#include <cstddef>

// Kernels of formulas that take vectors: formula(d, a), formula(d, a, b), ...

HWY_BEFORE_NAMESPACE();
namespace revolute::detail::vector_transform::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using vector_parts::HWY_NAMESPACE::load_part;
using vector_parts::HWY_NAMESPACE::store_part;

// y = formula(operands...), a vector at a time. What remains is computed as a vector too, so by the
// same instructions.
template <class T, class Formula, class... Operands>
void transform_column(const Formula& formula, T* y, std::size_t n, Operands... operands) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t i = 0;
    for (; n - i >= lanes; i += lanes)
        hn::StoreU(formula(d, hn::LoadU(d, operands + i)...), d, y + i);
    if (i < n) store_part(d, formula(d, load_part(d, operands + i, n - i)...), y + i, n - i);
}

template <class T, class Formula, class... Operands>
void transform(const Formula& formula, Columns<T> y, ColumnExtent extent, Operands... operands) {
    for (std::size_t column = 0; column < extent.columns; ++column)
        transform_column(formula, y[column], extent.entries, operands[column]...);
}

template <class T, class Formula>
void unary(const EntryArguments<T>& x, Columns<T> y, ColumnExtent extent) {
    transform(Formula(), y, extent, x[0]);
}

template <class T, class Formula>
void binary(const EntryArguments<T>& x, Columns<T> y, ColumnExtent extent) {
    transform(Formula(), y, extent, x[0], x[1]);
}

template <class T, class Formula>
void ternary(const EntryArguments<T>& x, Columns<T> y, ColumnExtent extent) {
    transform(Formula(), y, extent, x[0], x[1], x[2]);
}

// The formula is made of the operator's attributes.
template <class T, class Formula>
void unary_with_attributes(const EntryArguments<T>& x, Columns<T> y, ColumnExtent extent) {
    transform(Formula(x.attributes), y, extent, x[0]);
}

// In each lane of doubles the sum of the floats of two lanes; doubles are what they are.
template <class D, class V>
auto sum_of_halves([[maybe_unused]] D d, V x) {
    if constexpr (sizeof(hn::TFromD<D>) == sizeof(double)) {
        return x;
    } else {
#if HWY_TARGET == HWY_SCALAR
        return hn::PromoteTo(hn::Rebind<double, D>(), x);
#else
        const hn::Half<D> half;
        const hn::Rebind<double, hn::Half<D>> doubles;
        return hn::Add(hn::PromoteTo(doubles, hn::LowerHalf(half, x)),
                       hn::PromoteTo(doubles, hn::UpperHalf(half, x)));
#endif
    }
}

// Doubles as floats. DemoteTo of emulated vectors gives the largest float where infinity is right.
template <class D, class V>
auto rounded(D d, V x) {
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
    const hn::Rebind<double, D> doubles;
    HWY_ALIGN double from[hn::MaxLanes(doubles)];
    HWY_ALIGN float to[hn::MaxLanes(d)];
    hn::Store(x, doubles, from);
    for (std::size_t i = 0; i < hn::Lanes(d); ++i) to[i] = static_cast<float>(from[i]);
    return hn::Load(d, to);
#else
    return hn::DemoteTo(d, x);
#endif
}

// A formula of doubles for floats: rounded once, behind the last of its operations.
template <class Formula>
struct InDoubles {
    Formula formula{};

    template <class D, class V>
    V operator()(D d, V x) const {
#if HWY_TARGET == HWY_SCALAR
        const hn::Rebind<double, D> doubles;
        return rounded(d, formula(doubles, hn::PromoteTo(doubles, x)));
#else
        const hn::Half<D> half;
        const hn::Rebind<double, hn::Half<D>> doubles;
        const auto low = formula(doubles, hn::PromoteTo(doubles, hn::LowerHalf(half, x)));
        const auto high = formula(doubles, hn::PromoteTo(doubles, hn::UpperHalf(half, x)));
        return hn::Combine(d, rounded(half, high), rounded(half, low));
#endif
    }
};

}  // namespace revolute::detail::vector_transform::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // REVOLUTE_VECTOR_TRANSFORM
