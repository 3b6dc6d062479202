#include <revolute/graph/kernels/vector_math.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>

// Highway reads this file again for each kind of processor, with HWY_NAMESPACE another name each
// time; foreach_target.h does so, and stands before the others. (clang-format would put it behind.)
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <revolute/graph/kernels/vector_math.cpp>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
#include <revolute/graph/kernels/detail/vector_exponential-inl.hpp>
#include <revolute/graph/kernels/detail/vector_parts-inl.hpp>
#include <revolute/graph/kernels/detail/vector_transform-inl.hpp>
// clang-format on

#ifndef REVOLUTE_VECTOR_MATH_KERNELS
#define REVOLUTE_VECTOR_MATH_KERNELS

namespace revolute::vector_math {

// The functions for one kind of processor and numbers of type T, in the order of Function.
template <class T>
struct Kernels {
    std::array<EntryKernel<T>, function_count> of;
    Pass<T> pass;
};

}  // namespace revolute::vector_math

#endif

HWY_BEFORE_NAMESPACE();
namespace revolute::vector_math::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace vt = detail::vector_transform::HWY_NAMESPACE;
using detail::vector_exponential::HWY_NAMESPACE::at_most;
using detail::vector_exponential::HWY_NAMESPACE::Exp;
using detail::vector_exponential::HWY_NAMESPACE::exp_bound;
using detail::vector_exponential::HWY_NAMESPACE::keep_nan;
using detail::vector_parts::HWY_NAMESPACE::load_part;
using detail::vector_parts::HWY_NAMESPACE::store_part;

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
    explicit Scale(T f) : factor(f) {}
    explicit Scale(std::span<const double> attributes) : factor(static_cast<T>(attributes[0])) {}
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

// A vector of the sum of all operands at entry i of a column; `load` reads it of one.
template <class T, class Load>
auto sum_at(std::span<const Columns<const T>> operands, std::size_t column, std::size_t i,
            const Load& load) {
    auto sum = load(operands[0][column] + i);
    for (const Columns<const T>& term : operands.subspan(1))
        sum = hn::Add(sum, load(term[column] + i));
    return sum;
}

template <class T>
void sum(const EntryArguments<T>& x, Columns<T> y, ColumnExtent extent) {
    const std::span<const Columns<const T>> operands = x.operands;
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    const auto load = [d](const T* term) HWY_ATTR { return hn::LoadU(d, term); };
    for (std::size_t column = 0; column < extent.columns; ++column) {
        T* const result = y[column];
        std::size_t i = 0;
        for (; extent.entries - i >= lanes; i += lanes)
            hn::StoreU(sum_at(operands, column, i, load), d, result + i);
        const std::size_t rest = extent.entries - i;
        const auto load_rest = [d, rest](const T* term)
                                   HWY_ATTR { return load_part(d, term, rest); };
        if (rest > 0) store_part(d, sum_at(operands, column, i, load_rest), result + i, rest);
    }
}

template <class Formula, class T>
void compute(const PassStep<T>& step, std::size_t round, std::size_t numbers,
             const Formula& formula = {}) {
    if constexpr (requires(hn::ScalableTag<T> d) { formula(d, hn::Zero(d)); })
        vt::transform_column(formula, step.y.at(round), numbers, step.a.at(round));
    else
        vt::transform_column(formula, step.y.at(round), numbers, step.a.at(round),
                             step.b.at(round));
}

template <class T>
void compute_step(const PassStep<T>& step, std::size_t round, std::size_t numbers) {
    // clang-format off
    switch (step.function) {
        case Function::tanh: return compute<Tanh>(step, round, numbers);
        case Function::sigmoid: return compute<Sigmoid>(step, round, numbers);
        case Function::exp: return compute<Exp>(step, round, numbers);
        case Function::log: return compute<Log>(step, round, numbers);
        case Function::relu: return compute<Relu>(step, round, numbers);
        case Function::negate: return compute<Negate>(step, round, numbers);
        case Function::square: return compute<Square>(step, round, numbers);
        case Function::scale: return compute(step, round, numbers, Scale<T>(step.factor));
        case Function::add: return compute<Add>(step, round, numbers);
        case Function::subtract: return compute<Subtract>(step, round, numbers);
        case Function::multiply: return compute<Multiply>(step, round, numbers);
        case Function::multiply_tanh_slope: return compute<MultiplyTanhSlope>(step, round, numbers);
        case Function::multiply_sigmoid_slope: return compute<MultiplySigmoidSlope>(step, round, numbers);
        case Function::sum: return;  // is in no pass: it may have many operands
    }
    // clang-format on
}

