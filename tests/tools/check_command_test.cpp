// The program's command `check`, as a user runs it.

#include <revolute/tools/bptt_check.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <string>
#include <sys/wait.h>

using namespace revolute;

namespace {

struct Ran {
    int status = 0;
    std::string output;
};

Ran run(const std::string& arguments) {
    const std::string command = fmt::format("'{}' {} 2>&1", REVOLUTE_PROGRAM, arguments);
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    Ran ran;
    std::array<char, 4096> piece{};
    while (const std::size_t count = std::fread(piece.data(), 1, piece.size(), pipe))
        ran.output.append(piece.data(), count);
    ran.status = WEXITSTATUS(pclose(pipe));
    return ran;
}

}  // namespace

TEST_CASE("check: the table has a row for every parameter and the status is 0") {
    const Ran ran = run("check --steps 5 --hidden 3 --input 2 --batch 2 --seed 4");
    CHECK(ran.status == 0);
    for (const char* name : {"\nW ", "\nU ", "\nb ", "\nV ", "\nc ", "\nh0 "})
        CHECK(ran.output.find(name) != std::string::npos);
    CHECK(ran.output.find("differs") == std::string::npos);
}

TEST_CASE("check: JSON has the documented keys and the values of the library's own check") {
    const Ran ran = run("check --json --steps 5 --hidden 3 --input 2 --batch 2 --seed 4");
    REQUIRE(ran.status == 0);
    const auto json = nlohmann::json::parse(ran.output);
    const BpttCheck expected = check_simple_rnn(
        {.steps = 5, .input = 2, .hidden = 3, .output = 1, .batch = 2}, InitialState::given, 4);
    CHECK(json.at("loss").get<double>() == expected.loss);
    CHECK(json.at("loss_relative").get<double>() == expected.loss_relative);
    CHECK(json.at("passes").get<bool>());
    REQUIRE(json.at("parameters").size() == expected.rows.size());
    for (std::size_t i = 0; i < expected.rows.size(); ++i) {
        const auto& row = json.at("parameters").at(i);
        CHECK(row.at("name") == expected.rows[i].name);
        CHECK(row.at("rows") == expected.rows[i].shape.rows);
        CHECK(row.at("columns") == expected.rows[i].shape.columns);
        CHECK(row.at("norm").get<double>() == expected.rows[i].norm);
        CHECK(row.at("closed_form_relative").get<double>() ==
              expected.rows[i].closed_form_relative);
        CHECK(row.at("closed_form_agrees").get<bool>());
        CHECK(row.at("verdict") == "agrees");
        CHECK(row.at("passes").get<bool>());
        const auto& differences = row.at("finite_differences");
        CHECK(differences.at("verdict") == "agrees");
        CHECK(differences.at("step").get<double>() == expected.rows[i].differences.best.step);
        CHECK(differences.at("error").get<double>() <= differences.at("allowed").get<double>());
        CHECK(differences.at("entries") == expected.rows[i].differences.entries);
        CHECK(differences.at("directions") == expected.rows[i].differences.directions);
        CHECK(differences.at("sweep").size() == 5);
    }
}

TEST_CASE("check: an initial state of zero has no row") {
    const Ran ran = run("check --initial zero");
    CHECK(ran.status == 0);
    CHECK(ran.output.find("\nh0 ") == std::string::npos);
}

TEST_CASE("check: a gradient too small for differences is said to be so and is no miss") {
    const Ran ran = run("check --steps 200 --hidden 3 --input 1");
    CHECK(ran.status == 0);
    CHECK(ran.output.find("too small for finite differences to tell") != std::string::npos);
}

TEST_CASE("check: wrong usage ends with status 2") {
    CHECK(run("check --steps 0").status == 2);
    CHECK(run("check --initial sometimes").status == 2);
    CHECK(run("check --no-such-option").status == 2);
    CHECK(run("no-such-command").status == 2);
    CHECK(run("").status == 2);
}

TEST_CASE("check: a row that differs makes the whole check fail") {
    BpttCheck check = check_simple_rnn({.steps = 2, .hidden = 2}, InitialState::given, 1);
    CHECK(check.passes());
    BpttCheck wrong = check;
    wrong.rows[1].closed_form_agrees = false;
    CHECK_FALSE(wrong.passes());
    wrong = check;
    wrong.rows[2].differences.verdict = Verdict::differs;
    CHECK_FALSE(wrong.passes());
    wrong = check;
    wrong.loss_relative = 1e-11;
    CHECK_FALSE(wrong.passes());
}

TEST_CASE("check: --help has an example and --version a number") {
    for (const char* command : {"demo", "draw", "check", "train", "predict", "ops"}) {
        const Ran help = run(fmt::format("{} --help", command));
        CHECK(help.status == 0);
        CHECK(help.output.find(fmt::format("Example:\n  revolute {}", command)) !=
              std::string::npos);
    }
    CHECK(run("--version").output == fmt::format("revolute {}\n", REVOLUTE_VERSION));
}
