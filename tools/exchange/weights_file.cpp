#include <revolute/graph/values/error.hpp>
#include <revolute/tools/exchange/detail/json_entry.hpp>
#include <revolute/tools/exchange/weights_file.hpp>
#include <revolute/tools/support/output_file.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace revolute {

namespace {

using detail::array_to_json;
using detail::JsonEntry;
using detail::model_format;
using detail::parse_json;
using Json = nlohmann::ordered_json;

constexpr std::string_view complaint = "has no weights that can be read";

/// How many rows the entry lists.
int row_count(const JsonEntry& entry) {
    constexpr std::size_t most = 100'000'000;
    entry.require(entry.json().is_array() && entry.size() > 0 && entry.size() <= most,
                  "must be a list of numbers, or of rows of numbers");
    return static_cast<int>(entry.size());
}

Matrix read_array(const JsonEntry& entry) {
    const int rows = row_count(entry);
    if (!entry.at(0).json().is_array()) return entry.vector(rows);
    return entry.matrix({rows, row_count(entry.at(0))});
}

}  // namespace

std::string weights_to_json(const StateDict& arrays) {
    std::vector<std::string> lines;
    for (const NamedArray& array : arrays)
        lines.push_back(fmt::format("\"{}\": {}", array.name, array_to_json(array).dump()));
    return fmt::format("{{\n {}\n}}\n", fmt::join(lines, ",\n "));
}

StateDict parse_weights(std::string_view json, std::string_view source) {
    const Json parsed = parse_json(json, source, complaint);
    const JsonEntry whole(parsed, source, complaint);
    whole.require(parsed.is_object(), "must be an object");
    if (const auto format = parsed.find("format");
        format != parsed.end() && format->is_string() && *format == model_format)
        throw ParseError(fmt::format(
            "{0}: is a model file, where weights are needed\n  `revolute weights {0}` prints its "
            "weights; `revolute train --resume {0}` goes on with its training",
            source));
    StateDict arrays;
    for (const auto& [name, value] : parsed.items())
        arrays.push_back({name, read_array(whole[name])});
    return arrays;
}

StateDict read_weights(const std::filesystem::path& path) {
    return parse_weights(read_file(path), path.string());
}

}  // namespace revolute
