// What commands do where there is little memory, or fewer processors than threads that were asked
// for.

#include <revolute/tools/support/output_file.hpp>
#include <support/run_program.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <thread>

namespace revolute {

namespace {

using test::Ran;

/// Runs the program in an address space of so many kilobytes. What never ends is killed and has
/// status 137.
Ran run_within(int kilobytes, const std::string& arguments, const test::TemporaryFolder& folder) {
    const int status = std::system(
        fmt::format("cd '{}' && ulimit -v {} && timeout -s KILL 60 '{}' {} > output 2> errors",
                    folder.path().string(), kilobytes, REVOLUTE_PROGRAM, arguments)
            .c_str());
    return {WEXITSTATUS(status), read_file(folder / "output"), read_file(folder / "errors")};
}

}  // namespace

TEST_CASE("memory: commands run in little, without OpenBLAS's buffers" *
          doctest::skip(test::is_sanitized)) {
    const test::TemporaryFolder folder;
    std::string table = "t,v\n";
    for (int row = 0; row < 40; ++row) table += fmt::format("{},{}\n", row, row % 7);
    write_file(folder / "table.csv", table);
    for (const std::string& arguments :
         {std::string("check"), std::string("bench --steps 3 --hidden 8 --repetitions 1"),
          std::string("train table.csv --column v --epochs 1 --window 5 --hidden 4"),
          std::string("predict model.json table.csv")}) {
        CAPTURE(arguments);
        CHECK(run_within(100'000, arguments, folder).status == 0);
    }
}

TEST_CASE("memory: where OpenBLAS cannot have its memory, bench --table says so and ends" *
          doctest::skip(test::is_sanitized)) {
    const test::TemporaryFolder folder;
    const Ran ran = run_within(150'000, "bench --table", folder);
    CHECK(ran.status == 1);
    CHECK(ran.errors ==
          "bench --table: OpenBLAS must have 268 MB of address space (the system says: Cannot "
          "allocate memory)\n"
          "  a limit on the process, such as that of `ulimit -v`, leaves too little memory\n");
}

TEST_CASE("memory: what could not be estimated ends with how much there is" *
          doctest::skip(test::is_sanitized)) {
    const test::TemporaryFolder folder;
    const Ran ran = run_within(210'000, "bench --hidden 3000 --steps 3 --repetitions 1", folder);
    CAPTURE(ran.errors);
    CHECK(ran.status == 1);
    CHECK(ran.errors.starts_with("revolute: there is not enough memory for this ("));
    CHECK(ran.errors.find(" more were asked for, ") != std::string::npos);
    CHECK(ran.errors.ends_with(" are in use, `ulimit -v` allows 215 MB)\n"));
    CHECK(run_within(300'000, "bench --hidden 20000 --steps 3", folder)
              .errors.starts_with("bench: the net must fit into the memory that there is (its "
                                  "400360001 parameters and 63 nodes take about 6.4 GB, of "));
}

TEST_CASE("memory: where Graphviz cannot have its memory, draw says so and ends" *
          doctest::skip(test::is_sanitized)) {
    const test::TemporaryFolder folder;
    for (const int kilobytes : {100'000, 140'000, 180'000, 220'000})
        for (const char* const file : {"a.svg", "a.pdf", "a.png"}) {
            CAPTURE(kilobytes);
            CAPTURE(file);
            const Ran ran = run_within(kilobytes, fmt::format("draw -o {}", file), folder);
            CHECK(ran.status == 1);
            CHECK(ran.errors.starts_with("figure: Graphviz must have about 2"));
            CHECK(ran.errors.ends_with(
                "(the system says: Cannot allocate memory)\n"
                "  a limit on the process, such as that of `ulimit -v`, leaves too little memory; "
                ".dot needs none of it\n"));
            CHECK(folder.file_count() == 2);
        }
    CHECK(run_within(400'000, "draw -o a.png", folder).status == 0);
    CHECK(run_within(100'000, "draw -o a.dot", folder).status == 0);
    // The picture itself may take more than the rest.
    const std::string large = "draw --steps 160 --view joint --force -o b.png";
    CHECK(
        run_within(280'000, large, folder).errors.starts_with("figure: Graphviz must have about"));
    const Ran ran = test::run_program(large, folder);
    CHECK(ran.status == 0);
    CHECK(ran.errors.starts_with("draw: a PNG of this size has only 0."));
}

TEST_CASE("bench: threads are capped at the processors there are") {
    const unsigned processors = std::thread::hardware_concurrency();
    if (processors == 0 || processors >= 256) return;
    const Ran ran = test::run_program("bench --steps 2 --hidden 2 --repetitions 1 --threads 256");
    CHECK(ran.status == 0);
    CHECK(ran.errors ==
          fmt::format(
              "bench: 256 threads were asked for; there {} here, so {} used\n",
              processors == 1 ? "is 1 processor" : fmt::format("are {} processors", processors),
              processors == 1 ? "1 is" : fmt::format("{} are", processors)));
    CHECK(test::run_program("bench --steps 2 --hidden 2 --repetitions 1 --threads 1").errors == "");
}

}  // namespace revolute
