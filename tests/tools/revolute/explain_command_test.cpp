// The program's command `explain`, as a user runs it.

#include "support/run_program.hpp"
#include <revolute/graph/program/program.hpp>
#include <revolute/tools/cost/net_cost.hpp>

#include <doctest/doctest.h>

using namespace revolute;
using namespace revolute::test;

TEST_CASE("explain command: it prints the program of the loss and the gradients") {
    const Ran ran = run_program("explain --cell lstm --steps 9 --hidden 3 --input 2 --batch 2");
    CHECK(ran.status == 0);
    CHECK(ran.output ==
          "LSTM, many-to-one: the loss and the gradients of all that is trained; the graph "
          "simplified\n\n" +
              explain(compile(rolled_net({{.cell = CellKind::lstm}}, {9, 2, 3, 1, 2}))));
}

TEST_CASE("explain command: of any net, as built, in floats") {
    const Ran ran = run_program(
        "explain --cell gru --bidirectional --steps 9 --hidden 3 --input 2 --batch 2 --as-built "
        "--precision f32");
    CHECK(ran.status == 0);
    const CountedNet net{{.cell = CellKind::gru, .is_bidirectional = true}, true, false};
    CHECK(
        ran.output ==
        "Bidirectional GRU, many-to-many: the loss and the gradients of all that is trained; the "
        "graph as it is built\n\n" +
            explain(compile(rolled_net(net, {9, 2, 3, 1, 2}), {.precision = Precision::float32})));
}

TEST_CASE("explain command: a program that needs more memory than there is is refused") {
    const Ran ran = run_program("explain --steps 1000000 --hidden 10000 --batch 10000");
    CHECK(ran.status == 1);
    CHECK(ran.errors.starts_with("compile: the program must fit into its memory limit (it needs "));
}
