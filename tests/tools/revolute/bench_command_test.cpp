// The program's command `bench`, as a user runs it.

#include <revolute/graph/program/program.hpp>
#include <revolute/graph/program/vectors.hpp>
#include <revolute/tools/cost/net_cost.hpp>
#include <support/run_program.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>

using namespace revolute;
using namespace revolute::test;

TEST_CASE("bench command: it times runs that allocate nothing") {
    for (const char* const cell : {"simple", "gru", "lstm"})
        for (const char* const precision : {"f32", "f64"}) {
            CAPTURE(cell);
            CAPTURE(precision);
            const Ran ran = run_program(fmt::format(
                "bench --cell {} --precision {} --steps 5 --batch 2 --input 3 --hidden 4 "
                "--threads 1 --repetitions 3 --json",
                cell, precision));
            REQUIRE(ran.status == 0);
            const nlohmann::json result = nlohmann::json::parse(ran.output);
            CHECK(result["cell"] == cell);
            CHECK(result["precision"] == precision);
            CHECK(result["steps"] == 5);
            CHECK(result["repetitions"] == 3);
            CHECK(result["allocations"] == 0);
            CHECK(result["min_us"].get<double>() > 0);
            CHECK(result["median_us"].get<double>() >= result["min_us"].get<double>());
            CHECK(result["build_us"].get<double>() > 0);
            CHECK(result["compile_us"].get<double>() > 0);
        }
}

TEST_CASE("bench command: the bytes are those of the program") {
    const Ran ran =
        run_program("bench --steps 5 --batch 2 --input 3 --hidden 4 --repetitions 1 --json");
    REQUIRE(ran.status == 0);
    Graph graph;
    const Program program = compile(append_net(graph, {}, {5, 3, 4, 1, 2}));
    CHECK(nlohmann::json::parse(ran.output)["bytes"] == program.bytes());
}

TEST_CASE("bench command: without --json it prints a table") {
    const Ran ran = run_program("bench --steps 2 --hidden 2 --repetitions 1");
    CHECK(ran.status == 0);
    CHECK(ran.output.starts_with(
        "Simple RNN, many-to-one, f64: loss and gradients of all parameters\n"
        "2 steps, batch of 1, 16 inputs, 2 hidden units, 1 output; 1 thread, 1 run; "));
    CHECK(ran.output.find(fmt::format("; {}\n", vectors())) != std::string::npos);
    CHECK(ran.output.find("\n\nrun, median   ") != std::string::npos);
    CHECK(ran.output.ends_with("\nallocations              0 in a run\n"));
}

TEST_CASE("bench command: programs use no wider vectors than the environment allows") {
    const auto bench_with = [](std::string_view limit) {
        return run_shell(fmt::format("REVOLUTE_VECTORS={} '{}' bench --steps 2 --hidden 2 "
                                     "--repetitions 1 --json",
                                     limit, REVOLUTE_PROGRAM),
                         ".");
    };
    const std::string widest{vectors()};
    for (const std::string& limit : {std::string("baseline"), widest}) {
        CAPTURE(limit);
        const Ran ran = bench_with(limit);
        REQUIRE(ran.status == 0);
        const std::string used = nlohmann::json::parse(ran.output)["vectors"];
        CHECK_FALSE((limit == "baseline" && used.starts_with("AVX")));
        if (limit != "baseline") CHECK(used == widest);
    }
    const Ran refused = bench_with("AVX1024");
    CHECK(refused.status == 1);
    CHECK(refused.says("vectors: REVOLUTE_VECTORS must be baseline or one of "));
    CHECK(refused.says(" (is \"AVX1024\")"));
}

TEST_CASE("bench command: bad values are refused by name") {
    const auto refused = [](const std::string& arguments, std::string_view text) {
        const Ran ran = run_program("bench " + arguments);
        CHECK(ran.status == 2);
        CAPTURE(ran.errors);
        CHECK(ran.says(text));
    };
    refused("--threads 0", "--threads: must be a whole number from 1 to 256 (0)\n");
    refused("--precision f16", "--precision: must be one of f64, f32 (f16)");
    refused(
        "--cell rnn",
        "--cell: must be one of simple, simple-relu, gru, gru-before, lstm, lstm-peephole (rnn)");
    refused("--repetitions 0", "--repetitions: must be a whole number from 1 to 1000000 (0)\n");
    refused("--hidden 0", "--hidden: must be a whole number from 1 to 1000000 (0)\n");
    refused("--steps many", "--steps: must be a whole number from 1 to 1000000 (many)\n");
    refused("--steps 1.5", "--steps: must be a whole number from 1 to 1000000 (1.5)\n");
    refused("--steps -3", "--steps: must be a whole number from 1 to 1000000 (-3)\n");
}

namespace {

/// The plain cell in float alone: the largest sizes of the others take seconds.
Ran table_with(std::string_view environment, std::string_view more) {
    const Ran ran = run_shell(fmt::format("{} '{}' bench --table --cell simple --precision f32 {}",
                                          environment, REVOLUTE_PROGRAM, more),
                              ".");
    CAPTURE(ran.errors);
    REQUIRE(ran.status == 0);
    return ran;
}

}  // namespace

TEST_CASE("bench command: --table prints programs beside the same by hand, and advice" *
          doctest::skip(is_sanitized)) {  // the next test takes the same way
    const std::string text = table_with("OPENBLAS_CORETYPE=Prescott", "--repetitions 1").output;
    const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
    CAPTURE(text);
    CHECK(
        has(fmt::format("; programs use {}, the code by hand OpenBLAS's kernels for ", vectors())));
    CHECK(has("\n\nsimple:\n\n| T,B,I,H        |  float: program |   by hand | ratio    |\n"));
    CHECK(has("\n| 50,1,8,16      |"));
    CHECK(has("\n| 100,64,256,512 |"));
    if (vectors().starts_with("AVX"))
        CHECK(
            has("\n\nOpenBLAS uses its kernels for Prescott, which are slower than this "
                "processor can be"));
}

TEST_CASE("bench command: --table gives its numbers as JSON") {
    const nlohmann::json result = nlohmann::json::parse(
        table_with("REVOLUTE_VECTORS=baseline", "--repetitions 1 --json").output);
    CHECK(result["processor"].get<std::string>() != "");
    CHECK(result["processors"].get<int>() >= 1);
    CHECK_FALSE(result["vectors"].get<std::string>().starts_with("AVX"));
    CHECK(result["advice"].dump().find("without it they use the widest") != std::string::npos);
    REQUIRE(result["rows"].size() == 8);
    for (const nlohmann::json& row : result["rows"]) {
        CHECK(row["cell"] == "simple");
        CHECK(row["precision"] == "f32");
        CHECK(row["runs"] == 1);
        CHECK(row["difference"].get<double>() < 1e-4);
        CHECK(row["ratio"].get<double>() ==
              row["program_us"].get<double>() / row["hand_us"].get<double>());
    }
}

TEST_CASE("bench command: --table takes no sizes, and cells that are written by hand") {
    const Ran sizes = run_program("bench --table --hidden 8");
    CHECK(sizes.status == 2);
    CHECK(sizes.says("--hidden excludes --table"));
    const Ran cell = run_program("bench --table --cell gru-before");
    CHECK(cell.status == 1);
    CHECK(cell.says("bench --table: gru-before is not written by hand: simple, gru and lstm are"));
}
