// The program's commands `train`, `predict`, `weights` and `demo`, as a user runs them: statuses,
// messages, and that a failure leaves no file behind.

#include <revolute/tools/support/output_file.hpp>
#include <support/run_program.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>

namespace revolute {

namespace {

using test::check_misused;
using test::check_refused;
using test::Ran;
using test::run_program;
using test::TemporaryFolder;

const std::string sunspots = REVOLUTE_TEST_DATA "/sunspots.csv";
const std::string macrodata = REVOLUTE_TEST_DATA "/macrodata.csv";
constexpr std::string_view columns_of_macrodata =
    "  columns are: year, quarter, realgdp, realcons, realinv, realgovt, realdpi, cpi and 6 more\n";
/// What the tests with several columns train.
const std::string several =
    macrodata +
    " --columns realgdp,realcons,realinv,cpi,unemp --target unemp --cell lstm-peephole "
    "--layers 2 --bidirectional --residual --hidden 3 --read changes";

/// With a series of three rows.
struct SeriesFolder : TemporaryFolder {
    SeriesFolder() { write_file(*this / "short.csv", "year,count\n1700,5\n1701,7\n1702,6\n"); }
};

bool has(const TemporaryFolder& folder, const std::string& file) {
    return std::filesystem::exists(folder / file);
}

/// The first of each line's cells.
std::string first_column(const std::string& csv) {
    std::string column;
    bool is_first = true;
    for (const char c : csv) {
        if (c == ',') is_first = false;
        if (c == '\n') is_first = true;
        if (is_first) column.push_back(c);
    }
    return column;
}

/// `revolute train` in a process that is not waited for; what it says is in the folder's file
/// `errors`.
class Training {
 public:
    Training(const std::string& arguments, const TemporaryFolder& folder) : process_(fork()) {
        REQUIRE(process_ != -1);
        if (process_ != 0) return;
        const std::string command =
            fmt::format("cd '{}' && exec '{}' train {} > output 2> errors", folder.path().string(),
                        REVOLUTE_PROGRAM, arguments);
        execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
        _exit(127);
    }

    bool has_ended() { return waitpid(process_, &status_, WNOHANG) != 0; }
    /// SIGINT, as Ctrl-C does, SIGTERM or SIGHUP.
    void send(int signal) const { kill(process_, signal); }
    /// Its exit status; 128 more than the signal that ended it, as a shell gives it.
    int wait() {
        waitpid(process_, &status_, 0);
        return WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_);
    }

 private:
    pid_t process_;
    int status_ = 0;
};

/// Waits until the training has said `text`.
void wait_for(Training& training, const TemporaryFolder& folder, const std::string& text) {
    const auto has_said = [&] {
        return has(folder, "errors") &&
               read_file(folder / "errors").find(text) != std::string::npos;
    };
    while (!has_said() && !training.has_ended())
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    REQUIRE(has_said());
}

/// A training that is asked to end saves the last complete epoch, writes no plot and ends with
/// `status`.
void check_stopped_by(int signal, int status) {
    CAPTURE(signal);
    const TemporaryFolder folder;
    Training training(
        sunspots + " --hidden 4 --epochs 20000 --save stopped.json --plot stopped.svg", folder);
    wait_for(training, folder, "epoch 2000/");
    training.send(signal);
    CHECK(training.wait() == status);
    REQUIRE(has(folder, "stopped.json"));
    const auto model = nlohmann::json::parse(read_file(folder / "stopped.json"));
    const std::string errors = read_file(folder / "errors");
    CHECK(errors.ends_with(
        fmt::format("interrupted: stopped.json holds the model after epoch {} of 20000\n",
                    model.at("training").at("epochs_done").get<int>())));
    CHECK_FALSE(has(folder, "stopped.svg"));
    CHECK(run_program("predict stopped.json " + sunspots, folder).status == 0);
}

}  // namespace

