#pragma once

#include <revolute/graph/values/matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace revolute::detail {

/// P A = L U of a square matrix, by columns, with partial pivoting: P exchanges rows, L has ones on
/// its diagonal, and each pivot is the largest entry that is left in its column. In doubles for
/// matrices of floats too. The order of every sum depends on the size alone. An object keeps its
/// memory for the next matrix.
class LuDecomposition {
 public:
    /// What there is of a decomposition.
    enum class Outcome {
        complete,
        singular,    ///< a pivot is 0
        not_finite,  ///< an entry of A is infinite or NaN: what is made of it depends on the pivots
    };

    template <class Number>
    Outcome decompose(BasicMatrixView<const Number> A) {
        size_ = static_cast<std::size_t>(A.rows);
        entries_.assign(A.values().begin(), A.values().end());
        return eliminate();
    }

    /// log |det A|, after a decomposition that is complete.
    double log_determinant() const;

    /// b, one or several columns, becomes A^-1 b, after a decomposition that is complete. A column
    /// with an entry that is not finite becomes NaN.
    void solve(std::span<double> b) const;

 private:
    Outcome eliminate();
    std::span<double> column(std::size_t number) {
        return std::span(entries_).subspan(number * size_, size_);
    }
    std::span<const double> column(std::size_t number) const {
        return std::span(entries_).subspan(number * size_, size_);
    }

    std::size_t size_ = 0;
    std::vector<double> entries_;           // L below the diagonal, U from it on; column by column
    std::vector<std::size_t> exchanged_{};  // by row: that with which it is exchanged, in turn
};

/// Memory that the kernels of a thread use again.
struct LuMemory {
    LuDecomposition lu;
    std::vector<double> columns;

    static LuMemory& of_this_thread();
};

/// y = A^-1 B, some columns at a time: `write(c, b)` writes column c of B, where there are zeros.
/// NaN throughout where A has no decomposition.
template <class Number, class Write>
void solve_by_columns(BasicMatrixView<const Number> A, BasicMatrixView<Number> y,
                      const Write& write) {
    constexpr int most_columns = 8;  // as many of a few hundred rows are in the fastest cache
    auto& [lu, columns] = LuMemory::of_this_thread();
    if (lu.decompose(A) != LuDecomposition::Outcome::complete) {
        std::ranges::fill(y.values(), std::numeric_limits<Number>::quiet_NaN());
        return;
    }
    const auto rows = static_cast<std::size_t>(y.rows);
    for (int first = 0; first < y.columns; first += most_columns) {
        const auto count = static_cast<std::size_t>(std::min(most_columns, y.columns - first));
        columns.assign(count * rows, 0);
        for (std::size_t i = 0; i < count; ++i)
            write(first + static_cast<int>(i), std::span(columns).subspan(i * rows, rows));
        lu.solve(columns);
        std::ranges::copy(columns, y.column(first).begin());
    }
}

}  // namespace revolute::detail
