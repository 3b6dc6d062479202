#include <revolute/graph/kernels/vector_math.hpp>

#include <array>

// Highway reads this file again for each kind of processor, with HWY_NAMESPACE another name each
// time; foreach_target.h does so, and stands before the others. (clang-format would put it behind.)
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <revolute/graph/kernels/vector_choices.cpp>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <revolute/graph/kernels/detail/vector_transform-inl.hpp>
// clang-format on

#ifndef REVOLUTE_VECTOR_CHOICES_KERNELS
#define REVOLUTE_VECTOR_CHOICES_KERNELS

namespace revolute::vector_math {

// The functions for one kind of processor and numbers of type T, in the order of Choice.
template <class T>
using ChoiceKernels = std::array<EntryKernel<T>, choice_count>;

}  // namespace revolute::vector_math

#endif

HWY_BEFORE_NAMESPACE();
namespace revolute::vector_math::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace vt = detail::vector_transform::HWY_NAMESPACE;

struct Abs {
    template <class D, class V>
    V operator()(D, V x) const {
        return hn::Abs(x);
    }
};

// b where it is smaller or NaN, else a.
struct Minimum {
    template <class D, class V>
    V operator()(D, V a, V b) const {
        return hn::IfThenElse(hn::Lt(b, a), b, hn::IfThenElse(hn::IsNaN(b), b, a));
    }
};

struct Maximum {
    template <class D, class V>
    V operator()(D, V a, V b) const {
        return hn::IfThenElse(hn::Gt(b, a), b, hn::IfThenElse(hn::IsNaN(b), b, a));
    }
};

template <class T>
struct Clamp {
    explicit Clamp(std::span<const double> attributes)
        : low(static_cast<T>(attributes[0])), high(static_cast<T>(attributes[1])) {}
    T low, high;

    template <class D, class V>
    V operator()(D d, V x) const {
        const V lower = hn::Set(d, low), upper = hn::Set(d, high);
        return hn::IfThenElse(hn::Lt(x, lower), lower, hn::IfThenElse(hn::Gt(x, upper), upper, x));
    }
};

// The sign of 0 and -0 is 0.
struct Sign {
    template <class D, class V>
    V operator()(D d, V x) const {
        const V zero = hn::Zero(d);
        const V one = hn::CopySign(hn::Set(d, hn::TFromD<D>(1)), x);
        return hn::IfThenElse(hn::Eq(x, zero), zero, hn::IfThenElse(hn::IsNaN(x), x, one));
    }
};

struct Heaviside {
    template <class D, class V>
    V operator()(D d, V x) const {
        const V step = hn::IfThenElseZero(hn::Gt(x, hn::Zero(d)), hn::Set(d, hn::TFromD<D>(1)));
        return hn::IfThenElse(hn::IsNaN(x), x, step);
    }
};

// a or b where it is NaN, a before b.
struct Exceeds {
    template <class D, class V>
    V operator()(D d, V a, V b) const {
        const V step = hn::IfThenElseZero(hn::Gt(a, b), hn::Set(d, hn::TFromD<D>(1)));
        return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::IsNaN(b), b, step));
    }
};

template <class T>
struct LeakyRelu {
    explicit LeakyRelu(std::span<const double> attributes) : slope(static_cast<T>(attributes[0])) {}
    T slope;

    template <class D, class V>
    V operator()(D d, V x) const {
        return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Mul(hn::Set(d, slope), x));
    }
};

// A `keep` of NaN keeps.
struct Mask {
    template <class D, class V>
    V operator()(D d, V x, V keep) const {
        return hn::IfThenZeroElse(hn::Eq(keep, hn::Zero(d)), x);
    }
};

struct Where {
    template <class D, class V>
    V operator()(D d, V keep, V a, V b) const {
        return hn::IfThenElse(hn::Eq(keep, hn::Zero(d)), b, a);
    }
};

template <class T>
constexpr ChoiceKernels<T> choices = {
    vt::unary<T, Abs>,      vt::binary<T, Minimum>,
    vt::binary<T, Maximum>, vt::unary_with_attributes<T, Clamp<T>>,
    vt::unary<T, Sign>,     vt::unary<T, Heaviside>,
    vt::binary<T, Exceeds>, vt::unary_with_attributes<T, LeakyRelu<T>>,
    vt::binary<T, Mask>,    vt::ternary<T, Where>,
};

const ChoiceKernels<double>& double_choices() { return choices<double>; }
const ChoiceKernels<float>& float_choices() { return choices<float>; }

}  // namespace revolute::vector_math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace revolute::vector_math {

namespace {

HWY_EXPORT(double_choices);
HWY_EXPORT(float_choices);

}  // namespace

FastKernels kernels(Choice choice) {
    const auto number = static_cast<std::size_t>(choice);
    return {HWY_DYNAMIC_DISPATCH(double_choices)()[number],
            HWY_DYNAMIC_DISPATCH(float_choices)()[number]};
}

}  // namespace revolute::vector_math

#endif  // HWY_ONCE
