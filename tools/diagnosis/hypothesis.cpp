#include <revolute/tools/diagnosis/hypothesis.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace revolute {

namespace {

/// How small the rest must be beside the difference that a hypothesis is to explain.
constexpr double rest = 1e-4;
/// Where numbers have rounding of their own, that is left over too: so much of the difference at
/// most, and where a tolerance was chosen, so much of it.
constexpr double rest_with_noise = 1e-2, noise = 0.1;

}  // namespace

std::vector<double> entries_of(std::span<const Matrix> values) {
    std::vector<double> entries;
    for (const Matrix& matrix : values)
        entries.insert(entries.end(), matrix.values().begin(), matrix.values().end());
    return entries;
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
    result.are_others_explained_ = result.differing_.size() < differing_.size();
    for (const std::size_t i : result.differing_)
        result.verdicts_[i].difference =
            largest_difference(given_[i].values, result.right_[i].values);
    result.keep_differences_of(*this);
    result.note_parts();
    return result;
}

void Judge::keep_differences_of(const Judge& before) {
    for (const std::size_t i : before.differing_)
        verdicts_[i].difference = std::min(verdicts_[i].difference, before.verdicts_[i].difference);
}

double Judge::rounding(std::size_t i, double size) const {
    return std::max(roundings_[i].floor, roundings_[i].relative * size);
}

double Judge::agreeing_difference(std::size_t i) const {
    return std::max(tolerance_ * verdicts_[i].scale, roundings_[i].floor);
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

bool Judge::are_enough_for_fit(std::span<const std::size_t> arrays) const {
    constexpr std::size_t enough = 3;
    std::set<double> numbers;  // the gradient of a bias may be there twice
    for (const std::size_t i : arrays)
        for (std::size_t k = 0; k < given_entries_[i].size(); ++k) {
            const double number = given_entries_[i][k];
            const double difference = std::abs(number - right_entries_[i][k]);
            if (!(difference <= agreeing_difference(i))) numbers.insert(number);
        }
    return numbers.size() >= enough;
}

}  // namespace revolute
