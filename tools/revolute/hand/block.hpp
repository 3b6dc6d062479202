#pragma once

#include <cblas.h>

#include <cstddef>
#include <type_traits>
#include <vector>

// What back-propagation through time by hand is written with: column-major blocks and CBLAS.

namespace revolute::hand {

struct Sizes {
    int steps, batch, input, hidden;
};

/// Rows and columns of a larger matrix, whose columns are `leading` numbers apart.
template <class Number>
struct Block {
    Number* data;
    int rows, columns, leading;
};

template <class Number>
std::vector<Number> zeros(int rows, int columns) {
    return std::vector<Number>(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
}

/// C = A B + beta C, A and B transposed where asked for; C [m x n], inner size k, no gaps in memory.
template <class Number>
void product(CBLAS_TRANSPOSE turn_a, CBLAS_TRANSPOSE turn_b, int m, int n, int k, const Number* A,
             const Number* B, Number beta, Number* C) {
    const int rows_a = turn_a == CblasTrans ? k : m;
    const int columns_a = turn_a == CblasTrans ? m : k;
    const int rows_b = turn_b == CblasTrans ? n : k;
    if constexpr (std::is_same_v<Number, double>) {
        if (n == 1)
            cblas_dgemv(CblasColMajor, turn_a, rows_a, columns_a, 1, A, rows_a, B, 1, beta, C, 1);
        else
            cblas_dgemm(CblasColMajor, turn_a, turn_b, m, n, k, 1, A, rows_a, B, rows_b, beta, C,
                        m);
    } else {
        if (n == 1)
            cblas_sgemv(CblasColMajor, turn_a, rows_a, columns_a, 1, A, rows_a, B, 1, beta, C, 1);
        else
            cblas_sgemm(CblasColMajor, turn_a, turn_b, m, n, k, 1, A, rows_a, B, rows_b, beta, C,
                        m);
    }
}

}  // namespace revolute::hand
