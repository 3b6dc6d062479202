#include <revolute/tools/diagnosis/diagnosis_report.hpp>
#include <revolute/tools/exchange/given_precision.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <vector>

namespace revolute {

namespace {

bool is_of_the_forward_pass(const ArrayVerdict& array) {
    return array.name == "loss" || array.name == "yhat";
}

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

/// The words for one mistake, each line set in.
std::string words_text(std::span<const std::string> words, std::string_view first) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += fmt::format("  {}{}\n", i == 0 ? first : "or ", words[i]);
    if (words.size() > 1) text += "  (their numbers are the same in this case)\n";
    return text;
}

bool share_arrays(const Finding& a, const Finding& b) {
    return std::ranges::any_of(a.arrays, [&](const std::string& name) {
        return std::ranges::find(b.arrays, name) != b.arrays.end();
    });
}

/// Findings that act in the same arrays are told together, in the place of the first.
std::string findings_text(std::span<const Finding> findings) {
    std::string text;
    std::vector<bool> is_told(findings.size(), false);
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (is_told[i]) continue;
        std::vector<std::size_t> together{i};
        for (std::size_t j = i + 1; j < findings.size(); ++j)
            if (!is_told[j] && std::ranges::any_of(together, [&](std::size_t k) {
                    return share_arrays(findings[k], findings[j]);
                }))
                together.push_back(j);
        for (const std::size_t k : together) {
            is_told[k] = true;
            const Finding& finding = findings[k];
            const std::string names = fmt::format("{}", fmt::join(finding.arrays, ", "));
            if (k == i)
                text += together.size() == 1
                            ? fmt::format("\nThis would explain {}:\n", names)
                            : fmt::format(
                                  "\nThese {} mistakes together would explain what differs:\n"
                                  "in {}:\n",
                                  together.size(), names);
            else
                text += fmt::format("and in {}:\n", names);
            text += words_text(finding.words, "");
        }
    }
    return text;
}

bool gradients_were_given(const GradientComparison& comparison) {
    return !std::ranges::all_of(comparison.arrays, is_of_the_forward_pass);
}

/// Whether gradients were given, and nothing differs but the loss.
bool only_loss_differs(const GradientComparison& comparison) {
    return std::ranges::all_of(comparison.arrays,
                               [](const ArrayVerdict& array) {
                                   return (array.name == "loss") != array.agrees();
                               }) &&
           gradients_were_given(comparison);
}

/// The loss of right answers is another one; of what was not given nothing is said.
std::string loss_text(const GradientComparison& comparison) {
    const bool has_answers = std::ranges::find(comparison.arrays, "yhat", &ArrayVerdict::name) !=
                             comparison.arrays.end();
    return fmt::format("\n{}oss is another one:\n{}{}",
                       has_answers ? "The answers are right, and the l" : "The l",
                       words_text(comparison.forward, ""),
                       comparison.gradients_differ() || !gradients_were_given(comparison)
                           ? ""
                           : "The gradients are those of the right loss.\n");
}

/// Another forward pass that gives the answers, and what is left over then.
std::string forward_text(const GradientComparison& comparison) {
    if (comparison.forward.empty() && comparison.is_factor_of_loss)
        return {};  // the first finding tells it
    if (comparison.forward.empty() && only_loss_differs(comparison))
        return "  nothing else differs: the gradients are those of the right loss\n";
    if (comparison.forward.empty())
        return "  the forward pass differs, so gradients may differ for that reason alone\n";
    if (comparison.is_factor_of_loss) return loss_text(comparison);
    std::string text =
        "\nThe forward pass is another one. This gives the answers that were given:\n" +
        words_text(comparison.forward, "");
    if (comparison.gradients_differ())
        return text + (comparison.findings.empty() && comparison.unexplained.empty()
                           ? "With that forward pass, all gradients agree.\n"
                           : "With that forward pass, some gradients still differ.\n");
    return text;
}

std::string place_text(const Carrier& carrier) {
    std::string text = fmt::format("  {}: the difference is in {}", carrier.array,
                                   fmt::join(carrier.differing, ", "));
    if (!carrier.agreeing.empty())
        text += fmt::format("; {} {}", fmt::join(carrier.agreeing, ", "),
                            carrier.agreeing.size() == 1 ? "agrees" : "agree");
    return text + '\n';
}

/// Of an array that is right, or as the findings have it, but for a few numbers.
std::string nearly_explained_text(const NearVerdict& array, const Case& of) {
    const bool is_right = array.is_beside_right;
    return fmt::format(
        "  all but {} of the {} numbers of {} are {}; the largest difference is at {}{}: given {}, "
        "{} {}\n",
        array.differing_entries, array.entries, array.name,
        is_right ? "right" : "explained by the above",
        array.count == 1 ? "" : matrix_name(array) + ", ", place_of(array.worst, array, of),
        array.worst.given, is_right ? "right" : "explained", array.worst.right);
}