TEST_CASE("train: who ends it is told of the standard output by that name") {
    const TemporaryFolder folder;
    Training training(sunspots + " --hidden 4 --epochs 20000 --save -", folder);
    wait_for(training, folder, "epoch 2000/");
    training.send(SIGINT);
    CHECK(training.wait() == 130);
    CHECK(read_file(folder / "errors")
              .find("\ninterrupted: the standard output holds the model after epoch ") !=
          std::string::npos);
    CHECK(read_file(folder / "output").find("revolute model") != std::string::npos);
}

TEST_CASE("train: a file or a column that is not there") {
    const SeriesFolder folder;
    check_refused(1, "cannot read no.csv: No such file or directory\n", "train no.csv", folder);
    check_refused(1,
                  sunspots +
                      ": no column is called \"spots\"\n"
                      "  columns are: YEAR, SUNACTIVITY\n",
                  "train " + sunspots + " --column spots", folder);
    check_refused(1,
                  fmt::format("{}: it must be said which column is meant (--column)\n{}", macrodata,
                              columns_of_macrodata),
                  "train " + macrodata, folder);
    check_refused(
        1, fmt::format("{}: no column is called \"gdp\"\n{}", macrodata, columns_of_macrodata),
        "train " + macrodata + " --columns gdp,cpi --target unemp", folder);
    check_refused(1,
                  fmt::format("{}: no column is called \"CIP\"\n  did you mean \"cpi\"?\n{}",
                              macrodata, columns_of_macrodata),
                  "train " + macrodata + " --column CIP", folder);
    check_refused(1,
                  macrodata +
                      ": column \"cpi\" is asked for twice\n"
                      "  asked for are: cpi, unemp, cpi\n",
                  "train --columns cpi,unemp,cpi " + macrodata + " --target unemp", folder);
}

TEST_CASE("train: a series that cannot be learned from") {
    const SeriesFolder folder;
    write_file(folder / "text.csv", "year,count\n1700,5\n1701,x\n");
    write_file(folder / "empty_cell.csv", "year,count\n1700,5\n1701,\n");
    write_file(folder / "constant.csv", "a,b\n1,5\n2,5\n4,5\n3,5\n1,4\n");
    check_refused(1,
                  "text.csv: every cell of the column must be a finite number (\"x\")\n"
                  "  line 3, column 2 \"count\"\n"
                  "  if it stands for a missing value: --missing-values=x, with --missing drop "
                  "or interpolate\n",
                  "train text.csv", folder);
    check_refused(1,
                  "empty_cell.csv: every cell of the column must be a finite number (it is empty)\n"
                  "  line 3, column 2 \"count\"\n"
                  "  --missing drop leaves such rows out, --missing interpolate fills them in\n",
                  "train empty_cell.csv", folder);
    check_refused(1,
                  "train: the training part must have more rows than the window\n"
                  "  window is 25, the training part has 2 of the 3 rows of short.csv\n",
                  "train short.csv", folder);
    check_refused(
        1,
        "standardisation: the values of \"b\" in the training part must differ (all 4 are "
        "5)\n",
        "train constant.csv --columns a,b --target a --window 1", folder);
}

TEST_CASE("train: settings out of range") {
    const SeriesFolder folder;
    const auto check = [&](const std::string& refusal, const std::string& options) {
        check_refused(2, refusal + "\nRun with --help for more information.\n",
                      fmt::format("train {} {}", sunspots, options), folder);
    };
    check("--window: must be a whole number from 1 to 1000000 (0)", "--window 0");
    check("--hidden: must be a whole number from 1 to 1000000 (2000000000)", "--hidden 2000000000");
    check("--epochs: must be a whole number from 0 to 1000000000 (-1)", "--epochs -1");
    check("--batch: must be a whole number from 0 to 1000000000 (1.5)", "--batch 1.5");
    check("--learning-rate: must be a finite number above 0 (nan)", "--learning-rate nan");
    check("--clip: must be a finite number of at least 0 (inf)", "--clip inf");
    check("--momentum: must be a number of at least 0 and below 1 (1)",
          "--optimizer sgd --momentum 1");
    check("--test-fraction: must be a number of at least 0 and below 1 (1.5)",
          "--test-fraction 1.5");
    check("--validation: must be a number above 0 and below 1 (0)", "--validation 0");
    check("--plot: the name of the plot's file must end in .svg (plot.png)", "--plot plot.png");
}

