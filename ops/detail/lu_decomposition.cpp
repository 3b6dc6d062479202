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

void LuDecomposition::substitute_forward(std::span<double> x, std::size_t first,
                                         std::size_t end) const {
    for (std::size_t k = first; k < end; ++k)
        subtract_multiple(x.subspan(k + 1), x[k], column(k).subspan(k + 1));
}

// Each column in turn is reduced by the ones before it, so that what is written stays in the
// fastest cache.
LuDecomposition::Outcome LuDecomposition::eliminate() {
    if (!are_finite(entries_)) return Outcome::not_finite;
    exchanged_.resize(size_);
    for (std::size_t j = 0; j < size_; ++j) {
        const std::span<double> x = column(j);
        for (std::size_t k = 0; k < j; ++k) std::swap(x[k], x[exchanged_[k]]);
        substitute_forward(x, 0, j);
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
    if (!are_finite(b)) {
        std::ranges::fill(b, std::numeric_limits<double>::quiet_NaN());
        return;
    }
    for (std::size_t k = 0; k < size_; ++k) std::swap(b[k], b[exchanged_[k]]);
    // Zeros at the beginning stay: columns of the identity begin with half their entries.
    const auto first = std::ranges::find_if(b, [](double entry) { return entry != 0; });
    substitute_forward(b, static_cast<std::size_t>(first - b.begin()), size_);
    for (std::size_t k = size_; k-- > 0;) {
        b[k] /= column(k)[k];
        subtract_multiple(b.first(k), b[k], column(k).first(k));
    }
}

LuMemory& LuMemory::of_this_thread() {
    thread_local LuMemory memory;
    return memory;
}

}  // namespace revolute::detail
