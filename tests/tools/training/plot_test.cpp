#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/training/plot.hpp>
#include <support/golden.hpp>
#include <support/message.hpp>
#include <support/temporary_folder.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <limits>

using namespace revolute;
using test::message_of;
using test::TemporaryFolder;

namespace {

Plot small_plot() {
    const double gap = std::numeric_limits<double>::quiet_NaN();
    return {.title = "it's a title\n`id` \"x\"",
            .x_label = "year",
            .y_label = "count_a^b",
            .x = {2000, 2001, 2002},
            .curves = {{"truth", {1, 2, 0.5}, CurveStyle::faint_line},
                       {"net", {gap, 2.5, 1}, CurveStyle::line}},
            .held_out_from = 2001};
}

/// While it lives, programs are looked for in this folder only.
class OnlyPath {
 public:
    explicit OnlyPath(const std::filesystem::path& folder) : before_(std::getenv("PATH")) {
        setenv("PATH", folder.c_str(), 1);
    }
    OnlyPath(const OnlyPath&) = delete;
    OnlyPath& operator=(const OnlyPath&) = delete;
    ~OnlyPath() { setenv("PATH", before_.c_str(), 1); }

 private:
    std::string before_;
};

/// A stand-in for gnuplot.
void make_gnuplot(const std::filesystem::path& folder, std::string_view script) {
    write_file(folder / "gnuplot", script);
    std::filesystem::permissions(folder / "gnuplot", std::filesystem::perms::owner_all);
}

}  // namespace

TEST_CASE("plot: what gnuplot is told, with labels that could be commands kept as text") {
    test::check_golden("tools/golden/plot.gp", to_gnuplot(small_plot()));
}

TEST_CASE("plot: the CSV has the x and the curves, with gaps") {
    CHECK(to_csv(small_plot()) == "year,truth,net\n2000,1,\n2001,2,2.5\n2002,0.5,1\n");
}

TEST_CASE("plot: without gnuplot the CSV is written all the same") {
    const TemporaryFolder folder;
    const OnlyPath nothing(folder.path());
    CHECK(!write_plot(folder / "a.svg", small_plot()));
    CHECK(read_file(folder / "a.csv") == to_csv(small_plot()));
    CHECK(folder.file_count() == 1);
}

TEST_CASE("plot: gnuplot gets the commands through a pipe") {
    const TemporaryFolder folder, programs;
    make_gnuplot(programs.path(),
                 fmt::format("#!/bin/sh\nwhile read -r line; do echo \"$line\"; done >{}\n"
                             "echo '<svg></svg>'\n",
                             (programs / "commands").string()));
    const OnlyPath here(programs.path());
    CHECK(write_plot(folder / "a.svg", small_plot()));
    CHECK(read_file(programs / "commands").find("$data << end_of_data\n2000 1 NaN\n") !=
          std::string::npos);
    CHECK(read_file(folder / "a.svg") == "<svg></svg>\n");
    CHECK(folder.file_count() == 2);
}

TEST_CASE("plot: one that gnuplot did not write to its end is refused, and the old one stays") {
    const TemporaryFolder folder, programs;
    const std::string path = (folder / "a.svg").string();
    write_file(path, "old");
    const OnlyPath here(programs.path());
    for (const std::string written : {"", "<svg><path", "</svg>x"}) {
        CAPTURE(written);
        make_gnuplot(
            programs.path(),
            fmt::format("#!/bin/sh\nwhile read -r line; do :; done\nprintf '{}'\n", written));
        const std::string expected = fmt::format(
            "cannot draw {}: what gnuplot wrote is not whole ({} bytes, which do not "
            "end in </svg>)",
            path, written.size());
        CHECK(message_of<FileError>([&] { require_drawable(path, small_plot()); }) == expected);
        CHECK(message_of<FileError>([&] { write_plot(path, small_plot()); }) == expected);
        CHECK(read_file(path) == "old");
    }
}

