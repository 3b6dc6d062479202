// --check-finite of the program's commands, as a user runs them.

#include <revolute/tools/support/output_file.hpp>
#include <support/run_program.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace revolute {

namespace {

using test::Ran;

/// A simple net of one unit and one step that reads x = 1 and answers v tanh(1).
std::string case_of(std::string_view v) {
    return fmt::format(
        R"({{"name": "one", "cell": "rnn", "activation": "tanh", "T": 1, "B": 1, "I": 1, "H": 1, "O": 1,
            "layers": 1, "bidirectional": false, "many_to_many": false, "loss": "mse_half",
            "x": [[[1]]], "y": [[0]], "h0": [[[0]]],
            "params": {{"weight_ih_l0": [[1]], "weight_hh_l0": [[1]], "bias_ih_l0": [0], "bias_hh_l0": [0],
                        "head.weight": [[{}]], "head.bias": [0]}}}})",
        v);
}

/// A folder that holds case.json.
struct CaseFolder : test::TemporaryFolder {
    explicit CaseFolder(std::string_view v = "1e200") {
        write_file(*this / "case.json", case_of(v));
    }

    test::Ran run(const std::string& arguments) const {
        return test::run_program(arguments, *this);
    }
    bool has(const std::string& file) const { return std::filesystem::exists(*this / file); }
};

constexpr std::string_view red_loss = "\"L\" [label=<L";

}  // namespace

TEST_CASE("check-finite: grad names the first value that is not finite and draws it") {
    const CaseFolder folder;
    const Ran ran = folder.run("grad case.json --check-finite");
    CHECK(ran.status == 1);
    // y = 1e200 tanh(1), and tanh(1) = 0.76159415595...
    CHECK(
        ran.errors.starts_with("run: mse is not finite (inf at row 0, column 0)\n"
                               "  node is L [1 x 1], made at case_net.cpp:"));
    CHECK(ran.says(", 1 inf\n  operand 0 is y [1 x 1], made at "));
    CHECK(ran.says(", from 7.61594e+199 to 7.61594e+199\n  operand 1 is Y [1 x 1], made at "));
    CHECK(
        ran.errors.ends_with(", from 0 to 0\n"
                             "  it is L, in the forward pass\n"
                             "  nonfinite.dot shows it in red\n"));
    const std::string dot = read_file(folder / "nonfinite.dot");
    const std::size_t loss = dot.find(red_loss);
    REQUIRE(loss != std::string::npos);
    CHECK(dot.substr(loss, dot.find('\n', loss) - loss).find("fillcolor=\"#E02424\"") !=
          std::string::npos);
    CHECK(dot.find("\"y\" -> \"L\"") != std::string::npos);
}

TEST_CASE("check-finite: the reference evaluator says the same as the program") {
    const CaseFolder folder;
    const std::string of_program = folder.run("grad case.json --check-finite").errors;
    CHECK(folder.run("grad case.json --check-finite --reference").errors ==
          "evaluate" + of_program.substr(of_program.find(':')));
}

TEST_CASE("check-finite: grad finds what only the backward pass makes") {
    // L = 1/2 (v tanh(1))^2 and dh(0) = v^2 tanh(1): 2.9e307 and 7.6e307 for v = 1e154; 8.4e307 and
    // 2.2e308, more than a double holds, for v = 1.7e154.
    const CaseFolder small("1e154");
    const Ran finite = small.run("grad case.json --check-finite");
    CHECK(finite.status == 0);
    CHECK(finite.errors.empty());
    CHECK_FALSE(small.has("nonfinite.dot"));
    const CaseFolder large("1.7e154");
    const Ran ran = large.run("grad case.json --check-finite");
    CHECK(ran.status == 1);
    CHECK(ran.errors.starts_with("run: matmul is not finite (inf at row 0, column 0)"));
    CHECK(ran.says("  it is dh[0], in the backward pass\n  nonfinite.dot shows it in red\n"));
}

TEST_CASE("check-finite: the figure's file can be chosen") {
    const CaseFolder folder;
    const Ran ran = folder.run("grad case.json --check-finite --finite-dot other.dot");
    CHECK(ran.status == 1);
    CHECK(ran.says("  other.dot shows it in red\n"));
    CHECK(folder.has("other.dot"));
    CHECK_FALSE(folder.has("nonfinite.dot"));
}

