#include <revolute/graph/kernels/vector_math.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

// Highway reads this file again for each kind of processor, with HWY_NAMESPACE another name each
// time; foreach_target.h does so, and stands before the others. (clang-format would put it behind.)
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <revolute/graph/kernels/vector_functions.cpp>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <revolute/graph/kernels/detail/vector_exponential-inl.hpp>
#include <revolute/graph/kernels/detail/vector_pairs-inl.hpp>
#include <revolute/graph/kernels/detail/vector_power-inl.hpp>
#include <revolute/graph/kernels/detail/vector_transform-inl.hpp>
// clang-format on

#ifndef REVOLUTE_VECTOR_FUNCTIONS_KERNELS
#define REVOLUTE_VECTOR_FUNCTIONS_KERNELS

namespace revolute::vector_math {

// The functions for one kind of processor and numbers of type T, in the order of SpecialFunction.
template <class T>
using SpecialKernels = std::array<EntryKernel<T>, special_function_count>;

// The largest argument that is reduced by vectors.
inline constexpr double most_radians = 1e6;

// Each by the C++ library.
inline void replace_large(double (*function)(double), const double* x, double* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
        if (std::abs(x[i]) > most_radians) y[i] = function(x[i]);
}

}  // namespace revolute::vector_math

#endif

HWY_BEFORE_NAMESPACE();
namespace revolute::vector_math::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace vt = detail::vector_transform::HWY_NAMESPACE;
namespace ve = detail::vector_exponential::HWY_NAMESPACE;
using detail::vector_pairs::HWY_NAMESPACE::product_of;
using detail::vector_pairs::HWY_NAMESPACE::sum_of;
using ve::polynomial;

// Functions that cancel digits are computed in doubles, also for floats, and then to 24 bits only:
// `is_coarse`.

// x - n pi, and the rest. Pi in three parts of 33 bits, each exact times n, and what is left of it.
template <bool is_coarse, class D, class V>
V without_multiple_of_pi(D d, V x, V n, V& rest) {
    const V t = hn::NegMulAdd(n, hn::Set(d, 3.1415926534682512), x);
    if constexpr (is_coarse) {
        rest = hn::Zero(d);
        return hn::NegMulAdd(n, hn::Set(d, 1.2154201013012385203e-10), t);
    } else {
        V first, second;
        const V high = sum_of(t, hn::Mul(n, hn::Set(d, -1.2154201012607932e-10)), first);
        const V r = sum_of(high, hn::Mul(n, hn::Set(d, -4.044532497422333e-21)), second);
        rest = hn::NegMulAdd(n, hn::Set(d, 1.6956855320737799288e-31), hn::Add(first, second));
        return r;
    }
}

// sin(x - n pi) for a difference of at most pi / 2.
template <bool is_coarse, class D, class V>
V sine_beside_multiple(D d, V x, V n) {
    V low;
    const V r = without_multiple_of_pi<is_coarse>(d, x, n, low);
    const V y = hn::Mul(r, r);
    if constexpr (is_coarse) {
        const V s =
            polynomial(d, y, -0.166666666638784659, 0.00833333276830504895,
                       -0.000198410864525061944, 2.75364553239091393e-6, -2.4079999732104639e-8);
        return hn::MulAdd(hn::Mul(y, r), s, r);
    } else {
        const V s =
            polynomial(d, y, -0.166666666666666667, 0.0083333333333333333, -0.000198412698412698061,
                       2.75573192239712455e-6, -2.50521083823883681e-8, 1.60590434791344371e-10,
                       -7.6471391073076927e-13, 2.8104683856171073e-15, -8.00602751852434927e-18);
        // Times low stands the cosine, of which a rough value is enough: 0 at pi / 2.
        const V cosine = hn::NegMulAdd(y, hn::Set(d, 0.40528473456935109), hn::Set(d, 1.0));
        return hn::Add(r, hn::MulAdd(hn::Mul(y, r), s, hn::Mul(low, cosine)));
    }
}

