#include <revolute/graph/program/vector_math.hpp>

#include <cstring>
#include <limits>

// Highway reads this file again for each kind of processor, with HWY_NAMESPACE another name each
// time; foreach_target.h does so, and stands before the others. (clang-format would put it behind.)
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <revolute/graph/program/vector_math.cpp>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

#ifndef REVOLUTE_VECTOR_MATH_KERNELS
#define REVOLUTE_VECTOR_MATH_KERNELS

namespace revolute::vector_math {

// The functions for one kind of processor and numbers of type T.
template <class T>
struct Kernels {
    using Unary = void (*)(const T*, T*, std::size_t);
    using Binary = void (*)(const T*, const T*, T*, std::size_t);
    Unary tanh, sigmoid, exp, log, relu, negate, square;
    void (*scale)(T, const T*, T*, std::size_t);
    Binary add, subtract, multiply, multiply_tanh_slope, multiply_sigmoid_slope;
};

}  // namespace revolute::vector_math

#endif

HWY_BEFORE_NAMESPACE();
namespace revolute::vector_math::HWY_NAMESPACE {

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

struct Sigmoid {
    template <class D, class V>
    V operator()(D d, V x) const {
        using T = hn::TFromD<D>;
        const V one = hn::Set(d, T(1));
        // exp of a value that is never positive does not overflow.
        const V e = hn::Exp(d, hn::Neg(at_most(d, hn::Abs(x), exp_bound<T>)));
        const V numerator = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one);
        return keep_nan(x, hn::Div(numerator, hn::Add(one, e)));
    }
};

struct Tanh {
    template <class D, class V>
    V operator()(D d, V x) const {
        // tanh of 20 is 1 in either precision.
        const V bounded = hn::CopySign(at_most(d, hn::Abs(x), 20), x);
        return keep_nan(x, hn::Tanh(d, bounded));
    }
};

struct Log {
    template <class D, class V>
    V operator()(D d, V x) const {
        using T = hn::TFromD<D>;
        const V infinity = hn::Set(d, std::numeric_limits<T>::infinity());
        const V nan = hn::Set(d, std::numeric_limits<T>::quiet_NaN());
        const V zero = hn::Zero(d);
        const V of_zero = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity), nan);
        const V of_positive = hn::IfThenElse(hn::Eq(x, infinity), x, hn::Log(d, x));
        return hn::IfThenElse(hn::Gt(x, zero), of_positive, of_zero);
    }
};

struct Relu {
    template <class D, class V>
    V operator()(D d, V x) const {
        return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Zero(d), x);
    }
};

struct Negate {
    template <class D, class V>
    V operator()(D, V x) const {
        return hn::Neg(x);
    }
};

struct Square {
    template <class D, class V>
    V operator()(D, V x) const {
        return hn::Mul(x, x);
    }
};

template <class T>
struct Scale {
    T factor;
    template <class D, class V>
    V operator()(D d, V x) const {
        return hn::Mul(hn::Set(d, factor), x);
    }
};

struct Add {
    template <class D, class V>
    V operator()(D, V a, V b) const {
        return hn::Add(a, b);
    }
};

struct Subtract {
    template <class D, class V>
    V operator()(D, V a, V b) const {
        return hn::Sub(a, b);
    }
};

struct Multiply {
    template <class D, class V>
    V operator()(D, V a, V b) const {
        return hn::Mul(a, b);
    }
};

struct MultiplyTanhSlope {
    template <class D, class V>
    V operator()(D d, V a, V b) const {
        return hn::Mul(a, hn::Sub(hn::Set(d, hn::TFromD<D>(1)), hn::Mul(b, b)));
    }
};

struct MultiplySigmoidSlope {
    template <class D, class V>
    V operator()(D d, V a, V b) const {
        return hn::Mul(a, hn::Mul(b, hn::Sub(hn::Set(d, hn::TFromD<D>(1)), b)));
    }
};

// The first n < Lanes(d) numbers at x, then zeros. Masked loads and stores of older processors
// touch what is masked out.
template <class D, class T>
auto load_part(D d, const T* x, std::size_t n) {
#if HWY_MEM_OPS_MIGHT_FAULT
    HWY_ALIGN T part[hn::MaxLanes(D())] = {};
    std::memcpy(part, x, n * sizeof(T));
    return hn::Load(d, part);
#else
    return hn::MaskedLoad(hn::FirstN(d, n), d, x);
#endif
}

template <class D, class V, class T>
void store_part(D d, V v, T* y, std::size_t n) {
#if HWY_MEM_OPS_MIGHT_FAULT
    HWY_ALIGN T part[hn::MaxLanes(D())];
    hn::Store(v, d, part);
    std::memcpy(y, part, n * sizeof(T));
#else
    hn::BlendedStore(v, hn::FirstN(d, n), d, y);
#endif
}

// y = function(operands...), a vector at a time. What remains is computed as a vector too, so by
// the same instructions.
template <class T, class Function, class... Operands>
void transform(Function function, T* y, std::size_t n, Operands... operands) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t i = 0;
    for (; n - i >= lanes; i += lanes)
        hn::StoreU(function(d, hn::LoadU(d, operands + i)...), d, y + i);
    if (i < n) store_part(d, function(d, load_part(d, operands + i, n - i)...), y + i, n - i);
}