TEST_CASE("check-finite: a figure that cannot be written is refused at once") {
    const CaseFolder folder;
    test::check_refused(
        2,
        "--finite-dot: figure: the name of its file must end in .dot, .svg, .pdf or .png (a.gif)\n"
        "Run with --help for more information.\n",
        "grad case.json --check-finite --finite-dot a.gif", folder);
    test::check_refused(1, "cannot write missing/a.dot: No such file or directory\n",
                        "grad case.json --check-finite --finite-dot missing/a.dot", folder);
}

TEST_CASE("check-finite: a file for the figure alone is wrong usage") {
    test::check_misused("grad case.json --finite-dot a.dot");
    test::check_misused("train data.csv --finite-dot a.dot");
}

TEST_CASE("check-finite: without it grad prints all numbers, names the first and fails") {
    const CaseFolder folder;
    const Ran ran = folder.run("grad case.json");
    CHECK(ran.status == 1);
    CHECK(ran.errors ==
          "grad: not every number is finite (inf)\n  the first is loss, row 0, column 0\n"
          "  --check-finite names the operator and the step where that begins, and draws them\n");
    CHECK(ran.output.starts_with("loss inf\n\nyhat [1 x 1]\n  7.61594e+199\n"));
    CHECK_FALSE(folder.has("nonfinite.dot"));
}

TEST_CASE("check-finite: a loss that is NaN is printed without a sign") {
    // yhat = 1e308 tanh(1) + 1.7e308 = inf, and cross-entropy of two infinite answers is inf - inf.
    const CaseFolder folder;
    std::string json = case_of("1.7e308");
    const auto replace = [&](std::string_view from, std::string_view to) {
        json.replace(json.find(from), from.size(), to);
    };
    replace("\"O\": 1", "\"O\": 2");
    replace("mse_half", "cross_entropy");
    replace("\"y\": [[0]]", "\"y\": [0]");
    replace("[[1.7e308]]", "[[1.7e308], [1.7e308]]");
    replace("\"head.bias\": [0]", "\"head.bias\": [1.7e308, 1.7e308]");
    write_file(folder / "case.json", json);
    for (const char* option : {"", " --reference"}) {
        const Ran ran = folder.run(fmt::format("grad case.json{}", option));
        CHECK(ran.status == 1);
        CHECK(ran.output.starts_with("loss nan\n"));
        CHECK(ran.output.find("-nan") == std::string::npos);
        CHECK(ran.says("grad: not every number is finite (nan)\n  the first is loss, row 0, "));
    }
}

TEST_CASE("check-finite: train stops where the weights overflow") {
    const CaseFolder folder;
    const Ran ran = folder.run(fmt::format(
        "train {}/sunspots.csv --column SUNACTIVITY --window 3 --epochs 3 --optimizer sgd "
        "--clip 0 --learning-rate 1e200 --check-finite",
        REVOLUTE_TEST_DATA));
    CHECK(ran.status == 1);
    CHECK(
        ran.says("run: mse is not finite (inf at row 0, column 0)\n"
                 "  node is L [1 x 1], made at "));
    CHECK(ran.says("  it is L, in the forward pass\n  nonfinite.dot shows it in red\n"));
    CHECK(folder.has("nonfinite.dot"));
    CHECK_FALSE(folder.has("model.json"));
}

TEST_CASE("check-finite: train gives the weights, to the last bit, that it gives without") {
    const test::TemporaryFolder folder;
    std::string table = "t,v\n";
    for (int row = 0; row < 40; ++row)
        table += fmt::format("{},{}\n", row, (row * 37 % 41) / 10.0 + row % 7);
    write_file(folder / "table.csv", table);
    const auto model = [&](const std::string& arguments) {
        const Ran ran = test::run_program(
            "train table.csv --column v --epochs 2 --window 6 --save m.json " + arguments, folder);
        CHECK(ran.status == 0);
        return read_file(folder / "m.json");
    };
    for (const char* const cell :
         {"simple", "simple-relu", "gru", "gru-before", "lstm", "lstm-peephole"})
        for (const char* const layers :
             {"--hidden 8", "--hidden 7 --layers 3 --residual", "--hidden 8 --batch 5",
              "--hidden 5 --layers 2 --bidirectional", "--hidden 1"}) {
            const std::string net = fmt::format("--cell {} {}", cell, layers);
            CAPTURE(net);
            CHECK(model(net) == model(net + " --check-finite"));
        }
}

}  // namespace revolute
