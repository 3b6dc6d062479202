#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/random.hpp>
#include <revolute/tools/training/model_file.hpp>
#include <revolute/tools/training/trainer.hpp>
#include <support/message.hpp>
#include <support/temporary_folder.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <limits>

using namespace revolute;
using nlohmann::json;
using test::message_of;

namespace {

ForecastModel model() {
    ForecastModel result;
    result.inputs = {{"count, \"quoted\" \xC3\xA9", {1.0 / 3, 5e-324}}};
    result.targets = {{result.inputs[0].name, {-0.1, 1.7976931348623157e308}}};
    result.settings.window = 3;
    result.settings.hidden = 2;
    result.settings.optimizer = OptimizerKind::sgd;
    result.settings.seed = std::numeric_limits<std::uint64_t>::max();
    result.epochs_done = 7;
    result.training_rows = 20;
    Random random(3);
    result.parameters = initial_parameters({}, result.sizes(1), random);
    return result;
}

/// What is said of a file that `change` made of a good one.
std::string damage(const std::function<void(json&)>& change) {
    json good = json::parse(to_json(model()));
    change(good);
    return message_of<ParseError>([&] { parse_model(good.dump(), "m.json"); });
}

}  // namespace

TEST_CASE("model file: what is written reads back to the same bits") {
    const test::TemporaryFolder folder;
    write_model(folder / "m.json", model());
    CHECK(read_model(folder / "m.json") == model());
    CHECK(to_json(read_model(folder / "m.json")) == to_json(model()));
}

TEST_CASE("model file: how long one will be at most is known before training, and not far above") {
    Series series{.source = "series", .axis = {}, .targets = {{"a", {}}}, .inputs = {{"a", {}}}};
    Random random(5);
    for (int i = 0; i < 40; ++i) series.targets[0].values.push_back(random.uniform(-1, 1));
    series.inputs[0].values = series.targets[0].values;
    const auto check = [&](const TrainingSettings& settings, Precision precision) {
        CAPTURE(settings.architecture.cell.name());
        CAPTURE(name_of(settings.optimizer));
        CAPTURE(name_of(precision));
        CAPTURE(settings.momentum);
        const std::size_t most = most_bytes_trained(untrained(series, 30, settings));
        TrainingHooks hooks;
        hooks.compile.precision = precision;
        const TrainingResult result = train(series, 30, settings, hooks);
        const std::size_t bytes = to_json(result.model, result.state).size();
        CHECK(bytes <= most);
        CHECK(static_cast<double>(most) <= 1.3 * static_cast<double>(bytes));
    };
    for (const CellKind cell : cell_kinds())
        for (const OptimizerKind optimizer :
             {OptimizerKind::adam, OptimizerKind::sgd, OptimizerKind::rmsprop})
            for (const Precision precision : {Precision::float64, Precision::float32}) {
                TrainingSettings settings;
                settings.architecture.cell = cell;
                settings.optimizer = optimizer;
                settings.window = 3;
                settings.hidden = 12;
                settings.epochs = 2;
                check(settings, precision);
                settings.momentum = 0;
                if (optimizer == OptimizerKind::sgd) check(settings, precision);
            }
}

TEST_CASE("model file: values stand row by row") {
    const json file = json::parse(to_json(model()));
    const Matrix U = model().parameters[1];
    CHECK(file["parameters"][1]["name"] == "U");
    CHECK(file["parameters"][1]["values"][0][1] == U(0, 1));
    CHECK(file["parameters"][1]["values"][1][0] == U(1, 0));
}

TEST_CASE("model file: a missing file names the system's reason") {
    CHECK(message_of<FileError>([] { read_model("no/such.json"); }) ==
          "cannot read no/such.json: No such file or directory");
}

TEST_CASE("model file: text that is no JSON cites the place") {
    const auto refused = [](const char* text) {
        return message_of<ParseError>([&] { parse_model(text, "m.json"); });
    };
    CHECK(refused("") ==
          "m.json: is not a model file, or a damaged one: no JSON from line 1, column 1 on");
    CHECK(refused("YEAR,SUNACTIVITY\n") ==
          "m.json: is not a model file, or a damaged one: no JSON from line 1, column 1 on");
    CHECK(refused("{\n \"format\": oops}") ==
          "m.json: is not a model file, or a damaged one: no JSON from line 2, column 12 on");
    CHECK(refused("[1e999]") ==
          "m.json: is not a model file, or a damaged one: a number in [0] is too large");
}

