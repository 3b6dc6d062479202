#pragma once

#include <revolute/graph/matrix.hpp>

#include <span>
#include <string>

namespace revolute {

/// An array beside the right one: a matrix, or several, one for each step, or each layer and direction.
struct ArrayComparison {
    std::string name;
    Shape shape;            ///< of one matrix, where there are several
    std::size_t count = 1;  ///< of matrices
    double difference = 0;  ///< largest absolute difference
    double relative =
        0;  ///< over the largest entry of the right array; infinite where that is 0 and
            ///< not met
    double tolerance = 0;  ///< largest relative difference that agrees

    bool agrees() const { return relative <= tolerance; }  ///< NaN does not
};

/// Compares the matrices one by one. Throws ShapeError unless the shapes are equal.
ArrayComparison compare_arrays(std::string name, std::span<const Matrix> actual,
                               std::span<const Matrix> right, double tolerance);

/// A table of comparisons, a line each, and a line with the names of arrays that only one side has.
std::string to_table(std::span<const ArrayComparison> rows,
                     std::span<const std::string> not_compared = {});

/// The largest absolute entry, and the largest absolute difference, over all matrices of an array; NaN
/// where there is one.
double largest_entry(std::span<const Matrix> all);
double largest_difference(std::span<const Matrix> a, std::span<const Matrix> b);

}  // namespace revolute
