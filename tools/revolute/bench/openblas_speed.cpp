#include "openblas_speed.hpp"

#include "hand/block.hpp"
#include <revolute/graph/kernels/packed_products.hpp>
#include <revolute/tools/support/stopwatch.hpp>

#include <algorithm>
#include <limits>
#include <vector>

namespace revolute {

namespace {

/// The least times of one product in turns tell: with vectors of one width OpenBLAS takes 1 to 1.35
/// of ours, with half of it twice that.
template <class Number>
bool measures_slow() {
    constexpr int size = 64, turns = 9;
    constexpr double much = 1.6;
    const std::vector<Number> ones(std::size_t{size} * size, Number(1));
    std::vector<Number> result(ones.size()),
        room(packed_products::room<Number>({size, size, size}));
    const packed_products::Factor<Number> factor{ones.data(), size, false};
    double ours = std::numeric_limits<double>::infinity(), theirs = ours;
    for (int turn = 0; turn < turns; ++turn) {
        const Stopwatch watch;
        packed_products::times({size, size, size}, factor, factor, false, result.data(), size,
                               room.data());
        const double between = watch.microseconds();
        hand::product(hand::Turn::no, hand::Turn::no, size, size, size, ones.data(), ones.data(),
                      Number(0), result.data());
        const double end = watch.microseconds();
        ours = std::min(ours, between);
        theirs = std::min(theirs, end - between);
    }
    return theirs > much * ours;
}

}  // namespace

bool is_openblas_slow() {
    static const bool is_slow = measures_slow<double>() || measures_slow<float>();
    return is_slow;
}

}  // namespace revolute
