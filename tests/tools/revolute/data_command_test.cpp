// Tables as other programs write them, read by `revolute train` and `predict`.

#include <revolute/tools/support/output_file.hpp>
#include <support/run_program.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace revolute {

namespace {

using test::check_misused;
using test::check_refused;
using test::Ran;
using test::run_program;
using test::TemporaryFolder;

/// With one of the tables.
struct TableFolder : TemporaryFolder {
    explicit TableFolder(const std::string& name) {
        std::filesystem::copy_file(std::filesystem::path(REVOLUTE_TEST_DATA) / "tables" / name,
                                   *this / name);
    }
};

const std::string settings = " --window 3 --hidden 2 --epochs 1 ";

/// What `predict` says after training on the table, both of which must succeed; `said` must be
/// told.
std::string forecast_from(const std::string& name, std::string_view said,
                          const std::string& options = "") {
    CAPTURE(name);
    const TableFolder folder(name);
    const Ran trained = run_program("train " + name + settings + options, folder);
    CHECK(trained.status == 0);
    CHECK(trained.says(said));
    const Ran forecast =
        run_program("predict model.json " + name + " --format csv --horizon 2 " + options, folder);
    CHECK(forecast.status == 0);
    CHECK(forecast.errors == said);
    return forecast.output;
}

/// Behind the header.
std::string rows_of(const std::string& csv) { return csv.substr(csv.find('\n') + 1); }

}  // namespace

TEST_CASE("tables: one series gives one forecast however it is written") {
    const std::string plain = forecast_from("plain.csv", "");
    REQUIRE(plain.starts_with("year,v\n2020,"));
    CHECK(forecast_from("cr_only.csv", "") == plain);
    CHECK(forecast_from("utf16.csv", "utf16.csv: read in UTF-16LE (--encoding)\n") == plain);
    CHECK(forecast_from("utf16_no_last_line_end.csv",
                        "utf16_no_last_line_end.csv: read in UTF-16LE (--encoding)\n") == plain);
    CHECK(forecast_from("semicolons.csv",
                        "semicolons.csv: read with a semicolon between cells (--delimiter), with a "
                        "comma as decimal sign (--decimal)\n") == plain);
    CHECK(forecast_from("sep_line.csv",
                        "sep_line.csv: read with a semicolon between cells (--delimiter)\n") ==
          plain);
    CHECK(forecast_from("newest_first.csv",
                        "newest_first.csv: rows are newest first by \"year\" and are read from the "
                        "last to the first\n") == plain);

    const std::string latin =
        forecast_from("latin1_target.csv", "latin1_target.csv: read in ISO-8859-1 (--encoding)\n");
    CHECK(
        latin.starts_with("year,Gr\xC3\xB6\xC3\x9F"
                          "e\n"));
    CHECK(rows_of(latin) == rows_of(plain));
    const std::string axis =
        forecast_from("latin1_axis.csv", "latin1_axis.csv: read in ISO-8859-1 (--encoding)\n");
    CHECK(
        axis.starts_with("Ann\xC3\xA9"
                         "e,v\n"));
    CHECK(rows_of(axis) == rows_of(plain));
    const std::string bare =
        forecast_from("no_header.csv",
                      "no_header.csv: read without a header (--header): columns are column_1, "
                      "column_2\n");
    CHECK(rows_of(bare) == rows_of(plain));
}

TEST_CASE("tables: dates are gone on with, also in JSON") {
    const std::string csv = forecast_from(
        "newest_first_dates.csv",
        "newest_first_dates.csv: rows are newest first by \"date\" and are read from the last to "
        "the first\n");
    CHECK(csv.starts_with("date,v\n2020-06-30,"));
    CHECK(csv.find("\n2021-06-30,") != std::string::npos);

    const TableFolder folder("newest_first_dates.csv");
    CHECK(run_program("train newest_first_dates.csv" + settings, folder).status == 0);
    CHECK(read_file(folder / "out.csv")
              .starts_with("date,truth,persistence,recurrent net\n1972-06-30,"));
    const Ran json = run_program("predict model.json newest_first_dates.csv --format json", folder);
    CHECK(json.output.find("\"at\": \"2020-06-30\"") != std::string::npos);
}