template <class T, class Function>
void unary(const T* x, T* y, std::size_t n) {
    transform(Function(), y, n, x);
}

template <class T, class Function>
void binary(const T* a, const T* b, T* y, std::size_t n) {
    transform(Function(), y, n, a, b);
}

template <class T>
void scale(T factor, const T* x, T* y, std::size_t n) {
    transform(Scale<T>{factor}, y, n, x);
}

template <class T>
constexpr Kernels<T> kernels = {
    .tanh = unary<T, Tanh>,
    .sigmoid = unary<T, Sigmoid>,
    .exp = unary<T, Exp>,
    .log = unary<T, Log>,
    .relu = unary<T, Relu>,
    .negate = unary<T, Negate>,
    .square = unary<T, Square>,
    .scale = scale<T>,
    .add = binary<T, Add>,
    .subtract = binary<T, Subtract>,
    .multiply = binary<T, Multiply>,
    .multiply_tanh_slope = binary<T, MultiplyTanhSlope>,
    .multiply_sigmoid_slope = binary<T, MultiplySigmoidSlope>,
};

const Kernels<double>& double_kernels() { return kernels<double>; }
const Kernels<float>& float_kernels() { return kernels<float>; }

}  // namespace revolute::vector_math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace revolute::vector_math {

namespace {

HWY_EXPORT(double_kernels);
HWY_EXPORT(float_kernels);

// Those for this processor.
template <class T>
const Kernels<T>& chosen() {
    if constexpr (sizeof(T) == sizeof(double)) {
        return HWY_DYNAMIC_DISPATCH(double_kernels)();
    } else {
        return HWY_DYNAMIC_DISPATCH(float_kernels)();
    }
}

}  // namespace

void tanh(const double* x, double* y, std::size_t n) { chosen<double>().tanh(x, y, n); }
void tanh(const float* x, float* y, std::size_t n) { chosen<float>().tanh(x, y, n); }

void sigmoid(const double* x, double* y, std::size_t n) { chosen<double>().sigmoid(x, y, n); }
void sigmoid(const float* x, float* y, std::size_t n) { chosen<float>().sigmoid(x, y, n); }

void exp(const double* x, double* y, std::size_t n) { chosen<double>().exp(x, y, n); }
void exp(const float* x, float* y, std::size_t n) { chosen<float>().exp(x, y, n); }

void log(const double* x, double* y, std::size_t n) { chosen<double>().log(x, y, n); }
void log(const float* x, float* y, std::size_t n) { chosen<float>().log(x, y, n); }

void relu(const double* x, double* y, std::size_t n) { chosen<double>().relu(x, y, n); }
void relu(const float* x, float* y, std::size_t n) { chosen<float>().relu(x, y, n); }

void negate(const double* x, double* y, std::size_t n) { chosen<double>().negate(x, y, n); }
void negate(const float* x, float* y, std::size_t n) { chosen<float>().negate(x, y, n); }

void square(const double* x, double* y, std::size_t n) { chosen<double>().square(x, y, n); }
void square(const float* x, float* y, std::size_t n) { chosen<float>().square(x, y, n); }

void scale(double factor, const double* x, double* y, std::size_t n) {
    chosen<double>().scale(factor, x, y, n);
}
void scale(float factor, const float* x, float* y, std::size_t n) {
    chosen<float>().scale(factor, x, y, n);
}

void add(const double* a, const double* b, double* y, std::size_t n) {
    chosen<double>().add(a, b, y, n);
}
void add(const float* a, const float* b, float* y, std::size_t n) {
    chosen<float>().add(a, b, y, n);
}

void subtract(const double* a, const double* b, double* y, std::size_t n) {
    chosen<double>().subtract(a, b, y, n);
}
void subtract(const float* a, const float* b, float* y, std::size_t n) {
    chosen<float>().subtract(a, b, y, n);
}

void multiply(const double* a, const double* b, double* y, std::size_t n) {
    chosen<double>().multiply(a, b, y, n);
}
void multiply(const float* a, const float* b, float* y, std::size_t n) {
    chosen<float>().multiply(a, b, y, n);
}

void multiply_tanh_slope(const double* a, const double* b, double* y, std::size_t n) {
    chosen<double>().multiply_tanh_slope(a, b, y, n);
}
void multiply_tanh_slope(const float* a, const float* b, float* y, std::size_t n) {
    chosen<float>().multiply_tanh_slope(a, b, y, n);
}

void multiply_sigmoid_slope(const double* a, const double* b, double* y, std::size_t n) {
    chosen<double>().multiply_sigmoid_slope(a, b, y, n);
}
void multiply_sigmoid_slope(const float* a, const float* b, float* y, std::size_t n) {
    chosen<float>().multiply_sigmoid_slope(a, b, y, n);
}

}  // namespace revolute::vector_math

#endif  // HWY_ONCE
