#pragma once

#include <revolute/tools/language/detail/net_source.hpp>
#include <revolute/tools/language/detail/net_syntax.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace revolute::detail {

/// What a name of a text stands for.
enum class NetRole : std::uint8_t {
    value,      ///< lines define it
    input,      ///< has steps, and no line defines it
    target,     ///< what a loss compares an answer with
    parameter,  ///< has no steps, and no line defines it; trained
    given,      ///< the same, not trained
};

/// A name and all that the text says of it.
struct NetName {
    std::string name;
    NetRole role = NetRole::value;
    bool has_steps = false;
    std::int32_t axis = 0;
    TextPlace place{};                  ///< where it stands first
    std::vector<std::size_t> lines{};   ///< the equations that define it
    std::vector<WrittenLeaf> leaves{};  ///< the steps at which it is given or trainable
    std::optional<WrittenSize> size{};
    bool is_read = false;  ///< some line reads it
};

/// The names of a text, in the order in which they stand there.
class NetNames {
 public:
    /// Throws ParseError for names that contradict each other.
    NetNames(const NetSource& source, const NetSyntax& syntax);

    /// Adds a name that stands in no line, if there is none such yet.
    void know(const std::string& name, bool has_steps, std::int32_t axis);
    const std::vector<NetName>& all() const { return names_; }
    /// Must be one of them.
    std::size_t number(std::string_view name) const { return by_name_.find(name)->second; }
    const NetName& operator[](std::size_t number) const { return names_[number]; }
    const NetName& operator[](std::string_view name) const { return names_[number(name)]; }
    /// None where the text has no such name.
    const NetName* find(std::string_view name) const;
    /// The equation of what is trained for: of L, or of the last line that no other reads; none
    /// where the text has no line without step.
    std::optional<std::size_t> loss(const NetSyntax& syntax) const;

 private:
    NetName& named(const std::string& name, TextPlace place);
    void add_use(const NetSource& source, const std::string& name,
                 const std::optional<WrittenStep>& step, TextPlace place);
    void add_term(const NetSource& source, const WrittenTerm& term);
    void add_leaf(const NetSource& source, const WrittenLeaf& leaf);
    void add_size(const NetSource& source, const WrittenSize& size);
    void decide_roles();

    std::vector<NetName> names_;
    std::map<std::string, std::size_t, std::less<>> by_name_;
    std::set<std::string> targets_;  // names that stand alone in a loss
};

}  // namespace revolute::detail
