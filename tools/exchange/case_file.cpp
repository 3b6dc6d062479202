#include <revolute/graph/values/error.hpp>
#include <revolute/tools/exchange/case_file.hpp>
#include <revolute/tools/exchange/detail/json_entry.hpp>
#include <revolute/tools/exchange/weights_file.hpp>
#include <revolute/tools/support/output_file.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace revolute {

namespace {

using detail::array_to_json;
using detail::JsonEntry;
using detail::parse_json;
using Json = nlohmann::ordered_json;
using Entry = JsonEntry;

/// Larger sizes are refused before anything is made of them.
constexpr int largest_size = 1'000'000;

/// A list of the columns of a matrix, each a list of its rows: [B][I] of the file is [I x B].
Matrix read_columns(const Entry& entry, Shape shape) {
    entry.require_lists(shape.columns, shape.rows);
    Matrix matrix(shape);
    for (int c = 0; c < shape.columns; ++c)
        for (int r = 0; r < shape.rows; ++r)
            matrix(r, c) =
                entry.at(static_cast<std::size_t>(c)).at(static_cast<std::size_t>(r)).number();
    return matrix;
}

std::vector<Matrix> read_sequence(const Entry& entry, std::size_t count, Shape shape) {
    entry.require_lists(static_cast<int>(count), shape.columns);
    std::vector<Matrix> sequence;
    for (std::size_t i = 0; i < count; ++i) sequence.push_back(read_columns(entry.at(i), shape));
    return sequence;
}

Matrix read_array(const Entry& entry, const ArrayShape& array) {
    // A weight of one column is a list of rows, or as `weights_to_json` writes one of the user's.
    const bool has_rows =
        entry.json().is_array() && !entry.json().empty() && entry.json().front().is_array();
    return is_matrix(array.name, array.shape) || (has_rows && !is_vector(array.role))
               ? entry.matrix(array.shape)
               : entry.vector(array.shape.rows);
}

Matrix read_classes(const Entry& entry, int count, int classes) {
    entry.require_list(static_cast<std::size_t>(count));
    Matrix matrix(1, count);
    for (int b = 0; b < count; ++b)
        matrix(0, b) = entry.at(static_cast<std::size_t>(b)).integer(0, classes - 1);
    return matrix;
}

/// Whether every array of a net must be there, as its parameters must, or any of them, as gradients
/// may.
enum class Extent : std::uint8_t { all, some };

StateDict read_state_dict(const Entry& entry, std::span<const ArrayShape> shapes, Extent extent) {
    entry.require(entry.json().is_object(), "must be an object");
    for (const auto& item : entry.json().items())
        if (std::ranges::find(shapes, item.key(), &ArrayShape::name) == shapes.end())
            entry[item.key()].fail("does not belong to this net");
    if (extent == Extent::some && entry.json().empty())
        entry.fail("must have one array of the net at least (an empty object)");
    StateDict arrays;
    for (const ArrayShape& array : shapes)
        if (extent == Extent::all || entry.has(array.name))
            arrays.push_back({array.name, read_array(entry[array.name], array)});
    return arrays;
}

CellType read_cell(const Entry& whole, std::span<const CellType> own) {
    const std::string cell = whole["cell"].text();
    if (cell == "rnn") {
        const std::string activation = whole["activation"].text();
        whole["activation"].require(activation == "tanh" || activation == "relu",
                                    "must be \"tanh\" or \"relu\"");
        return activation == "tanh" ? CellKind::simple : CellKind::simple_relu;
    }
    const std::optional<CellType> type = cell_type_named(cell, own);
    if (!type || *type == CellKind::simple || *type == CellKind::simple_relu) {
        std::vector<std::string> names{"rnn", "gru", "gru-before", "lstm", "lstm-peephole"};
        for (const CellType& known : own) names.push_back(known.name());
        const std::string last = names.back();
        names.pop_back();
        whole["cell"].refuse(
            fmt::format("must be \"{}\" or \"{}\"", fmt::join(names, "\", \""), last));
    }
    return *type;
}

/// What a case calls the cell.
std::string_view name_in_case(const CellType& type) {
    const bool is_simple = type == CellKind::simple || type == CellKind::simple_relu;
    return is_simple ? "rnn" : std::string_view(type.name());
}

LossKind read_loss(const Entry& entry) {
    const std::string loss = entry.text();
    entry.require(loss == "mse_half" || loss == "cross_entropy",
                  "must be \"mse_half\" or \"cross_entropy\"");
    return loss == "mse_half" ? LossKind::mse : LossKind::cross_entropy;
}

void read_net(const Entry& whole, std::span<const CellType> cells, Case& result) {
    const auto size = [&](const char* name) { return whole[name].integer(1, largest_size); };
    result.sizes = {.steps = size("T"),
                    .input = size("I"),
                    .hidden = size("H"),
                    .output = size("O"),
                    .batch = size("B")};
    result.architecture = {.cell = read_cell(whole, cells),
                           .layers = whole["layers"].integer(1, 1000),
                           .is_bidirectional = whole["bidirectional"].boolean(),
                           .initial = InitialState::given,
                           .loss = read_loss(whole["loss"])};
    if (whole["many_to_many"].boolean())
        for (int t = 0; t < result.sizes.steps; ++t) result.architecture.answers.push_back(t);
}

std::size_t answer_count(const Case& of) {
    return of.architecture.answers.empty() ? 1 : of.architecture.answers.size();
}

bool is_many_to_many(const Case& of) { return !of.architecture.answers.empty(); }

std::size_t direction_count(const Case& of) {
    return static_cast<std::size_t>(of.architecture.layers) *
           (of.architecture.is_bidirectional ? 2 : 1);
}

Shape input_shape(const Case& of) { return {of.sizes.input, of.sizes.batch}; }
Shape answer_shape(const Case& of) { return {of.sizes.output, of.sizes.batch}; }

/// One answer stands alone; several are a list.
std::vector<Matrix> read_answers(const Entry& entry, const Case& of) {
    if (!is_many_to_many(of)) return {read_columns(entry, answer_shape(of))};
    return read_sequence(entry, answer_count(of), answer_shape(of));
}

std::vector<Matrix> read_targets(const Entry& entry, const Case& of) {
    if (of.architecture.loss == LossKind::mse) return read_answers(entry, of);
    const auto classes = [&](const Entry& list) {
        return read_classes(list, of.sizes.batch, of.sizes.output);
    };
    if (!is_many_to_many(of)) return {classes(entry)};
    entry.require_list(answer_count(of));
    std::vector<Matrix> targets;
    for (std::size_t i = 0; i < answer_count(of); ++i) targets.push_back(classes(entry.at(i)));
    return targets;
}

/// The tensors of the state, as a net of one layer calls them.
std::vector<StateTensor> state_tensors(const Case& of) {
    Graph graph;
    return make_cell(of.architecture.cell, graph, of.sizes.input, of.sizes.hidden).state_tensors();
}

/// Refuses states that the cell does not have; null stands for none.
void require_cell_state(const Entry& whole, const char* name, std::span<const StateTensor> tensors,
                        const Case& of) {
    if (!whole.has(name) || whole[name].json().is_null()) return;
    if (std::ranges::find(tensors, "c", &StateTensor::name) != tensors.end()) return;
    whole[name].fail(fmt::format("does not belong to the cell \"{}\", which has no cell state",
                                 name_in_case(of.architecture.cell)));
}

/// States of one tensor; none where the file has none.
std::vector<Matrix> read_states(const Entry& whole, const std::string& name, int rows,
                                const Case& of) {
    if (!whole.has(name) || whole[name].json().is_null()) return {};
    return read_sequence(whole[name], direction_count(of), {rows, of.sizes.batch});
}

/// Those of the cell's tensors that the file has, and the names of all of them.
std::vector<StateArrays> read_all_states(const Entry& whole, std::string_view before,
                                         std::span<const StateTensor> tensors, const Case& of,
                                         std::vector<std::string>& names) {
    std::vector<StateArrays> all;
    for (const StateTensor& tensor : tensors) {
        names.push_back(fmt::format("{}{}0", before, tensor.name));
        std::vector<Matrix> states = read_states(whole, names.back(), tensor.rows, of);
        if (!states.empty()) all.push_back({names.back(), std::move(states)});
    }
    return all;
}

/// Reads what a result has; what is missing is left empty.
CaseResult read_result(const Entry& entry, const Case& of) {
    CaseResult result;
    if (entry.has("grads"))
        result.grads = read_state_dict(entry["grads"], state_dict_shapes(of.architecture, of.sizes),
                                       Extent::some);
    if (entry.has("loss")) result.loss = entry["loss"].number();
    if (entry.has("yhat")) result.yhat = read_answers(entry["yhat"], of);
    if (entry.has("dx")) result.dx = read_sequence(entry["dx"], of.x.size(), input_shape(of));
    const std::vector<StateTensor> tensors = state_tensors(of);
    std::vector<std::string> keys{"loss", "yhat", "grads", "dx", "dh0", "dc0"};
    require_cell_state(entry, "dc0", tensors, of);
    result.dinitial = read_all_states(entry, "d", tensors, of, keys);
    result.unknown_keys = entry.unknown_keys(keys);
    return result;
}

Case read(const Entry& whole, std::span<const CellType> cells) {
    Case result;
    result.name = whole["name"].text();
    read_net(whole, cells, result);
    result.x = read_sequence(whole["x"], static_cast<std::size_t>(result.sizes.steps),
                             input_shape(result));
    result.targets = read_targets(whole["y"], result);
    const std::vector<StateTensor> tensors = state_tensors(result);
    std::vector<std::string> keys{
        "name",          "cell",         "activation", "T", "B", "I",  "H",  "O",      "layers",
        "bidirectional", "many_to_many", "loss",       "x", "y", "h0", "c0", "params", "expected"};
    require_cell_state(whole, "c0", tensors, result);
    const std::vector<StateArrays> given = read_all_states(whole, "", tensors, result, keys);
    for (const StateTensor& tensor : tensors) {
        const std::string name = tensor.name + "0";
        const std::vector<Matrix>* const states = find_states(given, name);
        const Matrix zeros(tensor.rows, result.sizes.batch);
        result.initial.push_back({name, states != nullptr
                                            ? *states
                                            : std::vector<Matrix>(direction_count(result), zeros)});
    }
    result.parameters = read_state_dict(
        whole["params"], state_dict_shapes(result.architecture, result.sizes), Extent::all);
    if (whole.has("expected")) {
        const Entry expected = whole["expected"];
        for (const char* name : {"loss", "yhat", "grads"}) static_cast<void>(expected[name]);
        result.expected = read_result(expected, result);
    }
    result.unknown_keys = whole.unknown_keys(keys);
    return result;
}

Json columns_to_json(const Matrix& matrix) {
    Json list = Json::array();
    for (int c = 0; c < matrix.columns(); ++c) {
        Json column = Json::array();
        for (int r = 0; r < matrix.rows(); ++r) column.push_back(matrix(r, c));
        list.push_back(std::move(column));
    }
    return list;
}

Json sequence_to_json(std::span<const Matrix> sequence) {
    Json list = Json::array();
    for (const Matrix& matrix : sequence) list.push_back(columns_to_json(matrix));
    return list;
}

using Found = std::optional<NotFiniteEntry>;

Found first_not_finite(const std::string& name, const Matrix& matrix) {
    for (int c = 0; c < matrix.columns(); ++c)
        for (int r = 0; r < matrix.rows(); ++r)
            if (!std::isfinite(matrix(r, c)))
                return NotFiniteEntry{fmt::format("{}, row {}, column {}", name, r, c),
                                      printable(matrix(r, c))};
    return std::nullopt;
}

Found first_not_finite(std::string_view name, std::span<const Matrix> sequence) {
    for (std::size_t i = 0; i < sequence.size(); ++i)
        if (Found found = first_not_finite(
                sequence.size() == 1 ? std::string(name) : fmt::format("{}[{}]", name, i),
                sequence[i]))
            return found;
    return std::nullopt;
}

constexpr std::string_view complaint = "is no case that can be read";

}  // namespace

