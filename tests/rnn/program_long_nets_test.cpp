#include <support/net_programs.hpp>

#include <doctest/doctest.h>

// With weights up to 1 some LSTMs are chaotic: what rounding changes in a step is a hundred times
// as much some dozen steps on. So many steps are two full sums of sixteen terms, and a rest.
TEST_CASE("program: gradients of every net of many steps are what evaluate gives") {
    revolute::test::check_gradients_of_every_net({37}, 0.5);
}
