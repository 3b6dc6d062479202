// Costs of the library's nets: beside a count node by node, and as polynomials in the sizes.

#include "support/count_nodes.hpp"
#include "support/golden.hpp"
#include <revolute/graph/error.hpp>
#include <revolute/tools/net_cost.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace revolute;
using namespace revolute::test;

namespace {

/// All kinds of nets of up to two layers.
std::vector<CountedNet> all_nets() {
    std::vector<CountedNet> nets;
    for (const CellKind cell : cell_kinds())
        for (const int layers : {1, 2})
            for (const bool is_bidirectional : {false, true})
                for (const bool answers_every_step : {false, true})
                    for (const InitialState initial :
                         {InitialState::zero, InitialState::given, InitialState::trainable})
                        for (const bool is_simplified : {false, true})
                            nets.push_back({{.cell = cell,
                                             .layers = layers,
                                             .is_bidirectional = is_bidirectional,
                                             .initial = initial},
                                            answers_every_step,
                                            is_simplified});
    return nets;
}

std::string described(const CountedNet& net, const Sizes& sizes) {
    return fmt::format("{}, {} layers, {}, {}, initial state {}, {}, {} steps, batch {}",
                       name_of(net.architecture.cell), net.architecture.layers,
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

TEST_CASE("net_cost: formulas give what is counted, at sizes that they were not found at") {
    for (const CellKind cell : cell_kinds()) {
        const CountedNet net{{.cell = cell, .layers = 2}, true};
        const NetCost formulas = net_cost(net);
        for (const Sizes& sizes :
             {Sizes{37, 5, 9, 2, 6}, Sizes{formulas.least_steps, 64, 3, 7, 2}}) {
            INFO(described(net, sizes));
            CHECK(formulas(sizes) == cost(rolled_net(net, sizes)));
        }
    }
}

TEST_CASE("net_cost: formulas hold for a bidirectional net with trainable initial states") {
    const CountedNet net{{.cell = CellKind::lstm,
                          .layers = 2,
                          .is_bidirectional = true,
                          .is_residual = true,
                          .initial = InitialState::trainable},
                         true};
    const Sizes sizes{50, 6, 10, 3, 4};
    CHECK(net_cost(net)(sizes) == cost(rolled_net(net, sizes)));
}

TEST_CASE("net_cost: the simple RNN has the leading terms of BPTT by hand") {
    const NetCost formulas = net_cost({});
    CHECK(to_factored_string(formulas.forward.operations.leading(), size_names) ==
          "2 N B H (I + H)");
    CHECK(to_factored_string(formulas.backward.operations.leading(), size_names) ==
          "2 N B H (I + 2 H)");
}

TEST_CASE("net_cost: the simple RNN keeps h(t) going forward and dz(t) going back") {
    const NetCost formulas = net_cost({});
    CHECK(to_string(formulas.forward.kept_entries, size_names) == "N B H + B O");
    CHECK(to_string(formulas.backward.kept_entries, size_names) == "N B H");
}

TEST_CASE("net_cost: the table of the simple RNN") {
    const CountedNet net{};
    const Sizes sizes{100, 16, 128, 1, 32};
    check_golden("tools/golden/cost_simple.txt",
                 to_text(net_cost(net), sizes, cost(rolled_net(net, sizes)), 8));
}

TEST_CASE("net_cost: formulas of every cell") {
    std::string text;
    for (const CellKind cell : cell_kinds()) {
        const NetCost formulas = net_cost({{.cell = cell}});
        text += fmt::format("{}\n", name_of(cell));
        for (const PassPolynomials* pass : {&formulas.forward, &formulas.backward})
            text +=
                fmt::format("  {}\n  keeps {}\n", to_factored_string(pass->operations, size_names),
                            to_factored_string(pass->kept_entries, size_names));
    }
    check_golden("tools/golden/cost_cells.txt", text);
}

TEST_CASE("net_cost: where formulas do not hold, the table says so") {
    const CountedNet net{};
    const NetCost formulas = net_cost(net);
    const std::string note = "The formulas do not hold for these sizes";
    const auto text = [&](const Sizes& sizes) {
        return to_text(formulas, sizes, cost(rolled_net(net, sizes)), 8);
    };
    CHECK(text({100, 16, 128, 2, 32}).find(note) == std::string::npos);
    CHECK(text({100, 16, 128, 2, 1}).find(note) != std::string::npos);
    CHECK(text({1, 16, 128, 2, 32}).find(note) != std::string::npos);
}

TEST_CASE("net_cost: JSON has the numbers of the table and the terms of the formulas") {
    const CountedNet net{};
    const Sizes sizes{1'000'000, 16, 128, 2, 32};
    const NetCost formulas = net_cost(net);
    const Cost counted = cost(rolled_net(net, sizes));
    const auto json = nlohmann::json::parse(to_json(formulas, sizes, counted, 4));
    CHECK(json.at("sizes").at("N") == 1'000'000);
    CHECK(json.at("sizes").at("H") == 128);
    CHECK(json.at("bytes_an_entry") == 4);
    CHECK(json.at("formulas_hold").get<bool>());
    CHECK(json.at("least_steps") == formulas.least_steps);
    CHECK(json.at("forward").at("operations") == counted.forward.operations);
    CHECK(json.at("backward").at("bytes_kept") == 4 * counted.backward.kept_entries);
    const auto& formula = json.at("backward").at("operations_formula");
    CHECK(formula.at("text") == to_string(formulas.backward.operations, size_names));
    CHECK(formula.at("terms").size() == formulas.backward.operations.terms().size());
    CHECK(formula.at("terms").at(0).at("coefficient") == 2);
    CHECK(formula.at("terms").at(0).at("exponents") ==
          nlohmann::json{{"N", 1}, {"B", 1}, {"I", 1}, {"H", 1}});
}

TEST_CASE("net_cost: numbers that do not fit into 64 bits are refused") {
    const Sizes sizes{1'000'000, 1, 1'000'000, 1, 1'000'000};
    const CountedNet as_built{.architecture = {}, .is_simplified = false};
    CHECK_THROWS_AS(cost(rolled_net(as_built, sizes)), CapacityError);
}
