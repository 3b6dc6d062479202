#include <revolute/rnn/cell.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

std::string with_suffix(std::string_view name, std::string_view suffix) {
    std::string result(name);
    return result.insert(std::min(name.find('_'), name.size()), suffix);
}

std::vector<Expr> expressions_of(std::span<const CellParameter> table) {
    std::vector<Expr> all;
    for (const CellParameter& parameter : table) all.push_back(parameter.expression);
    return all;
}

std::string to_string(std::span<const StateTensor> tensors) {
    std::string text;
    for (const StateTensor& tensor : tensors)
        text +=
            fmt::format("{}{} with {} rows", text.empty() ? "" : ", ", tensor.name, tensor.rows);
    return text;
}

}  // namespace revolute
