// For files that Highway reads again for each kind of processor, behind <hwy/highway.h>: hence no
// usual guard.

#if defined(REVOLUTE_VECTOR_EXPONENTIAL) == defined(HWY_TARGET_TOGGLE)
#ifdef REVOLUTE_VECTOR_EXPONENTIAL
#undef REVOLUTE_VECTOR_EXPONENTIAL
#else
#define REVOLUTE_VECTOR_EXPONENTIAL
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <limits>

HWY_BEFORE_NAMESPACE();
namespace revolute::detail::vector_exponential::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Highway's functions are right in part of their range only: exp wraps around where it overflows
// and gives 0 for NaN, log takes 0, infinity and negative numbers for ordinary ones. Exp, and tanh
// through it, convert to integers, which is undefined for NaN where the compiler does it without
// vectors.

// x, but `bound` where x is above it or NaN.
template <class D, class V>
V at_most(D d, V x, hn::TFromD<D> bound) {
    const V limit = hn::Set(d, bound);
    return hn::IfThenElse(hn::Lt(x, limit), x, limit);
}

// y, but x where x is NaN.
template <class V>
V keep_nan(V x, V y) {
    return hn::IfThenElse(hn::IsNaN(x), x, y);
}

// exp of it is infinity, exp of its negative 0; between them Highway's exp is right, denormal
// results included.
template <class T>
constexpr T exp_bound = sizeof(T) == sizeof(double) ? 1000 : 120;

struct Exp {
    template <class D, class V>
    V operator()(D d, V x) const {
        using T = hn::TFromD<D>;
        const V bounded = hn::Max(hn::Set(d, -exp_bound<T>), at_most(d, x, exp_bound<T>));
        return keep_nan(x, hn::Exp(d, bounded));
    }
};

// c0 + c1 x + c2 x^2 + ...
template <class D, class V, class T>
V polynomial(D d, V, T c0) {
    return hn::Set(d, c0);
}
template <class D, class V, class T, class... Others>
V polynomial(D d, V x, T c0, Others... others) {
    return hn::MulAdd(x, polynomial(d, x, others...), hn::Set(d, c0));
}

// As a number is added, a sum's last bit counts ones: so it is rounded to a whole number, which
// stands in the lowest bits.
template <class T>
constexpr T to_whole = sizeof(T) == sizeof(double) ? T(6755399441055744)
                                                   : T(12582912);  // 1.5 2^52, 2^23

// 2^n for whole n whose power is a normal number.
template <class D, class V>
V power_of_two(D d, V n) {
    using T = hn::TFromD<D>;
    const hn::RebindToUnsigned<D> bits;
    constexpr int mantissa_bits = std::numeric_limits<T>::digits - 1;
    const auto exponent =
        hn::ShiftLeft<mantissa_bits>(hn::BitCast(bits, hn::Add(n, hn::Set(d, to_whole<T>))));
    return hn::BitCast(d, hn::Add(exponent, hn::BitCast(bits, hn::Set(d, T(1)))));
}

// exp(r) - 1 for |r| <= log(2) / 2: coefficients of (exp(r) - 1 - r) / r^2. `is_coarse`: right to
// 24 bits.
template <bool is_coarse, class D, class V>
V exp_minus_one_near_zero(D d, V r) {
    using T = hn::TFromD<D>;
    V e;
    if constexpr (is_coarse)
        e = polynomial(d, r, T(0.500000001353872989), T(0.16666666681704215),
                       T(0.0416664641974056923), T(0.00833331084464786256),
                       T(0.00139337307157920825), T(0.00019891080463998842));
    else
        e = polynomial(d, r, T(0.5), T(0.16666666666666671), T(0.0416666666666666698),
                       T(0.00833333333332608312), T(0.00138888888888837112),
                       T(0.000198412698750022788), T(0.0000248015873256774619),
                       T(2.75572551700008874e-6), T(2.75572734787185805e-7),
                       T(2.51053127296221018e-8), T(2.09147553258932022e-9));
    return hn::MulAdd(hn::Mul(r, r), e, r);
}

