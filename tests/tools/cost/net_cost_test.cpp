// Costs of the library's nets as polynomials in the sizes; tests/slow counts every net's nodes.

#include "support/golden.hpp"
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/cost/net_cost.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>

using namespace revolute;
using namespace revolute::test;

TEST_CASE("net_cost: formulas give what is counted, at sizes that they were not found at") {
    int number = 0;
    for (const CellKind cell : cell_kinds()) {
        if (!is_taken(number++)) continue;
        const CountedNet net{{.cell = cell, .layers = 2}, true};
        const NetCost formulas = net_cost(net);
        for (const Sizes& sizes :
             {Sizes{37, 5, 9, 2, 6}, Sizes{formulas.least_steps, 64, 3, 7, 2}}) {
            INFO(name_of(cell), ", ", sizes.steps, " steps, batch ", sizes.batch);
            CHECK(formulas(sizes) == cost(rolled_net(net, sizes)));
        }
    }
}

TEST_CASE("net_cost: formulas hold for stacks higher than those that they are found from") {
    // The costs of five and of nine layers are carried on from those of four.
    const Sizes sizes{37, 5, 9, 2, 6};
    for (const CountedNet& net :
         {CountedNet{{.cell = CellKind::gru, .layers = 9}},
          CountedNet{{.layers = 5, .is_bidirectional = true, .is_residual = true}, true}}) {
        CAPTURE(net.architecture.layers);
        CHECK(net_cost(net)(sizes) == cost(rolled_net(net, sizes)));
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