TEST_CASE("train: files that cannot be written, or would be written over, are refused at once") {
    const SeriesFolder folder;
    check_refused(1, "cannot write no/m.json: No such file or directory\n",
                  "train " + sunspots + " --save no/m.json", folder);
    check_refused(1, "cannot write no/p.svg: No such file or directory\n",
                  "train " + sunspots + " --plot no/p.svg", folder);
    check_refused(
        1, "cannot write short.csv: it would be written over short.csv, choose another name\n",
        "train short.csv --plot short.svg", folder);
    check_refused(1, "demo: cannot make short.csv/x: Not a directory\n",
                  "demo --folder short.csv/x", folder);
}

TEST_CASE("train: what a model cannot be written to is found before the first epoch") {
    const SeriesFolder folder;
    const std::string few = " --window 3 --hidden 2 --epochs 1";
    for (const char* line : {"{{ sleep 0.3; '{0}' train {1}{2} --save -; echo $? > s; }} | true; "
                             "(exit $(cat s))",
                             "'{0}' train {1}{2} --save /dev/full",
                             "(ulimit -f 1; '{0}' train {1} --hidden 50 --epochs 1)"}) {
        CAPTURE(line);
        const Ran ran = test::run_shell(
            fmt::format(fmt::runtime(line), REVOLUTE_PROGRAM, sunspots, few), folder.path());
        CHECK(ran.status == 1);
        CHECK(ran.errors.find("epoch 1/") == std::string::npos);
        CHECK(ran.says("cannot write "));
        CHECK_FALSE(has(folder, "out.svg"));
    }
}

TEST_CASE("train: weights to start from that are not there or not all there") {
    const SeriesFolder folder;
    write_file(folder / "few.json", "{\"weight_ih_l0\": [[1], [2]]}");
    check_refused(1, "cannot read no.json: No such file or directory\n",
                  "train " + sunspots + " --init no.json", folder);
    check_refused(1, "few.json: weight_hh_l0 is missing\n",
                  "train " + sunspots + " --hidden 2 --init few.json", folder);
}

TEST_CASE("train: wrong usage") {
    for (const char* const options : {"--no-such-option", "--epochs many", "--cell tanh",
                                      "--layers 0", "--read levels", "--optimizer lion"})
        check_misused(fmt::format("train {} {}", sunspots, options));
    for (const char* const options : {"--columns cpi,unemp", "--target unemp --column unemp",
                                      "--columns cpi,unemp --target unemp --column unemp"})
        check_misused(fmt::format("train {} {}", macrodata, options));
    check_misused("train");
    check_misused("weights");
}

TEST_CASE("train, predict: an option that fits no other, or a format that there is not") {
    const test::TemporaryFolder folder;
    check_refused(2, "--momentum: needs --optimizer sgd\nRun with --help for more information.\n",
                  "train " + sunspots + " --momentum 0.5", folder);
    check_refused(2,
                  "--format: must be one of table, csv, json (xml)\n"
                  "Run with --help for more information.\n",
                  "predict model.json " + sunspots + " --format xml", folder);
}

TEST_CASE("predict: files that hold no model") {
    const SeriesFolder folder;
    write_file(folder / "foreign.json", "{\"format\": \"other\"}");
    check_refused(1,
                  "foreign.json: is not a model file: it must say \"format\": \"revolute model\"\n",
                  "predict foreign.json " + sunspots, folder);
    check_refused(1, "cannot read no.json: No such file or directory\n",
                  "predict no.json " + sunspots, folder);
}