// y, but function(x) by the C++ library where x is too large to be reduced here.
template <class D, class V>
V replaced_where_large(D d, double (*function)(double), V x, V y) {
    const V size = hn::Abs(x);
    const auto is_large =
        hn::And(hn::Gt(size, hn::Set(d, most_radians)),
                hn::Lt(size, hn::Set(d, std::numeric_limits<double>::infinity())));
    if (HWY_LIKELY(hn::AllFalse(d, is_large))) return y;
    HWY_ALIGN double arguments[hn::MaxLanes(D())];
    HWY_ALIGN double results[hn::MaxLanes(D())];
    hn::Store(hn::IfThenElseZero(is_large, x), d, arguments);
    hn::Store(y, d, results);
    replace_large(function, arguments, results, hn::Lanes(d));
    return hn::Load(d, results);
}

// The whole number next to x, and a sign bit where it is odd.
template <class D, class V>
V nearest_whole(D d, V x, V& sign_of_odd) {
    const hn::RebindToUnsigned<D> bits;
    const V whole = hn::Set(d, ve::to_whole<double>);
    const V sum = hn::Add(x, whole);
    sign_of_odd = hn::BitCast(d, hn::ShiftLeft<63>(hn::BitCast(bits, sum)));
    return hn::Sub(sum, whole);
}

constexpr double inverse_pi = 0.31830988618379067154;

template <bool is_coarse>
struct Sine {
    template <class D, class V>
    V operator()(D d, V x) const {
        V sign;
        const V n = nearest_whole(d, hn::Mul(x, hn::Set(d, inverse_pi)), sign);
        const V y = hn::Xor(sine_beside_multiple<is_coarse>(d, x, n), sign);
        const V reduced = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, y);  // -0 too
        return replaced_where_large(d, std::sin, x, reduced);
    }
};

// cos x = -(-1)^n sin(x - (n + 1/2) pi).
template <bool is_coarse>
struct Cosine {
    template <class D, class V>
    V operator()(D d, V x) const {
        const V half = hn::Set(d, 0.5), size = hn::Abs(x);
        V sign;
        const V n = nearest_whole(d, hn::MulSub(size, hn::Set(d, inverse_pi), half), sign);
        const V y = hn::Xor(sine_beside_multiple<is_coarse>(d, size, hn::Add(n, half)), sign);
        return replaced_where_large(d, std::cos, x, hn::Neg(y));
    }
};

// Phi(-x) exp(x^2 / 2) for x >= 0, Phi the distribution function of the standard normal law: 1 / (x
// + c) times a polynomial of (x - c) / (x + c).
template <bool is_coarse, class D, class V>
V scaled_tail(D d, V x) {
    const V c = hn::Set(d, is_coarse ? 3.5 : 5.25);
    const V inverse = hn::Div(hn::Set(d, 1.0), hn::Add(x, c));
    const V u = hn::Mul(hn::Sub(x, c), inverse);
    V q;
    if constexpr (is_coarse)
        q = polynomial(d, u, 0.744416075435938126, -0.565561823728140057, 0.315424973475834874,
                       -0.116050711494151111, 0.0174077319061122685, 0.00647443381120117561,
                       -0.00318829089580029638, -0.000438578663430033359, 0.000473852329434073237,
                       0.0000552788560934415342, -0.0000708401273560433565, -7.45902942951396786e-6,
                       7.63832911445920426e-6);
    else
        q = polynomial(d, u, 0.771626423953275163, -0.675853369880384163, 0.51641163917001488,
                       -0.341150219287939231, 0.191695931249774278, -0.0889466384357418427,
                       0.0320941061257540775, -0.00766218822272860714, 0.000334922544142990508,
                       0.000594068365102374545, -0.00021609536642585349, -6.98873334077311079e-6,
                       0.0000267172227294282148, -4.33582410449173421e-6, -2.76968894279562097e-6,
                       9.52079365325682363e-7, 2.97649176644820092e-7, -1.62736743138336346e-7,
                       -3.75605988379867213e-8, 2.65126112837243829e-8, 5.65103680784587317e-9,
                       -4.13994934152022333e-9, -8.22590350860434837e-10, 5.48015914727135312e-10,
                       7.33699066899529178e-11, -4.34469711663715498e-11);
    return hn::Mul(q, inverse);
}

