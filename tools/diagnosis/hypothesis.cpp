#include <revolute/tools/diagnosis/hypothesis.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

namespace revolute {

namespace {

/// How small the rest must be beside the difference that a hypothesis is to explain.
constexpr double rest = 1e-4;
/// Where numbers have rounding of their own, that is left over too: so much of the difference at most, and where a
/// tolerance was chosen, so much of it.
constexpr double rest_with_noise = 1e-2, noise = 0.1;

/// Weights that make a sum tell numbers apart, in their order.
double next_weight(double weight) { return weight > 2.7 ? 1 : weight * 1.1; }

std::vector<double> entries_of(std::span<const Matrix> values) {
    std::vector<double> entries;
    for (const Matrix& matrix : values)
        entries.insert(entries.end(), matrix.values().begin(), matrix.values().end());
    return entries;
}

}  // namespace

double weighted_sum(std::span<const double> numbers) {
    double weight = 1, sum = 0;
    for (const double number : numbers) {
        weight = next_weight(weight);
        sum += weight * number;
    }
    return sum;
}

bool says_more(const Mistake& more, const Mistake& less) {
    return less.families > 0 && more.families > less.families && more.column == less.column &&
           std::ranges::includes(more.alterations, less.alterations);
}

Judge::Judge(const GradientLayout& layout, std::vector<GradientArray> right,
             std::vector<GradientArray> given, double tolerance,
             std::vector<ArrayRounding> roundings)
    : layout_(layout),
      right_(std::move(right)),
      given_(std::move(given)),
      tolerance_(tolerance),
      roundings_(std::move(roundings)) {
    for (std::size_t i = 0; i < given_.size(); ++i) {
        const ArrayComparison comparison = compare_arrays(
            right_[i].name, given_[i].values, right_[i].values, tolerance, roundings_[i].floor);
        const double right_scale = largest_entry(right_[i].values);
        const double scale = std::max(right_scale, largest_entry(given_[i].values));
        verdicts_.push_back({scale, comparison.difference, !comparison.agrees(), right_scale});
        if (verdicts_.back().differs) differing_.push_back(i);
        given_entries_.push_back(entries_of(given_[i].values));
    }
    note_parts();
}

void Judge::note_parts() {
    parts_.assign(layout_.parts().size(), {});
    right_entries_.clear();
    for (std::size_t i = 0; i < given_.size(); ++i) {
        right_entries_.push_back(entries_of(right_[i].values));
        for (std::size_t k = 0; k < right_entries_[i].size(); ++k) {
            Verdict& part = parts_[layout_.parts(i)[k]];
            part.scale = verdicts_[i].scale;
            part.difference =
                larger(part.difference, std::abs(given_entries_[i][k] - right_entries_[i][k]));
        }
    }
    for (std::size_t p = 0; p < parts_.size(); ++p) {
        const std::size_t array = layout_.parts()[p].array;
        parts_[p].differs = verdicts_[array].differs &&
                            !(parts_[p].difference <=
                              std::max(tolerance_ * parts_[p].scale, roundings_[array].floor));
    }
}

Judge Judge::after(std::span<const double> gradients) const {
    Judge result = *this;
    result.right_ = layout_.arrays(gradients);
    result.matches_.clear();
    result.level_ = 0;
    for (const std::size_t i : explained_by(gradients)) {
        result.verdicts_[i].differs = false;
        std::erase(result.differing_, i);
    }
    for (const std::size_t i : result.differing_)
        result.verdicts_[i].difference =
            largest_difference(given_[i].values, result.right_[i].values);
    result.note_parts();
    return result;
}

double Judge::rounding(std::size_t i, double size) const {
    return std::max(roundings_[i].floor, roundings_[i].relative * size);
}

double Judge::relative_rounding() const {
    double largest = 0;
    for (const ArrayRounding& rounding : roundings_) largest = std::max(largest, rounding.relative);
    return largest;
}

double Judge::agreeing(std::size_t i, double scale) const {
    return std::max(recognition * tolerance_ * scale, rounding(i, scale));
}

double Judge::rest_of(std::size_t i, double difference, double scale) const {
    return std::max(rest * difference,
                    std::min(rest_with_noise * difference,
                             std::max(noise * tolerance_ * scale, rounding(i, scale))));
}

bool Judge::is_met(std::size_t i, const Verdict& verdict, double left) const {
    return left <= agreeing(i, verdict.scale) &&
           (!verdict.differs || left <= rest_of(i, verdict.difference, verdict.scale));
}

double Judge::rounding_of_right(std::size_t i) const {
    const double scale = verdicts_[i].right_scale;
    return std::max(tolerance_ * scale, rounding(i, scale));
}

double Judge::telling_digits(std::span<const std::size_t> arrays) const {
    std::set<double> numbers;  // the gradient of a bias may be there twice
    double digits = 0;
    for (const std::size_t i : arrays)
        for (std::size_t k = 0; k < given_entries_[i].size(); ++k) {
            const double difference = std::abs(given_entries_[i][k] - right_entries_[i][k]);
            const double allowed = rounding_of_right(i);
            if (difference <= allowed || !numbers.insert(given_entries_[i][k]).second) continue;
            digits += std::log10(difference / allowed);
        }
    return digits;
}

bool Judge::are_enough_for_mistake(std::span<const std::size_t> arrays) const {
    constexpr double enough = 3;
    return telling_digits(arrays) >= enough;
}

bool Judge::tells_pairs_apart() const {
    constexpr double enough = 8;  // of a million pairs, one in a hundred cases
    return std::ranges::any_of(differing_, [&](const std::size_t& i) {
        return telling_digits(std::span(&i, 1)) >= enough;
    });
}

std::size_t Judge::wrong_numbers(std::size_t i, std::span<const Matrix> values) const {
    // Without the size of what was given, which one wrong number may have made.
    const double scale = verdicts_[i].right_scale;
    std::size_t count = 0, k = 0;
    for (const Matrix& matrix : values)
        for (const double value : matrix.values()) {
            const double left = std::abs(value - given_entries_[i][k]);
            const double difference = std::abs(right_entries_[i][k] - given_entries_[i][k]);
            ++k;
            if (!(left <= std::max(tolerance_ * scale, rounding(i, scale))) &&
                !(left <= agreeing(i, scale) && left <= rest_of(i, difference, scale)))
                ++count;
        }
    return count;
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

void Judge::consider(const Hypothesis& hypothesis) {
    if (hypothesis.is_factor && leaves_out_factors_) return;
    if (notes_factors_)
        note_factor([&](std::size_t i) { return entries_of(hypothesis.arrays[i]); });
    Match match{.words = hypothesis.words,
                .level = level_,
                .explained = {},
                .is_fitted = hypothesis.is_fitted};
    bool leaves_rounding_alone = true;
    for (std::size_t i = 0; i < given_.size(); ++i) {
        if (hypothesis.arrays[i].empty()) {
            leaves_rounding_alone = leaves_rounding_alone && !differs(i);
            continue;
        }
        const double left = largest_difference(hypothesis.arrays[i], given_[i].values);
        const bool met = is_met(i, verdicts_[i], left);
        leaves_rounding_alone =
            leaves_rounding_alone && (!differs(i) || left <= rounding_of_right(i));
        if (!met && !differs(i)) return;
        if (met && differs(i)) match.explained.push_back(i);
    }
    if (leaves_rounding_alone && !hypothesis.is_fitted && match.explained != differing_ &&
        tells_pairs_apart())
        match.explained = differing_;
    if (match.explained.empty() || (hypothesis.is_fitted && !are_enough_for_fit(match.explained)))
        return;
    for (const std::size_t i : differing_)
        if (!hypothesis.arrays[i].empty()) add_left(match, i, hypothesis.arrays[i]);
    matches_.push_back(std::move(match));
}

Judge::Fit Judge::fit(std::span<const double> gradients) const {
    Fit result;
    std::vector<double> left(parts_.size(), 0.0);
    bool changes = false, leaves_rounding_alone = true;
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
            changes = changes || std::abs(value - right_entries_[i][k]) >
                                     std::max(tolerance_ * verdicts_[i].scale, roundings_[i].floor);
            weight = next_weight(weight);
            result.signature += weight * value;
        }
        const bool met = is_met(i, verdicts_[i], of_array);
        if (!met && !differs(i)) {
            result.changes_what_agrees = true;
            return result;
        }
        if (met && differs(i)) result.explained.push_back(i);
        leaves_rounding_alone =
            leaves_rounding_alone && (!differs(i) || of_array <= rounding_of_right(i));
    }
    if (leaves_rounding_alone && result.explained != differing_ && tells_pairs_apart())
        result.explained = differing_;
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
    Fit how = fit(gradients);
    if (how.changes_what_agrees) return false;
    if (how.explained.empty() && !(how.parts > 0 && how.may_be_one_of_several))
        return how.may_be_one_of_several;
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
        return how.may_be_one_of_several;
    }
    Match match{.words = mistake.words(),
                .level = level_,
                .explained = std::move(how.explained),
                .parts = how.parts,
                .mistake = mistake,
                .signature = how.signature,
                .whole_signature = whole};
    if (!match.explained.empty()) {
        std::vector<GradientArray> arrays = layout_.arrays(gradients);
        for (const std::size_t i : differing_) add_left(match, i, std::move(arrays[i].values));
    }
    matches_.push_back(std::move(match));
    return how.may_be_one_of_several;
}