TEST_CASE("train, predict: a model of one column forecasts as many rows as one likes") {
    const SeriesFolder folder;
    CHECK(run_program("train " + sunspots + " --epochs 3 --batch 100", folder).status == 0);
    REQUIRE(has(folder, "model.json"));
    CHECK(has(folder, "out.csv"));
    const Ran years =
        run_program("predict model.json " + sunspots + " --horizon 3 --format csv", folder);
    CHECK(years.status == 0);
    CHECK(first_column(years.output) == "YEAR\n2009\n2010\n2011\n");
    const Ran next = run_program("predict model.json " + sunspots, folder);
    CHECK(next.status == 0);
    CHECK(std::ranges::count(next.output, '\n') == 2);

    check_refused(2,
                  "--horizon: must be a whole number from 1 to 1000000000 (0)\n"
                  "Run with --help for more information.\n",
                  "predict model.json " + sunspots + " --horizon 0", folder);
    check_refused(1,
                  "short.csv: no column is called \"SUNACTIVITY\"\n"
                  "  columns are: year, count\n",
                  "predict model.json short.csv", folder);
    check_refused(
        1, "cannot write model.json: it would be written over model.json, choose another name\n",
        "weights model.json -o model.json", folder);

    write_file(folder / "damaged.json", read_file(folder / "model.json").substr(0, 1000));
    const Ran damaged = run_program("predict damaged.json " + sunspots, folder);
    CHECK(damaged.status == 1);
    CHECK(damaged.errors.starts_with("damaged.json: is not a model file, or a damaged one"));
}

TEST_CASE("train, predict: a model of several columns forecasts one row") {
    const TemporaryFolder folder;
    REQUIRE(run_program("train " + several + " --epochs 2 --save several.json", folder).status ==
            0);
    const Ran next = run_program("predict several.json " + macrodata + " --format csv", folder);
    CHECK(next.status == 0);
    CHECK(first_column(next.output) == "row\n204\n");
    check_refused(1,
                  "forecast: the horizon must be 1 for a net that reads other columns than it "
                  "forecasts (2)\n"
                  "  it forecasts unemp; to go on, it would have to read the next values of "
                  "realgdp, realcons, realinv, cpi\n"
                  "  --future FILE.csv gives them, in a row for each row to be forecast but the "
                  "last\n",
                  "predict several.json " + macrodata + " --horizon 2", folder);
    check_refused(1,
                  sunspots +
                      ": no column is called \"unemp\"\n"
                      "  columns are: YEAR, SUNACTIVITY\n",
                  "predict several.json " + sunspots, folder);
}

TEST_CASE("train, predict: several targets, and several rows where the next ones are told") {
    const TemporaryFolder folder;
    const std::string small = " --window 4 --hidden 2 --epochs 1 ";
    const Ran trained = run_program(
        "train " + macrodata + " --columns realgdp,cpi,unemp --target unemp --target cpi" + small,
        folder);
    CHECK(trained.status == 0);
    CHECK(trained.output.find("\nall, in deviations of changes ") != std::string::npos);
    CHECK(trained.says("epoch 1/1  training RMSE "));
    CHECK(trained.says(" deviations, "));
    CHECK(read_file(folder / "out.csv")
              .starts_with("row,unemp: truth,unemp: persistence,unemp: recurrent net,cpi: truth,"));
    const std::string predict = "predict model.json " + macrodata;
    const Ran next = run_program(predict + " --format csv", folder);
    CHECK(next.output.starts_with("row,unemp,cpi\n204,"));
    const auto json = nlohmann::json::parse(run_program(predict + " --format json", folder).output);
    CHECK(json["columns"] == nlohmann::json{"unemp", "cpi"});
    CHECK(json["forecasts"][0]["at"] == 204);
    CHECK(json["forecasts"][0]["forecast"]["cpi"].is_number());
    const Ran table = run_program(predict, folder);
    CHECK(table.output.starts_with("       row         unemp           cpi\n       204  "));

    write_file(folder / "future.csv", "realgdp\n13000\n13010\n");
    const Ran three =
        run_program(predict + " --horizon 3 --future future.csv --format csv", folder);
    CHECK(three.status == 0);
    CHECK(first_column(three.output) == "row\n204\n205\n206\n");
    CHECK(three.output.starts_with(next.output));
    check_refused(1,
                  "future.csv: must have a row for each row to be forecast but the last (2 of 3)\n",
                  predict + " --horizon 4 --future future.csv", folder);
    CHECK(run_program(predict + " --future future.csv", folder).errors ==
          "future.csv: is not needed: the first row is forecast from DATA.csv alone (--horizon)\n");
    check_refused(1, "cannot read no.csv: No such file or directory\n",
                  predict + " --future no.csv", folder);
}

