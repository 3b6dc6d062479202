// The size of nets that are not built.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/tools/cost/net_size.hpp>

#include <doctest/doctest.h>

#include <algorithm>

namespace revolute {

namespace {

/// What the net has when it is built.
NetSize built_size(const SizedNet& net) {
    Graph graph;
    const RecurrentNet built = recurrent_net(
        graph, net.sizes,
        net.answers_every_step ? answering_at_every_step(net.architecture, net.sizes.steps)
                               : net.architecture);
    differentiate(built.loss(), built.variables(), Unreachable::zeros);
    NetSize size{.nodes = static_cast<double>(graph.size())};
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        size.entries += static_cast<double>(graph.at(NodeId{i}).shape().size());
    for (const Expr& parameter : built.parameters()) {
        const auto entries = static_cast<double>(parameter.shape().size());
        size.parameter_entries += entries;
        size.largest_parameter = std::max(size.largest_parameter, entries);
    }
    return size;
}

}  // namespace

TEST_CASE("net_size: a net that says itself that it answers at every step, as cases do") {
    for (const int steps : {2, 4, 9}) {
        const SizedNet net{{.steps = steps, .input = 2, .hidden = 3, .output = 1, .batch = 2},
                           answering_at_every_step({.cell = CellKind::gru, .layers = 2}, steps)};
        CHECK(net_size(net) == built_size(net));
    }
}

TEST_CASE("net_size: every net has as many nodes and entries when it is built") {
    for (const CellKind cell : cell_kinds())
        for (const bool is_bidirectional : {false, true})
            for (const bool answers_every_step : {false, true})
                for (const int layers : {1, 2, 5, 7})
                    for (const int steps : {1, 2, 3, 4, 9}) {
                        const InitialState initial =
                            layers == 2
                                ? InitialState::zero
                                : (layers == 5 ? InitialState::trainable : InitialState::given);
                        const SizedNet net{
                            {.steps = steps, .input = 2, .hidden = 3, .output = 1, .batch = 4},
                            {.cell = cell,
                             .layers = layers,
                             .is_bidirectional = is_bidirectional,
                             .is_residual = layers == 7,
                             .initial = initial},
                            answers_every_step};
                        CAPTURE(name_of(cell));
                        CAPTURE(is_bidirectional);
                        CAPTURE(answers_every_step);
                        CAPTURE(layers);
                        CAPTURE(steps);
                        CHECK(net_size(net) == built_size(net));
                    }
}

TEST_CASE("net_size: sizes of one are as exact as others") {
    for (const CellKind cell : cell_kinds())
        for (const int hidden : {1, 2})
            for (const int batch : {1, 3}) {
                const SizedNet net{
                    {.steps = 6, .input = 1, .hidden = hidden, .output = 1, .batch = batch},
                    {.cell = cell, .layers = 6}};
                CHECK(net_size(net) == built_size(net));
            }
}

}  // namespace revolute
