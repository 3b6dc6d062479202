#include <revolute/tools/diagnosis/mistake_search.hpp>
#include <revolute/tools/support/norm.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>

// A loss with a factor: all gradients have it, beside whatever mistakes. The factor is told from
// arrays that the mistakes leave right, from the loss, or from numbers that one mistake gives but
// for a factor; the search then begins with the derivation of such a loss.

namespace revolute {

bool MistakeSearch::add_start(const FactorRange& factor) {
    constexpr std::size_t most_starts = 6;
    constexpr double widest = 0.03;  // what is told less closely has some number in it
    const Judge& judge = starts_.front().judge;
    const auto is_known = [&](const Start& start) {
        return start.factor && factor.contains(start.value());
    };
    if (starts_.size() >= most_starts || !judge.allows(factor) ||
        std::ranges::any_of(starts_, is_known))
        return false;
    NamedFactor named = named_factor(case_, factors_of_loss(case_), factor);
    if (!named.has_name && factor.relative_width() > widest) return false;
    Judge with_factor = judge.with_factor(named, factor);
    BackwardValues::Derivation derivation = starts_.front().derivation.times(named.value);
    Start start{std::move(named), std::move(derivation), std::move(with_factor)};
    // One that is 1 but for rounding changes no array.
    if (finding_of_factor(start, {}).arrays.empty()) return false;
    starts_.push_back(std::move(start));
    return true;
}

std::vector<MistakeSearch::Way> MistakeSearch::first_ways() {
    for (const FactorRange& factor : starts_.front().judge.common_factors()) add_start(factor);
    if (of_loss_) add_start(*of_loss_);
    const auto rank = [&](const Way& way) {
        const Start& start = *way.start;
        if (!start.factor) return 2;
        const auto left = start.judge.differing();
        if (left.empty()) return start.factor->has_name ? 0 : 3;
        return is_founded(start, left) && left.size() < start.judge.given().size() ? 1 : 3;
    };
    std::vector<Way> ways;
    for (const Start& start : starts_) ways.push_back({&start, {}, {}});
    std::ranges::stable_sort(ways, {}, rank);
    return ways;
}

std::optional<double> MistakeSearch::factor_of_all(std::span<const Alteration> alterations) {
    constexpr double alike = 1e-12;
    values_.resume(starts_.front().derivation);
    const std::vector<double> right(values_.gradients().begin(), values_.gradients().end());
    const auto gradients = values_.gradients(alterations);
    const std::optional<double> factor = closest_factor(right, gradients);
    if (!factor) return std::nullopt;
    for (std::size_t i = 0; i < right.size(); ++i)
        if (!(std::abs(gradients[i] - *factor * right[i]) <= alike * std::abs(gradients[i])))
            return std::nullopt;
    return factor;
}

void MistakeSearch::begin_with_factor(Stage& stage) {
    constexpr double alike = 1e-9;
    if (stage.start->factor) return;
    for (std::size_t i = 0; i < stage.found.size(); ++i) {
        const std::optional<double> factor = factor_of_all(stage.found[i].alterations);
        if (!factor) continue;
        const FactorRange around{*factor - alike * std::abs(*factor),
                                 *factor + alike * std::abs(*factor)};
        add_start(around);
        const auto start = std::ranges::find_if(
            starts_, [&](const Start& one) { return one.factor && around.contains(one.value()); });
        if (start == starts_.end()) return;
        stage.start = &*start;
        stage.found.erase(stage.found.begin() + static_cast<std::ptrdiff_t>(i));
        return;
    }
}

bool MistakeSearch::is_founded(const Start& start, std::span<const std::size_t> unexplained) const {
    if (!start.factor || start.factor->is_known) return true;
    std::vector<std::size_t> explained;
    std::ranges::set_difference(starts_.front().judge.differing(), unexplained,
                                std::back_inserter(explained));
    return starts_.front().judge.are_enough_for_fit(explained);
}

Finding MistakeSearch::finding_of_factor(const Start& start,
                                         std::span<const std::size_t> unexplained) const {
    const Judge &without = starts_.front().judge, &with = start.judge;
    Finding finding{start.factor->words, {}};
    for (const std::size_t i : without.differing()) {
        const double size = largest_entry(with.right()[i].values);
        if (!std::ranges::binary_search(unexplained, i) &&
            largest_difference(with.right()[i].values, without.right()[i].values) >
                with.rounding(i, size))
            finding.arrays.push_back(with.right()[i].name);
    }
    return finding;
}

}  // namespace revolute
