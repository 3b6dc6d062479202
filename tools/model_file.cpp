#include <revolute/graph/error.hpp>
#include <revolute/tools/json_entry.hpp>
#include <revolute/tools/model_file.hpp>
#include <revolute/tools/output_file.hpp>
#include <revolute/tools/sequence_net.hpp>
#include <revolute/tools/trainer.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace revolute {

namespace {

// Entries are written in the order in which one reads them.
using Json = nlohmann::ordered_json;
using Entry = JsonEntry;

constexpr std::string_view format_name = "revolute model";
constexpr int format_version = 1;
constexpr std::string_view damaged = "is a damaged model file";

Json standardisation_to_json(const Standardisation& s) {
    return {{"mean", s.mean}, {"deviation", s.deviation}};
}

Json parameter_to_json(const std::string& name, const Matrix& matrix) {
    Json rows = Json::array();
    for (int r = 0; r < matrix.rows(); ++r) {
        Json row = Json::array();
        for (int c = 0; c < matrix.columns(); ++c) row.push_back(matrix(r, c));
        rows.push_back(std::move(row));
    }
    return {{"name", name},
            {"rows", matrix.rows()},
            {"columns", matrix.columns()},
            {"values", std::move(rows)}};
}

Json training_to_json(const ForecastModel& model) {
    const TrainingSettings& s = model.settings;
    return {{"rows", model.training_rows},
            {"epochs_done", model.epochs_done},
            {"epochs", s.epochs},
            {"batch", s.batch},
            {"optimizer", name_of(s.optimizer)},
            {"learning_rate", s.learning_rate},
            {"momentum", s.momentum},
            {"clip", s.clip},
            {"seed", s.seed}};
}

Standardisation read_standardisation(const Entry& entry) {
    const Standardisation result{entry["mean"].number(), entry["deviation"].number()};
    entry["deviation"].require(result.deviation > 0, "must be above 0");
    return result;
}

Matrix read_parameter(const Entry& entry, const std::string& name, Shape shape) {
    entry["name"].require_text(name);
    entry["rows"].integer(shape.rows, shape.rows);
    entry["columns"].integer(shape.columns, shape.columns);
    const Entry values = entry["values"];
    values.require_list(static_cast<std::size_t>(shape.rows));
    Matrix matrix(shape);
    for (int r = 0; r < shape.rows; ++r) {
        const Entry row = values.at(static_cast<std::size_t>(r));
        row.require_list(static_cast<std::size_t>(shape.columns));
        for (int c = 0; c < shape.columns; ++c)
            matrix(r, c) = row.at(static_cast<std::size_t>(c)).number();
    }
    return matrix;
}

OptimizerKind read_optimizer(const Entry& entry) {
    const std::string name = entry.text();
    for (const OptimizerKind kind : {OptimizerKind::adam, OptimizerKind::sgd})
        if (name == name_of(kind)) return kind;
    entry.require(false, "must be \"adam\" or \"sgd\"");
    return OptimizerKind::adam;
}

void read_training(const Entry& training, ForecastModel& model) {
    TrainingSettings& settings = model.settings;
    model.training_rows = training["rows"].integer(2);
    settings.epochs = training["epochs"].integer(1);
    model.epochs_done = training["epochs_done"].integer(0, settings.epochs);
    settings.batch = training["batch"].integer(0);
    settings.optimizer = read_optimizer(training["optimizer"]);
    settings.learning_rate = training["learning_rate"].number();
    settings.momentum = training["momentum"].number();
    settings.clip = training["clip"].number();
    settings.seed = training["seed"].seed();
}

void require_format(const Json& json, std::string_view source) {
    const auto format = json.is_object() ? json.find("format") : json.end();
    if (!json.is_object() || format == json.end() || *format != format_name)
        throw ParseError(fmt::format("{}: is not a model file: it must say \"format\": \"{}\"",
                                     source, format_name));
    const auto version = json.find("version");
    if (version == json.end() || *version != format_version)
        throw ParseError(fmt::format("{}: version of the model file must be {} ({})", source,
                                     format_version,
                                     version == json.end() ? "there is none" : version->dump()));
}

}  // namespace

std::string to_json(const ForecastModel& model) {
    const Sizes sizes = model.sizes(1);
    Json parameters = Json::array();
    for (std::size_t i = 0; i < model.parameters.size(); ++i)
        parameters.push_back(
            parameter_to_json(SequenceNet::parameter_names().at(i), model.parameters[i]));
    const Json json{{"format", format_name},
                    {"version", format_version},
                    {"cell", "simple"},
                    {"activation", "tanh"},
                    {"window", sizes.steps},
                    {"input", sizes.input},
                    {"hidden", sizes.hidden},
                    {"output", sizes.output},
                    {"column", model.column},
                    {"level", standardisation_to_json(model.level)},
                    {"change", standardisation_to_json(model.change)},
                    {"training", training_to_json(model)},
                    {"parameters", std::move(parameters)}};
    return json.dump(1) + '\n';
}

ForecastModel parse_model(std::string_view json, std::string_view source) {
    const Json parsed = parse_json(json, source, "is not a model file, or a damaged one");
    require_format(parsed, source);
    const Entry whole(parsed, source, damaged);
    whole["cell"].require_text("simple");
    whole["activation"].require_text("tanh");
    ForecastModel model;
    model.settings.window = whole["window"].integer(1);
    whole["input"].integer(1, 1);
    model.settings.hidden = whole["hidden"].integer(1);
    whole["output"].integer(1, 1);
    model.column = whole["column"].text();
    model.level = read_standardisation(whole["level"]);
    model.change = read_standardisation(whole["change"]);
    read_training(whole["training"], model);

    const std::vector<std::string> names = SequenceNet::parameter_names();
    const std::vector<Shape> shapes = SequenceNet::parameter_shapes(model.sizes(1));
    const Entry parameters = whole["parameters"];
    parameters.require_list(names.size());
    for (std::size_t i = 0; i < names.size(); ++i)
        model.parameters.push_back(read_parameter(parameters.at(i), names[i], shapes[i]));
    return model;
}

void write_model(const std::filesystem::path& path, const ForecastModel& model) {
    write_file(path, to_json(model));
}

ForecastModel read_model(const std::filesystem::path& path) {
    return parse_model(read_file(path), path.string());
}

}  // namespace revolute