TEST_CASE("train, predict: targets alone are forecast from each other, with names of any kind") {
    const TemporaryFolder folder;
    std::string csv = "\xEF\xBB\xBFwhen,\"a, b\",\"it's \"\"c\"\"\"\r\n";
    for (int row = 0; row < 12; ++row)
        csv += fmt::format("2019-{:02}-01,{},{}\r\n", row + 1, row * row, row % 3);
    write_file(folder / "t.csv", csv);
    const std::string small = " --window 2 --hidden 2 --epochs 1 ";
    const Ran trained = run_program("train t.csv --target 'a, b,it'\\''s \"c\"'" + small, folder);
    CAPTURE(trained.errors);
    CHECK(trained.status == 0);
    const Ran next = run_program("predict model.json t.csv --horizon 3 --format csv", folder);
    CHECK(next.output.starts_with("when,\"a, b\",\"it's \"\"c\"\"\"\n2020-01-01,"));
    CHECK(first_column(next.output) == "when\n2020-01-01\n2020-02-01\n2020-03-01\n");
    CHECK(run_program("predict model.json t.csv --horizon 2 --future t.csv", folder).errors ==
          "t.csv: is not needed: the net reads no columns but those that it forecasts\n");
}

TEST_CASE("weights: they go out, in and out again to the bit") {
    const TemporaryFolder folder;
    REQUIRE(run_program("train " + several + " --epochs 2 --save several.json", folder).status ==
            0);
    const Ran weights = run_program("weights several.json", folder);
    write_file(folder / "weights.json", weights.output);
    REQUIRE(
        run_program("train " + several + " --init weights.json --epochs 0 --save kept.json", folder)
            .status == 0);
    CHECK(run_program("weights kept.json -o kept_weights.json", folder).status == 0);
    CHECK(read_file(folder / "kept_weights.json") == weights.output);

    check_refused(
        1,
        "cannot write weights.json: it would be written over weights.json, choose another name\n",
        "train " + several + " --init weights.json --save weights.json", folder);
    check_refused(1, "weights.json: weight_ih_l0 must be [12 x 1] ([12 x 5])\n",
                  "train " + macrodata +
                      " --column unemp --cell lstm-peephole --layers 2 --bidirectional --hidden 3 "
                      "--init weights.json",
                  folder);
}

TEST_CASE(
    "train: Ctrl-C, SIGTERM and SIGHUP save the last complete epoch, each with its exit status") {
    check_stopped_by(SIGINT, 130);
    check_stopped_by(SIGTERM, 143);
    check_stopped_by(SIGHUP, 129);
}

TEST_CASE("train: the best model by --validation is saved where training diverges afterwards") {
    const TemporaryFolder folder;
    const Ran ran = run_program(
        "train " + sunspots +
            " --hidden 2 --optimizer sgd --learning-rate 1e300 --clip 0 --validation 0.2 "
            "--save best.json",
        folder);
    CHECK(ran.status == 1);
    CHECK(ran.errors.ends_with(
        "train: the loss must stay finite (it did not in epoch 2, batch 1)\n"
        "  clipping the gradients (--clip 5, say) or a smaller learning rate may help; it "
        "is 1e+300\n  best.json holds the model after epoch 1, the best until then\n"));
    CHECK(has(folder, "best.json"));
}

TEST_CASE("train: a second signal ends it at once") {
    const TemporaryFolder folder;
    // An epoch takes about a second, so the second signal comes before its end.
    Training training(sunspots + " --hidden 600 --epochs 10 --save stopped.json", folder);
    wait_for(training, folder, "epoch 1/");
    training.send(SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    training.send(SIGTERM);
    CHECK(training.wait() == 143);
    CHECK_FALSE(has(folder, "stopped.json"));
    CHECK(read_file(folder / "errors").find("interrupted") == std::string::npos);
}

}  // namespace revolute
