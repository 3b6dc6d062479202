#include <revolute/tools/support/output_file.hpp>
#include <support/run_program.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>

namespace revolute {

namespace {

using test::Ran;
using test::run_program;
using test::run_shell;
using test::TemporaryFolder;

bool starts_with(const std::string& text, std::string_view beginning) {
    return text.substr(0, beginning.size()) == beginning;
}

}  // namespace

TEST_CASE("nets: they are listed and printed, and what is printed is read") {
    const TemporaryFolder folder;
    const Ran list = run_program("nets");
    CHECK(list.status == 0);
    CHECK(list.output.find("\nmgu             Minimal gated unit, many to one\n") !=
          std::string::npos);
    const Ran printed = run_program("nets mgu");
    CHECK(starts_with(printed.output, "# Minimal gated unit, many to one\n"));
    write_file(folder / "mgu.rec", printed.output);
    CHECK(run_program("derive --net mgu.rec", folder).output ==
          run_program("derive --net mgu").output);
    const Ran unknown = run_program("nets mgo");
    CHECK(unknown.status == 1);
    CHECK(unknown.says("did you mean \"mgu\"?"));
    CHECK(run_program("nets mgu.rec", folder).status == 1);  // a file is no net's name
}

TEST_CASE("nets: what derive prints forward is a net, also from the standard input") {
    const TemporaryFolder folder;
    const std::string sizes = " --size x=2,h=3,y=1";
    const Ran piped = run_shell(
        std::string("'") + REVOLUTE_PROGRAM + "' derive --cell lstm --parts forward 2>derived | '" +
            REVOLUTE_PROGRAM + "' derive --net - --parts forward" + sizes + " 2>again",
        folder.path());
    CHECK(piped.status == 0);
    CHECK(piped.output == run_program("derive --cell lstm --parts forward").output);
}

TEST_CASE("nets: every command takes a text in place of a cell") {
    const TemporaryFolder folder;
    CHECK(run_program("draw --net gru --fold -o gru.dot", folder).status == 0);
    CHECK(read_file(folder / "gru.dot").find("digraph") != std::string::npos);
    const Ran check = run_program("check --net lstm-peephole --steps 4 --batch 2 --json");
    CHECK(check.status == 0);
    CHECK(nlohmann::json::parse(check.output).at("parameters").size() == 17);
    const auto cost = nlohmann::json::parse(
        run_program("cost --net mgu --steps 20 --batch 2 --size h=16 --json").output);
    CHECK(cost.at("sizes") == nlohmann::json{{"N", 20}, {"B", 2}, {"h", 16}, {"x", 2}, {"y", 1}});
    CHECK(run_program("cost --net mgu --hidden 7").output.find("h = 7, x = 2, y = 1") !=
          std::string::npos);
    CHECK(run_program("explain --net mingru --steps 5").output.find("sigmoid(") !=
          std::string::npos);
    const auto bench = nlohmann::json::parse(
        run_program("bench --net jordan --steps 5 --repetitions 1 --json").output);
    CHECK(bench.at("net") == "jordan");
    CHECK(bench.at("sizes").at("h") == 3);
}

TEST_CASE(
    "nets: figures are folded where simplification leaves less of the first steps, or joins "
    "numbers") {
    const char* const nets[] = {
        // Nothing is left of the first step.
        "h(t) = tanh(w x(t)) o h(t-1) + 1\nL = (1/N) sum(t=0..T) h(t)\nx: 1 h: 1\n",
        // Weights of the step, of which the first is 1.
        "h(t) = tanh(W x(t) + U h(t-1))\nL = sum(t=0..T) (t + 1) sum(h(t))\nx: 2 h: 2\n",
        // Values without a name in a list over steps.
        "h(t) = tanh(W x(t) + U h(t-1))\nM = [each(t=0..T: A h(t))]\nL = sum(M^2)\nx: 2 A: 2 x 2\n",
    };
    for (const char* net : nets) {
        CAPTURE(net);
        const TemporaryFolder folder;
        write_file(folder / "net.rec", net);
        for (const char* view : {"forward", "joint"})
            for (const char* steps : {"", " --steps 40"}) {
                const Ran ran = run_program(
                    fmt::format("draw --fold --net net.rec --view {}{} -o net.dot", view, steps),
                    folder);
                CAPTURE(ran.errors);
                CHECK(ran.status == 0);
                CHECK(ran.errors.find("one by one") == std::string::npos);
            }
    }
    const TemporaryFolder folder;
    write_file(folder / "net.rec", nets[1]);
    const Ran few = run_program("draw --fold --net net.rec --steps 2 -o net.dot", folder);
    CHECK(few.says("draw: 2 steps are drawn one by one, as they are too few to be alike\n"));
    // What is not alike at any number of steps says why.
    write_file(
        folder / "net.rec",
        "h(t) = tanh(W x(t) + U h(t-1))\nL = sum(t=0..T) 0.9^(t^2) * sum(h(t))\nx: 2 h: 2\n");
    const Ran unlike =
        run_program("draw --fold --view joint --net net.rec --steps 40 -o net.dot", folder);
    CHECK(
        unlike.says("draw: 40 steps are drawn one by one\n  roll: steps are not alike from step "));
}

TEST_CASE("nets: every command takes a text of one number of steps") {
    const TemporaryFolder folder;
    for (const int last : {0, 4, 19}) {
        CAPTURE(last);
        write_file(folder / "net.rec", fmt::format("x: 2  h: 3\nt = 0..{}\nh(t) = tanh(W x(t) + U "
                                                   "h(t-1))\nL = 1/N mean |h(T) - Y|^2\n",
                                                   last));
        const std::string net = " --net net.rec";
        const Ran derived = run_program("derive" + net, folder);
        CHECK(derived.status == 0);
        write_file(folder / "derived.txt", derived.output);
        CHECK(run_program("verify net.rec derived.txt", folder).status == 0);
        CHECK(run_program("same net.rec net.rec", folder).status == 0);
        for (const char* command : {"check", "explain", "bench --repetitions 1", "draw -o net.svg"})
            CHECK(run_program(command + net, folder).status == 0);
        const Ran cost = run_program("cost" + net, folder);
        CHECK(cost.status == 1);
        CHECK(cost.errors ==
              "cost: counts by formulas in N, the number of steps, which this net says itself\n");
        for (const char* shorter : {" --fold", " --elide"}) {
            const Ran drawn = run_program("draw -o net.svg" + net + shorter, folder);
            CHECK(drawn.status == 0);
            CHECK(drawn.says("one by one, as the text says how many there are"));
        }
    }
}

TEST_CASE("nets: the standard input is read once") {
    const TemporaryFolder folder;
    const Ran twice = run_shell(
        std::string("'") + REVOLUTE_PROGRAM + "' nets elman | '" + REVOLUTE_PROGRAM + "' same - -",
        folder.path());
    CHECK(twice.status == 1);
    CHECK(twice.says("cannot read the standard input twice: one of two that are - needs a file"));
}

TEST_CASE("nets: a text that is wrong, missing or beside a cell is refused") {
    const TemporaryFolder folder;
    write_file(folder / "wrong.rec", "h(t) = tanh(W x(t)\n");
    const Ran wrong = run_program("derive --net wrong.rec", folder);
    CHECK(wrong.status == 1);
    CHECK(wrong.errors ==
          "wrong.rec:1:19: expected \")\" to close tanh\n  h(t) = tanh(W x(t)\n"
          "                    ^\n");
    CHECK(run_program("derive --net nothing.rec", folder)
              .says("nothing.rec: there is no such file, and no net of that name"));
    test::check_misused("derive --net mgu --cell gru", folder);
    test::check_misused("derive --size h=3", folder);
    test::check_misused("derive --net mgu --size h", folder);
    test::check_misused("derive --net mgu --size h=0", folder);
    write_file(folder / "no_loss.rec", "x: 1\nh(t) = tanh(x(t))\n");
    CHECK(run_program("derive --net no_loss.rec", folder).says("the net has no loss"));
}

TEST_CASE("verify: the exit status says whether all lines are right") {
    const TemporaryFolder folder;
    write_file(folder / "right.txt", "dy = y - Y\ndh(T) = V' dy\n");
    const Ran right = run_program("verify elman right.txt", folder);
    CHECK(right.status == 0);
    CHECK(starts_with(right.output, "right     dy = y - Y\nright     dh(T) = V' dy\nmissing   "));
    write_file(folder / "wrong.txt", "dh(T) = V dy\n");
    const Ran wrong = run_program("verify elman wrong.txt", folder);
    CHECK(wrong.status == 1);
    CHECK(starts_with(wrong.output,
                      "WRONG     dh(T) = V dy\n          what is wrong: V is "
                      "transposed there\n          right: dh(T) = V' dy\n"));
    CHECK(run_program("verify elman nothing.txt", folder).status == 1);
    test::check_misused("verify elman", folder);
}

TEST_CASE("same: the exit status says whether two nets are the same") {
    const TemporaryFolder folder;
    const Ran same = run_program("same gru gru");
    CHECK(same.status == 0);
    CHECK(same.output == "Losses and gradients are the same.\n");
    const Ran other = run_program("same gru gru-before");
    CHECK(other.status == 1);
    CHECK(other.output ==
          "The nets are of other values, and cannot be compared:\n"
          "  gru-before has no b_hn [3 x 1]\n");
    std::string turned = run_program("nets elman").output;
    turned.replace(turned.find("tanh"), 4, "sigmoid");
    write_file(folder / "mine.rec", turned);
    const Ran unlike = run_program("same elman mine.rec --steps 3 --seed 4", folder);
    CHECK(unlike.status == 1);
    CHECK(unlike.output.find("first  h(0) is ") != std::string::npos);
    CHECK(unlike.output.find("  mine.rec: h(t) = sigmoid(z(t))\n") != std::string::npos);
    CHECK(run_program("same elman nothing.rec", folder).status == 1);
    CHECK(run_program("same elman").status == 2);
}

}  // namespace revolute
