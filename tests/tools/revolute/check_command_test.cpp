// The program's command `check`, as a user runs it.

#include "support/run_program.hpp"
#include <revolute/tools/checks/net_check.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>

using namespace revolute;
using namespace revolute::test;

TEST_CASE("check: the table has a row for every parameter and the status is 0") {
    const Ran ran = run_program("check --steps 5 --hidden 3 --input 2 --batch 2 --seed 4");
    CHECK(ran.status == 0);
    for (const char* name : {"\nW ", "\nU ", "\nb ", "\nV ", "\nc ", "\nh0 "})
        CHECK(ran.output.find(name) != std::string::npos);
    CHECK(ran.output.find("differs") == std::string::npos);
}

namespace {

void check_row(const nlohmann::json& row, const VariableCheck& variable,
               const ClosedFormComparison& closed_form) {
    CHECK(row.at("name") == variable.name);
    CHECK(row.at("rows") == variable.shape.rows);
    CHECK(row.at("columns") == variable.shape.columns);
    CHECK(row.at("norm").get<double>() == variable.norm);
    CHECK(row.at("closed_form_relative").get<double>() == closed_form.relative);
    CHECK(row.at("closed_form_agrees").get<bool>());
    CHECK(row.at("forward_mode_relative").get<double>() == variable.forward_mode.value());
    CHECK(row.at("forward_mode_agrees").get<bool>());
    CHECK(row.at("verdict") == "agrees");
    CHECK(row.at("passes").get<bool>());
    const auto& differences = row.at("finite_differences");
    CHECK(differences.at("verdict") == "agrees");
    CHECK(differences.at("step").get<double>() == variable.differences.worst.best.step);
    CHECK(differences.at("error").get<double>() <= differences.at("allowed").get<double>());
    CHECK(differences.at("entries") == variable.differences.entries);
    CHECK(differences.at("directions") == variable.differences.directions);
    CHECK(differences.at("sweep").size() == 5);
}

void check_worst(const nlohmann::json& worst, const DirectionCheck& entry) {
    CHECK(worst.at("row") == entry.entry->row);
    CHECK(worst.at("column") == entry.entry->column);
    CHECK(worst.at("gradient").get<double>() == entry.gradient);
    CHECK(worst.at("finite_difference").get<double>() == entry.difference());
    CHECK(worst.at("relative_error").get<double>() == entry.relative_error());
    CHECK(worst.at("verdict") == "agrees");
    REQUIRE(worst.at("sweep").size() == 5);
    const auto& step = worst.at("sweep").at(4);
    CHECK(step.at("step").get<double>() == 1e-6);
    CHECK(step.at("backward").get<double>() == entry.sweep[4].backward);
    CHECK(step.at("forward").get<double>() == entry.sweep[4].forward);
    CHECK(step.at("error").get<double>() == entry.sweep[4].error);
    CHECK(step.at("allowed").get<double>() == entry.sweep[4].allowed);
}

}  // namespace

TEST_CASE("check: JSON has the documented keys and the values of the library's own check") {
    const Ran ran = run_program("check --json --steps 5 --hidden 3 --input 2 --batch 2 --seed 4");
    REQUIRE(ran.status == 0);
    const auto json = nlohmann::json::parse(ran.output);
    const NetCheck expected = check_net({.steps = 5, .input = 2, .hidden = 3, .batch = 2},
                                        {.initial = InitialState::given}, 4);
    CHECK(json.at("loss").get<double>() == expected.gradients.loss);
    CHECK(json.at("loss_relative").get<double>() == expected.loss_relative);
    CHECK(json.at("no_closed_form").is_null());
    CHECK(json.at("passes").get<bool>());
    CHECK(json.at("verdict") == "agrees");
    CHECK(json.at("worst") == expected.gradients.worst().name);
    REQUIRE(json.at("parameters").size() == expected.closed_form.size());
    for (std::size_t i = 0; i < expected.closed_form.size(); ++i) {
        const auto& row = json.at("parameters").at(i);
        const VariableCheck& variable = expected.gradients.variables[i];
        CAPTURE(variable.name);
        check_row(row, variable, expected.closed_form[i]);
        check_worst(row.at("worst"), variable.differences.worst);
    }
}

TEST_CASE("check: every cell agrees, alone and in nets of several") {
    struct Cell {
        const char* option;
        const char* title;
        const char* parameter;
        const char* closed_form;
    };
    constexpr std::array cells{
        Cell{"simple", "Simple RNN", "U", "largest difference"},
        Cell{"simple-relu", "Simple RNN with relu", "U", "there is none with relu"},
        Cell{"gru", "GRU", "b_hn", "largest difference"},
        Cell{"gru-before", "GRU with the reset before the product", "U_n", "largest difference"},
        Cell{"lstm", "LSTM", "c0", "largest difference"},
        Cell{"lstm-peephole", "LSTM with peepholes", "p_o", "there is none with peepholes"},
    };
    for (const Cell& cell : cells) {
        CAPTURE(std::string(cell.option));
        const Ran ran = run_program(fmt::format("check --cell {} --batch 2", cell.option));
        CHECK(ran.status == 0);
        CHECK(ran.output.starts_with(fmt::format("{}, 3 steps, 2 inputs, ", cell.title)));
        CHECK(ran.output.find(fmt::format("\n{} ", cell.parameter)) != std::string::npos);
        CHECK(ran.output.find(fmt::format("\nclosed form         {}", cell.closed_form)) !=
              std::string::npos);
        CHECK(ran.output.find("\nWorst entry: ") != std::string::npos);
        CHECK(ran.output.find("differs") == std::string::npos);

        const Ran deep = run_program(fmt::format(
            "check --cell {} --layers 2 --bidirectional --residual --initial trainable --hidden 3",
            cell.option));
        CHECK(deep.status == 0);
        CHECK(deep.output.find(", 2 layers, residual, 3 steps") != std::string::npos);
        CHECK(deep.output.find("\nh2r_0 ") != std::string::npos);
        CHECK(deep.output.find("\nclosed form         there is none") != std::string::npos);
        CHECK(deep.output.find("differs") == std::string::npos);
    }
}

