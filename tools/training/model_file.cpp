#include <revolute/graph/values/error.hpp>
#include <revolute/tools/exchange/detail/json_entry.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/text_encoding.hpp>
#include <revolute/tools/training/model_file.hpp>
#include <revolute/tools/training/sequence_net.hpp>
#include <revolute/tools/training/trainer.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace revolute {

namespace {

using detail::JsonEntry;
using detail::matrix_to_json;
using detail::model_format;
using detail::parse_json;
// Entries are written in the order in which one reads them.
using Json = nlohmann::ordered_json;
using Entry = JsonEntry;

constexpr int format_version = 3;
constexpr int largest_hidden = 1'000'000;
constexpr int most_layers = 1000;
constexpr std::string_view damaged = "is a damaged model file";

Json columns_to_json(const std::vector<ModelColumn>& columns) {
    Json list = Json::array();
    for (const auto& [name, level] : columns)
        list.push_back({{"column", name}, {"mean", level.mean}, {"deviation", level.deviation}});
    return list;
}

Json parameter_to_json(const std::string& name, const Matrix& matrix) {
    return {{"name", name},
            {"rows", matrix.rows()},
            {"columns", matrix.columns()},
            {"values", matrix_to_json(matrix)}};
}

Json training_to_json(const ForecastModel& model) {
    const TrainingSettings& s = model.settings;
    Json json{{"rows", model.training_rows},
              {"epochs_done", model.epochs_done},
              {"epochs", s.epochs},
              {"batch", s.batch},
              {"optimizer", name_of(s.optimizer)},
              {"learning_rate", s.learning_rate},
              {"momentum", s.momentum},
              {"clip", s.clip},
              {"seed", s.seed},
              {"precision", name_of(s.precision)}};
    if (model.validation) json["validation"] = *model.validation;
    return json;
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
    return entry["values"].matrix(shape);
}

/// One of the values, by its name.
template <class Value>
Value read_choice(const Entry& entry, std::initializer_list<Value> values) {
    const std::string name = entry.text();
    std::string names;
    for (const Value value : values) {
        if (name == name_of(value)) return value;
        const bool is_last = value == *(values.end() - 1);
        names += fmt::format("{}\"{}\"",
                             names.empty() ? ""
                             : is_last     ? " or "
                                           : ", ",
                             name_of(value));
    }
    entry.refuse(fmt::format("must be {}", names));
}

void read_training(const Entry& training, ForecastModel& model) {
    TrainingSettings& settings = model.settings;
    model.training_rows = training["rows"].integer(2);
    settings.epochs = training["epochs"].integer(0);
    model.epochs_done = training["epochs_done"].integer(0, settings.epochs);
    settings.batch = training["batch"].integer(0);
    settings.optimizer = read_choice(
        training["optimizer"], {OptimizerKind::adam, OptimizerKind::sgd, OptimizerKind::rmsprop});
    settings.learning_rate = training["learning_rate"].number();
    settings.momentum = training["momentum"].number();
    settings.clip = training["clip"].number();
    settings.seed = training["seed"].seed();
    if (training.has("validation")) model.validation = training["validation"].number();
    if (training.has("precision"))
        settings.precision =
            read_choice(training["precision"], {Precision::float64, Precision::float32});
}

void require_format(const Json& json, std::string_view source) {
    const auto format = json.is_object() ? json.find("format") : json.end();
    if (!json.is_object() || format == json.end() || *format != model_format)
        throw ParseError(fmt::format("{}: is not a model file: it must say \"format\": \"{}\"",
                                     source, model_format));
    const auto version = json.find("version");
    if (version == json.end() || (*version != 1 && *version != 2 && *version != format_version))
        throw ParseError(fmt::format("{}: version of the model file must be 1, 2 or {} ({})",
                                     source, format_version,
                                     version == json.end() ? "there is none" : version->dump()));
}

CellType read_cell(const Entry& entry, std::span<const CellType> cells) {
    const std::optional<CellType> type = cell_type_named(entry.text(), cells);
    entry.require(type.has_value(), fmt::format("must be one of {}", names_of_cell_types(cells)));
    return *type;
}

ModelColumn read_column(const Entry& entry) {
    return {entry["column"].text(), read_standardisation(entry)};
}

std::vector<ModelColumn> read_columns(const Entry& list) {
    list.require(list.json().is_array() && list.size() > 0, "must be a list of columns");
    std::vector<ModelColumn> columns;
    for (std::size_t i = 0; i < list.size(); ++i) columns.push_back(read_column(list.at(i)));
    return columns;
}

/// What the net is and what it reads and answers.
void read_net(const Entry& whole, std::span<const CellType> cells, ForecastModel& model) {
    Architecture& net = model.settings.architecture;
    net.cell = read_cell(whole["cell"], cells);
    net.layers = whole["layers"].integer(1, most_layers);
    net.is_bidirectional = whole["bidirectional"].boolean();
    net.is_residual = whole["residual"].boolean();
    model.settings.reading = read_choice(whole["reading"], {Reading::values, Reading::changes});
    model.inputs = read_columns(whole["inputs"]);
    if (whole.json()["version"] == 2)
        model.targets = {read_column(whole["target"])};
    else
        model.targets = read_columns(whole["targets"]);
}

/// The same of version 1.
void read_simple_net(const Entry& whole, ForecastModel& model) {
    whole["cell"].require_text("simple");
    whole["activation"].require_text("tanh");
    whole["input"].integer(1, 1);
    whole["output"].integer(1, 1);
    const std::string name = whole["column"].text();
    model.inputs = {{name, read_standardisation(whole["level"])}};
    model.targets = {{name, read_standardisation(whole["change"])}};
}

Json state_to_json(const TrainingState& state) {
    Json memories = Json::array();
    for (const Matrix& memory : state.memories) memories.push_back(matrix_to_json(memory));
    return {{"drew_weights", state.drew_weights}, {"memories", std::move(memories)}};
}

/// JSON holds no other names.
void require_utf8(std::string_view name) {
    if (const auto invalid = first_invalid_utf8(name))
        throw ParseError(
            fmt::format("model file: the name of a column must be UTF-8 text (\"{}...\", then byte "
                        "0x{:02x})",
                        name.substr(0, *invalid), static_cast<unsigned char>(name[*invalid])));
}

}  // namespace

