#include <support/net_programs.hpp>

#include <doctest/doctest.h>

// With weights up to 1 some LSTMs are chaotic: what rounding changes in a step is ten thousand times as much a
// hundred steps on.
TEST_CASE("program: gradients of every net of a hundred steps are what evaluate gives") {
    revolute::test::check_gradients_of_every_net({100}, 0.5);
}