std::vector<std::size_t> Judge::explained_by(std::span<const double> gradients) const {
    Fit how = fit(gradients);
    return how.changes_what_agrees ? std::vector<std::size_t>() : std::move(how.explained);
}

bool Judge::explains_all_but_a_number(const Match& match) const {
    if (match.explained.empty()) return false;
    std::size_t damaged = 0;
    for (const std::size_t i : differing_) {
        if (std::ranges::binary_search(match.explained, i)) continue;
        const auto found = std::ranges::find(match.near, i, &NearArray::array);
        const std::optional<NearArray> right = near(i, right_[i].values);
        const bool is_damaged =
            (found != match.near.end() && found->has_one_wrong) || (right && right->has_one_wrong);
        if (!is_damaged || ++damaged > 1) return false;
    }
    return true;
}

bool Judge::has_full_explanation() const {
    return std::ranges::any_of(matches_,
                               [&](const Match& match) { return match.explained == differing_; });
}

bool Judge::is_explained_but_for_a_number() const {
    return std::ranges::any_of(
        matches_, [&](const Match& match) { return explains_all_but_a_number(match); });
}

bool Judge::fits(std::span<const double> gradients) const {
    constexpr std::size_t several = 3;
    const std::vector<std::size_t> explained = explained_by(gradients);
    return explained.size() + (explained.size() >= several ? 1 : 0) >= differing_.size() &&
           are_enough_for_fit(explained);
}