TEST_CASE("model file: a file cut short is damaged") {
    const std::string whole = to_json(model());
    for (const std::size_t length : {whole.size() / 4, whole.size() / 2, whole.size() - 3})
        CHECK(message_of<ParseError>([&] {
                  parse_model(whole.substr(0, length), "m.json");
              }).starts_with("m.json: is not a model file, or a damaged one: no JSON from line "));
}

TEST_CASE("model file: foreign JSON is told from a damaged model") {
    const char* foreign = "m.json: is not a model file: it must say \"format\": \"revolute model\"";
    for (const char* text : {"[]", "3", "{}", "null", "{\"format\": \"onnx\"}", "{\"format\": 1}"})
        CHECK(message_of<ParseError>([&] { parse_model(text, "m.json"); }) == foreign);
}

TEST_CASE("model file: an unknown version is refused") {
    CHECK(damage([](json& m) { m["version"] = 4; }) ==
          "m.json: version of the model file must be 1, 2 or 3 (4)");
    CHECK(damage([](json& m) { m["version"] = "1"; }) ==
          "m.json: version of the model file must be 1, 2 or 3 (\"1\")");
    CHECK(damage([](json& m) { m.erase("version"); }) ==
          "m.json: version of the model file must be 1, 2 or 3 (there is none)");
}

TEST_CASE("model file: every entry is needed") {
    const json good = json::parse(to_json(model()));
    for (const auto& [name, value] : good.items()) {
        if (name == "format" || name == "version") continue;
        CHECK(damage([&, key = name](json& m) { m.erase(key); }) ==
              fmt::format("m.json: is a damaged model file: {} is missing", name));
    }
    for (const auto& [name, value] : good["training"].items()) {
        if (name == "precision") continue;
        CHECK(damage([&, key = name](json& m) { m["training"].erase(key); }) ==
              fmt::format("m.json: is a damaged model file: training.{} is missing", name));
    }
}

TEST_CASE("model file: the precision of the training is kept, and is f64 where it is not said") {
    ForecastModel single = model();
    single.settings.precision = Precision::float32;
    json said = json::parse(to_json(single));
    CHECK(said["training"]["precision"] == "f32");
    CHECK(parse_model(said.dump(), "m.json") == single);
    said["training"].erase("precision");
    CHECK(parse_model(said.dump(), "m.json") == model());
}

TEST_CASE("model file: entries of the wrong type or range are named") {
    const auto said = [](const std::function<void(json&)>& change) {
        constexpr std::string_view prefix = "m.json: is a damaged model file: ";
        const std::string text = damage(change);
        REQUIRE(text.starts_with(prefix));
        return text.substr(prefix.size());
    };
    CHECK(said([](json& m) { m["cell"] = "tanh"; }) ==
          "cell must be one of \"simple\", \"simple-relu\", \"gru\", \"gru-before\", \"lstm\", "
          "\"lstm-peephole\" (\"tanh\")");
    CHECK(said([](json& m) { m["cell"] = 1; }) == "cell must be a text (1)");
    CHECK(said([](json& m) { m["reading"] = "levels"; }) ==
          "reading must be \"values\" or \"changes\" (\"levels\")");
    CHECK(said([](json& m) { m["layers"] = 0; }) == "layers must be an integer from 1 to 1000 (0)");
    CHECK(said([](json& m) { m["bidirectional"] = 0; }) ==
          "bidirectional must be true or false (0)");
    CHECK(said([](json& m) { m["residual"] = nullptr; }) ==
          "residual must be true or false (null)");
    CHECK(said([](json& m) { m["window"] = 0; }) == "window must be an integer of at least 1 (0)");
    CHECK(said([](json& m) { m["window"] = 2.5; }) ==
          "window must be an integer of at least 1 (2.5)");
    CHECK(said([](json& m) { m["hidden"] = 4294967298; }) ==
          "hidden must be an integer from 1 to 1000000 (4294967298)");
    CHECK(said([](json& m) { m["inputs"] = json::array(); }) ==
          "inputs must be a list of columns (a list of 0)");
    CHECK(said([](json& m) { m["inputs"] = 1; }) == "inputs must be a list of columns (1)");
    CHECK(said([](json& m) { m["inputs"][0] = 1; }) == "inputs[0] must be an object (1)");
    CHECK(said([](json& m) { m["inputs"][0]["mean"] = "0"; }) ==
          "inputs[0].mean must be a number (\"0\")");
    CHECK(said([](json& m) { m["targets"][0]["column"] = nullptr; }) ==
          "targets[0].column must be a text (null)");
    CHECK(said([](json& m) { m["targets"][0]["deviation"] = 0; }) ==
          "targets[0].deviation must be above 0 (0)");
    CHECK(said([](json& m) { m["training"]["optimizer"] = "lion"; }) ==
          "training.optimizer must be \"adam\", \"sgd\" or \"rmsprop\" (\"lion\")");
    CHECK(said([](json& m) { m["training"]["epochs_done"] = 201; }) ==
          "training.epochs_done must be an integer from 0 to 200 (201)");
    CHECK(said([](json& m) { m["training"]["seed"] = -1; }) ==
          "training.seed must be an integer of at least 0 (-1)");
}

