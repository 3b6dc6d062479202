#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/tools/figures/render.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <support/run_program.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

using test::Ran;

Ran draw(const test::TemporaryFolder& folder, const std::string& arguments) {
    return test::run_program("draw " + arguments, folder);
}

void check_drawn(const std::string& arguments) {
    CAPTURE(arguments);
    const test::TemporaryFolder folder;
    const Ran result = draw(folder, arguments + " -o figure.dot");
    CHECK(result.status == 0);
    CHECK(result.errors.empty());
    CHECK(read_file(folder / "figure.dot").starts_with("digraph revolute {\n"));
}

}  // namespace

TEST_CASE("draw: every view with every kind of label") {
    for (const std::string view : {"forward", "backward", "joint", "local"})
        for (const std::string labels : {"formula", "op", "shape"})
            check_drawn("--cell simple --steps 3 --view " + view + " --labels " + labels);
}

TEST_CASE("draw: any sizes and initial states") {
    for (const std::string initial : {"zero", "given", "trainable"})
        check_drawn("--view joint --hidden 4 --input 1 --output 2 --batch 3 --initial " + initial);
    check_drawn("--steps 1 --hidden 1 --input 1 --title 'One step'");
}

TEST_CASE("draw: every cell, stacked, in both directions and with residual sums") {
    for (const CellKind cell : cell_kinds())
        for (const std::string net :
             {"", "--layers 2", "--bidirectional", "--layers 2 --bidirectional --residual"})
            for (const std::string view : {"forward", "backward", "joint", "local"})
                check_drawn(
                    fmt::format("--cell {} {} --steps 2 --view {}", name_of(cell), net, view));
}

TEST_CASE("draw: Graphviz draws every cell") {
    if (!can_render()) return;
    const test::TemporaryFolder folder;
    for (const CellKind cell : cell_kinds())
        for (const std::string net : {"", "--layers 2 --bidirectional"}) {
            const Ran result = draw(
                folder,
                fmt::format("--cell {} {} --steps 2 --view joint -o a.svg", name_of(cell), net));
            CHECK(result.status == 0);
            CHECK(result.errors.empty());
            CHECK(read_file(folder / "a.svg").find("</svg>") != std::string::npos);
        }
}

TEST_CASE("draw: the title says what is drawn") {
    const test::TemporaryFolder folder;
    const auto has_title = [&](const std::string& arguments, std::string_view title) {
        CAPTURE(arguments);
        REQUIRE(draw(folder, fmt::format("{} -o a.dot", arguments)).status == 0);
        std::string written = "<B>";
        for (const char c : title)
            if (c == ' ')
                written.append("&#160;");
            else
                written.push_back(c);
        CHECK(read_file(folder / "a.dot").find(fmt::format("{}</B>", written)) !=
              std::string::npos);
    };
    has_title("--cell lstm --layers 2 --steps 1 --view backward",
              "LSTM, 2 layers, many-to-one, 1 step: backward graph");
    has_title("--bidirectional --view joint",
              "Bidirectional simple RNN, many-to-many, 3 steps: forward and backward graph");
    has_title("--bidirectional --answers last --view local",
              "Bidirectional simple RNN, many-to-one, 3 steps: local derivatives");
    has_title("--cell gru --answers every", "GRU, many-to-many, 3 steps: forward graph");
}

TEST_CASE("draw: two runs write the same bytes") {
    const test::TemporaryFolder folder;
    CHECK(draw(folder, "--view joint --steps 4 -o a.dot").status == 0);
    CHECK(draw(folder, "--view joint --steps 4 -o b.dot").status == 0);
    CHECK(read_file(folder / "a.dot") == read_file(folder / "b.dot"));
}

TEST_CASE("draw: SVG, PDF and PNG where this build has Graphviz") {
    for (const std::string name : {"a.svg", "a.pdf", "a.png"}) {
        const test::TemporaryFolder folder;
        const Ran result = draw(folder, "--view joint -o " + name);
        CHECK(result.status == (can_render() ? 0 : 1));
        CHECK(result.errors.empty() == can_render());
        CHECK(folder.file_count() == (can_render() ? 1U : 0U));
    }
}

TEST_CASE("draw: another ending of the file name is wrong usage") {
    const test::TemporaryFolder folder;
    test::check_refused(
        2,
        "-o: figure: the name of its file must end in .dot, .svg, .pdf or .png (figure.gif)\n"
        "Run with --help for more information.\n",
        "draw -o figure.gif", folder);
}

TEST_CASE("draw: --format decides whatever the file's name ends in") {
    const test::TemporaryFolder folder;
    CHECK(run_program("draw -o figure.gif --format dot", folder).status == 0);
    CHECK(read_file(folder / "figure.gif").starts_with("digraph"));
}

TEST_CASE("draw: the standard output gets DOT under any of its names") {
    const test::TemporaryFolder folder;
    REQUIRE(run_program("draw -o figure.dot", folder).status == 0);
    const std::string figure = read_file(folder / "figure.dot");
    for (const char* const name : {"-", "/dev/stdout", "/proc/self/fd/1"}) {
        CAPTURE(name);
        CHECK(run_program(fmt::format("draw -o {}", name), folder).output == figure);
        CHECK(run_program(fmt::format("draw -o {} | cat", name), folder).output == figure);
    }
    CHECK(folder.file_count() == 1);
}

