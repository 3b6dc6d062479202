#include <revolute/tools/diagnosis/hypothesis.hpp>
#include <revolute/tools/support/norm.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

// Factors of whole arrays, of some or of all.

namespace revolute {

std::vector<Matrix> scaled(std::vector<Matrix> values, double factor) {
    for (Matrix& matrix : values)
        for (double& value : matrix.values()) value *= factor;
    return values;
}

Judge Judge::with_factor(const NamedFactor& named, const FactorRange& range) const {
    const double factor = named.value, uncertain = named.has_name ? 0 : range.relative_width();
    std::vector<GradientArray> right = right_;
    std::vector<ArrayRounding> roundings = roundings_;
    for (std::size_t i = 0; i < right.size(); ++i) {
        right[i].values = scaled(std::move(right[i].values), factor);
        double& floor = roundings[i].floor;
        floor = roundings[i].written + std::abs(factor) * (floor - roundings[i].written);
        const auto of_array = factor_of(i, right_entries_[i]);
        if (of_array && of_array->common_with(range))
            floor += uncertain * largest_entry(right[i].values);
        roundings[i].relative += uncertain;
        if (!differs(i))
            floor = std::max(floor, largest_difference(right[i].values, given_[i].values));
    }
    Judge result(layout_, std::move(right), given_, tolerance_, std::move(roundings));
    result.keep_differences_of(*this);
    return result;
}

Judge Judge::with_given(std::vector<GradientArray> given) const {
    Judge result(layout_, right_, std::move(given), tolerance_, roundings_);
    result.keep_differences_of(*this);
    return result;
}

std::optional<FactorRange> Judge::factor_of(std::size_t i, std::span<const double> numbers) const {
    const std::optional<double> about = closest_factor(numbers, given_entries_[i]);
    if (!about) return std::nullopt;
    const ArrayRounding& rounding = roundings_[i];
    const double scale = largest_entry(given_[i].values);
    return factor_range(
        numbers, given_entries_[i],
        std::max({tolerance_ * scale, rounding.relative * scale,
                  rounding.written + std::abs(*about) * (rounding.floor - rounding.written)}));
}

std::vector<FactorRange> Judge::common_factors() const {
    constexpr std::size_t most = 3;
    struct Common {
        FactorRange range;
        std::size_t numbers;
    };
    std::vector<Common> of_arrays;
    for (const std::size_t i : differing_)
        if (const auto range = factor_of(i, right_entries_[i]);
            range && !range->contains(0) && !range->contains(1))
            of_arrays.push_back({*range, right_entries_[i].size()});
    // From the array that tells the factor best.
    std::ranges::stable_sort(of_arrays, {},
                             [](const Common& one) { return one.range.relative_width(); });
    std::vector<Common> all;
    for (const Common& one : of_arrays) {
        const auto same = std::ranges::find_if(all, [&](const Common& other) {
            return other.range.common_with(one.range).has_value();
        });
        if (same == all.end()) {
            all.push_back(one);
        } else {
            same->range = *same->range.common_with(one.range);
            same->numbers += one.numbers;
        }
    }
    std::ranges::stable_sort(all, std::ranges::greater(), &Common::numbers);
    std::vector<FactorRange> ranges;
    for (const Common& one : all)
        if (ranges.size() < most) ranges.push_back(one.range);
    return ranges;
}

bool Judge::allows(const FactorRange& factor) const {
    for (std::size_t i = 0; i < given_.size(); ++i)
        if (!differs(i))
            if (const auto range = factor_of(i, right_entries_[i]);
                range && !range->common_with(factor))
                return false;
    return true;
}

void Judge::note_factor(const std::function<std::vector<double>(std::size_t array)>& entries) {
    std::optional<FactorRange> common;
    for (std::size_t i = 0; i < given_.size(); ++i) {
        const std::vector<double> numbers = entries(i);
        if (numbers.empty()) return;
        if (largest_entry(given_[i].values) == 0 &&
            std::ranges::all_of(numbers, [](double number) { return number == 0; }))
            continue;
        const auto range = factor_of(i, numbers);
        if (!range || range->contains(0)) return;
        common = common ? common->common_with(*range) : range;
        if (!common) return;
    }
    if (!common || common->contains(1) ||
        std::ranges::any_of(noted_factors_, [&](const FactorRange& known) {
            return known.common_with(*common).has_value();
        }))
        return;
    noted_factors_.push_back(*common);
}

std::vector<KnownFactor> factors_of_sums(const Case& of, const Judge& judge) {
    const int B = of.sizes.batch, T = of.sizes.steps;
    std::vector<KnownFactor> factors{
        {2, all_differing(judge, "bias_") && has_one_bias(CaseNet(of))
                ? "a factor of 2: the gradients of bias_ih and bias_hh seem to be added up, "
                  "but each is that of their sum"
                : "a factor of 2"}};
    if (B > 1) {
        factors.push_back({1.0 * B, fmt::format("a factor of B = {}", B)});
        factors.push_back({1.0 / B, fmt::format("a factor of 1/B = 1/{}: a mean over the batch "
                                                "where a sum belongs",
                                                B)});
    }
    if (T > 1) {
        factors.push_back({1.0 * T, fmt::format("a factor of T = {}, the number of steps", T)});
        factors.push_back({1.0 / T, fmt::format("a factor of 1/T = 1/{}: a mean over the steps "
                                                "where their sum belongs",
                                                T)});
    }
    return factors;
}

namespace {

void consider_common_factors(const Case& of, Judge& judge, bool named) {
    const bool is_loss = std::ranges::any_of(judge.differing(), [&](std::size_t i) {
        return judge.right()[i].name.starts_with("head.");
    });
    const std::vector<KnownFactor> known =
        is_loss ? factors_of_loss(of) : factors_of_sums(of, judge);
    for (const FactorRange& range : judge.common_factors()) {
        const NamedFactor factor = named_factor(of, known, range);
        if (factor.has_name != named) continue;
        for (const std::string& words : factor.words) {
            Hypothesis hypothesis = in_all_differing(judge, words, [&](std::size_t i) {
                return scaled(judge.right()[i].values, factor.value);
            });
            hypothesis.is_fitted = !factor.is_known;
            hypothesis.is_factor = true;
            judge.consider(hypothesis);
        }
    }
}

}  // namespace

void consider_named_factors(const Case& of, Judge& judge) {
    consider_common_factors(of, judge, true);
}

void consider_unknown_factors(const Case& of, Judge& judge) {
    consider_common_factors(of, judge, false);
}

}  // namespace revolute
