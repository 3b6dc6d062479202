#pragma once

#include <revolute/graph/values/matrix.hpp>

#include <cstddef>
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

    /// b becomes A^-1 b, after a decomposition that is complete; NaN throughout where an entry of b
    /// is not finite.
    void solve(std::span<double> b) const;

 private:
    Outcome eliminate();
    std::span<double> column(std::size_t number) {
        return std::span(entries_).subspan(number * size_, size_);
    }
    std::span<const double> column(std::size_t number) const {
        return std::span(entries_).subspan(number * size_, size_);
    }
    /// x less what the columns `first` to `end` - 1 of L take from it.
    void substitute_forward(std::span<double> x, std::size_t first, std::size_t end) const;

    std::size_t size_ = 0;
    std::vector<double> entries_;           // L below the diagonal, U from it on; column by column
    std::vector<std::size_t> exchanged_{};  // by row: that with which it is exchanged, in turn
};

/// Memory that the kernels of a thread use again.
struct LuMemory {
    LuDecomposition lu;
    std::vector<double> column;

    static LuMemory& of_this_thread();
};

}  // namespace revolute::detail
