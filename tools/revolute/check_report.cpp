#include "check_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace revolute {

namespace {

std::string verdict(const CheckRow& row) {
    if (!row.closed_form_agrees) return "differs from the closed form";
    if (row.differences.verdict == Verdict::differs) return "differs from finite differences";
    return std::string(in_words(row.differences.verdict));
}

nlohmann::json differences(const DifferenceCheck& check) {
    nlohmann::json sweep = nlohmann::json::array();
    for (const DifferenceStep& row : check.sweep)
        sweep.push_back({{"step", row.step}, {"error", row.error}, {"allowed", row.allowed}});
    return {{"verdict", in_words(check.verdict)},
            {"step", check.best.step},
            {"error", check.best.error},
            {"allowed", check.best.allowed},
            {"entries", check.entries},
            {"directions", check.directions},
            {"sweep", sweep}};
}

}  // namespace

std::string to_table(const BpttCheck& check) {
    std::string text = fmt::format("{:<5}{:>12}  {:>11}  {:>13}  {:>20}  {}\n", "", "shape", "norm",
                                   "closed form", "finite differences", "verdict");
    for (const CheckRow& row : check.rows)
        text += fmt::format("{:<5}{:>12}  {:>11.4e}  {:>13.1e}  {:>20}  {}\n", row.name,
                            to_string(row.shape), row.norm, row.closed_form_relative,
                            fmt::format("{:.1e} (of {:.1e})", row.differences.best.error,
                                        row.differences.best.allowed),
                            verdict(row));
    return text +
           "closed form: largest difference / largest entry, at most 1e-12 agrees\n"
           "finite differences: largest difference at the best step (and what rounding allows)\n";
}

std::string to_json(const BpttCheck& check) {
    nlohmann::json rows = nlohmann::json::array();
    for (const CheckRow& row : check.rows)
        rows.push_back({{"name", row.name},
                        {"rows", row.shape.rows},
                        {"columns", row.shape.columns},
                        {"norm", row.norm},
                        {"closed_form_relative", row.closed_form_relative},
                        {"closed_form_agrees", row.closed_form_agrees},
                        {"finite_differences", differences(row.differences)},
                        {"verdict", verdict(row)},
                        {"passes", row.passes()}});
    return nlohmann::json{{"loss", check.loss},
                          {"loss_relative", check.loss_relative},
                          {"passes", check.passes()},
                          {"parameters", rows}}
        .dump(2);
}

}  // namespace revolute
