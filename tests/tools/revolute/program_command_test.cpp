// What the program `revolute` does before any of its commands.

#include <support/run_program.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace revolute;
using namespace revolute::test;

TEST_CASE("program: an unknown command is answered by those that there are") {
    const std::string commands =
        "  commands are: demo, draw, derive, cost, explain, bench, check, train, predict, grad, "
        "compare, weights, nets, verify, same, ops\n";
    const TemporaryFolder folder;
    check_refused(2, "revolute: no command is called \"nonsense\"\n" + commands, "nonsense",
                  folder);
    check_refused(
        2, "revolute: no command is called \"trian\"\n  did you mean \"train\"?\n" + commands,
        "--no-such-option trian data.csv --epochs 3", folder);
}

TEST_CASE("program: no command, or an unknown option, is wrong usage") {
    check_misused("");
    check_misused("--no-such-option");
}

TEST_CASE("program: help COMMAND is --help of the command") {
    CHECK(run_program("help").output == run_program("--help").output);
    CHECK(run_program("help train").output == run_program("train --help").output);
    check_misused("help nonsense");
    CHECK(run_program("help help").output == run_program("--help").output);
    CHECK(run_program("help help train").output == run_program("train --help").output);
}

TEST_CASE(
    "program: an unknown option is named before one that is missing, which it may stand for") {
    CHECK(run_program("draw --cel gru").errors ==
          "The following arguments were not expected: --cel gru\n"
          "Run with --help for more information.\n--cel: did you mean --cell?\n");
    CHECK(run_program("draw --cell gru").errors.starts_with("-o is required\n"));
    // The more basic mistake first, whatever their order.
    CHECK(run_program("train --epochs x --no-such y")
              .errors.starts_with("The following argument was not expected: --no-such\n"));
    CHECK(run_program("train --epochs x").errors.starts_with("DATA.csv is required\n"));
    CHECK(run_program("train x.csv --epochs x")
              .errors.starts_with("--epochs: must be a whole number"));
}

TEST_CASE("program: an unknown option is answered by the one that was meant") {
    check_refused(2,
                  "The following argument was not expected: --hiden=3\n"
                  "Run with --help for more information.\n"
                  "--hiden=3: did you mean --hidden?\n",
                  "derive --hiden=3", TemporaryFolder());
    check_refused(2,
                  "The following argument was not expected: --verison\n"
                  "Run with --help for more information.\n"
                  "--verison: did you mean --version?\n",
                  "--verison", TemporaryFolder());
}

TEST_CASE("program: --help of every command has an example") {
    CHECK(run_program("--help").output.find("Usage: revolute") != std::string::npos);
    for (const char* command :
         {"demo", "draw", "derive", "cost", "explain", "bench", "check", "train", "predict", "grad",
          "compare", "weights", "nets", "verify", "same", "ops"}) {
        CAPTURE(command);
        const Ran help = run_program(fmt::format("{} --help", command));
        CHECK(help.status == 0);
        CHECK(help.output.find(fmt::format("Usage: revolute {}", command)) != std::string::npos);
        CHECK(help.output.find("Example") != std::string::npos);
        CHECK(help.output.find(fmt::format(":\n  revolute {}", command)) != std::string::npos);
    }
}

TEST_CASE("program: --help says the range of every option that is a number") {
    for (const char* command : {"draw", "derive", "cost", "explain", "bench", "check", "train",
                                "predict", "grad", "compare"}) {
        std::istringstream help(run_program(fmt::format("{} --help", command)).output);
        int numbers = 0;
        for (std::string line; std::getline(help, line);) {
            CAPTURE(line);
            std::string option, kind;
            std::istringstream(line) >> option >> kind;
            if (!option.starts_with("--")) continue;
            const bool is_number =
                kind.starts_with("INT") || kind.starts_with("UINT") || kind.starts_with("FLOAT");
            if (is_number) ++numbers;
            const bool has_range = kind.find(":[") != kind.npos;
            CHECK((!is_number || has_range));
        }
        CHECK(numbers > 0);
    }
}

namespace {

/// The long options of a command, with whether each has a value, as its help says them.
std::vector<std::pair<std::string, bool>> options_of(const std::string& command) {
    std::vector<std::pair<std::string, bool>> options;
    std::istringstream help(run_program(command + " --help").output);
    for (std::string line; std::getline(help, line);) {
        std::string option, kind;
        std::istringstream(line) >> option >> kind;
        if (!option.starts_with("--")) continue;
        const bool has_value = kind.starts_with("INT") || kind.starts_with("UINT") ||
                               kind.starts_with("FLOAT") || kind.starts_with("TEXT") ||
                               kind.starts_with("ENUM");
        options.emplace_back(option, has_value);
    }
    return options;
}

}  // namespace

