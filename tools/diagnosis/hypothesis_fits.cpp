#include <revolute/tools/diagnosis/hypothesis.hpp>

#include <algorithm>
#include <cmath>

// Which of the arrays that differ a hypothesis explains.

namespace revolute {

namespace {

/// Weights that make a sum tell numbers apart, in their order.
double next_weight(double weight) { return weight > 2.7 ? 1 : weight * 1.1; }

}  // namespace

double weighted_sum(std::span<const double> numbers) {
    double weight = 1, sum = 0;
    for (const double number : numbers) {
        weight = next_weight(weight);
        sum += weight * number;
    }
    return sum;
}

void Judge::add_left(Match& match, std::size_t i, std::vector<Matrix> values) const {
    const auto place = std::ranges::lower_bound(match.explained, i);
    if (place != match.explained.end() && *place == i) return;
    if (wrong_numbers(i, values) == 0)
        match.explained.insert(place, i);
    else if (std::optional<NearArray> found = near(i, std::move(values)))
        match.near.push_back(std::move(*found));
}

std::optional<NearArray> Judge::near(std::size_t i, std::vector<Matrix> values) const {
    constexpr std::size_t at_most_one_in = 4, enough_for_one = 6;
    const std::size_t entries = given_entries_[i].size(), wrong = wrong_numbers(i, values);
    if (at_most_one_in * wrong > entries) return std::nullopt;
    return NearArray{i, std::move(values), wrong <= 1 && entries >= enough_for_one};
}

bool Judge::leaves_rounding(std::size_t i, double left) const {
    return left <= rounding_of_right(i) && left < verdicts_[i].difference;
}

bool Judge::note(Fit& fit, std::size_t i, double left) const {
    const bool met = is_met(i, verdicts_[i], left);
    if (!differs(i)) return met;
    if (met) fit.explained.push_back(i);
    fit.leaves_rounding_alone = fit.leaves_rounding_alone && leaves_rounding(i, left);
    return true;
}

void Judge::explain_to_rounding(Fit& fit) const {
    if (fit.leaves_rounding_alone && fit.explained != differing_ && tells_pairs_apart())
        fit.explained = differing_;
}

void Judge::consider(const Hypothesis& hypothesis) {
    if (hypothesis.is_factor && leaves_out_factors_) return;
    if (notes_factors_)
        note_factor([&](std::size_t i) { return entries_of(hypothesis.arrays[i]); });
    Fit fit;
    fit.leaves_rounding_alone = !hypothesis.is_fitted;
    for (std::size_t i = 0; i < given_.size(); ++i) {
        if (hypothesis.arrays[i].empty())
            fit.leaves_rounding_alone = fit.leaves_rounding_alone && !differs(i);
        else if (!note(fit, i, largest_difference(hypothesis.arrays[i], given_[i].values)))
            return;
    }
    explain_to_rounding(fit);
    if (fit.explained.empty() || (hypothesis.is_fitted && !are_enough_for_fit(fit.explained)))
        return;
    Match match{.words = hypothesis.words,
                .level = level_,
                .explained = std::move(fit.explained),
                .is_fitted = hypothesis.is_fitted};
    for (const std::size_t i : differing_)
        if (!hypothesis.arrays[i].empty()) add_left(match, i, hypothesis.arrays[i]);
    matches_.push_back(std::move(match));
}

std::optional<Judge::Fit> Judge::fit(std::span<const double> gradients, bool is_in_sums) const {
    Fit result;
    std::vector<double> left(parts_.size(), 0.0);
    bool changes = false;
    double weight = 1;
    for (std::size_t i = 0; i < given_.size(); ++i) {
        const auto entries = layout_.entries(i);
        const auto parts = layout_.parts(i);
        double of_array = 0;
        for (std::size_t k = 0; k < entries.size(); ++k) {
            const double value = gradients[entries[k]];
            const double difference = std::abs(value - given_entries_[i][k]);
            left[parts[k]] = larger(left[parts[k]], difference);
            of_array = larger(of_array, difference);
            changes = changes || std::abs(value - right_entries_[i][k]) > agreeing_difference(i);
            weight = next_weight(weight);
            result.signature += weight * value;
        }
        if (note(result, i, of_array)) continue;
        if (!is_in_sums) return std::nullopt;
        // The array has a sum of its own, of terms that it shares with one that differs.
        result.is_beside_others = true;
    }
    explain_to_rounding(result);
    bool keeps_what_agrees = true;
    for (std::size_t p = 0; p < parts_.size(); ++p) {
        const bool met = is_met(layout_.parts()[p].array, parts_[p], left[p]);
        keeps_what_agrees = keeps_what_agrees && (met || parts_[p].differs);
        if (met && parts_[p].differs) ++result.parts;
    }
    result.may_be_one_of_several = keeps_what_agrees && changes;
    return result;
}

bool Judge::consider(const Mistake& mistake, std::span<const double> gradients) {
    if (notes_factors_)
        note_factor([&](std::size_t i) {
            std::vector<double> numbers;
            for (const std::uint32_t entry : layout_.entries(i))
                numbers.push_back(gradients[entry]);
            return numbers;
        });
    std::optional<Fit> how = fit(gradients, mistake.is_in_sums);
    if (!how) return false;
    if (how->explained.empty() && !(how->parts > 0 && how->may_be_one_of_several))
        return how->may_be_one_of_several;
    // Two names for one derivation: every gradient is the same, also those that were not given.
    const double whole = weighted_sum(gradients);
    const auto known = std::ranges::find_if(matches_, [&](const Match& match) {
        return match.mistake && match.level == level_ &&
               std::abs(match.whole_signature - whole) <= 1e-13 * std::abs(whole);
    });
    if (known != matches_.end()) {
        if (says_more(*known->mistake, mistake)) {
            known->words = mistake.words();
            known->mistake = mistake;
        }
        return how->may_be_one_of_several;
    }
    Match match{.words = mistake.words(),
                .level = level_,
                .explained = std::move(how->explained),
                .parts = how->parts,
                .mistake = mistake,
                .is_beside_others = how->is_beside_others,
                .signature = how->signature,
                .whole_signature = whole};
    if (!match.explained.empty()) {
        std::vector<GradientArray> arrays = layout_.arrays(gradients);
        for (const std::size_t i : differing_) add_left(match, i, std::move(arrays[i].values));
    }
    matches_.push_back(std::move(match));
    return how->may_be_one_of_several;
}

std::vector<std::size_t> Judge::explained_by(std::span<const double> gradients) const {
    std::optional<Fit> how = fit(gradients, false);
    return how ? std::move(how->explained) : std::vector<std::size_t>();
}

bool Judge::fits(std::span<const double> gradients) const {
    constexpr std::size_t several = 3;
    const std::vector<std::size_t> explained = explained_by(gradients);
    return explained.size() + (explained.size() >= several ? 1 : 0) >= differing_.size() &&
           are_enough_for_fit(explained);
}

}  // namespace revolute
