#pragma once

#include "blas.hpp"

#include <cstddef>
#include <vector>

// What back-propagation through time by hand is written with: column-major blocks and a BLAS.

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

enum class Turn : char { no = 'N', yes = 'T' };

/// C = A B + beta C, A and B transposed where asked for; C [m x n], inner size k, no gaps in
/// memory.
template <class Number>
void product(Turn turn_a, Turn turn_b, int m, int n, int k, const Number* A, const Number* B,
             Number beta, Number* C) {
    static const Blas<Number> blas = blas_of<Number>(openblas());
    const auto turned_a = static_cast<char>(turn_a), turned_b = static_cast<char>(turn_b);
    const int rows_a = turn_a == Turn::yes ? k : m, columns_a = turn_a == Turn::yes ? m : k;
    const int rows_b = turn_b == Turn::yes ? n : k, unit = 1;
    const Number one = 1;
    if (n == 1)
        blas.gemv(&turned_a, &rows_a, &columns_a, &one, A, &rows_a, B, &unit, &beta, C, &unit);
    else
        blas.gemm(&turned_a, &turned_b, &m, &n, &k, &one, A, &rows_a, B, &rows_b, &beta, C, &m);
}

}  // namespace revolute::hand
