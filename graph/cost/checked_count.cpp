#include <revolute/graph/cost/checked_count.hpp>
#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>

namespace revolute {

std::int64_t checked_sum(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum))
        throw CapacityError(fmt::format("count: must be less than 2^63 ({} plus {})", a, b));
    return sum;
}

std::int64_t checked_product(std::int64_t a, std::int64_t b) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product))
        throw CapacityError(fmt::format("count: must be less than 2^63 ({} times {})", a, b));
    return product;
}

}  // namespace revolute
