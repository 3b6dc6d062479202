// The program's command `ops`, as a user runs it.

#include <support/golden.hpp>
#include <support/run_program.hpp>

#include <doctest/doctest.h>

using namespace revolute::test;

TEST_CASE("ops command: docs/ops.md is what it prints") {
    const Ran ran = run_program("ops");
    CHECK(ran.status == 0);
    check_golden("../docs/ops.md", ran.output);
}
