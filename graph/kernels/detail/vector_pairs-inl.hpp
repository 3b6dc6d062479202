// For files that Highway reads again for each kind of processor, behind <hwy/highway.h>: hence no
// usual guard.

#if defined(REVOLUTE_VECTOR_PAIRS) == defined(HWY_TARGET_TOGGLE)
#ifdef REVOLUTE_VECTOR_PAIRS
#undef REVOLUTE_VECTOR_PAIRS
#else
#define REVOLUTE_VECTOR_PAIRS
#endif

#include <hwy/highway.h>

// Sums and products that are not rounded, as two numbers: the rounded one, and the rest. The rest
// is given through a reference, because vectors of some processors cannot be members.

HWY_BEFORE_NAMESPACE();
namespace revolute::detail::vector_pairs::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// a + b (Knuth 1969).
template <class V>
V sum_of(V a, V b, V& rest) {
    const V sum = hn::Add(a, b);
    const V of_b = hn::Sub(sum, a);
    rest = hn::Add(hn::Sub(a, hn::Sub(sum, of_b)), hn::Sub(b, of_b));
    return sum;
}

// The same for |a| >= |b| or a = 0 (Dekker 1971).
template <class V>
V sum_of_ordered(V a, V b, V& rest) {
    const V sum = hn::Add(a, b);
    rest = hn::Sub(b, hn::Sub(sum, a));
    return sum;
}

#if !HWY_NATIVE_FMA
// The upper half of a double's digits.
template <class D, class V>
V upper_half(D d, V x) {
    const V scaled = hn::Mul(hn::Set(d, 134217729.0), x);  // 2^27 + 1
    return hn::Sub(scaled, hn::Sub(scaled, x));
}
#endif

// a b of doubles, unless it is denormal. Without fused operations in halves whose products are
// exact (Dekker 1971), for
// |a| and |b| below 2^996.
template <class D, class V>
V product_of([[maybe_unused]] D d, V a, V b, V& rest) {
    const V product = hn::Mul(a, b);
#if HWY_NATIVE_FMA
    rest = hn::MulSub(a, b, product);
#else
    const V a1 = upper_half(d, a), b1 = upper_half(d, b);
    const V a2 = hn::Sub(a, a1), b2 = hn::Sub(b, b1);
    const V missing = hn::Sub(hn::Mul(a1, b1), product);
    rest = hn::Add(hn::Mul(a2, b2), hn::Add(hn::Add(missing, hn::Mul(a1, b2)), hn::Mul(a2, b1)));
#endif
    return product;
}

}  // namespace revolute::detail::vector_pairs::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // REVOLUTE_VECTOR_PAIRS