template <class T>
void pass(std::span<const PassStep<T>> steps, std::size_t round, std::size_t numbers) {
    for (const PassStep<T>& step : steps) compute_step(step, round, numbers);
}

template <class T>
constexpr Kernels<T> kernels = {{
                                    vt::unary<T, Tanh>,
                                    vt::unary<T, Sigmoid>,
                                    vt::unary<T, Exp>,
                                    vt::unary<T, Log>,
                                    vt::unary<T, Relu>,
                                    vt::unary<T, Negate>,
                                    vt::unary<T, Square>,
                                    vt::unary_with_attributes<T, Scale<T>>,
                                    vt::binary<T, Add>,
                                    vt::binary<T, Subtract>,
                                    vt::binary<T, Multiply>,
                                    vt::binary<T, MultiplyTanhSlope>,
                                    vt::binary<T, MultiplySigmoidSlope>,
                                    sum<T>,
                                },
                                pass<T>};

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

FastKernels kernels(Function function) {
    const auto number = static_cast<std::size_t>(function);
    return {chosen<double>().of[number], chosen<float>().of[number]};
}

template <class T>
Pass<T> pass() {
    return chosen<T>().pass;
}
template Pass<double> pass<double>();
template Pass<float> pass<float>();

template <class T>
std::optional<Function> function_of(EntryKernel<T> kernel) {
    const auto& all = chosen<T>().of;
    const auto found = std::ranges::find(all, kernel);
    if (found == all.end()) return std::nullopt;
    return static_cast<Function>(found - all.begin());
}
template std::optional<Function> function_of(EntryKernel<double> kernel);
template std::optional<Function> function_of(EntryKernel<float> kernel);

namespace {

template <class T>
void call(Function function, std::initializer_list<Columns<const T>> operands, Columns<T> y,
          ColumnExtent extent) {
    chosen<T>().of[static_cast<std::size_t>(function)](
        {std::span(operands.begin(), operands.size()), {}}, y, extent);
}

template <class T>
void call_scale(T factor, Columns<const T> x, Columns<T> y, ColumnExtent extent) {
    const double attribute{factor};
    chosen<T>().of[static_cast<std::size_t>(Function::scale)](
        {std::span(&x, 1), std::span(&attribute, 1)}, y, extent);
}

template <class T>
void call_sum(std::span<const Columns<const T>> operands, Columns<T> y, ColumnExtent extent) {
    chosen<T>().of[static_cast<std::size_t>(Function::sum)]({operands, {}}, y, extent);
}

}  // namespace

// The functions of the header, each for both kinds of numbers.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define REVOLUTE_UNARY(function)                                                     \
    void function(Columns<const double> x, Columns<double> y, ColumnExtent extent) { \
        call<double>(Function::function, {x}, y, extent);                            \
    }                                                                                \
    void function(Columns<const float> x, Columns<float> y, ColumnExtent extent) {   \
        call<float>(Function::function, {x}, y, extent);                             \
    }
#define REVOLUTE_BINARY(function)                                                      \
    void function(Columns<const double> a, Columns<const double> b, Columns<double> y, \
                  ColumnExtent extent) {                                               \
        call<double>(Function::function, {a, b}, y, extent);                           \
    }                                                                                  \
    void function(Columns<const float> a, Columns<const float> b, Columns<float> y,    \
                  ColumnExtent extent) {                                               \
        call<float>(Function::function, {a, b}, y, extent);                            \
    }
// NOLINTEND(bugprone-macro-parentheses)

REVOLUTE_UNARY(tanh)
REVOLUTE_UNARY(sigmoid)
REVOLUTE_UNARY(exp)
REVOLUTE_UNARY(log)
REVOLUTE_UNARY(relu)
REVOLUTE_UNARY(negate)
REVOLUTE_UNARY(square)
REVOLUTE_BINARY(add)
REVOLUTE_BINARY(subtract)
REVOLUTE_BINARY(multiply)
REVOLUTE_BINARY(multiply_tanh_slope)
REVOLUTE_BINARY(multiply_sigmoid_slope)

#undef REVOLUTE_UNARY
#undef REVOLUTE_BINARY

void scale(double factor, Columns<const double> x, Columns<double> y, ColumnExtent extent) {
    call_scale(factor, x, y, extent);
}
void scale(float factor, Columns<const float> x, Columns<float> y, ColumnExtent extent) {
    call_scale(factor, x, y, extent);
}

void sum(std::span<const Columns<const double>> operands, Columns<double> y, ColumnExtent extent) {
    call_sum(operands, y, extent);
}
void sum(std::span<const Columns<const float>> operands, Columns<float> y, ColumnExtent extent) {
    call_sum(operands, y, extent);
}

}  // namespace revolute::vector_math

#endif  // HWY_ONCE
