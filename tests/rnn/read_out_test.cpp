#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/tools/training/sequence_net.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace revolute;

namespace {

constexpr Sizes sizes{.steps = 2, .input = 1, .hidden = 2, .output = 1, .batch = 1};

std::string name_of_bias(const Architecture& architecture) {
    Graph graph;
    return recurrent_net(graph, sizes, architecture).read_out.c.label();
}

}  // namespace

TEST_CASE("read out: its bias is c, or b_y where values of the steps are called c") {
    CHECK(name_of_bias({.cell = CellKind::simple}) == "c");
    CHECK(name_of_bias({.cell = CellKind::gru}) == "c");
    CHECK(name_of_bias({.cell = CellKind::lstm}) == "b_y");
    CHECK(name_of_bias({.cell = CellKind::lstm_peephole}) == "b_y");
    CHECK(name_of_bias({.cell = CellKind::lstm, .layers = 2}) == "c");  // c1 and c2 are the steps'
}

TEST_CASE("read out: another net's bias in the graph does not change the name") {
    Graph graph;
    const RecurrentNet first = recurrent_net(graph, sizes, {});
    const RecurrentNet second = recurrent_net(graph, sizes, {});
    CHECK(first.read_out.c.label() == "c");
    CHECK(second.read_out.c.label() == "c");
}

TEST_CASE("read out: model files call the bias of every net c") {
    for (const CellKind cell : {CellKind::simple, CellKind::lstm})
        CHECK(parameter_shapes({.cell = cell}, sizes).back().name == "c");
}