TEST_CASE("tables: what cannot be read for certain is refused at once") {
    check_refused(
        1,
        "gap.csv: no row may be missing (10 here)\n"
        "  \"year\" is 1949 in line 51 and 1960 in line 52\n"
        "  --missing interpolate fills them in, --missing drop takes the rows around them "
        "as neighbours; --axis row counts rows, whatever the column says\n",
        "train gap.csv" + settings, TableFolder("gap.csv"));
    check_refused(1,
                  "twice.csv: the rows must be at different places\n"
                  "  \"year\" is 1949 in line 51 and 1949 in line 52\n"
                  "  remove one of the two; --axis row counts rows, whatever the column says\n",
                  "train twice.csv" + settings, TableFolder("twice.csv"));
    check_refused(1,
                  "sentinel.csv: a value far from all others may stand for a missing one (-9999)\n"
                  "  line 32, column 2 \"v\"\n"
                  "  if it does: --missing-values=-9999 with --missing drop or interpolate; if it "
                  "does not: --missing-values=none\n",
                  "train sentinel.csv" + settings, TableFolder("sentinel.csv"));
}

TEST_CASE("tables: options overrule what would be refused or detected") {
    CHECK(forecast_from("gap.csv", "gap.csv: 10 missing rows filled in on straight lines\n",
                        "--missing interpolate")
              .starts_with("year,v\n2020,"));
    CHECK(forecast_from("twice.csv", "", "--axis row").starts_with("row,v\n122,"));
    CHECK(forecast_from("sentinel.csv", "", "--missing-values none").starts_with("year,v\n2020,"));
    CHECK(forecast_from("sentinel.csv",
                        "sentinel.csv: 1 gap of \"year\" passed over: rows around are neighbours\n"
                        "sentinel.csv: 2 rows with missing values left out\n",
                        "--missing-values=-9999 --missing drop")
              .starts_with("year,v\n2020,"));
    CHECK(forecast_from("semicolons.csv",
                        "semicolons.csv: read with a semicolon between cells (--delimiter), with a "
                        "comma as decimal sign (--decimal)\n",
                        "--delimiter semicolon --decimal , --header --encoding UTF-8")
              .starts_with("year,v\n2020,"));
}

TEST_CASE("tables: wrong usage") {
    for (const char* const options :
         {"--delimiter ab", "--decimal", "--decimal x", "--thousands xy",
          "--decimal , --thousands comma", "--missing maybe", "--header --no-header", "--no-such"})
        check_misused(fmt::format("train x.csv {}", options));
    const TemporaryFolder folder;
    for (const char* const name : {"", "nonsense", "//IGNORE"})
        check_refused(2,
                      fmt::format("--encoding: must be an encoding that iconv knows (\"{}\")\n"
                                  "  `iconv --list` lists them; common ones are UTF-8, UTF-16, "
                                  "ISO-8859-1, WINDOWS-1252, SHIFT_JIS\n"
                                  "Run with --help for more information.\n",
                                  name),
                      fmt::format("train x.csv --encoding '{}'", name), folder);
    for (const char* const format : {"", "x", "%", "%Q", "%%", "%d/%m/%K"})
        check_refused(
            2,
            fmt::format("--date-format: must say how dates are written, as for strptime: %d/%m/%Y "
                        "for 30/06/2019, \"%b %d, %Y\" for Jun 30, 2019 (\"{}\")\n"
                        "Run with --help for more information.\n",
                        format),
            fmt::format("train x.csv --date-format '{}'", format), folder);
}

TEST_CASE("train: a file that is not of a training before is not replaced without being asked to") {
    const TableFolder folder("plain.csv");
    write_file(folder / "out.csv", "a,b\n");
    check_refused(1,
                  "train: out.csv is there, and is not of a training before\n"
                  "  --overwrite replaces it, --plot says another name\n",
                  "train plain.csv" + settings, folder);
    CHECK(run_program("train plain.csv" + settings + "--overwrite", folder).status == 0);
    CHECK(run_program("train plain.csv" + settings, folder).status == 0);  // its own are replaced
    write_file(folder / "model.json", "{}");
    check_refused(1,
                  "train: model.json is there, and is not of a training before\n"
                  "  --overwrite replaces it, --save says another name\n",
                  "train plain.csv" + settings, folder);
    CHECK(run_program("train plain.csv --save model.json" + settings, folder).status == 0);
    write_file(folder / "out.svg", "<svg/>");
    check_refused(1,
                  "train: out.svg is there, and is not of a training before\n"
                  "  --overwrite replaces it, --plot says another name\n",
                  "train plain.csv" + settings, folder);
}