TEST_CASE("program: no option takes what follows an empty value, or another option, for its own") {
    const TemporaryFolder folder;
    for (const char* command : {"demo", "draw", "derive", "cost", "explain", "bench", "check",
                                "train", "predict", "grad", "compare"}) {
        const auto options = options_of(command);
        CHECK_FALSE(options.empty());
        for (const auto& named : options) {
            const std::string& option = named.first;
            const bool has_value = named.second;
            CAPTURE(command);
            CAPTURE(option);
            const Ran empty = run_program(fmt::format("{} {}= --xyz", command, option), folder);
            CHECK(empty.status == 2);
            CHECK(empty.errors.starts_with(
                has_value ? std::string("The following argument was not expected: --xyz\n")
                          : option + ": takes no value (=)\n"));
            if (!has_value) continue;
            const Ran followed =
                run_program(fmt::format("{} {} {}", command, option, option), folder);
            CHECK(followed.status == 2);
            CHECK(followed.errors.starts_with(
                fmt::format("{0}: must have a value (the option {0} follows)\n", option)));
            const Ran last = run_program(fmt::format("{} {}", command, option), folder);
            CHECK(last.status == 2);
            CHECK(last.errors.starts_with(option + ": must have a value (nothing follows)\n"));
        }
    }
    CHECK(folder.file_count() == 0);
}

TEST_CASE("program: an empty value is the empty word") {
    const TemporaryFolder folder;
    const std::string data = REVOLUTE_TEST_DATA "/sunspots.csv";
    for (const char* options :
         {"--save= --overwrite", "--resume= --overwrite", "--plot= --epochs 1",
          "--encoding= --header", "--date-format= --header"})
        check_misused(fmt::format("train {} {}", data, options), folder);
    const Ran untitled = run_program("draw --steps 2 --title= -o -");
    CHECK(untitled.status == 0);
    CHECK(untitled.output.find("pad=0.05, label=") == std::string::npos);
    CHECK(untitled.output == run_program("draw --steps 2 --title '' -o -").output);
    // A value may look like an option where it says that it is a value.
    const Ran titled = run_program("draw --steps 2 --title=--force -o -");
    CHECK(titled.output.find("--force") != std::string::npos);
    check_misused("demo --folder ''", folder);
    check_misused("demo --folder=", folder);
}

TEST_CASE("program: an option that is given again is told by its name and values") {
    check_refused(2,
                  "--epochs: must be given once (it was given 2 times: 1, 2)\n"
                  "Run with --help for more information.\n",
                  "train x.csv --epochs 1 --epochs=2", TemporaryFolder());
}

TEST_CASE(
    "program: the beginning of a word, or a word that is near, is answered by what it means") {
    CHECK(run_program("compare a b --tol 1e-6").says("--tol: did you mean --tolerance?\n"));
    CHECK(run_program("draw --cell lsmt -o x.dot").says("(lsmt)\n  did you mean \"lstm\"?\n"));
    CHECK(run_program("Help").says("\"Help\"\n  did you mean \"help\"?\n"));
    CHECK_FALSE(run_program("help nope").says("did you mean"));
}

namespace {

/// A run of each command that writes to the standard output.
std::vector<std::string> talking_commands() {
    const std::string examples = REVOLUTE_SOURCE "/docs/examples/";
    return {"--help",
            "--version",
            "derive --help",
            "draw -o -",
            "derive",
            "cost",
            "explain",
            "bench --steps 2 --repetitions 1",
            "check --steps 1 --hidden 1",
            "ops",
            fmt::format("grad {}three_steps.json", examples),
            fmt::format("compare {0}three_steps.json {0}three_steps_by_hand.json", examples),
            "train " REVOLUTE_TEST_DATA "/sunspots.csv --epochs 1 --save m.json --plot p.svg",
            "predict model.json " REVOLUTE_TEST_DATA "/sunspots.csv",
            "weights model.json",
            "demo"};
}

/// A folder with a model in it.
struct ModelFolder : TemporaryFolder {
    ModelFolder() {
        const Ran ran = run_program(
            "train " REVOLUTE_TEST_DATA "/sunspots.csv --hidden 1 --window 2 --epochs 0", *this);
        REQUIRE(ran.status == 0);
    }
};

}  // namespace

TEST_CASE("program: output that is lost on a full disk ends every command with 1 and a sentence") {
    if (!std::filesystem::exists("/dev/full")) return;
    const ModelFolder folder;
    for (const std::string& command : talking_commands()) {
        CAPTURE(command);
        const Ran ran = run_program(command + " > /dev/full", folder);
        CHECK(ran.status == 1);
        CHECK(
            ran.errors.ends_with("cannot write to the standard output: No space left on device\n"));
    }
}

TEST_CASE(
    "program: a closed standard output ends every command with 1, and no file gets its place") {
    const ModelFolder folder;
    std::vector<std::string> commands = talking_commands();
    commands.emplace_back("weights model.json -o -");
    for (const std::string& command : commands) {
        CAPTURE(command);
        const Ran ran = run_program(command + " >&-", folder);
        CHECK(ran.status == 1);
        CHECK(ran.errors.ends_with("cannot write to the standard output: Bad file descriptor\n"));
    }
    CHECK(run_program("weights m.json", folder).status == 0);  // what train wrote is a model
}