// erf x for |x| <= 1.
template <bool is_coarse, class D, class V>
V erf_near_zero(D d, V x) {
    const V square = hn::Mul(x, x);
    if constexpr (is_coarse)
        return hn::Mul(
            x, polynomial(d, square, 1.12837916584835095, -0.37612626666720331,
                          0.112835947151602177, -0.0268542120106264124, 0.00518908742343397399,
                          -0.000801686428716586953, 0.0000787587506268548834));
    else
        return hn::Mul(
            x, polynomial(d, square, 1.12837916709551257, -0.376126389031837481,
                          0.112837916709548787, -0.0268661706450767932, 0.00522397762481801447,
                          -0.000854832698083378991, 0.000120553311116427109,
                          -0.0000149255952668311816, 1.6461000484121368e-6, -1.6350312701054695e-7,
                          1.46597752740474358e-8, -1.13728488567916737e-9, 5.9571761477489114e-11));
}

template <bool is_coarse>
struct Erf {
    template <class D, class V>
    V operator()(D d, V x) const {
        const V one = hn::Set(d, 1.0), size = hn::Abs(x);
        const V near = hn::CopySign(erf_near_zero<is_coarse>(d, size), x);
        const auto is_near = hn::Lt(size, one);
        if (hn::AllTrue(d, is_near)) return near;
        const V t = hn::Min(size, hn::Set(d, 30.0));
        const V e = ve::exp_of_sum<is_coarse>(d, hn::Neg(hn::Mul(t, t)), hn::Zero(d));
        const V tail = scaled_tail<is_coarse>(d, hn::Mul(t, hn::Set(d, std::numbers::sqrt2)));
        const V far = hn::NegMulAdd(hn::Add(e, e), tail, one);
        return ve::keep_nan(x, hn::IfThenElse(is_near, near, hn::CopySign(far, x)));
    }
};

// x Phi(x), by erf(x / sqrt(2)) near 0 and by the tail elsewhere, where exp(-x^2 / 2) needs digits
// of x^2 that a number does not hold.
template <bool is_coarse>
struct Gelu {
    template <class D, class V>
    V operator()(D d, V x) const {
        const V half = hn::Set(d, 0.5), one = hn::Set(d, 1.0), zero = hn::Zero(d);
        const V size = hn::Min(hn::Abs(x), hn::Set(d, 60.0));
        const V erf = erf_near_zero<is_coarse>(d, hn::Mul(x, hn::Set(d, 1 / std::numbers::sqrt2)));
        const V near = hn::Mul(x, hn::MulAdd(half, erf, half));
        const auto is_near = hn::Lt(hn::Abs(x), one);
        if (hn::AllTrue(d, is_near)) return near;
        V rest;
        const V square = product_of(d, size, size, rest);
        const V e = ve::exp_of_sum<is_coarse>(d, hn::Neg(hn::Mul(half, square)),
                                              hn::Neg(hn::Mul(half, rest)));
        const V scaled = scaled_tail<is_coarse>(d, size);
        const V below = hn::Mul(e, hn::Mul(size, scaled));
        // Far below 0 the result is 0, without a sign.
        const V negative = hn::IfThenZeroElse(hn::Eq(below, zero), hn::Neg(below));
        const V positive = hn::Mul(x, hn::NegMulAdd(e, scaled, one));
        const V y =
            hn::IfThenElse(is_near, near, hn::IfThenElse(hn::Lt(x, zero), negative, positive));
        return ve::keep_nan(x, y);
    }
};