TEST_CASE("train: the command that it tells for predict reads the table as it did") {
    const TableFolder folder("plain.csv");
    const auto forecast_told = [&](const std::string& data, const std::string& options) {
        CAPTURE(data);
        CAPTURE(options);
        const std::string save = " --save 'my model.json' ";
        const Ran trained =
            run_program("train " + data + " --column v" + settings + save + options, folder);
        REQUIRE(trained.status == 0);
        const std::size_t begin = trained.output.find("`revolute ") + 10;
        const std::string told =
            trained.output.substr(begin, trained.output.find('`', begin) - begin);
        CHECK(told == "predict 'my model.json' " + data + (options.empty() ? "" : " " + options));
        CHECK(run_program(told, folder).status == 0);
    };
    forecast_told("plain.csv", "");
    write_file(folder / "it's.csv",
               "t;v\n13.01.2020;1\n14.01.2020;4\n15.01.2020;2\n"
               "16.01.2020;?\n17.01.2020;x y\n18.01.2020;5\n"
               "19.01.2020;6\n20.01.2020;7\n21.01.2020;9\n");
    forecast_told("'it'\\''s.csv'",
                  "--delimiter ';' --decimal point --encoding UTF-8 --header --missing interpolate "
                  "--missing-values '?,x y' --axis t --date-format %d.%m.%Y");
}

TEST_CASE("train: a model that goes to the standard output is alone there") {
    const TableFolder folder("plain.csv");
    const Ran ran = run_program(
        "train plain.csv --validation 0.2 --save -" + settings + "> piped.json", folder);
    CHECK(ran.status == 0);
    CHECK(ran.says("Of 1 epochs, epoch 1 was best"));
    CHECK(ran.says("One step ahead on "));
    CHECK(run_program("predict piped.json plain.csv", folder).status == 0);
}

TEST_CASE("train: a plot that goes to the standard output, or to a pipe, is alone there") {
    const TableFolder folder("plain.csv");
    const std::string name = "train plain.csv --overwrite" + settings;
    for (const char* plot : {"-", "/dev/stdout"}) {
        const Ran ran = run_program(fmt::format("{} --plot {}", name, plot), folder);
        CHECK(ran.status == 0);
        CHECK(ran.output.starts_with("<?xml"));
        CHECK(ran.output.ends_with("</svg>\n\n"));
        CHECK(ran.says("  the held-out forecasts as a plot\n"));
        CHECK(ran.says("One step ahead on "));
        CHECK_FALSE(ran.says(".csv  the held-out"));
    }
    const Ran piped = test::run_shell(
        fmt::format("mkfifo p && {{ cat p > plot.svg & }} && '{}' {} --plot p; wait",
                    REVOLUTE_PROGRAM, name),
        folder.path());
    CHECK(piped.status == 0);
    CHECK(read_file(folder / "plot.svg").starts_with("<?xml"));
    CHECK_FALSE(std::filesystem::exists(folder / "p.csv"));
    CHECK(run_program(name + " --plot plot.txt", folder).status == 2);
    const Ran both = run_program(name + " --plot - --save -", folder);
    CHECK(both.status == 1);
    CHECK(both.output.empty());
    CHECK(
        both.errors.ends_with("train: model and plot cannot both go to the standard output\n"
                              "  --save or --plot must name a file\n"));
}

TEST_CASE("draw, train: the standard error is an output like others, and keeps what it had") {
    const TableFolder folder("plain.csv");
    write_file(folder / "log", "before\n");
    const Ran drawn = test::run_shell(
        fmt::format("'{}' draw --steps 2 -o /dev/stderr 2>> log", REVOLUTE_PROGRAM), folder.path());
    CHECK(drawn.status == 0);
    CHECK(read_file(folder / "log").starts_with("before\ndigraph revolute"));
    const Ran trained = test::run_shell(
        fmt::format("'{}' train plain.csv {} --save /dev/stderr --plot p.svg 2>> log",
                    REVOLUTE_PROGRAM, settings),
        folder.path());
    CHECK(trained.status == 0);
    const std::string log = read_file(folder / "log");
    CHECK(log.starts_with("before\ndigraph revolute"));
    CHECK(log.find("\"format\": \"revolute model\"") != std::string::npos);
}