bool Judge::are_enough_for_fit(std::span<const std::size_t> arrays) const {
    constexpr std::size_t enough = 3;
    std::set<double> numbers;  // the gradient of a bias may be there twice
    for (const std::size_t i : arrays)
        for (std::size_t k = 0; k < given_entries_[i].size(); ++k) {
            const double number = given_entries_[i][k];
            const double difference = std::abs(number - right_entries_[i][k]);
            if (!(difference <= std::max(tolerance_ * verdicts_[i].scale, roundings_[i].floor)))
                numbers.insert(number);
        }
    return numbers.size() >= enough;
}

Finding Judge::finding(const Match& best, std::span<const std::size_t> left) const {
    const auto is_alike = [&](const Match& match) {
        return match.explained == best.explained && match.level == best.level;
    };
    // What explains as much and is made at fewer places is the mistake.
    const auto says_too_much = [&](const Match& match) {
        return match.mistake && std::ranges::any_of(matches_, [&](const Match& other) {
                   return is_alike(other) && other.mistake &&
                          says_more(*match.mistake, *other.mistake);
               });
    };
    Finding result;
    for (const Match& match : matches_)
        if (is_alike(match) && !says_too_much(match) &&
            std::ranges::find(result.words, match.words) == result.words.end())
            result.words.push_back(match.words);
    for (const std::size_t i : best.explained)
        if (std::ranges::binary_search(left, i)) result.arrays.push_back(right_[i].name);
    return result;
}

std::vector<Judge::Chosen> Judge::best_matches() const {
    std::vector<Chosen> chosen;
    std::vector<std::size_t> left = differing_;
    while (!left.empty()) {
        const auto gain = [&](const Match& match) {
            std::vector<std::size_t> more;
            std::ranges::set_intersection(match.explained, left, std::back_inserter(more));
            // A number of what others do not explain is some factor of the right one, and of few digits what some
            // mistake gives.
            const bool may_be_chance = (match.is_fitted && !are_enough_for_fit(more)) ||
                                       (more.size() < left.size() && !are_enough_for_mistake(more));
            return may_be_chance ? 0 : more.size();
        };
        const auto best = std::ranges::max_element(matches_, {}, gain);
        if (best == matches_.end() || gain(*best) == 0) break;
        chosen.push_back({&*best, left});
        std::erase_if(
            left, [&](std::size_t i) { return std::ranges::binary_search(best->explained, i); });
    }
    return chosen;
}

std::vector<Finding> Judge::findings() const {
    std::vector<std::pair<std::size_t, Finding>> found;  // by the first array that is explained
    for (const Chosen& chosen : best_matches()) {
        const std::vector<std::size_t>& left = chosen.left;
        const std::size_t first = *std::ranges::find_if(
            chosen.match->explained,
            [&](std::size_t i) { return std::ranges::binary_search(left, i); });
        found.emplace_back(first, finding(*chosen.match, left));
    }
    std::ranges::sort(found, {}, &std::pair<std::size_t, Finding>::first);
    std::vector<Finding> result;
    result.reserve(found.size());
    for (auto& [first, finding] : found) result.push_back(std::move(finding));
    return result;
}

const std::vector<Matrix>& Judge::nearest(std::size_t i) const {
    for (const Chosen& chosen : best_matches())
        if (const auto found = std::ranges::find(chosen.match->near, i, &NearArray::array);
            found != chosen.match->near.end())
            return found->values;
    return right_[i].values;
}

}  // namespace revolute
