#pragma once

/// @file
/// Arrays of numbers beside the right ones: differences, what they look like, and the table of
/// them.

#include <revolute/graph/values/matrix.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace revolute {

/// An array beside the right one: a matrix, or several, one for each step, or each layer and
/// direction.
struct ArrayComparison {
    std::string name;       ///< of the array, in PyTorch's names
    Shape shape;            ///< of one matrix, where there are several
    std::size_t count = 1;  ///< of matrices
    double difference = 0;  ///< largest absolute difference
    double relative =
        0;  ///< over the largest entry of the right array; infinite where that is 0 and
            ///< not met
    double tolerance = 0;  ///< largest relative difference that agrees
    double floor = 0;      ///< a difference that agrees however small the array is: rounding

    bool agrees() const { return relative <= tolerance || difference <= floor; }  ///< NaN does not
};

/// Compares the matrices one by one. Numbers that would be zero but for rounding have no digits in
/// common: `floor` is how large a difference rounding makes. Throws ShapeError unless the shapes
/// are equal.
ArrayComparison compare_arrays(std::string name, std::span<const Matrix> actual,
                               std::span<const Matrix> right, double tolerance, double floor = 0);

/// What the differences of some arrays look like: numbers of single or half precision beside those
/// of double. Most arrays differ then, and none by much.
enum class Rounding : std::uint8_t {
    none,    ///< as exact as double lets them be
    single,  ///< some 1e-7, or six digits
    half,    ///< some 1e-3
};
/// What the differences of these arrays look like, as far as most of them differ.
Rounding rounding_in(std::span<const ArrayComparison> rows);
/// " the differences are as small as those of single precision ...", and which tolerance lets them
/// pass; empty for none.
std::string rounding_note(Rounding rounding);

/// A table of comparisons, a line each, and a line with the names of arrays that only one side has.
std::string to_table(std::span<const ArrayComparison> rows,
                     std::span<const std::string> not_compared = {});

/// The largest absolute entry, and the largest absolute difference, over all matrices of an array;
/// NaN where there is one.
double largest_entry(std::span<const Matrix> all);
/// The largest absolute difference, likewise. Both have matrices of the same shapes.
double largest_difference(std::span<const Matrix> a, std::span<const Matrix> b);

}  // namespace revolute