TEST_CASE("train: a plot that was asked for and cannot be made is refused before the first epoch") {
    const TableFolder folder("plain.csv");
    const auto without_gnuplot = [&](const std::string& options) {
        return test::run_shell(
            fmt::format("PATH='{}' '{}' train plain.csv {} {}", folder.path().string(),
                        REVOLUTE_PROGRAM, settings, options),
            folder.path());
    };
    const std::size_t files = folder.file_count();
    const Ran refused = without_gnuplot("--plot mine.svg");
    CHECK(refused.status == 1);
    CHECK(refused.errors ==
          "train: the plot that --plot names is drawn by gnuplot, which is not installed\n"
          "  without --plot the forecasts are written as numbers alone, into out.csv\n");
    CHECK(folder.file_count() == files);
    const Ran unnamed = without_gnuplot("");
    CHECK(unnamed.status == 0);
    CHECK(unnamed.output.find("out.svg  is not written: gnuplot is not installed\n") !=
          std::string::npos);
    CHECK(std::filesystem::exists(folder / "out.csv"));
    const Ran empty =
        run_program("train plain.csv --test-fraction 0 --plot mine.svg" + settings, folder);
    CHECK(empty.status == 1);
    CHECK(empty.errors ==
          "train: the plot that --plot names is of held-out rows, and there are none\n"
          "  leave --plot out, or hold rows out (--test-fraction)\n");
}

TEST_CASE("demo: files that are not of a demo before are not replaced without being asked to") {
    for (const char* file :
         {"sunspots.csv", "model.json", "loss.csv", "joint.dot", "forecast.svg"}) {
        const TemporaryFolder folder;
        std::filesystem::create_directory(folder / "revolute-demo");
        write_file(folder / "revolute-demo" / file, "mine\n");
        check_refused(1,
                      fmt::format("demo: revolute-demo/{} is there, and is not of a demo before\n"
                                  "  --overwrite replaces it, --folder says another folder\n",
                                  file),
                      "demo", folder);
        CHECK(read_file(folder / "revolute-demo" / file) == "mine\n");
    }
    const TemporaryFolder folder;
    const Ran first = run_program("demo", folder);
    CHECK(first.status == 0);
    // What it says of the homework is what `verify` says, and the README shows the same one.
    const std::string there = (folder / "revolute-demo").string();
    const Ran verified =
        run_program(fmt::format("verify {0}/mgu.rec {0}/mgu_homework.txt", there), folder);
    CHECK(verified.status == 1);
    CHECK(first.output.find(verified.output) != std::string::npos);
    for (const char* file : {"mgu.rec", "mgu_homework.txt"})
        CHECK(read_file(folder / "revolute-demo" / file) ==
              read_file(std::filesystem::path(REVOLUTE_SOURCE "/docs/examples") / file));
    // All that it wrote is its own; what was changed is not.
    CHECK(run_program("demo", folder).status == 0);
    const std::string series = read_file(folder / "revolute-demo" / "sunspots.csv");
    write_file(folder / "revolute-demo" / "sunspots.csv", series + "2009,3.1\n");
    CHECK(run_program("demo", folder).status == 1);
    CHECK(run_program("demo --overwrite", folder).status == 0);
    CHECK(read_file(folder / "revolute-demo" / "sunspots.csv") == series);
    write_file(folder / "revolute-demo" / "mgu_homework.txt", "dV = dy h(T)'\n");
    CHECK(run_program("demo", folder).status == 1);
}

TEST_CASE("train, grad: a figure of the default name replaces none that is of something else") {
    const TableFolder folder("plain.csv");
    const std::string error =
        "--check-finite: nonfinite.dot is there, and is no figure of a value that was not finite\n"
        "  --finite-dot says another name\n";
    write_file(folder / "nonfinite.dot", "mine");
    const std::string train = "train plain.csv --check-finite" + settings;
    check_refused(1, error, train, folder);
    check_refused(1, error,
                  "grad " REVOLUTE_SOURCE "/docs/examples/three_steps.json --check-finite", folder);
    CHECK(read_file(folder / "nonfinite.dot") == "mine");
    CHECK(run_program(train + "--finite-dot nonfinite.dot", folder).status == 0);
    CHECK(run_program(train + "--overwrite", folder).status == 0);
    write_file(folder / "nonfinite.dot", "digraph revolute {}");
    CHECK(run_program(train, folder).status == 0);
}

