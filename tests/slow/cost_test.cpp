// Costs of all kinds of nets, beside a count node by node.

#include "support/count_nodes.hpp"
#include <revolute/tools/cost/net_cost.hpp>
#include <support/nets.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

using namespace revolute;
using namespace revolute::test;

namespace {

/// All kinds of nets of up to two layers.
std::vector<CountedNet> all_nets() {
    std::vector<CountedNet> nets;
    for (Architecture architecture : architectures())
        for (const bool answers_every_step : {false, true})
            for (const InitialState initial :
                 {InitialState::zero, InitialState::given, InitialState::trainable})
                for (const bool is_simplified : {false, true}) {
                    architecture.initial = initial;
                    nets.push_back({architecture, answers_every_step, is_simplified});
                }
    return nets;
}

std::string described(const CountedNet& net, const Sizes& sizes) {
    return fmt::format("{}, {} layers, {}, {}, initial state {}, {}, {} steps, batch {}",
                       net.architecture.cell.name(), net.architecture.layers,
                       net.architecture.is_bidirectional ? "bidirectional" : "forward",
                       net.answers_every_step ? "every" : "last",
                       static_cast<int>(net.architecture.initial),
                       net.is_simplified ? "simplified" : "as built", sizes.steps, sizes.batch);
}

void check_node_by_node(const CountedNet& net, const Sizes& sizes) {
    INFO(described(net, sizes));
    Graph graph;
    CHECK(cost(rolled_net(net, sizes)) == NodeCounter(append_net(graph, net, sizes)).count());
}

}  // namespace

TEST_CASE("cost: of every net, it is what is counted node by node") {
    for (const CountedNet& net : all_nets())
        for (const int steps : {1, 2, 3, 4, 5, 6, 7, 8})
            check_node_by_node(
                net,
                {.steps = steps, .input = 2, .hidden = 3, .output = 1, .batch = steps % 3 + 1});
}

TEST_CASE("cost: of a hundred steps, it is what is counted node by node") {
    for (const CountedNet& net : all_nets())
        check_node_by_node(net, {.steps = 100, .input = 2, .hidden = 4, .output = 3, .batch = 5});
}