// r of x = n log(2) + r for a whole n.
template <class D, class V>
V without_log_two(D d, V x, V& n) {
    using T = hn::TFromD<D>;
    constexpr bool is_double = sizeof(T) == sizeof(double);
    // Times n the first part is exact.
    const V high = hn::Set(d, is_double ? T(0.693147180369123816490) : T(0.69313812256));
    const V low = hn::Set(d, is_double ? T(1.90821492927058781610e-10) : T(9.0580006145e-6));
    const V whole = hn::Set(d, to_whole<T>);
    n = hn::Sub(hn::MulAdd(x, hn::Set(d, T(1.44269504088896340735992)), whole), whole);
    return hn::NegMulAdd(n, low, hn::NegMulAdd(n, high, x));
}

// exp(x + low) for a `low` so small that its square does not matter, and finite x. Coarse: see
// above.
template <bool is_coarse, class D, class V>
V exp_of_sum(D d, V x, V low) {
    using T = hn::TFromD<D>;
    const V bound = hn::Set(d, exp_bound<T>);
    const V bounded = hn::Max(hn::Neg(bound), hn::Min(x, bound));
    V n;
    const V r = without_log_two(d, bounded, n);
    const V kept = hn::IfThenElseZero(hn::Lt(hn::Abs(x), bound), low);
    const V e = hn::Add(exp_minus_one_near_zero<is_coarse>(d, hn::Add(r, kept)), hn::Set(d, T(1)));
    // In two steps, so that neither power overflows, and what is denormal is rounded once.
    const V whole = hn::Set(d, to_whole<T>);
    const V half = hn::Sub(hn::MulAdd(n, hn::Set(d, T(0.5)), whole), whole);
    return hn::Mul(hn::Mul(e, power_of_two(d, half)), power_of_two(d, hn::Sub(n, half)));
}

// exp(x) - 1 for x <= 0.
template <class D, class V>
V exp_minus_one_below_zero(D d, V x) {
    using T = hn::TFromD<D>;
    // Below it the result is -1.
    V n;
    const V r = without_log_two(d, hn::Max(x, hn::Set(d, T(-50))), n);
    const V p = exp_minus_one_near_zero<sizeof(T) == sizeof(float)>(d, r);
    const V scale = power_of_two(d, n);
    const V y = hn::MulAdd(scale, p, hn::Sub(scale, hn::Set(d, T(1))));
    return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, y);  // -0 too
}

// (2 atanh(s) - 2 s) / s^3 for w = s^2 <= 0.0295, which is what log((1 + s) / (1 - s)) has beyond 2
// s.
template <bool is_coarse, class D, class V>
V atanh_tail(D d, V w) {
    using T = hn::TFromD<D>;
    if constexpr (is_coarse)
        return polynomial(d, w, T(0.666666666673786857), T(0.399999987924416886),
                          T(0.285717555350329424), T(0.221913374280657837),
                          T(0.193638849866331994));
    else
        return polynomial(d, w, T(0.666666666666666971), T(0.399999999998988905),
                          T(0.285714286262538376), T(0.222222110893794962), T(0.181828924325368712),
                          T(0.153316117220550079), T(0.14617807153417325));
}

// log(1 + e) for 0 <= e <= 1, small e included. As log((1 + s) / (1 - s)); above sqrt(2) - 1 that
// of (1 + e) / 2.
template <class D, class V>
V log_of_one_plus(D d, V e) {
    using T = hn::TFromD<D>;
    const V one = hn::Set(d, T(1)), half = hn::Set(d, T(0.5));
    const auto is_large = hn::Gt(e, hn::Set(d, T(0.41421356237309505)));
    const V numerator = hn::IfThenElse(is_large, hn::Sub(e, one), e);
    const V denominator = hn::MulAdd(e, half, hn::IfThenElse(is_large, hn::Set(d, T(1.5)), one));
    const V twice_s = hn::Div(numerator, denominator);
    const V half_w = hn::Mul(hn::Mul(twice_s, twice_s), hn::Set(d, T(0.125)));
    const V tail = atanh_tail<sizeof(T) == sizeof(float)>(d, hn::Add(half_w, half_w));
    const V y = hn::MulAdd(hn::Mul(twice_s, half_w), tail, twice_s);
    return hn::Add(y, hn::IfThenElseZero(is_large, hn::Set(d, T(0.69314718055994530942))));
}

}  // namespace revolute::detail::vector_exponential::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // REVOLUTE_VECTOR_EXPONENTIAL