// log(1 + exp x).
struct Softplus {
    template <class D, class V>
    V operator()(D d, V x) const {
        const V e = ve::Exp()(d, hn::Neg(hn::Abs(x)));
        const V positive = hn::IfThenElseZero(hn::Gt(x, hn::Zero(d)), x);
        return ve::keep_nan(x, hn::Add(positive, ve::log_of_one_plus(d, e)));
    }
};

template <class T>
struct Elu {
    explicit Elu(std::span<const double> attributes) : alpha(static_cast<T>(attributes[0])) {}
    T alpha;

    template <class D, class V>
    V operator()(D d, V x) const {
        const V zero = hn::Zero(d);
        const V below = ve::exp_minus_one_below_zero(d, hn::Min(x, zero));
        const V bent = hn::Mul(hn::Set(d, alpha), hn::IfThenElse(hn::Eq(x, zero), x, below));
        return ve::keep_nan(x, hn::IfThenElse(hn::Gt(x, zero), x, bent));
    }
};

// sigmoid(z) - target; above 0 as (1 - target) - sigmoid(-z): next to 1, the sigmoid has lost the
// digits of its distance from it.
struct SigmoidError {
    template <class D, class V>
    V operator()(D d, V z, V target) const {
        const V one = hn::Set(d, hn::TFromD<D>(1));
        const V e = ve::Exp()(d, hn::Neg(hn::Abs(z)));
        const V smaller = hn::Div(e, hn::Add(one, e));  // sigmoid(-|z|)
        return hn::IfThenElse(hn::Gt(z, hn::Zero(d)), hn::Sub(hn::Sub(one, target), smaller),
                              hn::Sub(smaller, target));
    }
};

struct SquareRoot {
    template <class D, class V>
    V operator()(D, V x) const {
        return hn::Sqrt(x);
    }
};

struct Reciprocal {
    template <class D, class V>
    V operator()(D d, V x) const {
        return hn::Div(hn::Set(d, hn::TFromD<D>(1)), x);
    }
};

struct Divide {
    template <class D, class V>
    V operator()(D, V a, V b) const {
        return hn::Div(a, b);
    }
};

// A formula of doubles, coarse for floats.
template <class T, template <bool is_coarse> class Formula>
void by_doubles(const EntryArguments<T>& x, Columns<T> y, ColumnExtent extent) {
    if constexpr (sizeof(T) == sizeof(double))
        vt::transform(Formula<false>(), y, extent, x[0]);
    else
        vt::transform(vt::InDoubles<Formula<true>>(), y, extent, x[0]);
}

template <class T>
constexpr SpecialKernels<T> special_functions = {
    vt::unary<T, SquareRoot>,    vt::unary<T, Reciprocal>,
    vt::binary<T, Divide>,       detail::vector_power::HWY_NAMESPACE::power<T>,
    by_doubles<T, Sine>,         by_doubles<T, Cosine>,
    by_doubles<T, Erf>,          by_doubles<T, Gelu>,
    vt::unary<T, Softplus>,      vt::unary_with_attributes<T, Elu<T>>,
    vt::binary<T, SigmoidError>,
};

const SpecialKernels<double>& double_special_functions() { return special_functions<double>; }
const SpecialKernels<float>& float_special_functions() { return special_functions<float>; }

}  // namespace revolute::vector_math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace revolute::vector_math {

namespace {

HWY_EXPORT(double_special_functions);
HWY_EXPORT(float_special_functions);

}  // namespace

FastKernels kernels(SpecialFunction function) {
    const auto number = static_cast<std::size_t>(function);
    return {HWY_DYNAMIC_DISPATCH(double_special_functions)()[number],
            HWY_DYNAMIC_DISPATCH(float_special_functions)()[number]};
}

}  // namespace revolute::vector_math

#endif  // HWY_ONCE
