#include "net_text_case.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace revolute::test {

namespace {

using Json = nlohmann::json;

/// Rows of a matrix.
Matrix by_rows(const Json& rows) {
    Matrix result(static_cast<int>(rows.size()), static_cast<int>(rows.front().size()));
    int r = 0;
    for (const Json& row : rows) {
        int c = 0;
        for (const Json& entry : row) result(r, c++) = entry.get<double>();
        ++r;
    }
    return result;
}

/// A column for each of the batch; a symbol is a number by itself.
Matrix by_columns(const Json& columns) {
    const bool is_symbol = columns.front().is_number();
    Matrix result(is_symbol ? 1 : static_cast<int>(columns.front().size()),
                  static_cast<int>(columns.size()));
    int c = 0;
    for (const Json& column : columns) {
        int r = 0;
        if (is_symbol)
            result(r, c) = column.get<double>();
        else
            for (const Json& entry : column) result(r++, c) = entry.get<double>();
        ++c;
    }
    return result;
}

std::vector<Matrix> sequence(const Json& steps) {
    std::vector<Matrix> values;
    for (const Json& step : steps) values.push_back(by_columns(step));
    return values;
}

NetTextCase read(const std::filesystem::path& file) {
    const Json json = Json::parse(std::ifstream(file));
    NetTextCase read{file.stem().string(),
                     json.at("net").get<std::string>(),
                     json.at("steps").get<int>(),
                     json.at("batch").get<int>(),
                     {},
                     {},
                     0,
                     {},
                     {}};
    const Json& expected = json.at("expected");
    const NetText text = read_net(read.text, read.name);
    Graph graph;
    const TextNet net = text.build(graph, {.steps = read.steps, .columns = read.columns});
    const auto has = [](const auto& list, const std::string& name) {
        return std::ranges::any_of(list, [&](const auto& item) { return item.name == name; });
    };
    for (const auto& [name, value] : json.at("values").items()) {
        const bool is_of_batch =
            has(net.targets, name) ||
            (has(net.initial, name) && !expected.at("gradients").contains(name));
        if (has(net.inputs, name))
            read.sequences[name] = sequence(value);
        else
            read.values[name] = is_of_batch ? by_columns(value) : by_rows(value);
    }
    read.loss = expected.at("loss").get<double>();
    for (const auto& [name, value] : expected.at("gradients").items())
        read.gradients[name] = by_rows(value);
    for (const auto& [name, value] : expected.at("dh").items())
        read.gradients[name] = by_columns(value);
    for (const auto& [name, value] : expected.at("dx").items())
        read.input_gradients[name] = sequence(value);
    return read;
}

}  // namespace

std::vector<NetTextCase> net_text_cases() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(REVOLUTE_TEST_DATA) / "nets"))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<NetTextCase> cases;
    for (const std::filesystem::path& file : files) cases.push_back(read(file));
    return cases;
}

Bindings values_of(const NetTextCase& expected, const TextNet& net) {
    Bindings values;
    for (const auto* list : {&net.trained, &net.given, &net.targets, &net.initial})
        for (const auto& [name, leaf] : *list) values.bind(leaf, expected.values.at(name));
    for (const auto& [name, leaves] : net.inputs)
        for (std::size_t t = 0; t < leaves.size(); ++t)
            values.bind(leaves[t], expected.sequences.at(name).at(t));
    return values;
}

}  // namespace revolute::test
