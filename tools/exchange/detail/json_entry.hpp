#pragma once

#include <revolute/graph/values/matrix.hpp>
#include <revolute/tools/exchange/state_dict.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace revolute::detail {

/// What the entry "format" of a model file says, which files of other kinds are told from.
inline constexpr std::string_view model_format = "revolute model";

/// The text as JSON, entries in the order of the text. Throws ParseError: "source: complaint: no
/// JSON from line 3, column 5 on"; or "source: complaint: a[2].b is there twice" for a key that its
/// object has already.
nlohmann::ordered_json parse_json(std::string_view text, std::string_view source,
                                  std::string_view complaint);

/// A matrix as the list of its rows, and a vector [n x 1] as a list of numbers.
nlohmann::ordered_json matrix_to_json(const Matrix& matrix);
nlohmann::ordered_json vector_to_json(const Matrix& vector);
/// A weight as the list of its rows; a bias or a peephole as a list of numbers.
nlohmann::ordered_json array_to_json(const NamedArray& array);

/// A look at one entry of a JSON file, which knows its place in it ("x[3][0]"). What is missing, of
/// the wrong type or out of range throws ParseError: "source: complaint: place must be ...". It
/// refers to the JSON and the texts that it was made of.
class JsonEntry {
 public:
    using Json = nlohmann::ordered_json;

    JsonEntry(const Json& json, std::string_view source, std::string_view complaint)
        : JsonEntry(json, {}, source, complaint) {}

    const Json& json() const { return json_; }
    const std::string& place() const { return place_; }
    bool has(const std::string& name) const { return json_.is_object() && json_.contains(name); }

    JsonEntry operator[](const std::string& name) const;
    JsonEntry at(std::size_t i) const;
    /// The places of an object's keys that are not among the known ones.
    std::vector<std::string> unknown_keys(std::span<const std::string> known) const;
    std::size_t size() const { return json_.size(); }

    void require_list(std::size_t size) const;
    /// A list of `count` lists of that size: asked before there is memory for what they should
    /// hold.
    void require_lists(int count, int size) const;
    /// A matrix as the list of its rows.
    Matrix matrix(Shape shape) const;
    /// A vector [size x 1] as a list of numbers.
    Matrix vector(int size) const;
    void require_text(std::string_view expected) const;
    std::string text() const;
    bool boolean() const;
    double number() const;
    int integer(int low, int high = std::numeric_limits<int>::max()) const;
    std::uint64_t seed() const;

    void require(bool holds, std::string_view requirement) const {
        if (!holds) refuse(requirement);
    }
    /// Throws with what is there behind the requirement: "must be a list of 2 (a list of 3)".
    [[noreturn]] void refuse(std::string_view requirement) const;
    /// Throws the complaint as it is.
    [[noreturn]] void fail(std::string_view text) const;

 private:
    JsonEntry(const Json& json, std::string place, std::string_view source,
              std::string_view complaint)
        : json_(json), place_(std::move(place)), source_(source), complaint_(complaint) {}

    const Json& json_;
    std::string place_;
    std::string_view source_;
    std::string_view complaint_;
};

}  // namespace revolute::detail
