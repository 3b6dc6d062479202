#include <support/net_programs.hpp>

#include <doctest/doctest.h>

TEST_CASE("program: gradients of every net of five and eight steps are what evaluate gives") {
    revolute::test::check_gradients_of_every_net({5, 8});
}
