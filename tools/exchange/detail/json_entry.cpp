#include <revolute/graph/values/error.hpp>
#include <revolute/tools/exchange/detail/json_entry.hpp>
#include <revolute/tools/support/detail/small_letters.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <set>
#include <vector>

namespace revolute::detail {

namespace {

/// "line 3, column 5" of a byte, counted from 1.
std::string place_of(std::string_view text, std::size_t byte) {
    const std::string_view before = text.substr(0, byte == 0 ? 0 : std::min(byte, text.size()) - 1);
    const auto line_begin = before.rfind('\n');
    return fmt::format("line {}, column {}", std::count(before.begin(), before.end(), '\n') + 1,
                       before.size() - (line_begin == before.npos ? 0 : line_begin + 1) + 1);
}

/// The letters around a byte, counted from 1, and a sign before them.
std::string_view word_around(std::string_view text, std::size_t byte) {
    const auto is_letter = [&](std::size_t i) {
        return i < text.size() && std::isalpha(static_cast<unsigned char>(text[i])) != 0;
    };
    const auto is_sign = [&](std::size_t i) { return text[i] == '-' || text[i] == '+'; };
    std::size_t begin = std::min(byte == 0 ? 0 : byte - 1, text.size());
    if (begin < text.size() && is_sign(begin)) ++begin;
    std::size_t end = begin;
    while (is_letter(end)) ++end;
    while (begin > 0 && is_letter(begin - 1)) --begin;
    if (begin > 0 && is_sign(begin - 1)) --begin;
    return text.substr(begin, end - begin);
}

/// NaN, Infinity, -inf, ... in small letters or large.
bool is_not_finite(std::string_view word) {
    if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
    const std::string small = in_small_letters(word);
    return small == "nan" || small == "inf" || small == "infinity";
}

using Json = nlohmann::ordered_json;

/// Follows a reader through its text to know each key's place, and whether its object has it
/// already.
class KeyPath {
 public:
    /// The place of a key that is there a second time; nothing for everything else.
    std::optional<std::string> take(Json::parse_event_t event, const Json& parsed) {
        using Event = Json::parse_event_t;
        if (event == Event::object_end || event == Event::array_end) {
            levels_.pop_back();
        } else if (event == Event::key) {
            levels_.back().key = parsed.get<std::string>();
            if (!levels_.back().keys.insert(levels_.back().key).second) return place();
        } else {
            if (!levels_.empty()) ++levels_.back().entries;
            if (event == Event::object_start) levels_.push_back({.is_object = true});
            if (event == Event::array_start) levels_.push_back({});
        }
        return std::nullopt;
    }

    /// " in grads.bias_ih_l0[3]" for a value that cannot be read; nothing where that is the whole
    /// text.
    std::string in_place_of_value() {
        if (levels_.empty()) return {};
        ++levels_.back().entries;
        return " in " + place();
    }

 private:
    struct Level {
        bool is_object = false;
        std::size_t entries = 0;  ///< that have begun
        std::string key{};        ///< the last
        std::set<std::string> keys{};
    };

    std::string place() const {
        std::string text;
        for (const Level& level : levels_)
            if (level.is_object)
                text += fmt::format("{}{}", text.empty() ? "" : ".", level.key);
            else
                text += fmt::format("[{}]", level.entries - 1);
        return text;
    }

    std::vector<Level> levels_;
};

/// What an entry is, for an error: a short value as it is written, of anything else what it is.
std::string in_short(const Json& json) {
    if (json.is_array()) return fmt::format("a list of {}", json.size());
    if (json.is_object()) return "an object";
    constexpr std::size_t longest = 40;
    if (json.is_string() && json.get_ref<const std::string&>().size() > longest)
        return fmt::format("a text of {} bytes", json.get_ref<const std::string&>().size());
    return json.dump();
}

bool is_list_of_lists(const Json& json, int count, int size) {
    return json.is_array() && json.size() == static_cast<std::size_t>(count) &&
           std::ranges::all_of(json, [size](const Json& inner) {
               return inner.is_array() && inner.size() == static_cast<std::size_t>(size);
           });
}

}  // namespace

nlohmann::ordered_json parse_json(std::string_view text, std::string_view source,
                                  std::string_view complaint) {
    KeyPath path;
    const auto refuse_repeated_keys = [&](int, Json::parse_event_t event, const Json& parsed) {
        if (const auto place = path.take(event, parsed))
            throw ParseError(fmt::format("{}: {}: {} is there twice", source, complaint, *place));
        return true;
    };
    try {
        return Json::parse(text, refuse_repeated_keys);
    } catch (const nlohmann::ordered_json::parse_error& error) {
        if (const std::string_view word = word_around(text, error.byte); is_not_finite(word))
            throw ParseError(fmt::format(
                "{}: {}: {}{} is no number that JSON has ({})\n"
                "  what wrote the file had a value that is not finite there; it must be mended or "
                "left out",
                source, complaint, word, path.in_place_of_value(),
                place_of(text, static_cast<std::size_t>(word.data() - text.data()) + 1)));
        throw ParseError(fmt::format("{}: {}: no JSON from {} on", source, complaint,
                                     place_of(text, error.byte)));
    } catch (const nlohmann::ordered_json::out_of_range&) {
        throw ParseError(fmt::format("{}: {}: a number{} is too large", source, complaint,
                                     path.in_place_of_value()));
    }
}

nlohmann::ordered_json matrix_to_json(const Matrix& matrix) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (int r = 0; r < matrix.rows(); ++r) {
        nlohmann::ordered_json row = nlohmann::ordered_json::array();
        for (int c = 0; c < matrix.columns(); ++c) row.push_back(matrix(r, c));
        rows.push_back(std::move(row));
    }
    return rows;
}