/// Whether an array that nothing explains differs by so few units of rounding that no mistake could
/// be told from others.
bool has_few_digits(const GradientComparison& comparison) {
    constexpr double enough = 100;
    return comparison.precision != Rounding::none &&
           std::ranges::any_of(comparison.arrays, [&](const ArrayVerdict& array) {
               return array.difference < enough * array.floor &&
                      std::ranges::find(comparison.unexplained, array.name) !=
                          comparison.unexplained.end();
           });
}

std::string unexplained_text(const GradientComparison& comparison, const Case& of) {
    if (comparison.unexplained.empty()) return {};
    std::string text = fmt::format("\n{}: no mistake that is known here gives these numbers\n",
                                   fmt::join(comparison.unexplained, ", "));
    for (const NearVerdict& array : comparison.nearly_explained)
        text += nearly_explained_text(array, of);
    for (const Carrier& carrier : comparison.carriers) text += place_text(carrier);
    if (!comparison.has_tried_all)
        text +=
            "  not all of them and of their pairs were tried, which takes long: a case with fewer "
            "steps may tell more\n";
    if (has_few_digits(comparison))
        text += "  few digits are left of what differs: a mistake needs more to be told\n";
    return comparison.digits_of_steps ? text : text + rounding_note(rounding_of(comparison));
}

nlohmann::ordered_json to_json(const ArrayVerdict& array) {
    // JSON has no infinity: a relative difference from zeros is null.
    const nlohmann::ordered_json relative =
        std::isfinite(array.relative) ? nlohmann::ordered_json(array.relative) : nullptr;
    return {{"name", array.name},
            {"agrees", array.agrees()},
            {"difference", array.difference},
            {"relative", relative},
            {"floor", array.floor},
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
    const std::string note =
        precision_note(comparison.precision, comparison.last_digit, "The gradients given");
    if (!note.empty()) text += '\n' + note;
    if (!comparison.too_few_digits.empty())
        text += fmt::format("\nToo few digits to judge {}: zeros would agree as well\n",
                            fmt::join(comparison.too_few_digits, ", "));
    if (!comparison.agreeing_zeros.empty())
        text += fmt::format(
            "\nZeros were given for {}, where the right numbers are so small that zeros agree:\n"
            "whether these are right is not known\n",
            fmt::join(comparison.agreeing_zeros, ", "));
    const ArrayVerdict* first = comparison.first();
    if (first == nullptr)
        return text + (comparison.too_few_digits.empty() && comparison.agreeing_zeros.empty()
                           ? "\nAll arrays agree.\n"
                           : "\nAll arrays agree, as far as their digits tell.\n");
    text += first_text(*first, of);
    if (is_of_the_forward_pass(*first)) text += forward_text(comparison);
    if (comparison.digits_of_steps)
        text += fmt::format(
            "\nThis looks like rounding: numbers that are rounded to {} digits at every step "
            "differ "
            "by as much.\nMore digits on the way would show whether there is a mistake besides.\n",
            *comparison.digits_of_steps);
    return text + findings_text(comparison.findings) + unexplained_text(comparison, of);
}

std::string to_json(const GradientComparison& comparison) {
    using Json = nlohmann::ordered_json;
    Json arrays = Json::array(), nearly = Json::array(), findings = Json::array(),
         carriers = Json::array();
    for (const ArrayVerdict& array : comparison.arrays) arrays.push_back(to_json(array));
    for (const NearVerdict& array : comparison.nearly_explained) nearly.push_back(to_json(array));
    for (const Finding& finding : comparison.findings)
        findings.push_back({{"words", finding.words}, {"arrays", finding.arrays}});
    for (const Carrier& carrier : comparison.carriers)
        carriers.push_back({{"array", carrier.array},
                            {"differing", carrier.differing},
                            {"agreeing", carrier.agreeing}});
    const ArrayVerdict* first = comparison.first();
    const Json json{
        {"agrees", comparison.agrees()},
        {"tolerance", comparison.tolerance},
        {"precision", name_of(comparison.precision)},
        {"last_digits", name_of(comparison.last_digit)},
        {"first", first == nullptr ? Json(nullptr) : Json(first->name)},
        {"arrays", std::move(arrays)},
        {"not_compared", comparison.not_compared},
        {"too_few_digits", comparison.too_few_digits},
        {"agreeing_zeros", comparison.agreeing_zeros},
        {"forward", comparison.forward},
        {"findings", std::move(findings)},
        {"unexplained", comparison.unexplained},
        {"nearly_explained", std::move(nearly)},
        {"carriers", std::move(carriers)},
        {"tried_all", comparison.has_tried_all},
        {"digits_of_steps",
         comparison.digits_of_steps ? Json(*comparison.digits_of_steps) : Json(nullptr)}};
    return json.dump(1) + '\n';
}

}  // namespace revolute