const std::vector<Matrix>* find_states(std::span<const StateArrays> states, std::string_view name) {
    const auto found = std::ranges::find(states, name, &StateArrays::name);
    return found == states.end() || found->values.empty() ? nullptr : &found->values;
}

Case parse_case(std::string_view json, std::string_view source, std::span<const CellType> cells) {
    const Json parsed = parse_json(json, source, complaint);
    return read(Entry(parsed, source, complaint), cells);
}

Case read_case(const std::filesystem::path& path, std::span<const CellType> cells) {
    return parse_case(read_file(path), path.string(), cells);
}

CaseResult parse_gradients(std::string_view json, std::string_view source, const Case& of) {
    constexpr std::string_view no_gradients = "has no gradients that can be read";
    const Json parsed = parse_json(json, source, no_gradients);
    const Entry entry(parsed, source, no_gradients);
    CaseResult result = read_result(entry, of);
    const bool is_empty = !result.loss && result.yhat.empty() && result.grads.empty() &&
                          result.dx.empty() && result.dinitial.empty();
    if (is_empty)
        entry.fail("must have one of loss, yhat, grads, dx and the adjoints of initial states");
    return result;
}

std::optional<NotFiniteEntry> first_not_finite(const CaseResult& result) {
    Found found = first_not_finite("loss", Matrix(1, 1, result.loss.value()));
    if (!found) found = first_not_finite("yhat", result.yhat);
    for (const NamedArray& array : result.grads)
        if (!found) found = first_not_finite(array.name, array.value);
    if (!found) found = first_not_finite("dx", result.dx);
    for (const StateArrays& states : result.dinitial)
        if (!found) found = first_not_finite(states.name, states.values);
    return found;
}

std::string to_json(const CaseResult& result, const Case& of) {
    if (const auto found = first_not_finite(result))
        throw EvaluationError(
            fmt::format("JSON: every number must be finite, it has no others ({})\n  it is {}",
                        found->value, found->place));
    Json grads = Json::object();
    for (const NamedArray& array : result.grads) grads[array.name] = array_to_json(array);
    Json json{{"loss", result.loss.value()},
              {"yhat", is_many_to_many(of) ? sequence_to_json(result.yhat)
                                           : columns_to_json(result.yhat.front())},
              {"grads", std::move(grads)},
              {"dx", sequence_to_json(result.dx)}};
    for (const StateArrays& states : result.dinitial)
        json[states.name] = sequence_to_json(states.values);
    return json.dump(1) + '\n';
}

}  // namespace revolute
