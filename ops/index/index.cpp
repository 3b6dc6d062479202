#include <revolute/graph/values/error.hpp>
#include <revolute/ops/index.hpp>

#include <fmt/format.h>

#include <cmath>

namespace revolute {

int index_of(double value, int column, int size) {
    if (!(value >= 0 && value < size) || value != std::floor(value))
        throw EvaluationError(
            fmt::format("the index at column {} must be a whole number from 0 to {} ({})", column,
                        size - 1, value));
    return static_cast<int>(value);
}

}  // namespace revolute