nlohmann::ordered_json vector_to_json(const Matrix& vector) {
    const std::span<const double> values = vector.values();
    return std::vector<double>(values.begin(), values.end());
}

nlohmann::ordered_json array_to_json(const NamedArray& array) {
    return is_matrix(array.name, array.value.shape()) ? matrix_to_json(array.value)
                                                      : vector_to_json(array.value);
}

JsonEntry JsonEntry::operator[](const std::string& name) const {
    require(json_.is_object(), "must be an object");
    const std::string place = place_.empty() ? name : fmt::format("{}.{}", place_, name);
    const auto found = json_.find(name);
    if (found == json_.end()) JsonEntry(json_, place, source_, complaint_).fail("is missing");
    return {*found, place, source_, complaint_};
}

std::vector<std::string> JsonEntry::unknown_keys(std::span<const std::string> known) const {
    std::vector<std::string> unknown;
    for (const auto& item : json_.items())
        if (std::ranges::find(known, item.key()) == known.end())
            unknown.push_back((*this)[item.key()].place());
    return unknown;
}

JsonEntry JsonEntry::at(std::size_t i) const {
    return {json_[i], fmt::format("{}[{}]", place_, i), source_, complaint_};
}

void JsonEntry::require_list(std::size_t size) const {
    require(json_.is_array() && json_.size() == size, fmt::format("must be a list of {}", size));
}

void JsonEntry::require_lists(int count, int size) const {
    if (count != size && is_list_of_lists(json_, size, count))
        fail(fmt::format("must be {0} lists of {1}, and is its transpose: {1} lists of {0}", count,
                         size));
    require_list(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < json_.size(); ++i)
        at(i).require_list(static_cast<std::size_t>(size));
}

Matrix JsonEntry::matrix(Shape shape) const {
    require_lists(shape.rows, shape.columns);
    Matrix result(shape);
    for (int r = 0; r < shape.rows; ++r) {
        const JsonEntry row = at(static_cast<std::size_t>(r));
        for (int c = 0; c < shape.columns; ++c)
            result(r, c) = row.at(static_cast<std::size_t>(c)).number();
    }
    return result;
}

Matrix JsonEntry::vector(int size) const {
    require_list(static_cast<std::size_t>(size));
    Matrix result(size, 1);
    for (std::size_t i = 0; i < json_.size(); ++i) result.values()[i] = at(i).number();
    return result;
}

std::string JsonEntry::text() const {
    require(json_.is_string(), "must be a text");
    return json_.get<std::string>();
}

void JsonEntry::require_text(std::string_view expected) const {
    require(json_.is_string() && json_.get_ref<const std::string&>() == expected,
            fmt::format("must be \"{}\"", expected));
}

bool JsonEntry::boolean() const {
    require(json_.is_boolean(), "must be true or false");
    return json_.get<bool>();
}

double JsonEntry::number() const {
    require(json_.is_number(), "must be a number");
    const double value = json_.get<double>();
    require(std::isfinite(value), "must be finite");
    return value;
}

int JsonEntry::integer(int low, int high) const {
    const bool is_in_range = json_.is_number_integer() && json_ >= low && json_ <= high;
    require(is_in_range, high == std::numeric_limits<int>::max()
                             ? fmt::format("must be an integer of at least {}", low)
                             : fmt::format("must be an integer from {} to {}", low, high));
    return json_.get<int>();
}

std::uint64_t JsonEntry::seed() const {
    require(json_.is_number_unsigned(), "must be an integer of at least 0");
    return json_.get<std::uint64_t>();
}

void JsonEntry::refuse(std::string_view requirement) const {
    fail(fmt::format("{} ({})", requirement, in_short(json_)));
}

void JsonEntry::fail(std::string_view text) const {
    throw ParseError(fmt::format("{}: {}: {} {}", source_, complaint_,
                                 place_.empty() ? "the whole" : place_, text));
}

}  // namespace revolute::detail
