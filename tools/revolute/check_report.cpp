#include "check_report.hpp"

#include <revolute/tools/checks/gradient_report.hpp>

#include <nlohmann/json.hpp>

namespace revolute {

namespace {

using nlohmann::json;

json sweep(std::span<const DifferenceStep> rows) {
    json list = json::array();
    for (const DifferenceStep& row : rows)
        list.push_back({{"step", row.step},
                        {"backward", row.backward},
                        {"forward", row.forward},
                        {"error", row.error},
                        {"allowed", row.allowed}});
    return list;
}

json differences(const DifferenceCheck& check) {
    return {{"verdict", in_words(check.verdict)}, {"step", check.worst.best.step},
            {"error", check.worst.best.error},    {"allowed", check.worst.best.allowed},
            {"entries", check.entries},           {"directions", check.directions},
            {"sweep", sweep(check.sweep)}};
}

json worst(const DirectionCheck& check) {
    const bool is_entry = check.entry.has_value();
    return {{"row", is_entry ? json(check.entry->row) : json()},
            {"column", is_entry ? json(check.entry->column) : json()},
            {"gradient", check.gradient},
            {"finite_difference", check.difference()},
            {"relative_error", check.relative_error()},
            {"verdict", in_words(check.verdict)},
            {"sweep", sweep(check.sweep)}};
}

json parameter(const NetCheck& check, std::size_t i) {
    const VariableCheck& variable = check.gradients.variables[i];
    json object{{"name", variable.name},
                {"rows", variable.shape.rows},
                {"columns", variable.shape.columns},
                {"norm", variable.norm},
                {"closed_form_relative", nullptr},
                {"closed_form_agrees", nullptr},
                {"forward_mode_relative", nullptr},
                {"forward_mode_agrees", nullptr},
                {"finite_differences", differences(variable.differences)},
                {"worst", worst(variable.differences.worst)},
                {"verdict", in_words(check, i)},
                {"passes", check.verdict(i) != Verdict::differs}};
    if (!check.closed_form.empty()) {
        object["closed_form_relative"] = check.closed_form[i].relative;
        object["closed_form_agrees"] = check.closed_form[i].agrees();
    }
    if (variable.forward_mode) {
        object["forward_mode_relative"] = *variable.forward_mode;
        object["forward_mode_agrees"] = variable.forward_mode_agrees;
    }
    return object;
}

}  // namespace

std::string to_json(const NetCheck& check) {
    json parameters = json::array();
    for (std::size_t i = 0; i < check.gradients.variables.size(); ++i)
        parameters.push_back(parameter(check, i));
    const bool has_closed_form = check.no_closed_form.empty();
    return json{{"loss", check.gradients.loss},
                {"loss_relative", has_closed_form ? json(check.loss_relative) : json()},
                {"no_closed_form", has_closed_form ? json() : json(check.no_closed_form)},
                {"passes", check.passes()},
                {"verdict", in_words(check.verdict())},
                {"worst", check.gradients.worst().name},
                {"parameters", parameters}}
        .dump(2);
}

}  // namespace revolute
