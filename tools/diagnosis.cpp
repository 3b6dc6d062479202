#include <revolute/tools/diagnosis.hpp>
#include <revolute/tools/hypothesis.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace revolute {

namespace {

/// The largest difference, and where it is; a difference that is NaN is larger than any.
EntryDifference worst_entry(std::span<const Matrix> given, std::span<const Matrix> right) {
    EntryDifference worst;
    double largest = -1;
    for (std::size_t i = 0; i < right.size(); ++i)
        for (int r = 0; r < right[i].rows(); ++r)
            for (int c = 0; c < right[i].columns(); ++c) {
                const double difference = std::abs(given[i](r, c) - right[i](r, c));
                if (std::isnan(largest) || difference <= largest) continue;
                largest = difference;
                worst = {i, r, c, given[i](r, c), right[i](r, c)};
            }
    return worst;
}

ArrayVerdict verdict_of(const GradientArray& given, const GradientArray& right, double tolerance) {
    ArrayVerdict verdict{compare_arrays(right.name, given.values, right.values, tolerance),
                         worst_entry(given.values, right.values)};
    const double scale = largest_entry(right.values);
    for (std::size_t i = 0; i < right.values.size(); ++i)
        for (std::size_t k = 0; k < right.values[i].size(); ++k) {
            const double difference =
                std::abs(given.values[i].values()[k] - right.values[i].values()[k]);
            ++verdict.entries;
            // Negated, so that NaN differs.
            if (!(difference <= tolerance * scale)) ++verdict.differing_entries;
        }
    return verdict;
}

/// The arrays that both have, in the order of the right ones.
std::vector<GradientArray> common_arrays(const std::vector<GradientArray>& of,
                                         const std::vector<GradientArray>& with) {
    std::vector<GradientArray> result;
    for (const GradientArray& array : of)
        if (std::ranges::find(with, array.name, &GradientArray::name) != with.end())
            result.push_back(array);
    return result;
}

/// What comes before the gradients: the loss and the answers.
std::vector<GradientArray> forward_arrays(const CaseResult& result) {
    std::vector<GradientArray> arrays;
    if (result.loss) arrays.push_back({"loss", {Matrix(1, 1, *result.loss)}});
    if (!result.yhat.empty()) arrays.push_back({"yhat", result.yhat});
    return arrays;
}

void add_verdicts(GradientComparison& comparison, const std::vector<GradientArray>& given,
                  const std::vector<GradientArray>& right, double tolerance) {
    for (std::size_t i = 0; i < given.size(); ++i)
        comparison.arrays.push_back(verdict_of(given[i], right[i], tolerance));
}

/// Goes from simple mistakes to those that take more words, until one explains everything.
void find_mistakes(const Case& of, Judge& judge) {
    for (const auto consider : {consider_arrays, consider_steps, consider_derivations,
                                consider_mistakes_at_one_step, consider_unknown_factor}) {
        consider(of, judge);
        if (judge.has_full_explanation()) return;
        judge.go_on();
    }
}

}  // namespace

bool GradientComparison::agrees() const {
    return std::ranges::all_of(arrays, &ArrayVerdict::agrees);
}

const ArrayVerdict* GradientComparison::first() const {
    const auto found = std::ranges::find(arrays, false, &ArrayVerdict::agrees);
    return found == arrays.end() ? nullptr : &*found;
}

GradientComparison compare_gradients(const Case& of, const CaseResult& given, double tolerance) {
    const CaseResult solved = solve(of);
    GradientComparison comparison;
    comparison.not_compared = not_compared(solved, given);
    const std::vector<GradientArray> forward = forward_arrays(given);
    add_verdicts(comparison, forward, common_arrays(forward_arrays(solved), forward), tolerance);

    const std::vector<GradientArray> gradients = gradient_arrays(given);
    const std::vector<GradientArray> right = common_arrays(gradient_arrays(solved), gradients);
    add_verdicts(comparison, gradients, right, tolerance);
    Judge judge(right, gradients, tolerance);
    if (judge.differing().empty()) return comparison;
    find_mistakes(of, judge);
    comparison.findings = judge.findings();
    comparison.has_tried_all = judge.has_tried_all();
    for (const std::size_t i : judge.differing()) {
        const std::string& name = judge.right()[i].name;
        if (std::ranges::none_of(comparison.findings, [&](const Finding& finding) {
                return std::ranges::find(finding.arrays, name) != finding.arrays.end();
            }))
            comparison.unexplained.push_back(name);
    }
    return comparison;
}

std::string place_of(const EntryDifference& entry, const ArrayVerdict& array, const Case& of) {
    std::string place = fmt::format("row {}, column {}", entry.row, entry.column);
    const int hidden = of.sizes.hidden;
    if (!has_gate_rows(array.name) || array.shape.rows == hidden) return place;
    const std::vector<std::string> gates = gate_names(CaseNet(of));
    return fmt::format("{} (row {} of gate {})", place, entry.row % hidden,
                       gates[static_cast<std::size_t>(entry.row / hidden)]);
}

}  // namespace revolute