TEST_CASE("model file: parameters must have the shapes that the sizes say") {
    const auto said = [](const std::function<void(json&)>& change) {
        return damage([&](json& m) { change(m["parameters"]); });
    };
    const std::string prefix = "m.json: is a damaged model file: parameters";
    CHECK(said([](json& p) { p.erase(4); }) == prefix + " must be a list of 5 (a list of 4)");
    CHECK(said([](json& p) { std::swap(p[0], p[1]); }) ==
          prefix + "[0].name must be \"W\" (\"U\")");
    CHECK(said([](json& p) { p[1]["rows"] = 3; }) ==
          prefix + "[1].rows must be an integer from 2 to 2 (3)");
    CHECK(said([](json& p) { p[1]["values"].erase(1); }) ==
          prefix + "[1].values must be a list of 2 (a list of 1)");
    CHECK(said([](json& p) { p[1]["values"][1].push_back(0); }) ==
          prefix + "[1].values[1] must be a list of 2 (a list of 3)");
    CHECK(said([](json& p) { p[1]["values"][1][0] = nullptr; }) ==
          prefix + "[1].values[1][0] must be a number (null)");
    CHECK(damage([](json& m) { m["hidden"] = 1000000; }) ==
          prefix + "[0].rows must be an integer from 1000000 to 1000000 (2)");
    CHECK(damage([](json& m) { m["cell"] = "gru"; }) ==
          prefix + " must be a list of 12 (a list of 5)");
}

TEST_CASE("model file: what cannot be written leaves no trace") {
    CHECK(message_of<FileError>([] { write_model("no/such/m.json", model()); }) ==
          "cannot write no/such/m.json: No such file or directory");
}

TEST_CASE("model file: a training is resumed only where its state is there and whole") {
    const test::TemporaryFolder folder;
    const auto refused = [&](const std::string& text) {
        write_file(folder / "m.json", text);
        const std::string said = message_of<ParseError>([&] { read_training(folder / "m.json"); });
        return said.substr(std::min(said.size(), (folder / "m.json").string().size()));
    };
    CHECK(refused(to_json(model())) == ": does not hold what its training could be resumed from");
    CHECK(refused(to_json(model(), TrainingState{})) ==
          ": is a damaged model file: resume.memories must be a list of 5 (a list of 0)");
    CHECK(parse_model(to_json(model(), TrainingState{}), "m.json") == model());
}

TEST_CASE("model file: a name that JSON cannot hold is refused") {
    for (const bool is_target : {true, false}) {
        ForecastModel latin = model();
        (is_target ? latin.targets : latin.inputs)[0].name =
            "Gr\xF6"
            "sse";
        CHECK(message_of<ParseError>([&] { to_json(latin); }) ==
              "model file: the name of a column must be UTF-8 text (\"Gr...\", then byte 0xf6)");
    }
}