TEST_CASE("draw: an unwritable file ends with 1 and a line") {
    const test::TemporaryFolder folder;
    test::check_refused(1, "cannot write missing/figure.dot: No such file or directory\n",
                        "draw -o missing/figure.dot", folder);
}

TEST_CASE("draw: a figure too large to read is folded, which is said, unless forced") {
    const test::TemporaryFolder folder;
    const Ran result = draw(folder, "--steps 1000 -o figure.dot");
    CHECK(result.status == 0);
    CHECK(result.errors ==
          "draw: folded, as a figure of 6010 nodes is too large to read (more than 2000); --force "
          "draws all of it\n"
          "simplified: of 8 steps, 134 nodes became 132 by scale-one, multiply-constant\n");
    CHECK(draw(folder, "--steps 1000 --fold -o folded.dot").errors ==
          "simplified: of 8 steps, 134 nodes became 132 by scale-one, multiply-constant\n");
    CHECK(read_file(folder / "figure.dot") == read_file(folder / "folded.dot"));
    const Ran forced = draw(folder, "--steps 1000 --force -o forced.dot");
    CHECK(forced.status == 0);
    CHECK(forced.errors.empty());
    CHECK(read_file(folder / "forced.dot").find("h[998]") != std::string::npos);
}

TEST_CASE("draw: a million steps in every view, folded, elided and by default") {
    const test::TemporaryFolder folder;
    for (const std::string view : {"forward", "backward", "joint", "local"})
        for (const std::string option : {"--fold", "--elide"}) {
            CAPTURE(view);
            CAPTURE(option);
            const Ran result = draw(
                folder,
                fmt::format("--cell lstm --steps 1000000 --view {} {} -o a.dot", view, option));
            CHECK(result.status == 0);
            CHECK(result.errors.starts_with("simplified: of 8 steps, ") == (option == "--fold"));
            CHECK(std::ranges::count(result.errors, '\n') == (option == "--fold" ? 1 : 0));
            CHECK(read_file(folder / "a.dot").find("1000000") != std::string::npos);
        }
    CHECK(draw(folder, "--steps 1000000 -o whole.dot").says("--force"));
    CHECK(draw(folder, "--steps 1000000 --fold -o folded.dot").status == 0);
    CHECK(read_file(folder / "whole.dot") == read_file(folder / "folded.dot"));
}

TEST_CASE("draw: steps that are too few to be alike are drawn one by one, which is said") {
    const test::TemporaryFolder folder;
    const Ran result = draw(folder, "--steps 1 --fold -o figure.dot");
    CHECK(result.status == 0);
    CHECK(result.errors == "draw: 1 step is drawn one by one, as they are too few to be alike\n");
    CHECK(draw(folder, "--steps 1 -o whole.dot").errors.empty());
    CHECK(read_file(folder / "figure.dot") == read_file(folder / "whole.dot"));
}

TEST_CASE("draw: the graph is drawn as built unless --simplify, which says by which rules") {
    const test::TemporaryFolder folder;
    const std::string net = "--view backward --initial zero";
    CHECK(draw(folder, net + " -o built.dot").errors.empty());
    CHECK(draw(folder, net + " --simplify -o simple.dot").errors ==
          "simplified: of 3 steps, 63 nodes became 56 by fold-constants, add-zero, "
          "accumulate-zero, scale-one, multiply-constant, "
          "product-zero\n");
    const std::string built = read_file(folder / "built.dot");
    const std::string simple = read_file(folder / "simple.dot");
    CHECK(std::ranges::count(built, '\n') > std::ranges::count(simple, '\n'));
}

TEST_CASE("draw: folded figures are simplified unless --as-built") {
    const test::TemporaryFolder folder;
    CHECK_FALSE(draw(folder, "--fold --view joint -o simple.dot").errors.empty());
    CHECK(draw(folder, "--fold --view joint --as-built -o built.dot").errors.empty());
    CHECK(read_file(folder / "simple.dot") != read_file(folder / "built.dot"));
}

TEST_CASE("draw: wrong usage ends with 2") {
    for (const std::string arguments :
         {"", "-o a.dot --view sideways", "-o a.dot --cell elman", "-o a.dot --layers 0",
          "-o a.dot --answers some", "-o a.dot --steps 0", "-o a.dot --colour",
          "-o a.dot --labels none", "-o a.dot --initial some", "-o a.dot --fold --elide",
          "-o a.dot --fold --force", "-o a.dot --elide --force", "-o a.dot --elide --steps 3",
          "-o a.dot --simplify --as-built"})
        test::check_misused("draw " + arguments);
}

TEST_CASE("draw: a batch of as many columns as folded figures have steps is folded too") {
    const test::TemporaryFolder folder;
    for (const std::string shown : {"--fold", "--elide"}) {
        const Ran result =
            draw(folder, shown + " --view joint --batch 8 --steps 20 --simplify -o figure.dot");
        CAPTURE(result.errors);
        CHECK(result.status == 0);
        CHECK(result.errors.starts_with("simplified: "));
        CHECK(read_file(folder / "figure.dot").find("0.125") != std::string::npos);
    }
}

}  // namespace revolute