TEST_CASE("train, demo: a table without rows, and a folder that cannot be made, are told as such") {
    const TemporaryFolder folder;
    write_file(folder / "head.csv", "t,v\n");
    for (const char* plot : {"", " --plot out.svg"})
        check_refused(1, "train: head.csv has no rows below its header\n",
                      fmt::format("train head.csv{}", plot), folder);
    write_file(folder / "file", "mine");
    check_refused(1, "demo: cannot make file/below: Not a directory\n", "demo --folder file/below",
                  folder);
}

TEST_CASE("train: the memory of a step is told before, and kept to") {
    const TableFolder folder("plain.csv");
    const Ran free = run_program("train plain.csv" + settings + "--memory 1GB", folder);
    CHECK(free.errors.starts_with("memory: a step for 93 windows takes "));
    CHECK(free.says(" (of 1.0 GB, --memory)\n"));
    const Ran split = run_program("train plain.csv" + settings + "--memory 10kB", folder);
    CHECK(split.status == 0);
    CHECK(split.says(" pieces of up to "));
    const Ran none = run_program("train plain.csv" + settings + "--memory 1kB", folder);
    CHECK(none.status == 1);
    CHECK(none.errors.starts_with("train: a step must fit into the memory that it may take ("));
    CHECK(
        none.errors.ends_with(" for one window, of 1.0 kB)\n"
                              "  --memory says how much that is; a smaller --hidden or --window "
                              "takes less\n"));
    // Where windows are left over there are two steps: both are told of, and the limit is the one
    // that was said.
    const std::string batches = "train plain.csv" + settings + "--batch 50 --memory ";
    CHECK(run_program(batches + "1GB", folder)
              .errors.starts_with("memory: a step for 50 windows and one for the last 43 take "));
    CHECK(run_program(batches + "1kB", folder).says(" for one window, of 1.0 kB)\n"));
    for (const char* const size : {"10000", "10kB", "10 kb", "0.01MB", "1e4", "10k"}) {
        const Ran ran =
            run_program(fmt::format("train plain.csv {} --memory '{}'", settings, size), folder);
        CHECK(ran.says(" (of 10 kB, --memory)"));
    }
    for (const char* const size : {"lots", "0", "-1", "-1kB", "nan", "5XB", "1e400", "99999999TB",
                                   "k", "i", "5kk", "5ib", "''"})
        check_misused(fmt::format("train plain.csv --memory {}", size));
    CHECK(run_program("train plain.csv --memory -1", folder).errors ==
          "--memory: must be a number of bytes, such as 500MB or 1.5GiB (-1)\n"
          "Run with --help for more information.\n");
}

TEST_CASE("train: early stopping says which epoch was best") {
    const TableFolder folder("plain.csv");
    const Ran ran = run_program(
        "train plain.csv --window 3 --hidden 2 --epochs 40 --learning-rate 0.2 --validation 0.2 "
        "--patience 3",
        folder);
    CHECK(ran.status == 0);
    // It ended before: the number is of those that were run.
    REQUIRE(ran.output.starts_with("Of "));
    CHECK(std::stoi(ran.output.substr(3)) < 40);
    CHECK(ran.output.find(" epochs (40 at most), epoch ") != std::string::npos);
    CHECK(ran.says("validation "));
    check_misused("train plain.csv --patience 3");
}

TEST_CASE("train: --resume goes on, in two parts as in one") {
    const TableFolder folder("plain.csv");
    const std::string rest = " --window 3 --hidden 2 --batch 20 --cell gru ";
    CHECK(run_program("train plain.csv --epochs 6 --save whole.json" + rest, folder).status == 0);
    CHECK(run_program("train plain.csv --epochs 2 --save parts.json" + rest, folder).status == 0);
    CHECK(run_program("train plain.csv --epochs 6 --resume parts.json", folder).status == 0);
    CHECK(read_file(folder / "parts.json") == read_file(folder / "whole.json"));
    check_refused(1, "train: --epochs must be above those that parts.json has done (6, 6)\n",
                  "train plain.csv --epochs 6 --resume parts.json", folder);
    check_misused("train plain.csv --resume parts.json --hidden 3");
}

