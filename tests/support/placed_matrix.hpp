#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace revolute::test {

/// A matrix of small whole numbers, so that products of them are exact in whatever order they are
/// summed. It stands in a larger one, of numbers that are not.
template <class T>
class PlacedMatrix {
 public:
    static constexpr int gap = 3;  ///< rows in memory that are not of the matrix

    PlacedMatrix(int rows, int columns, bool is_transposed)
        : leading_((is_transposed ? columns : rows) + gap),
          is_transposed_(is_transposed),
          numbers_(static_cast<std::size_t>(leading_ * (is_transposed ? rows : columns)),
                   std::numeric_limits<T>::quiet_NaN()) {
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column)
                numbers_[place(row, column)] = static_cast<T>((row * 5 + column * 7) % 11 - 5);
    }

    T operator()(int row, int column) const { return numbers_[place(row, column)]; }
    const T* data() const { return numbers_.data(); }
    int leading() const { return leading_; }
    bool is_transposed() const { return is_transposed_; }

 private:
    std::size_t place(int row, int column) const {
        return static_cast<std::size_t>(is_transposed_ ? column + row * leading_
                                                       : row + column * leading_);
    }

    int leading_;
    bool is_transposed_;
    std::vector<T> numbers_;
};

/// What `before`, as many columns of `leading` numbers, is when A B is put into its first rows, or
/// added.
template <class T>
std::vector<T> with_product(const PlacedMatrix<T>& A, const PlacedMatrix<T>& B, int rows, int inner,
                            int columns, bool adds, std::vector<T> before, int leading) {
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            T& entry = before[static_cast<std::size_t>(row + column * leading)];
            if (!adds) entry = 0;
            for (int k = 0; k < inner; ++k) entry += A(row, k) * B(k, column);
        }
    return before;
}

}  // namespace revolute::test
