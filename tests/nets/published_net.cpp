#include "published_net.hpp"

#include <support/random_graph.hpp>

namespace revolute::test {

namespace {

std::uint32_t seed_of(std::string_view label) {
    std::uint32_t seed = 2166136261;  // FNV
    for (const char c : label) seed = (seed ^ static_cast<unsigned char>(c)) * 16777619;
    return seed;
}

}  // namespace

Matrix random_values(std::string_view label, Shape shape, double largest) {
    Random random(seed_of(label));
    Matrix values = random.matrix(shape);
    for (double& value : values.values()) value *= largest;
    return values;
}

Matrix random_indices(std::string_view label, Shape shape, int count) {
    Random random(seed_of(label));
    return random.whole_numbers(shape, static_cast<std::size_t>(count));
}

}  // namespace revolute::test
