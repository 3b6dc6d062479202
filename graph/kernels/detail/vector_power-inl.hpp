// For files that Highway reads again for each kind of processor, behind <hwy/highway.h>: hence no
// usual guard.

#if defined(REVOLUTE_VECTOR_POWER) == defined(HWY_TARGET_TOGGLE)
#ifdef REVOLUTE_VECTOR_POWER
#undef REVOLUTE_VECTOR_POWER
#else
#define REVOLUTE_VECTOR_POWER
#endif

#include <revolute/graph/kernels/detail/vector_exponential-inl.hpp>
#include <revolute/graph/kernels/detail/vector_pairs-inl.hpp>
#include <revolute/graph/kernels/detail/vector_transform-inl.hpp>
#include <revolute/graph/kernels/kernel.hpp>

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <limits>

// x^k as exp(k log x), the logarithm to 64 bits and more: its error counts as often as the exponent
// of the result is large.

HWY_BEFORE_NAMESPACE();
namespace revolute::detail::vector_power::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace ve = vector_exponential::HWY_NAMESPACE;
using vector_pairs::HWY_NAMESPACE::product_of;
using vector_pairs::HWY_NAMESPACE::sum_of_ordered;
using vector_transform::HWY_NAMESPACE::InDoubles;
using vector_transform::HWY_NAMESPACE::transform;

// m of x = m 2^e, from sqrt(1/2) to sqrt(2), for positive finite x.
template <class D, class V>
V mantissa_of(D d, V x, V& e) {
    const hn::RebindToUnsigned<D> bits;
    const auto is_denormal = hn::Lt(x, hn::Set(d, std::numeric_limits<double>::min()));
    const V normal = hn::IfThenElse(is_denormal, hn::Mul(x, hn::Set(d, 18014398509481984.0)), x);
    const auto root_of_half = hn::BitCast(bits, hn::Set(d, 0.70710678118654752440));
    const auto one = hn::BitCast(bits, hn::Set(d, 1.0));
    const auto moved = hn::Add(hn::BitCast(bits, normal), hn::Sub(one, root_of_half));
    const auto mantissa = hn::And(moved, hn::Set(bits, 0xFFFFFFFFFFFFFULL));
    // The exponent as the lowest bits of 2^52.
    const V shifted = hn::BitCast(
        d, hn::Or(hn::ShiftRight<52>(moved), hn::BitCast(bits, hn::Set(d, 4503599627370496.0))));
    const V bias = hn::IfThenElse(is_denormal, hn::Set(d, 4503599627370496.0 + 1023 + 54),
                                  hn::Set(d, 4503599627370496.0 + 1023));
    e = hn::Sub(shifted, bias);
    return hn::BitCast(d, hn::Add(mantissa, root_of_half));
}

// log x of positive finite x, and the rest. Coarse: to 36 bits, without a rest.
template <bool is_coarse, class D, class V>
V log_of(D d, V x, V& rest) {
    V e;
    const V m = mantissa_of(d, x, e);
    const V one = hn::Set(d, 1.0), f = hn::Sub(m, one), g = hn::Add(m, one);
    if constexpr (is_coarse) {
        const V s = hn::Div(f, g), w = hn::Mul(s, s), twice = hn::Add(s, s);
        const V y = hn::MulAdd(hn::Mul(s, w), ve::atanh_tail<true>(d, w), twice);
        rest = hn::Zero(d);
        return hn::MulAdd(e, hn::Set(d, 0.69314718055994530942), y);
    } else {
        // log m = 2 atanh z = 2 z (1 + w / 3 + w^2 / 5 + ...) for z = f / g, w = z^2.
        const V inverse = hn::Div(one, g);
        const V z = hn::Mul(f, inverse);
        V zg_low, w_rest, w3_rest, s_rest, zs_rest, half_rest, y_rest;
        const V zg = product_of(d, z, g, zg_low);
        const V g_low = hn::Sub(m, hn::Sub(g, one));
        const V z_low = hn::Mul(inverse, hn::NegMulAdd(z, g_low, hn::Sub(hn::Sub(f, zg), zg_low)));
        const V w = product_of(d, z, z, w_rest);
        const V w_low = hn::MulAdd(hn::Add(z, z), z_low, w_rest);
        const V third = hn::Set(d, 1.0 / 3), third_low = hn::Set(d, 1.850371707708594234e-17);
        const V w3 = product_of(d, w, third, w3_rest);
        const V w3_low = hn::MulAdd(w, third_low, hn::MulAdd(w_low, third, w3_rest));
        const V tail =
            ve::polynomial(d, w, 0.199999999999999999, 0.142857142857146857, 0.111111111108263826,
                           0.0909090916804992311, 0.076922974435035897, 0.0666740439940616934,
                           0.0585306323228169862, 0.0586216353042337329);
        const V s = sum_of_ordered(w3, hn::Mul(hn::Mul(w, w), tail), s_rest);
        const V zs = product_of(d, z, s, zs_rest);
        const V zs_low = hn::MulAdd(z, hn::Add(s_rest, w3_low), hn::MulAdd(z_low, s, zs_rest));
        const V half = sum_of_ordered(z, zs, half_rest);
        const V half_low = hn::Add(half_rest, hn::Add(z_low, zs_low));
        const V y = sum_of_ordered(hn::Mul(e, hn::Set(d, 0.693147180369123816490)),
                                   hn::Add(half, half), y_rest);
        rest = hn::MulAdd(e, hn::Set(d, 1.9082149292705878161e-10),
                          hn::Add(y_rest, hn::Add(half_low, half_low)));
        return y;
    }
}

