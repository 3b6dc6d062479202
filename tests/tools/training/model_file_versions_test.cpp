// Model files of every kind of net, and of earlier versions.

#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/random.hpp>
#include <revolute/tools/training/model_file.hpp>
#include <revolute/tools/training/trainer.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <functional>

using namespace revolute;
using nlohmann::json;
using test::message_of;

namespace {

const std::string version_1 = REVOLUTE_TEST_DATA "/model_version_1.json";

std::string damage_version_1(const std::function<void(json&)>& change) {
    json good = json::parse(read_file(version_1));
    change(good);
    return message_of<ParseError>([&] { parse_model(good.dump(), "m.json"); });
}

}  // namespace

TEST_CASE("model file: every cell, stack and direction reads back to the same bits") {
    for (const CellKind kind : cell_kinds())
        for (const bool is_wide : {false, true}) {
            CAPTURE(name_of(kind));
            ForecastModel model;
            model.inputs = {{"a", {1, 2}}, {"b", {3, 4}}};
            model.targets = {{"c", {0, 1}}};
            model.settings.reading = is_wide ? Reading::changes : Reading::values;
            model.settings.window = 4;
            model.settings.hidden = 3;
            model.settings.architecture = {.cell = kind,
                                           .layers = is_wide ? 2 : 1,
                                           .is_bidirectional = is_wide,
                                           .is_residual = is_wide};
            model.training_rows = 9;
            Random random(1);
            model.parameters =
                initial_parameters(model.settings.architecture, model.sizes(1), random);
            CHECK(parse_model(to_json(model), "m.json") == model);
        }
}

TEST_CASE("model file: version 1 is read, to the model that the same training gives today") {
    const Series series = read_series(Table::read(REVOLUTE_TEST_DATA "/sunspots.csv"));
    TrainingSettings settings;
    settings.window = 3;
    settings.hidden = 2;
    settings.epochs = 4;
    settings.batch = 100;
    ForecastModel model =
        train(series, 247, settings, {.computed_by = ComputedBy::reference}).model;
    model.validation.reset();  // of which files did not tell
    CHECK(read_model(version_1) == model);
}

TEST_CASE("model file: version 2 is read, whose target is one of version 3") {
    json model = json::parse(read_file(REVOLUTE_TEST_DATA "/model_version_2.json"));
    const ForecastModel read = parse_model(model.dump(), "m.json");
    model["version"] = 3;
    model["targets"] = json::array({model["target"]});
    model.erase("target");
    CHECK(read == parse_model(model.dump(), "m.json"));
    model["version"] = 2;
    CHECK(message_of<ParseError>([&] { parse_model(model.dump(), "m.json"); }) ==
          "m.json: is a damaged model file: target is missing");
}

TEST_CASE("model file: several targets read back to the same bits, and there is one at least") {
    ForecastModel model = read_model(REVOLUTE_TEST_DATA "/model_version_2.json");
    model.targets = {{"a", {0.1, 2}}, {"b", {-3, 0.25}}, {"c", {1e300, 1e-300}}};
    Random random(4);
    model.parameters = initial_parameters(model.settings.architecture, model.sizes(1), random);
    CHECK(parse_model(to_json(model), "m.json") == model);
    json none = json::parse(to_json(model));
    none["targets"] = json::array();
    CHECK(message_of<ParseError>([&] { parse_model(none.dump(), "m.json"); }) ==
          "m.json: is a damaged model file: targets must be a list of columns (a list of 0)");
}

TEST_CASE("model file: entries of version 1 that are missing or wrong are named") {
    const std::string prefix = "m.json: is a damaged model file: ";
    for (const char* name : {"cell", "activation", "window", "input", "hidden", "output", "column",
                             "level", "change", "training", "parameters"})
        CHECK(damage_version_1([&](json& m) { m.erase(name); }) ==
              fmt::format("{}{} is missing", prefix, name));
    CHECK(damage_version_1([](json& m) { m["cell"] = "lstm"; }) ==
          prefix + "cell must be \"simple\" (\"lstm\")");
    CHECK(damage_version_1([](json& m) { m["activation"] = "relu"; }) ==
          prefix + "activation must be \"tanh\" (\"relu\")");
    CHECK(damage_version_1([](json& m) { m["input"] = 2; }) ==
          prefix + "input must be an integer from 1 to 1 (2)");
    CHECK(damage_version_1([](json& m) { m["level"] = 1; }) ==
          prefix + "level must be an object (1)");
    CHECK(damage_version_1([](json& m) { m["change"]["deviation"] = 0; }) ==
          prefix + "change.deviation must be above 0 (0)");
}