TEST_CASE("check: a seed beyond 64 bits is refused, not taken for another") {
    for (const char* const seed : {"-1", "1.5", "18446744073709551616", "0x10", ""}) {
        const Ran ran = run_program(fmt::format("check --seed '{}'", seed));
        CHECK(ran.status == 2);
        CHECK(ran.errors.starts_with(fmt::format(
            "--seed: must be a whole number from 0 to 18446744073709551615 ({})\n", seed)));
    }
    CHECK(run_program("check --hidden 1 --seed 18446744073709551615").status == 0);
}

TEST_CASE("check: it says which difference from the closed form it allows") {
    const auto allows = [](const char* options, std::string_view bound) {
        const Ran ran = run_program(fmt::format("check --steps 2 --hidden 2 {}", options));
        CHECK(ran.status == 0);
        const std::string line = fmt::format(
            "\nclosed form         largest difference / largest entry; at most {} agrees\n", bound);
        CHECK(ran.output.find(line) != std::string::npos);
    };
    allows("", "1e-10");
    allows("--reference", "1e-12");
}

TEST_CASE("check: rectified nets of any depth and seed have gradients that tell something") {
    CheckOptions few;
    few.differences.most_entries = 3;
    for (int layers = 1; layers <= 3; ++layers)
        for (const bool is_bidirectional : {false, true})
            for (std::uint64_t seed = 1; seed <= 5; ++seed) {
                CAPTURE(layers);
                CAPTURE(is_bidirectional);
                CAPTURE(seed);
                const Architecture architecture{.cell = CellKind::simple_relu,
                                                .layers = layers,
                                                .is_bidirectional = is_bidirectional,
                                                .initial = InitialState::given};
                const NetCheck check =
                    check_net({.steps = 3, .input = 2, .hidden = 4}, architecture, seed, few);
                CHECK(check.verdict() == Verdict::agrees);
            }
}

TEST_CASE("check: at every step some rectified units are on, and some are off in the net") {
    const Architecture architecture{.cell = CellKind::simple_relu, .layers = 2};
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        CAPTURE(seed);
        const RandomNet random({.steps = 3, .input = 2, .hidden = 4}, architecture, seed);
        std::ptrdiff_t off = 0;
        for (const Layer& layer : random.net.layers)
            for (const Matrix& h : evaluate(layer.directions.front().outputs(), random.values)) {
                const auto zeros = std::ranges::count(h.values(), 0.0);
                CHECK(zeros < h.rows());
                off += zeros;
            }
        CHECK(off > 0);
    }
}

TEST_CASE("check: JSON says that there is no closed form, and why") {
    const Ran ran = run_program("check --json --cell gru --layers 2");
    REQUIRE(ran.status == 0);
    const auto json = nlohmann::json::parse(ran.output);
    CHECK(json.at("no_closed_form") == "none for more than one layer");
    CHECK(json.at("loss_relative").is_null());
    CHECK(json.at("parameters").size() == 24);
    for (const auto& parameter : json.at("parameters")) {
        CHECK(parameter.at("closed_form_relative").is_null());
        CHECK(parameter.at("closed_form_agrees").is_null());
        CHECK(parameter.at("forward_mode_relative").get<double>() <= 1e-12);
    }
}

TEST_CASE("check: an initial state of zero has no row") {
    const Ran ran = run_program("check --initial zero");
    CHECK(ran.status == 0);
    CHECK(ran.output.find("\nh0 ") == std::string::npos);
}

TEST_CASE("check: a gradient too small for differences is said to be so and is no miss") {
    const Ran ran = run_program("check --steps 200 --hidden 3 --input 1");
    CHECK(ran.status == 0);
    CHECK(ran.output.find("too small for finite differences to tell") != std::string::npos);
}

TEST_CASE("check: wrong usage ends with status 2") {
    for (const char* const options : {"--steps 0", "--initial sometimes", "--cell transformer",
                                      "--layers 0", "--no-such-option"})
        check_misused(fmt::format("check {}", options));
}

TEST_CASE("check: a row that differs makes the whole check fail") {
    const NetCheck check =
        check_net({.steps = 2, .hidden = 2}, {.initial = InitialState::given}, 1);
    CHECK(check.passes());
    NetCheck wrong = check;
    wrong.closed_form[1].relative = 1e-9;
    wrong.closed_form[1].gradient += 1e-9;
    CHECK_FALSE(wrong.passes());
    wrong = check;
    wrong.gradients.variables[2].differences.verdict = Verdict::differs;
    CHECK_FALSE(wrong.passes());
    wrong = check;
    wrong.gradients.variables[2].forward_mode_agrees = false;
    CHECK_FALSE(wrong.passes());
    wrong = check;
    wrong.loss_relative = 1e-9;
    CHECK_FALSE(wrong.passes());
    NetCheck undecided = check;
    undecided.gradients.variables[0].differences.verdict = Verdict::kink;
    CHECK(undecided.passes());
    CHECK(undecided.verdict() == Verdict::kink);
}
