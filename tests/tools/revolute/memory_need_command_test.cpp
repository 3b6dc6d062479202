// What commands take is known before they begin.

#include <revolute/graph/values/error.hpp>
#include <revolute/tools/cost/memory_need.hpp>
#include <support/message.hpp>
#include <support/run_program.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace revolute {

namespace {

/// The peak of the program's memory with these arguments, in bytes.
double peak_of(const std::string& arguments, const test::TemporaryFolder& folder) {
    const pid_t child = fork();
    if (child == 0) {
        const std::string line = fmt::format("cd '{}' && exec '{}' {} > output 2> errors",
                                             folder.path().string(), REVOLUTE_PROGRAM, arguments);
        execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
        _exit(127);
    }
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    REQUIRE(WEXITSTATUS(status) == 0);
    return static_cast<double>(usage.ru_maxrss) * 1024;
}

SizedNet net_of(CellKind cell, int layers, int steps, int hidden) {
    return {{.steps = steps, .input = 2, .hidden = hidden, .output = 1, .batch = 1},
            {.cell = cell, .layers = layers, .initial = InitialState::given}};
}

}  // namespace

TEST_CASE("memory_need: what commands take is within twice and half of it" *
          doctest::skip(test::is_sanitized)) {
    const test::TemporaryFolder folder;
    struct Row {
        const char* arguments;
        SizedNet net;
        MemoryLaw law;
    };
    const std::vector<Row> rows{
        {"derive --layers 400", net_of(CellKind::simple, 400, 9, 3), memory_of_derive},
        {"cost --cell lstm --layers 100", net_of(CellKind::lstm, 100, 9, 3), memory_of_rolling},
        {"explain --cell lstm --layers 100 --hidden 4 --batch 1", net_of(CellKind::lstm, 100, 9, 4),
         memory_of_rolling},
        {"bench --steps 20000 --hidden 4 --input 2 --repetitions 1",
         net_of(CellKind::simple, 1, 20000, 4), memory_of_bench},
        {"bench --steps 2 --hidden 2000 --input 2 --repetitions 1",
         net_of(CellKind::simple, 1, 2, 2000), memory_of_bench},
        {"check --hidden 500 --input 2", net_of(CellKind::simple, 1, 3, 500), memory_of_check},
        {"draw --layers 100 --steps 10 --force -o x.dot", net_of(CellKind::simple, 100, 10, 3),
         memory_of_figure({})},
        {"draw --layers 100 --steps 10 --force --view joint -o x.dot",
         net_of(CellKind::simple, 100, 10, 3), memory_of_figure({.has_backward_pass = true})},
        {"draw --cell lstm --steps 300 --force -o x.dot", net_of(CellKind::lstm, 1, 300, 3),
         memory_of_figure({})},
        {"draw --cell lstm --layers 150 --fold -o x.dot", net_of(CellKind::lstm, 150, 9, 3),
         memory_of_figure({.is_of_few_steps = true})}};
    const double nothing = peak_of("ops", folder);
    for (const Row& row : rows) {
        CAPTURE(row.arguments);
        const double taken = peak_of(row.arguments, folder) - nothing;
        const double estimated = memory_need(row.net, row.law).bytes;
        CHECK(estimated < 2 * taken);
        CHECK(estimated > taken / 2);
    }
}

TEST_CASE("memory_need: a command that would take more than there is says what fits") {
    const SizedNet net = net_of(CellKind::simple, 1, 3, 20'000);
    CHECK(test::message_of<CapacityError>([&] {
              require_memory("check", net, memory_of_check, net_size_options(), 8'000'000'000);
          }) ==
          "check: the net must fit into the memory that there is (its 400080001 parameters and 64 "
          "nodes take about 100 GB, of 8.0 GB)\n  it fits with --hidden 5600");
    CHECK(
        test::message_of<CapacityError>(
            [&] { require_memory("predict", net, memory_of_predict, {}, 1000); }) ==
        "predict: the net must fit into the memory that there is (its 400080001 parameters and 64 "
        "nodes take about 58 GB, of 1.0 kB)\n  it fits with smaller sizes only");
}

TEST_CASE("memory_need: what is said to fit does") {
    for (const SizeOption& option : net_size_options()) {
        CAPTURE(option.name);
        SizedNet net{
            {.steps = 200'000, .input = 3'000, .hidden = 3'000, .output = 3'000, .batch = 500},
            {.cell = CellKind::lstm, .layers = 50}};
        std::string refusal;
        try {
            require_memory("check", net, memory_of_check, net_size_options(), 100'000'000'000);
        } catch (const CapacityError& error) {
            refusal = error.what();
        }
        const std::string mark = fmt::format("with {} ", option.name);
        const std::size_t found = refusal.find(mark);
        REQUIRE(!refusal.empty());
        if (found == std::string::npos) continue;
        option.size(net) = std::stoi(refusal.substr(found + mark.size()));
        CHECK_NOTHROW(
            require_memory("check", net, memory_of_check, net_size_options(), 100'000'000'000));
    }
}

TEST_CASE("memory_need: every command refuses nets that are larger than any memory") {
    const test::TemporaryFolder folder;
    std::string table = "t,v\n";
    for (int row = 0; row < 40; ++row) table += fmt::format("{},{}\n", row, row % 7);
    write_file(folder / "table.csv", table);
    const auto count = folder.file_count();
    for (const std::string arguments :
         {"draw --steps 1000000 --layers 1000 --force -o x.svg", "check --hidden 1000000",
          "check --layers 1000 --steps 1000000", "bench --layers 1000 --steps 1000000",
          "explain --hidden 1000000", "bench --hidden 1000000 --batch 1000000",
          "train table.csv --column v --hidden 1000000",
          "train table.csv --column v --window 1000000 --layers 1000"}) {
        CAPTURE(arguments);
        const test::Ran ran = test::run_program(arguments, folder);
        CHECK(ran.status == 1);
        CHECK(ran.output == "");
        CHECK(ran.says("must fit into"));
        CHECK(folder.file_count() == count);
    }
}

}  // namespace revolute