TEST_CASE(
    "train: --resume goes on in the precision of the training before, or says that it does not") {
    const TableFolder folder("plain.csv");
    const std::string rest = " --window 3 --hidden 2 --batch 20 --precision f32 ";
    CHECK(run_program("train plain.csv --epochs 6 --save whole.json" + rest, folder).status == 0);
    CHECK(run_program("train plain.csv --epochs 2 --save parts.json" + rest, folder).status == 0);
    const Ran ran = run_program("train plain.csv --epochs 6 --resume parts.json", folder);
    CHECK(read_file(folder / "parts.json") == read_file(folder / "whole.json"));
    CHECK_FALSE(ran.says("goes on in"));
    const Ran other = run_program(
        "train plain.csv --epochs 7 --resume parts.json --precision f64 --save d.json", folder);
    CHECK(other.says("train: goes on in f64, where parts.json was trained in f32\n"));
    CHECK(read_file(folder / "d.json").find("\"precision\": \"f64\"") != std::string::npos);
}

TEST_CASE("predict: a forecast that is not finite ends with 1") {
    const TableFolder folder("plain.csv");
    CHECK(run_program("train plain.csv --learning-rate 1 --cell simple-relu --window 3 --epochs 0",
                      folder)
              .status == 0);
    write_file(folder / "huge.csv", "year,v\n1,1e308\n2,1.2e308\n3,1.5e308\n4,1.6e308\n");
    const Ran ran = run_program("predict model.json huge.csv --horizon 1000", folder);
    CHECK(ran.status == 1);
    CHECK(ran.output.empty());
    CHECK(ran.errors.starts_with("forecast: a forecast must be finite ("));
}

TEST_CASE("predict: rows whose dates would pass the year 9999 are refused at once") {
    const TemporaryFolder folder;
    struct Unit {
        const char* name;
        std::string (*date)(int row);
        const char* last;  // date that can be written; none where that is millions of rows away
    };
    const Unit units[] = {
        {"years", [](int row) { return fmt::format("{}-06-30", 1990 + row); }, "9999-06-30"},
        {"months", [](int row) { return fmt::format("{}-{:02}", 2000 + row / 12, 1 + row % 12); },
         "9999-12"},
        {"halves", [](int row) { return fmt::format("{}H{}", 2000 + row / 2, 1 + row % 2); },
         "9999H2"},
        {"days", [](int row) { return fmt::format("2020-01-{:02}", 1 + row); }, nullptr},
        {"weekdays", [](int row) { return fmt::format("2020-06-{:02}", 1 + row + 2 * (row / 5)); },
         nullptr}};
    for (const Unit& unit : units) {
        CAPTURE(unit.name);
        std::string table = "day,v\n";
        for (int row = 0; row < 20; ++row)
            table += fmt::format("{},{}\n", unit.date(row), (row * 7) % 5);
        const std::string file = fmt::format("{}.csv", unit.name);
        write_file(folder / file, table);
        REQUIRE(
            run_program(fmt::format("train {} --overwrite {}", file, settings), folder).status ==
            0);
        const Ran refused =
            run_program(fmt::format("predict model.json {} --horizon 5000000", file), folder);
        CHECK(refused.status == 1);
        CHECK(refused.output.empty());
        CHECK(
            refused.says("predict: dates go to the end of the year 9999, which the rows to "
                         "forecast pass (5000000 from "));
        const std::size_t at = refused.errors.find("\n  --horizon ");
        REQUIRE(at != std::string::npos);
        if (unit.last == nullptr) continue;
        const int most = std::stoi(refused.errors.substr(at + 13));
        const Ran ran = run_program(
            fmt::format("predict model.json {} --format csv --horizon {}", file, most), folder);
        CHECK(ran.status == 0);
        CHECK(ran.output.find(fmt::format("\n{},", unit.last)) != std::string::npos);
        CHECK(run_program(fmt::format("predict model.json {} --horizon {}", file, most + 1), folder)
                  .status == 1);
    }
}

TEST_CASE("predict: rows that the memory cannot hold are refused before any is forecast" *
          doctest::skip(test::is_sanitized)) {  // sanitizers take more addresses
    const TableFolder folder("plain.csv");
    REQUIRE(run_program("train plain.csv" + settings, folder).status == 0);
    for (const char* format : {"table", "csv", "json"}) {
        CAPTURE(format);
        const Ran ran = test::run_shell(
            fmt::format(
                "(ulimit -v 1000000; '{}' predict model.json plain.csv --horizon 1000000000 "
                "--format {})",
                REVOLUTE_PROGRAM, format),
            folder.path());
        CHECK(ran.status == 1);
        CHECK(
            ran.errors.starts_with("predict: the forecasts must fit into the memory that there is "
                                   "(1000000000 rows take about "));
        CHECK(ran.says("\n  --horizon "));
    }
}

}  // namespace revolute
