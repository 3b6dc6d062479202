// The program's command `compare`, as a user runs it, and what `grad --json` says of a file's own
// gradients.

#include <revolute/tools/support/output_file.hpp>
#include <support/run_program.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

namespace revolute {

namespace {

using test::Ran;
using test::run_program;

const std::filesystem::path examples = REVOLUTE_SOURCE "/docs/examples";

/// `text` with the first `from` replaced.
std::string with(std::string text, std::string_view from, std::string_view to) {
    const std::size_t place = text.find(from);
    REQUIRE(place != std::string::npos);
    return text.replace(place, from.size(), to);
}

/// A folder with the case of the docs, its right gradients and those derived by hand.
struct Examples : test::TemporaryFolder {
    Examples()
        : of_case(read_file(examples / "three_steps.json")),
          by_hand(read_file(examples / "three_steps_by_hand.json")) {
        write("case.json", of_case);
        write("by_hand.json", by_hand);
        right = run_program("grad case.json --json", *this).output;
        write("right.json", right);
    }

    void write(const std::string& name, std::string_view text) const {
        write_file(*this / name, text);
    }
    Ran compare(const std::string& arguments) const {
        return run_program("compare " + arguments, *this);
    }
    void check_refused(std::string_view message, const std::string& arguments) const {
        test::check_refused(1, fmt::format("{}\n", message), "compare " + arguments, *this);
    }
    /// The file of gradients is refused.
    void check_unreadable(const std::string& name, std::string_view text,
                          std::string_view message) const {
        write(name, text);
        check_refused(fmt::format("{}: has no gradients that can be read: {}", name, message),
                      "case.json " + name);
    }

