#pragma once

/// @file
/// `Shape`, the size of a matrix.

#include <cstddef>
#include <iosfwd>
#include <string>

namespace revolute {

/// Size of a matrix. A vector is n x 1, a scalar 1 x 1, a batch of B column vectors n x B.
struct Shape {
    int rows = 1;     ///< height
    int columns = 1;  ///< width

    /// Whether it is 1 x 1.
    constexpr bool is_scalar() const { return rows == 1 && columns == 1; }
    /// Number of entries.
    constexpr std::size_t size() const {
        return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    }
    friend constexpr bool operator==(Shape, Shape) = default;
};

/// "[3 x 1]", as errors and listings print it.
std::string to_string(Shape shape);
/// Writes what `to_string` says.
std::ostream& operator<<(std::ostream& out, Shape shape);

}  // namespace revolute
