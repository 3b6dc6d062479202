#include <revolute/ops/detail/lu_decomposition.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace revolute::detail {

namespace {

bool are_finite(std::span<const double> values) {
    return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

/// x -= factor y.
void subtract_multiple(std::span<double> x, double factor, std::span<const double> y) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] -= factor * y[i];
}

}  // namespace

// Each column in turn is reduced by the ones before it, so that what is written stays in the
// fastest cache.
LuDecomposition::Outcome LuDecomposition::eliminate() {
    if (!are_finite(entries_)) return Outcome::not_finite;
    exchanged_.resize(size_);
    for (std::size_t j = 0; j < size_; ++j) {
        const std::span<double> x = column(j);
        for (std::size_t k = 0; k < j; ++k) std::swap(x[k], x[exchanged_[k]]);
        for (std::size_t k = 0; k < j; ++k)
            subtract_multiple(x.subspan(k + 1), x[k], column(k).subspan(k + 1));
        const auto largest = std::ranges::max_element(x.subspan(j), {},
                                                      [](double entry) { return std::abs(entry); });
        if (*largest == 0) return Outcome::singular;
        exchanged_[j] = static_cast<std::size_t>(largest - x.begin());
        for (std::size_t k = 0; k <= j; ++k) std::swap(column(k)[j], column(k)[exchanged_[j]]);
        for (double& entry : x.subspan(j + 1)) entry /= x[j];
    }
    return Outcome::complete;
}

double LuDecomposition::log_determinant() const {
    double sum = 0;
    for (std::size_t k = 0; k < size_; ++k) sum += std::log(std::abs(column(k)[k]));
    return sum;
}

void LuDecomposition::solve(std::span<double> b) const {
    std::size_t first = size_;  // zeros at the beginning stay: columns of the identity have many
    for (std::size_t at = 0; at < b.size(); at += size_) {
        const std::span<double> x = b.subspan(at, size_);
        if (!are_finite(x)) std::ranges::fill(x, std::numeric_limits<double>::quiet_NaN());
        for (std::size_t k = 0; k < size_; ++k) std::swap(x[k], x[exchanged_[k]]);
        const auto entry = std::ranges::find_if(x, [](double value) { return value != 0; });
        first = std::min(first, static_cast<std::size_t>(entry - x.begin()));
    }
    // Each column of L and U is for all of b while it is in the fastest cache.
    for (std::size_t k = first; k < size_; ++k)
        for (std::size_t at = 0; at < b.size(); at += size_) {
            const std::span<double> x = b.subspan(at, size_);
            subtract_multiple(x.subspan(k + 1), x[k], column(k).subspan(k + 1));
        }
    for (std::size_t k = size_; k-- > 0;)
        for (std::size_t at = 0; at < b.size(); at += size_) {
            const std::span<double> x = b.subspan(at, size_);
            x[k] /= column(k)[k];
            subtract_multiple(x.first(k), x[k], column(k).first(k));
        }
}

LuMemory& LuMemory::of_this_thread() {
    thread_local LuMemory memory;
    return memory;
}

}  // namespace revolute::detail