TEST_CASE("plot: a gnuplot that writes while it reads is not waited for") {
    const TemporaryFolder folder, programs;
    make_gnuplot(programs.path(),
                 "#!/bin/sh\nwhile read -r line; do echo \"$line $line\"; done\necho '</svg>'\n");
    const OnlyPath here(programs.path());
    Plot plot = small_plot();
    plot.x.assign(20'000, 1.0);  // more than a pipe holds, there and back
    for (Curve& curve : plot.curves) curve.y.assign(plot.x.size(), 1.25);
    CHECK(write_plot(folder / "a.svg", plot));
    const std::string svg = read_file(folder / "a.svg");
    CHECK(svg.size() > 2 * to_gnuplot(plot).size());
    CHECK(svg.ends_with("</svg>\n"));
}

TEST_CASE("plot: a gnuplot that fails leaves no SVG") {
    const TemporaryFolder folder, programs;
    make_gnuplot(programs.path(), "#!/bin/sh\nwhile read -r line; do :; done\nexit 3\n");
    const OnlyPath here(programs.path());
    CHECK(message_of<FileError>([&] { write_plot(folder / "a.svg", small_plot()); }) ==
          fmt::format("cannot draw {}: gnuplot failed (status 3)", (folder / "a.svg").string()));
    CHECK(folder.file_count() == 1);
}

TEST_CASE("plot: a gnuplot that does not listen does not end the process") {
    const TemporaryFolder folder, programs;
    make_gnuplot(programs.path(), "#!/bin/sh\nexit 1\n");
    const OnlyPath here(programs.path());
    Plot plot = small_plot();
    plot.x.assign(200'000, 1.0);  // more than a pipe holds
    for (Curve& curve : plot.curves) curve.y.assign(plot.x.size(), 1.0);
    CHECK(message_of<FileError>([&] { write_plot(folder / "a.svg", plot); }) ==
          fmt::format("cannot draw {}: gnuplot failed (status 1)", (folder / "a.svg").string()));
}

TEST_CASE("plot: gnuplot draws it, where it is installed") {
    const TemporaryFolder folder;
    Plot plot = small_plot();
    if (!write_plot(folder / "it's a plot.svg", plot)) return;
    const std::string svg = read_file(folder / "it's a plot.svg");
    CHECK(svg.find("</svg>") != std::string::npos);
    CHECK(svg.find("held out") != std::string::npos);
    CHECK(svg.find("count_a^b") != std::string::npos);
    CHECK(svg.find("DejaVu Sans") != std::string::npos);
}

TEST_CASE("plot: needs a point and a curve") {
    CHECK(message_of<ShapeError>([] { to_gnuplot(Plot{}); }) ==
          "plot: needs at least one point and one curve (0 and 0)");
}

TEST_CASE("plot: names that XML cannot hold are drawn with question marks") {
    Plot plot = small_plot();
    plot.title =
        "a\xEF\xBF\xBE"
        "b\xF6"
        "c\x01 \xC3\xA9";
    CHECK(to_gnuplot(plot).find("set title 'a?b?c  \xC3\xA9'") != std::string::npos);
    // Nor that brackets close what nobody opened.
    plot.title = "v]]>w]]]>";
    CHECK(to_gnuplot(plot).find("set title 'v]] >w]]] >'") != std::string::npos);
}

TEST_CASE("plot: whether it can be drawn is known without a trace") {
    const TemporaryFolder folder, programs;
    make_gnuplot(programs.path(), "#!/bin/sh\nwhile read -r line; do :; done; exit 3\n");
    {
        const OnlyPath here(programs.path());
        const std::string path = (folder / "a.svg").string();
        CHECK(message_of<FileError>([&] { require_drawable(path, small_plot()); }) ==
              fmt::format("cannot draw {}: gnuplot failed (status 3)", path));
    }
    const OnlyPath nothing(folder.path());
    require_drawable(folder / "a.svg", small_plot());
    CHECK(folder.file_count() == 0);
}

TEST_CASE("plot: dates and times have at most eight labels, which do not run into each other") {
    for (const double length : {60.0, 3600.0, 86400.0, 3.0 * 86400, 23.0 * 86400, 149.0 * 86400}) {
        CAPTURE(length);
        Plot plot;
        plot.x = {0, length};
        plot.x_as_dates = {"a", "b"};
        plot.curves.push_back({"c", {1, 2}});
        const std::string text = to_gnuplot(plot);
        const std::size_t at = text.find("set xtics ");
        REQUIRE(at != text.npos);
        CHECK(length / std::stod(text.substr(at + 10)) <= 7);
    }
}

TEST_CASE("plot: the axis of dates has labels as its length wants") {
    Plot plot = small_plot();
    plot.x_as_dates = {"a", "b", "c"};
    for (const auto& [days, format] :
         {std::pair{2, "%m-%d %H:%M"}, {20, "%Y-%m-%d"}, {400, "%Y-%m"}, {4000, "%Y"}}) {
        plot.x = {0, 43200.0 * days, 86400.0 * days};
        CHECK(to_gnuplot(plot).find(fmt::format("set xtics time format '{}'\n", format)) !=
              std::string::npos);
    }
    CHECK(to_csv(plot) == "year,truth,net\na,1,\nb,2,2.5\nc,0.5,1\n");
}
