#include <revolute/graph/values/error.hpp>
#include <revolute/rnn/cell.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

std::string with_suffix(std::string_view name, std::string_view suffix) {
    std::string result(name);
    return result.insert(std::min(name.find('_'), name.size()), suffix);
}

bool is_vector(ParameterRole role) {
    using enum ParameterRole;
    return role == bias || role == recurrent_bias || role == peephole;
}

namespace {

/// "W, U, b".
std::string labels_of(std::span<const Expr> parameters) {
    std::string text;
    for (const Expr& parameter : parameters)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", parameter.label());
    return text;
}

}  // namespace

void require_table(std::span<const CellParameter> table, std::span<const Expr> parameters) {
    if (std::ranges::equal(table, parameters, {}, &CellParameter::expression)) return;
    throw GraphError(
        fmt::format("cell: parameter_table() must have what parameters() has, in its order\n  the "
                    "table: {}\n  parameters(): {}",
                    labels_of(expressions_of(table)), labels_of(parameters)));
}

std::vector<Expr> expressions_of(std::span<const CellParameter> table) {
    std::vector<Expr> all;
    for (const CellParameter& parameter : table) all.push_back(parameter.expression);
    return all;
}

void require_tensors(std::string_view subject, std::span<const StateTensor> tensors,
                     SourceLine line) {
    const auto refuse = [&](const std::string& why) {
        throw GraphError(fmt::format("{}: {}\n  asked for at {}", subject, why, to_string(line)));
    };
    if (tensors.empty())
        refuse("the cell's state_tensors() must have one at least, its output (there is none)");
    for (const StateTensor& tensor : tensors) {
        if (tensor.name.empty())
            refuse("each of the cell's state tensors must have a name (one is empty)");
        if (tensor.rows < 1)
            refuse(fmt::format("state tensor {} of the cell must have one row at least ({})",
                               tensor.name, tensor.rows));
    }
}

std::string to_string(std::span<const StateTensor> tensors) {
    std::string text;
    for (const StateTensor& tensor : tensors)
        text +=
            fmt::format("{}{} with {} rows", text.empty() ? "" : ", ", tensor.name, tensor.rows);
    return text;
}

}  // namespace revolute
