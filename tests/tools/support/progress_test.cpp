#include <revolute/tools/support/progress.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

using namespace revolute;

TEST_CASE("progress: plain lines, one for each tenth") {
    std::ostringstream out;
    {
        Progress progress(out, ProgressStyle::lines, "epoch", 30);
        for (int done = 1; done <= 30; ++done) progress.update(done, "note");
    }
    std::string expected;
    for (int done = 3; done <= 30; done += 3)
        expected += "epoch " + std::to_string(done) + "/30  note\n";
    CHECK(out.str() == expected);
}

TEST_CASE("progress: few plain lines for a short task") {
    std::ostringstream out;
    Progress progress(out, ProgressStyle::lines, "epoch", 2);
    progress.update(1, "a");
    progress.update(2, "b");
    CHECK(out.str() == "epoch 1/2  a\nepoch 2/2  b\n");
}

TEST_CASE("progress: the bar is drawn over, wiped, and its line ended") {
    std::ostringstream out;
    {
        Progress progress(out, ProgressStyle::bar, "epoch", 3, {}, 80);
        progress.update(1, "a long note");
        progress.update(2, "not shown: it comes too soon");
        progress.update(3, "short");
    }
    CHECK(out.str() ==
          "\repoch [##########....................] 1/3  a long note"
          "\repoch [##############################] 3/3  short      \n");
}

TEST_CASE("progress: a bar fits into the terminal") {
    const std::string note = "training RMSE 10.82, validation 12.34, 43657 samples/s";
    CHECK(bar_line("epoch", 1, 2, "note", 200) ==
          "epoch [###############...............] 1/2  note");
    CHECK(bar_line("epoch", 1, 2, note, 80) ==
          "epoch [#####......] 1/2  training RMSE 10.82, validation 12.34, 43657 samples/s");
    CHECK(bar_line("epoch", 1, 2, note, 40) == "epoch [##...] 1/2  training RMSE 10.82,");
    for (std::size_t columns = 0; columns < 120; ++columns) {
        CAPTURE(columns);
        CHECK(bar_line("epoch", 2, 3, note, columns).size() < std::max<std::size_t>(columns, 2));
    }
    CHECK(terminal_columns() > 0);
}

TEST_CASE("progress: a bar that was never drawn ends no line") {
    std::ostringstream out;
    { const Progress progress(out, ProgressStyle::bar, "epoch", 3); }
    CHECK(out.str().empty());
}

TEST_CASE("progress: a task that ends before patience does leaves no trace") {
    for (const ProgressStyle style : {ProgressStyle::bar, ProgressStyle::lines}) {
        std::ostringstream out;
        {
            Progress progress(out, style, "check", 10, std::chrono::hours(1));
            for (int done = 1; done <= 10; ++done) progress.update(done, "note");
        }
        CHECK(out.str().empty());
    }
}

TEST_CASE("progress: samples over the time that was spent on them") {
    using namespace std::chrono_literals;
    CHECK(samples_per_second(2500, 2s) == "1250 samples/s");
    CHECK(samples_per_second(1, 400ms) == "2 samples/s");
}
