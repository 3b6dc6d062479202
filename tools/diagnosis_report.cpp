#include <revolute/tools/diagnosis_report.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace revolute {

namespace {

/// What single precision, or numbers printed with six digits, differ by at most.
constexpr double rounding = 1e-5;

bool is_forward(const ArrayVerdict& array) { return array.name == "loss" || array.name == "yhat"; }

/// "weight_hh_l0", or "dx[3]".
std::string matrix_name(const ArrayVerdict& array) {
    return array.count == 1 ? array.name : fmt::format("{}[{}]", array.name, array.worst.matrix);
}

std::string first_text(const ArrayVerdict& first, const Case& of) {
    std::string text = fmt::format("\nThe first that differs is {}.\n", first.name);
    text += fmt::format(
        "  largest difference {:.6g}, {:.3g} of the largest entry; {} of {} entries "
        "differ\n",
        first.difference, first.relative, first.differing_entries, first.entries);
    text += fmt::format("  {}, {}: given {}, right {}\n", matrix_name(first),
                        place_of(first.worst, first, of), first.worst.given, first.worst.right);
    return text;
}

std::string finding_text(const Finding& finding) {
    std::string text = fmt::format("\nThis would explain {}:\n", fmt::join(finding.arrays, ", "));
    for (std::size_t i = 0; i < finding.words.size(); ++i)
        text += fmt::format("  {}{}\n", i == 0 ? "" : "or ", finding.words[i]);
    if (finding.words.size() > 1) text += "  (their numbers are the same in this case)\n";
    return text;
}

/// Rounding shows in most arrays, and is small in all.
bool looks_rounded(const GradientComparison& comparison) {
    const std::vector<ArrayVerdict>& arrays = comparison.arrays;
    const auto agreeing = std::ranges::count(arrays, true, &ArrayVerdict::agrees);
    return 2 * static_cast<std::size_t>(agreeing) < arrays.size() &&
           std::ranges::all_of(arrays,
                               [](const ArrayVerdict& array) { return array.relative < rounding; });
}

std::string unexplained_text(const GradientComparison& comparison) {
    if (comparison.unexplained.empty()) return {};
    std::string text = fmt::format("\n{}: no mistake that is known here gives these numbers\n",
                                   fmt::join(comparison.unexplained, ", "));
    if (!comparison.has_tried_all)
        text +=
            "  not all of them were tried, because the net is large: a case with fewer steps may "
            "tell more\n";
    if (looks_rounded(comparison))
        text +=
            "  the differences are as small as those of single precision, or of numbers "
            "printed with few digits:\n  --tolerance 1e-5 lets them pass\n";
    return text;
}

nlohmann::ordered_json to_json(const ArrayVerdict& array) {
    // JSON has no infinity: a relative difference from zeros is null.
    const nlohmann::ordered_json relative =
        std::isfinite(array.relative) ? nlohmann::ordered_json(array.relative) : nullptr;
    return {{"name", array.name},
            {"agrees", array.agrees()},
            {"difference", array.difference},
            {"relative", relative},
            {"entries", array.entries},
            {"differing_entries", array.differing_entries},
            {"worst",
             {{"matrix", array.worst.matrix},
              {"row", array.worst.row},
              {"column", array.worst.column},
              {"given", array.worst.given},
              {"right", array.worst.right}}}};
}

}  // namespace

std::string to_text(const GradientComparison& comparison, const Case& of) {
    std::string text =
        to_table(std::vector<ArrayComparison>(comparison.arrays.begin(), comparison.arrays.end()),
                 comparison.not_compared);
    const ArrayVerdict* first = comparison.first();
    if (first == nullptr) return text + "\nAll arrays agree.\n";
    text += first_text(*first, of);
    if (is_forward(*first))
        text += "  the forward pass differs, so gradients may differ for that reason alone\n";
    for (const Finding& finding : comparison.findings) text += finding_text(finding);
    return text + unexplained_text(comparison);
}

std::string to_json(const GradientComparison& comparison) {
    using Json = nlohmann::ordered_json;
    Json arrays = Json::array(), findings = Json::array();
    for (const ArrayVerdict& array : comparison.arrays) arrays.push_back(to_json(array));
    for (const Finding& finding : comparison.findings)
        findings.push_back({{"words", finding.words}, {"arrays", finding.arrays}});
    const ArrayVerdict* first = comparison.first();
    const Json json{{"agrees", comparison.agrees()},
                    {"first", first == nullptr ? Json(nullptr) : Json(first->name)},
                    {"arrays", std::move(arrays)},
                    {"not_compared", comparison.not_compared},
                    {"findings", std::move(findings)},
                    {"unexplained", comparison.unexplained},
                    {"tried_all", comparison.has_tried_all}};
    return json.dump(1) + '\n';
}

}  // namespace revolute
