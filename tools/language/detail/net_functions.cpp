#include <revolute/ops/catalogue.hpp>
#include <revolute/tools/language/detail/net_functions.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace revolute::detail {

namespace {

bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    });
}

/// Operands, then attributes, as a notation that is left out has them.
std::vector<FunctionArgument> usual_arguments(const Op& op) {
    std::vector<FunctionArgument> arguments;
    if (op.arity == variadic) return arguments;
    for (std::size_t i = 0; i < op.arity; ++i) arguments.push_back({false, i});
    for (std::size_t i = 0; i < op.example.attribute_count; ++i) arguments.push_back({true, i});
    return arguments;
}

/// The function that a notation such as "rows(#1, @1, @2)" is; no name where it is another sign.
std::pair<std::string, std::vector<FunctionArgument>> function_of(std::string_view text) {
    const std::size_t open = text.find('(');
    if (open == std::string_view::npos || text.back() != ')' || !is_word(text.substr(0, open)))
        return {};
    std::pair<std::string, std::vector<FunctionArgument>> result{std::string(text.substr(0, open)),
                                                                 {}};
    for (std::size_t i = open + 1; i < text.size() - 1;) {
        const bool is_place = text[i] == '#' || text[i] == '@';
        if (!is_place || i + 1 >= text.size() ||
            std::isdigit(static_cast<unsigned char>(text[i + 1])) == 0)
            return {};
        result.second.push_back({text[i] == '@', static_cast<std::size_t>(text[i + 1] - '1')});
        i += 2;
        if (text.substr(i, 2) == ", ") i += 2;
    }
    return result;
}

}  // namespace

NetFunctions::NetFunctions(std::span<const Op* const> own) {
    for (const Op* op : catalogue()) add(*op);
    for (const Op* op : own) add(*op);
}

void NetFunctions::add(const Op& op) {
    by_name_.insert_or_assign(std::string(op.name), NetFunction{&op, usual_arguments(op)});
    if (auto [name, arguments] = function_of(op.text); !name.empty())
        by_name_.insert_or_assign(std::move(name), NetFunction{&op, std::move(arguments)});
}

const NetFunction* NetFunctions::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &found->second;
}

std::vector<std::string> NetFunctions::names() const {
    std::vector<std::string> names;
    names.reserve(by_name_.size());
    for (const auto& [name, function] : by_name_) names.push_back(name);
    return names;
}

}  // namespace revolute::detail
