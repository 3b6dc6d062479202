// The program's command `cost`, as a user runs it.

#include "support/run_program.hpp"
#include <revolute/tools/cost/net_cost.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>

using namespace revolute;
using namespace revolute::test;

TEST_CASE("cost command: it prints what was counted, the formulas and the numbers") {
    const Ran ran = run_program("cost --cell gru --layers 2 --steps 50 --batch 7 --precision f32");
    const CountedNet net{{.cell = CellKind::gru, .layers = 2}};
    const Sizes sizes{50, 16, 128, 1, 7};
    CHECK(ran.status == 0);
    CHECK(
        ran.output ==
        "GRU, 2 layers, many-to-one: the loss and the gradients of all that is trained; the graph "
        "simplified\n\n"
        "layer              reads   gives    parameters\n"
        "1                     16     128         55808\n"
        "2                    128     128         98816\n"
        "answer               128       1           129\n"
        "all                                     154753\n\n" +
            to_text(net_cost(net), sizes, cost(rolled_net(net, sizes)), 4));
}

TEST_CASE("cost command: a million steps are counted without building them") {
    const Ran ran =
        run_program("cost --cell lstm --steps 1000000 --answers every --as-built --json");
    REQUIRE(ran.status == 0);
    const CountedNet net{{.cell = CellKind::lstm}, true, false};
    const Sizes sizes{1'000'000, 16, 128, 1, 32};
    CHECK(nlohmann::json::parse(ran.output) ==
          nlohmann::json::parse(to_json(net_cost(net), sizes, cost(rolled_net(net, sizes)), 8)));
}

TEST_CASE("cost command: options that are not understood are refused") {
    for (const char* const options :
         {"--hidden 0", "--cell rnn", "--precision half", "--answers first"})
        check_misused(fmt::format("cost {}", options));
}

TEST_CASE("cost command: more operations than can be counted are refused, of a deep net at once") {
    for (const char* const net :
         {"--as-built --hidden 1000000 --input 1", "--layers 1000 --hidden 1000000",
          "--layers 1000 --cell lstm --bidirectional --hidden 1000000"}) {
        CAPTURE(net);
        const auto begin = std::chrono::steady_clock::now();
        const Ran ran = run_program(fmt::format("cost {} --steps 1000000 --batch 1000000", net));
        CHECK(ran.status == 1);
        CHECK(ran.output.empty());
        CHECK(
            ran.errors.starts_with("cost: operations can be counted up to 2^63 (there are more "));
        CHECK(ran.says("\n  --layers, --hidden, --steps or --batch must be smaller\n"));
        CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
    }
}
