#include <revolute/graph/kernels/vector_math.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <type_traits>

// Highway reads this file again for each kind of processor, with HWY_NAMESPACE another name each
// time; foreach_target.h does so, and stands before the others. (clang-format would put it behind.)
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <revolute/graph/kernels/vector_reductions.cpp>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <revolute/graph/kernels/detail/vector_exponential-inl.hpp>
#include <revolute/graph/kernels/detail/vector_pairs-inl.hpp>
#include <revolute/graph/kernels/detail/vector_transform-inl.hpp>
// clang-format on

#ifndef REVOLUTE_VECTOR_REDUCTIONS_KERNELS
#define REVOLUTE_VECTOR_REDUCTIONS_KERNELS

namespace revolute::vector_math {

// The functions for one kind of processor and numbers of type T: those of Reduction in its order,
// and that of one column.
template <class T>
struct ReductionKernels {
    std::array<MatrixKernel<T>, reduction_count> reductions;
    ColumnShares (*shares)(std::span<const T> column, T* shares);
};

}  // namespace revolute::vector_math

#endif

HWY_BEFORE_NAMESPACE();
namespace revolute::vector_math::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace ve = detail::vector_exponential::HWY_NAMESPACE;
namespace vt = detail::vector_transform::HWY_NAMESPACE;
using vt::load_part;
using vt::store_part;

template <class T>
using ConstView = BasicMatrixView<const T>;
template <class T>
using View = BasicMatrixView<T>;

// The sum of term(d, i, n) for i = 0, lanes, 2 lanes, ...: a vector of the entries from i on, of
// which the first n count, zeros behind them. It is added up in double, in an order that depends on
// the length alone.
template <class T, class Term>
double sum_of_terms(std::size_t length, const Term& term) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    using Doubles = decltype(vt::sum_of_halves(d, hn::Zero(d)));
    Doubles a = vt::sum_of_halves(d, hn::Zero(d)), b = a;
    std::size_t i = 0;
    for (; length - i >= 2 * lanes; i += 2 * lanes) {
        a = hn::Add(a, vt::sum_of_halves(d, term(d, i, lanes)));
        b = hn::Add(b, vt::sum_of_halves(d, term(d, i + lanes, lanes)));
    }
    if (length - i >= lanes) {
        a = hn::Add(a, vt::sum_of_halves(d, term(d, i, lanes)));
        i += lanes;
    }
    if (i < length) b = hn::Add(b, vt::sum_of_halves(d, term(d, i, length - i)));
    const hn::DFromV<Doubles> doubles;
    return hn::GetLane(hn::SumOfLanes(doubles, hn::Add(a, b)));
}

// The first n entries at x, zeros behind them.
template <class D, class T>
auto load_some(D d, const T* x, std::size_t n) {
    return n >= hn::Lanes(d) ? hn::LoadU(d, x) : load_part(d, x, n);
}

template <class T>
double sum_of(std::span<const T> x) {
    return sum_of_terms<T>(x.size(), [x](auto d, std::size_t i, std::size_t n)
                                         HWY_ATTR { return load_some(d, x.data() + i, n); });
}

template <class T>
void sum(const KernelArguments<T>& x, View<T> y) {
    y(0, 0) = static_cast<T>(sum_of<T>(x[0].values()));
}

template <class T>
void mean(const KernelArguments<T>& x, View<T> y) {
    y(0, 0) = static_cast<T>(sum_of<T>(x[0].values()) / static_cast<double>(x[0].size()));
}

template <class T>
void column_sums(const KernelArguments<T>& x, View<T> y) {
    for (int c = 0; c < y.columns; ++c) y(0, c) = static_cast<T>(sum_of<T>(x[0].column(c)));
}

// The sums of n <= lanes rows, the first of which begins at x.
template <class T>
void sum_rows(const T* x, std::size_t n, std::size_t to_next, int columns, T* y) {
    const hn::ScalableTag<double> d;
    const hn::Rebind<T, decltype(d)> narrow;
    auto sum = hn::Zero(d);
    for (int c = 0; c < columns; ++c, x += to_next) {
        const auto numbers = load_some(narrow, x, n);
        if constexpr (std::is_same_v<T, double>)
            sum = hn::Add(sum, numbers);
        else
            sum = hn::Add(sum, hn::PromoteTo(d, numbers));
    }
    const auto store = [&](auto numbers) HWY_ATTR {
        if (n >= hn::Lanes(narrow))
            hn::StoreU(numbers, narrow, y);
        else
            store_part(narrow, numbers, y, n);
    };
    if constexpr (std::is_same_v<T, double>)
        store(sum);
    else
        store(vt::rounded(narrow, sum));
}

template <class T>
void row_sums(const KernelArguments<T>& x, View<T> y) {
    if (y.rows == 1) return sum(x, y);
    const auto rows = static_cast<std::size_t>(y.rows);
    const std::size_t lanes = hn::Lanes(hn::ScalableTag<double>());
    for (std::size_t r = 0; r < rows; r += lanes)
        sum_rows(x[0].data + r, std::min(lanes, rows - r), rows, x[0].columns, y.data + r);
}

