// What the program `revolute` does before any of its commands.

#include <support/run_program.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

using namespace revolute;
using namespace revolute::test;

TEST_CASE("program: an unknown command is answered by those that there are") {
    const std::string commands =
        "  commands are: demo, draw, derive, cost, explain, bench, check, train, predict, grad, "
        "compare, weights, ops\n";
    const TemporaryFolder folder;
    check_refused(2, "revolute: no command is called \"nonsense\"\n" + commands, "nonsense",
                  folder);
    check_refused(2, "revolute: no command is called \"trian\"\n" + commands,
                  "--no-such-option trian data.csv --epochs 3", folder);
}

TEST_CASE("program: no command, or an unknown option, is wrong usage") {
    check_misused("");
    check_misused("--no-such-option");
}

TEST_CASE("program: --help of every command has an example") {
    CHECK(run_program("--help").output.find("Usage: revolute") != std::string::npos);
    for (const char* command : {"demo", "draw", "derive", "cost", "explain", "bench", "check",
                                "train", "predict", "grad", "compare", "weights", "ops"}) {
        CAPTURE(command);
        const Ran help = run_program(fmt::format("{} --help", command));
        CHECK(help.status == 0);
        CHECK(help.output.find(fmt::format("Usage: revolute {}", command)) != std::string::npos);
        CHECK(help.output.find("Example") != std::string::npos);
        CHECK(help.output.find(fmt::format(":\n  revolute {}", command)) != std::string::npos);
    }
}

TEST_CASE("program: --version is the project's") {
    CHECK(run_program("--version").output == fmt::format("revolute {}\n", REVOLUTE_VERSION));
}