// As std::pow has it, special values included.
template <bool is_coarse>
class Power {
 public:
    explicit Power(double k)
        : exponent_(std::clamp(k, -largest, largest)),
          is_whole_(std::trunc(exponent_) == exponent_),
          is_odd_(is_whole_ && std::fmod(exponent_, 2) != 0) {}

    template <class D, class V>
    V operator()(D d, V x) const {
        const V zero = hn::Zero(d), infinity = hn::Set(d, std::numeric_limits<double>::infinity());
        const V size = hn::Abs(x), k = hn::Set(d, exponent_);
        V log_low, y_rest;
        const V log = log_of<is_coarse>(d, size, log_low);
        const V y = product_of(d, k, log, y_rest);
        const V y_low = hn::MulAdd(k, log_low, y_rest);
        V power = ve::exp_of_sum<is_coarse>(d, y, is_coarse ? zero : y_low);
        power = hn::IfThenElse(hn::Eq(size, zero), exponent_ > 0 ? zero : infinity, power);
        power = hn::IfThenElse(hn::Eq(size, infinity), exponent_ > 0 ? infinity : zero, power);
        if (is_odd_) power = hn::CopySign(power, x);
        if (!is_whole_) {
            const auto is_negative = hn::And(hn::Lt(x, zero), hn::Gt(x, hn::Neg(infinity)));
            power = hn::IfThenElse(is_negative,
                                   hn::Set(d, std::numeric_limits<double>::quiet_NaN()), power);
        }
        return ve::keep_nan(x, power);
    }

 private:
    // A larger exponent gives the same of every number but 1.
    static constexpr double largest = 9223372036854775808.0;
    double exponent_;
    bool is_whole_;
    bool is_odd_;
};

// x^0, x^1 or x^2.
template <int exponent>
struct SmallPower {
    template <class D, class V>
    V operator()(D d, V x) const {
        if constexpr (exponent == 0)
            return hn::Set(d, hn::TFromD<D>(1));
        else if constexpr (exponent == 1)
            return x;
        else
            return hn::Mul(x, x);
    }
};

template <class T>
void power(const EntryArguments<T>& x, Columns<T> y, ColumnExtent extent) {
    const double k = x.attributes[0];
    if (k == 0)
        transform(SmallPower<0>(), y, extent, x[0]);
    else if (k == 1)
        transform(SmallPower<1>(), y, extent, x[0]);
    else if (k == 2)
        transform(SmallPower<2>(), y, extent, x[0]);
    else if constexpr (sizeof(T) == sizeof(double))
        transform(Power<false>(k), y, extent, x[0]);
    else
        transform(InDoubles<Power<true>>{Power<true>(k)}, y, extent, x[0]);
}

}  // namespace revolute::detail::vector_power::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // REVOLUTE_VECTOR_POWER