// The sum over all entries of formula(d, a, b) over the number of columns; formula(d, 0, 0) may be
// anything.
template <class T, class Formula>
void mean_loss(const KernelArguments<T>& x, View<T> y, const Formula& formula) {
    const T *const a = x[0].data, *const b = x[1].data;
    const double sum =
        sum_of_terms<T>(x[0].size(), [&](auto d, std::size_t i, std::size_t n) HWY_ATTR {
            const auto loss = formula(d, load_some(d, a + i, n), load_some(d, b + i, n));
            return n >= hn::Lanes(d) ? loss : hn::IfThenElseZero(hn::FirstN(d, n), loss);
        });
    y(0, 0) = static_cast<T>(sum / x[0].columns);
}

template <class T>
void half_squared_error(const KernelArguments<T>& x, View<T> y) {
    mean_loss(x, y, [](auto d, auto a, auto b) HWY_ATTR {
        const auto error = hn::Sub(a, b);
        return hn::Mul(hn::Mul(hn::Set(d, T(0.5)), error), error);
    });
}

template <class T>
void absolute_error(const KernelArguments<T>& x, View<T> y) {
    mean_loss(x, y, [](auto, auto a, auto b) HWY_ATTR { return hn::Abs(hn::Sub(a, b)); });
}

template <class T>
void huber(const KernelArguments<T>& x, View<T> y) {
    const T bound = static_cast<T>(x.attribute(0));
    mean_loss(x, y, [bound](auto d, auto a, auto b) HWY_ATTR {
        const auto size = hn::Abs(hn::Sub(a, b)), half = hn::Set(d, T(0.5));
        const auto delta = hn::Set(d, bound);
        const auto near = hn::Mul(hn::Mul(half, size), size);
        const auto far = hn::Mul(delta, hn::Sub(size, hn::Mul(half, delta)));
        return hn::IfThenElse(hn::Le(size, delta), near, far);
    });
}

// The loss of the class that z is against, by its weight, and what is left at any |z|. A weight of
// 0 beside an infinite z is no loss.
template <class T>
void binary_cross_entropy(const KernelArguments<T>& x, View<T> y) {
    mean_loss(x, y, [](auto d, auto z, auto target) HWY_ATTR {
        const auto zero = hn::Zero(d), size = hn::Abs(z);
        const auto weight =
            hn::IfThenElse(hn::Gt(z, zero), hn::Sub(hn::Set(d, T(1)), target), target);
        const auto against = hn::IfThenZeroElse(hn::Eq(weight, zero), hn::Mul(weight, size));
        const auto e = ve::Exp()(d, hn::Neg(size));
        return ve::keep_nan(z, hn::Add(against, ve::log_of_one_plus(d, e)));
    });
}

// NaN where an entry is.
template <class T>
T largest_of(std::span<const T> x) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    const auto lowest = hn::Set(d, -std::numeric_limits<T>::infinity());
    auto largest = lowest;
    auto is_nan = hn::IsNaN(lowest);
    const auto see = [&](auto numbers) HWY_ATTR {
        is_nan = hn::Or(is_nan, hn::IsNaN(numbers));
        largest = hn::IfThenElse(hn::Gt(numbers, largest), numbers, largest);
    };
    std::size_t i = 0;
    for (; x.size() - i >= lanes; i += lanes) see(hn::LoadU(d, x.data() + i));
    if (const std::size_t n = x.size() - i; n > 0)
        see(hn::IfThenElse(hn::FirstN(d, n), load_part(d, x.data() + i, n), lowest));
    if (!hn::AllFalse(d, is_nan)) return std::numeric_limits<T>::quiet_NaN();
    // MaxOfLanes of the emulated vectors takes no number below the lowest finite one.
    HWY_ALIGN T each[hn::MaxLanes(d)];
    hn::Store(largest, d, each);
    return *std::max_element(each, each + lanes);
}

template <class T>
void column_max(const KernelArguments<T>& x, View<T> y) {
    for (int c = 0; c < y.columns; ++c) y(0, c) = largest_of<T>(x[0].column(c));
}

// exp(x - largest) of each entry, written where there is room for it; largest is finite.
template <class T>
ColumnShares exponentials(std::span<const T> x, T largest, T* room) {
    std::size_t equal = 0;
    const double others =
        sum_of_terms<T>(x.size(), [&](auto d, std::size_t i, std::size_t n) HWY_ATTR {
            const auto bound = hn::Set(d, largest);
            const auto numbers = load_some(d, x.data() + i, n);
            const auto is_there = hn::FirstN(d, n);
            const auto is_largest = hn::And(hn::Eq(numbers, bound), is_there);
            equal += hn::CountTrue(d, is_largest);
            // The difference is not rounded: what it loses would show in many digits of a small
            // share.
            auto rest = hn::Zero(d);
            const auto difference =
                detail::vector_pairs::HWY_NAMESPACE::sum_of(numbers, hn::Neg(bound), rest);
            const auto e = ve::exp_of_sum<sizeof(T) == sizeof(float)>(d, difference, rest);
            if (room != nullptr) {
                const auto all = hn::IfThenElse(is_largest, hn::Set(d, T(1)), e);
                if (n >= hn::Lanes(d))
                    hn::StoreU(all, d, room + i);
                else
                    store_part(d, all, room + i, n);
            }
            return hn::IfThenElseZero(hn::AndNot(is_largest, is_there), e);
        });
    return {largest, others + static_cast<double>(equal - 1)};
}