std::string to_json(const ForecastModel& model, const std::optional<TrainingState>& state) {
    for (const auto* columns : {&model.targets, &model.inputs})
        for (const ModelColumn& column : *columns) require_utf8(column.name);
    const Architecture& net = model.settings.architecture;
    Json parameters = Json::array();
    const auto shapes = parameter_shapes(net, model.sizes(1));
    for (std::size_t i = 0; i < shapes.size(); ++i)
        parameters.push_back(parameter_to_json(shapes[i].name, model.parameters.at(i)));
    Json json{{"format", model_format},
              {"version", format_version},
              {"cell", net.cell.name()},
              {"layers", net.layers},
              {"bidirectional", net.is_bidirectional},
              {"residual", net.is_residual},
              {"reading", name_of(model.settings.reading)},
              {"window", model.settings.window},
              {"hidden", model.settings.hidden},
              {"inputs", columns_to_json(model.inputs)},
              {"targets", columns_to_json(model.targets)},
              {"training", training_to_json(model)},
              {"parameters", std::move(parameters)}};
    if (state) json["resume"] = state_to_json(*state);
    return json.dump(1) + '\n';
}

std::size_t most_bytes_trained(ForecastModel model) {
    constexpr double longest = -std::numeric_limits<double>::min();  // -2.2250738585072014e-308
    model.epochs_done = model.settings.epochs;
    model.validation = longest;
    TrainingState state;
    for (const Shape shape : memory_shapes(model)) state.memories.emplace_back(shape, longest);
    for (Matrix& parameter : model.parameters) parameter = Matrix(parameter.shape(), longest);
    return to_json(model, state).size();
}

ForecastModel parse_model(std::string_view json, std::string_view source,
                          std::span<const CellType> cells) {
    const Json parsed = parse_json(json, source, "is not a model file, or a damaged one");
    require_format(parsed, source);
    const Entry whole(parsed, source, damaged);
    ForecastModel model;
    if (parsed["version"] == 1)
        read_simple_net(whole, model);
    else
        read_net(whole, cells, model);
    model.settings.window = whole["window"].integer(1);
    model.settings.hidden = whole["hidden"].integer(1, largest_hidden);
    read_training(whole["training"], model);

    const auto shapes = parameter_shapes(model.settings.architecture, model.sizes(1));
    const Entry parameters = whole["parameters"];
    parameters.require_list(shapes.size());
    for (std::size_t i = 0; i < shapes.size(); ++i)
        model.parameters.push_back(
            read_parameter(parameters.at(i), shapes[i].name, shapes[i].shape));
    return model;
}

void write_model(const std::filesystem::path& path, const ForecastModel& model,
                 const std::optional<TrainingState>& state) {
    write_file(path, to_json(model, state));
}

std::pair<ForecastModel, TrainingState> read_training(const std::filesystem::path& path,
                                                      std::span<const CellType> cells) {
    const std::string text = read_file(path), source = path.string();
    ForecastModel model = parse_model(text, source, cells);
    const Json parsed = parse_json(text, source, damaged);
    if (!parsed.contains("resume"))
        throw ParseError(
            fmt::format("{}: does not hold what its training could be resumed from", source));
    const Entry entry = Entry(parsed, source, damaged)["resume"];
    TrainingState state{.memories = {}, .drew_weights = entry["drew_weights"].boolean()};
    // The shapes are those of a training step, which nothing else knows.
    const std::vector<Shape> shapes = memory_shapes(model);
    const Entry memories = entry["memories"];
    memories.require_list(shapes.size());
    for (std::size_t i = 0; i < shapes.size(); ++i)
        state.memories.push_back(memories.at(i).matrix(shapes[i]));
    return {std::move(model), std::move(state)};
}

ForecastModel read_model(const std::filesystem::path& path, std::span<const CellType> cells) {
    return parse_model(read_file(path), path.string(), cells);
}

}  // namespace revolute