TEST_CASE("program: where nobody hears the standard error commands do what they did") {
    const ModelFolder folder;
    std::vector<std::string> ways{"2>&-", "2>&- <&-"};
    if (std::filesystem::exists("/dev/full")) ways.emplace_back("2> /dev/full");
    for (const std::string& command : talking_commands()) {
        if (command.starts_with("bench") || command == "demo") continue;  // times differ
        CAPTURE(command);
        const Ran heard = run_program(command, folder);
        for (const std::string& way : ways) {
            CAPTURE(way);
            const Ran unheard = run_program(command + " " + way, folder);
            CHECK(unheard.status == heard.status);
            CHECK(unheard.output == heard.output);
            CHECK(unheard.errors.empty());
        }
    }
    for (const std::string& way : ways) {
        CAPTURE(way);
        CHECK(run_program("no-such " + way, folder).status == 2);
        CHECK(run_program("weights none.json " + way, folder).status == 1);
    }
}

TEST_CASE("program: where a reader of the standard error goes away commands do what they did") {
    const ModelFolder folder;
    for (const std::string& command : talking_commands()) {
        if (command.starts_with("bench") || command == "demo") continue;  // times differ
        CAPTURE(command);
        const Ran heard = run_program(command, folder);
        const Ran unheard = run_shell(
            fmt::format("{{ {{ sleep 0.1; '{}' {} >output; echo $? >status; }} 2>&1 | true; cat "
                        "output; exit $(cat status); }}",
                        REVOLUTE_PROGRAM, command),
            folder.path());
        CHECK(unheard.status == heard.status);
        CHECK(unheard.output == heard.output);
    }
}

TEST_CASE("program: an empty name of a file is wrong usage") {
    for (const char* const arguments :
         {"train '' --column a", "train a.csv --save ''", "train a.csv --plot ''",
          "train a.csv --init ''", "train a.csv --resume ''", "predict '' a.csv",
          "predict m.json ''", "predict m.json a.csv --future ''", "weights ''",
          "weights m.json -o ''", "grad ''", "compare '' a.json", "compare a.json ''", "draw -o ''",
          "train a.csv --check-finite --finite-dot ''"})
        test::check_misused(arguments);
    CHECK(run_program("train a.csv --save ''").errors ==
          "--save: must be the name of a file (it is empty)\n"
          "Run with --help for more information.\n");
}

TEST_CASE("program: a reader that goes away ends every command without a word") {
    const ModelFolder folder;
    for (const std::string& command : talking_commands())
        for (const char* const before : {"", "trap '' PIPE; "}) {
            CAPTURE(command);
            CAPTURE(before);
            const Ran ran =
                run_shell(fmt::format("({}'{}' {}) | true", before, REVOLUTE_PROGRAM, command),
                          folder.path());
            CHECK(ran.errors.find("rite") == std::string::npos);
            CHECK(ran.errors.find("ipe") == std::string::npos);
        }
}

TEST_CASE("program: a reader that has gone away ends it as the signal does, under limits too") {
    const TemporaryFolder folder;
    for (const char* const before : {"", "ulimit -v 2000000; ", "ulimit -f 100000; "}) {
        if (test::is_sanitized && std::string_view(before).find("-v") != std::string_view::npos)
            continue;  // sanitizers take more addresses
        CAPTURE(before);
        const Ran ran = run_shell(
            fmt::format("{}{{ while [ ! -e gone ]; do sleep 0.01; done; '{}' ops; echo $? >status; "
                        "}} | {{ exec <&-; touch gone; }}; rm gone; exit $(cat status)",
                        before, REVOLUTE_PROGRAM),
            folder.path());
        CHECK(ran.status == 141);
        CHECK(ran.errors == "");
    }
}

TEST_CASE("program: a reader that goes away loses no model, also where it was to read that") {
    const TemporaryFolder folder;
    // The model is more than a pipe holds, and its reader leaves when training has begun.
    const auto train = [&](const std::string& save) {
        return run_shell(
            fmt::format("{{ TMPDIR=. '{}' train " REVOLUTE_TEST_DATA
                        "/sunspots.csv --hidden 64 --window 2 --epochs 1 --overwrite --save {} "
                        "2>errors; echo $? >status; }} | "
                        "while ! grep -q memory: errors; do sleep 0.02; done\n"
                        "cat errors >&2; rm errors; exit $(cat status)",
                        REVOLUTE_PROGRAM, save),
            folder.path());
    };
    CHECK(train("m.json").status == 141);  // as the signal does it
    CHECK(run_program("weights m.json", folder).status == 0);
    const Ran standard = train("-");
    CHECK(standard.status == 1);
    CHECK(
        standard.says("cannot write to the standard output: Broken pipe\n"
                      "  the model is in ./revolute-model-"));
    CHECK(run_shell(fmt::format("'{}' weights revolute-model-*.json", REVOLUTE_PROGRAM),
                    folder.path())
              .status == 0);
}

TEST_CASE("program: --version is the project's") {
    CHECK(run_program("--version").output == fmt::format("revolute {}\n", REVOLUTE_VERSION));
}