// Where entries are infinite, what each is has nothing to do with the finite ones.
template <class T>
ColumnShares infinite_exponentials(std::span<const T> x, T largest, T* room) {
    std::size_t equal = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const bool is_largest = x[i] == largest && largest > 0;
        equal += is_largest ? 1 : 0;
        if (room != nullptr) room[i] = std::isnan(largest) ? largest : T(is_largest ? 1 : 0);
    }
    const bool is_unknown = std::isnan(largest) || equal > 1;
    return {largest, is_unknown ? std::numeric_limits<double>::quiet_NaN() : 0.0};
}

template <class T>
ColumnShares shares_of(std::span<const T> x, T* shares) {
    const T largest = largest_of(x);
    if (!std::isfinite(largest)) {
        const ColumnShares found = infinite_exponentials(x, largest, shares);
        if (shares != nullptr && std::isnan(found.others))
            std::fill_n(shares, x.size(), static_cast<T>(found.others));
        return found;
    }
    const ColumnShares found = exponentials(x, largest, shares);
    if (shares != nullptr) {
        const T factor = static_cast<T>(1 / (1 + found.others));
        vt::transform_column([factor](auto d, auto e)
                                 HWY_ATTR { return hn::Mul(e, hn::Set(d, factor)); },
                             shares, x.size(), static_cast<const T*>(shares));
    }
    return found;
}

template <class T>
void softmax(const KernelArguments<T>& x, View<T> y) {
    for (int c = 0; c < y.columns; ++c) shares_of<T>(x[0].column(c), y.column(c).data());
}

// log(1 + x) for x >= 0, small x included.
template <class D, class V>
V log_of_sum_with_one(D d, V x) {
    const V one = hn::Set(d, 1.0);
    const V y = hn::IfThenElse(hn::Le(x, one), ve::log_of_one_plus(d, hn::Min(x, one)),
                               hn::Log(d, hn::Add(x, one)));
    return ve::keep_nan(x, y);
}

// As many columns at once as there are doubles in a vector. A column of -inf has the sum 0, whose
// logarithm is -inf.
template <class T>
void log_sum_exp(const KernelArguments<T>& x, View<T> y) {
    const hn::ScalableTag<double> d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    HWY_ALIGN double largest[hn::MaxLanes(hn::ScalableTag<double>())];
    HWY_ALIGN double others[hn::MaxLanes(hn::ScalableTag<double>())] = {};
    for (int first = 0; first < y.columns; first += lanes) {
        const int n = std::min(lanes, y.columns - first);
        for (int c = 0; c < n; ++c) {
            const ColumnShares found = shares_of<T>(x[0].column(first + c), nullptr);
            largest[c] = found.largest;
            others[c] = found.others;
        }
        hn::Store(log_of_sum_with_one(d, hn::Load(d, others)), d, others);
        for (int c = 0; c < n; ++c)
            y(0, first + c) =
                static_cast<T>(std::isinf(largest[c]) ? largest[c] : largest[c] + others[c]);
    }
}

template <class T>
constexpr ReductionKernels<T> reduction_kernels = {{
                                                       sum<T>,
                                                       mean<T>,
                                                       row_sums<T>,
                                                       column_sums<T>,
                                                       column_max<T>,
                                                       softmax<T>,
                                                       log_sum_exp<T>,
                                                       half_squared_error<T>,
                                                       absolute_error<T>,
                                                       huber<T>,
                                                       binary_cross_entropy<T>,
                                                   },
                                                   shares_of<T>};

const ReductionKernels<double>& double_reductions() { return reduction_kernels<double>; }
const ReductionKernels<float>& float_reductions() { return reduction_kernels<float>; }

}  // namespace revolute::vector_math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace revolute::vector_math {

namespace {

HWY_EXPORT(double_reductions);
HWY_EXPORT(float_reductions);

}  // namespace

MatrixKernels kernels(Reduction reduction) {
    const auto number = static_cast<std::size_t>(reduction);
    return {HWY_DYNAMIC_DISPATCH(double_reductions)().reductions[number],
            HWY_DYNAMIC_DISPATCH(float_reductions)().reductions[number]};
}

ColumnShares shares(std::span<const double> column, double* shares) {
    return HWY_DYNAMIC_DISPATCH(double_reductions)().shares(column, shares);
}
ColumnShares shares(std::span<const float> column, float* shares) {
    return HWY_DYNAMIC_DISPATCH(float_reductions)().shares(column, shares);
}

}  // namespace revolute::vector_math

#endif  // HWY_ONCE