    std::string of_case, by_hand, right;
};

/// Ends so, and has these lines in its output and nothing to complain of.
void check_says(const Ran& ran, int status, std::initializer_list<std::string_view> lines) {
    CHECK(ran.status == status);
    CHECK(ran.errors.empty());
    for (const std::string_view line : lines) {
        CAPTURE(line);
        CHECK(("\n" + ran.output).find(fmt::format("\n{}\n", line)) != std::string::npos);
    }
}

}  // namespace

TEST_CASE("compare command: gradients that are right") {
    const Examples of;
    check_says(of.compare("case.json right.json"), 0, {"All arrays agree."});
    check_says(of.compare("case.json right.json --json"), 0,
               {" \"agrees\": true,", " \"first\": null,"});
}

TEST_CASE("compare command: gradients with a mistake") {
    const Examples of;
    check_says(of.compare("case.json by_hand.json"), 1,
               {"The first that differs is bias_hh_l0.",
                "not compared, as only one side has it: loss, yhat, dx, dh0"});
    check_says(of.compare("case.json by_hand.json --json"), 1,
               {" \"agrees\": false,", " \"first\": \"bias_hh_l0\","});
    check_says(of.compare("case.json by_hand.json --tolerance 1e-3"), 1, {});
}

TEST_CASE("compare command: a tolerance that is none") {
    const Examples folder;
    for (const std::string tolerance : {"nan", "0", "1", "few"})
        test::check_refused(2,
                            fmt::format("--tolerance: must be a number from 1e-14 to 0.001 ({})\n"
                                        "Run with --help for more information.\n",
                                        tolerance),
                            "compare case.json right.json --tolerance " + tolerance, folder);
}

TEST_CASE("compare command: a key that means nothing is told of and does not matter") {
    const Examples of;
    const auto warned = [&](const std::string& arguments, const std::string& file) {
        const Ran ran = of.compare(arguments);
        CHECK(ran.status == 0);
        CHECK(ran.errors ==
              fmt::format("{}: warning: made_by has no meaning here and is not read\n", file));
    };
    of.write("more_case.json", with(of.of_case, "{", "{\"made_by\": 1,"));
    of.write("more.json", with(of.right, "{", "{\"made_by\": 1,"));
    warned("more_case.json right.json", "more_case.json");
    warned("case.json more.json", "more.json");
}

TEST_CASE("compare command: files that are not there, or no case") {
    const Examples of;
    of.check_refused("cannot read no.json: No such file or directory", "case.json no.json");
    of.check_refused("cannot read no.json: No such file or directory", "no.json right.json");
    of.check_refused("right.json: is no case that can be read: name is missing",
                     "right.json right.json");
}

TEST_CASE("compare command: files with no gradients that can be read") {
    const Examples of;
    of.check_unreadable("cut.json", "{\"grads\": ", "no JSON from line 1, column 10 on");
    of.check_unreadable("twice.json", with(of.right, "{", "{\"loss\": 1,"), "loss is there twice");
    of.check_unreadable("empty.json", "{\"grads\": {}}",
                        "grads must have one array of the net at least (an empty object)");
    const std::size_t bias = of.by_hand.find("\"head.bias\": [");
    REQUIRE(bias != std::string::npos);
    const std::string entry = of.by_hand.substr(bias, of.by_hand.find(']', bias) + 1 - bias);
    of.check_unreadable("long.json", with(of.by_hand, entry, "\"head.bias\": [1, 2]"),
                        "grads.head.bias must be a list of 1 (a list of 2)");
    of.check_unreadable("renamed.json", with(of.by_hand, "\"head.bias\"", "\"head.biases\""),
                        "grads.head.biases does not belong to this net");
    of.check_unreadable("text.json", with(of.by_hand, entry, "\"head.bias\": [\"much\"]"),
                        "grads.head.bias[0] must be a number (\"much\")");
}

TEST_CASE("compare command: what there is is compared, be it one array, or the loss alone") {
    const Examples of;
    const nlohmann::json right = nlohmann::json::parse(of.right);
    for (const auto& item : right.items()) {
        CAPTURE(item.key());
        of.write("one.json", nlohmann::json{{item.key(), item.value()}}.dump());
        const Ran ran = of.compare("case.json one.json");
        CHECK(ran.status == 0);
        CHECK(ran.errors.empty());
        CHECK(ran.output.find("not compared, as only one side has it: ") != std::string::npos);
        CHECK(of.compare("--json case.json one.json").status == 0);
    }
    of.write("loss.json", "{\"loss\": 3}");
    const Ran wrong = of.compare("case.json loss.json");
    CHECK(wrong.status == 1);
    CHECK(wrong.output.find("The first that differs is loss.") != std::string::npos);
    // Nothing is said of what was not given.
    CHECK(wrong.output.find("The loss is another one:") != std::string::npos);
    CHECK(wrong.output.find("nswers are") == std::string::npos);
    CHECK(wrong.output.find("radients are") == std::string::npos);
    of.check_unreadable("none.json", "{}",
                        "the whole must have one of loss, yhat, grads, dx and the adjoints of "
                        "initial states");
}

TEST_CASE(
    "grad command: --json says on standard error what differs from the file's own gradients") {
    const Examples of;
    std::string expecting = of.of_case.substr(0, of.of_case.rfind('}'));
    expecting += ", \"expected\": " + with(of.right, "\"loss\": 0.6", "\"loss\": 0.7") + "}";
    of.write("expecting.json", expecting);
    const Ran ran = run_program("grad expecting.json --json", of);
    CHECK(ran.status == 1);
    CHECK(ran.output == of.right);
    CHECK(ran.errors ==
          "loss differs from what is expected: by 1.000e-01, relative to the largest entry "
          "1.302e-01; at most 1e-10 agrees\n");
}

TEST_CASE("grad command: numbers of single precision are compared as such") {
    const std::string file =
        std::filesystem::path(REVOLUTE_TEST_DATA) / "compare/float32_expected.json";
    const test::TemporaryFolder folder;
    const Ran by_itself = run_program("grad " + file, folder);
    CHECK(by_itself.status == 0);
    CHECK(by_itself.output.ends_with(
        "\nrelative: largest difference / largest entry expected, at most 1e-10 agrees\n"
        "The gradients expected have single precision or few digits, so what that makes of each "
        "array agrees:\n--tolerance 1e-10 compares them as they are\n"));
    CHECK(by_itself.output.find(" differs\n") == std::string::npos);
    const Ran differs = run_program("grad " + file + " --tolerance 1e-10", folder);
    CHECK(differs.status == 1);
    CHECK(differs.output.ends_with(
        "\nrelative: largest difference / largest entry expected, at most 1e-10 agrees\n"
        "  the differences are as small as those of single precision, or of numbers printed with "
        "few digits:\n  --tolerance 1e-5 lets them pass\n"));
    const Ran agrees = run_program("grad " + file + " --tolerance 1e-5", folder);
    CHECK(agrees.status == 0);
    CHECK(agrees.output.ends_with(
        "\nrelative: largest difference / largest entry expected, at most 1e-05 agrees\n"));
    CHECK(agrees.output.find(" differs\n") == std::string::npos);
    for (const std::string tolerance : {"nan", "0", "1", "few"})
        test::check_refused(2,
                            fmt::format("--tolerance: must be a number from 1e-14 to 0.001 ({})\n"
                                        "Run with --help for more information.\n",
                                        tolerance),
                            "grad " + file + " --tolerance " + tolerance, folder);
}

}  // namespace revolute
