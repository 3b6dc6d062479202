#include <revolute/tools/cost/layer_table.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace revolute;

namespace {

std::string table(const Architecture& architecture) {
    Graph graph;
    return layer_table(
        recurrent_net(graph, {.steps = 2, .input = 3, .hidden = 4, .output = 2}, architecture),
        architecture.initial);
}

}  // namespace

TEST_CASE("layer table: one layer and the answer") {
    CHECK(table({}) ==
          "layer              reads   gives    parameters\n"
          "1                      3       4            32\n"  // 4 (3 + 4 + 1)
          "answer                 4       2            10\n"  // 2 (4 + 1)
          "all                                         42\n");
}

TEST_CASE("layer table: directions read both of the layer below, trained initial states count") {
    CHECK(table({.cell = CellKind::lstm,
                 .layers = 2,
                 .is_bidirectional = true,
                 .initial = InitialState::trainable}) ==
          "layer              reads   gives    parameters\n"
          "1, forward             3       4           128\n"  // 4 gates of 4 (3 + 4 + 1)
          "1, backward            3       4           128\n"
          "2, forward             8       4           208\n"  // 4 gates of 4 (8 + 4 + 1)
          "2, backward            8       4           208\n"
          "answer                 8       2            18\n"
          "initial states                              32\n"  // h and c of 4 cells
          "all                                        722\n");
}
