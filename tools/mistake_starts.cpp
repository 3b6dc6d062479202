#include <revolute/tools/mistake_search.hpp>

#include <algorithm>
#include <iterator>

// A loss with a factor: all gradients have it, beside whatever mistakes. The factor is told from arrays that the mistakes
// leave right, from the loss, or from numbers that one mistake gives but for a factor; the search then begins with the
// derivation of such a loss.

namespace revolute {

bool MistakeSearch::add_start(const FactorRange& factor) {
    constexpr std::size_t most_starts = 6;
    const Judge& judge = starts_.front().judge;
    const auto is_known = [&](const Start& start) {
        return start.factor && factor.contains(start.value());
    };
    if (starts_.size() >= most_starts || !judge.allows(factor) ||
        std::ranges::any_of(starts_, is_known))
        return false;
    NamedFactor named = named_factor(case_, factors_of_loss(case_), factor);
    const double uncertain = named.has_name ? 0 : factor.relative_width();
    Judge with_factor = judge.with_factor(named.value, uncertain);
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
    const auto rank = [&](std::size_t number) {
        const Start& start = starts_[number];
        if (!start.factor) return 2;
        const auto left = start.judge.differing();
        if (left.empty()) return start.factor->has_name ? 0 : 3;
        return is_founded(start, left) && left.size() < start.judge.given().size() ? 1 : 3;
    };
    std::vector<Way> ways;
    for (std::size_t i = 0; i < starts_.size(); ++i) ways.push_back({i, {}, {}});
    std::ranges::stable_sort(ways, {}, [&](const Way& way) { return rank(way.start); });
    return ways;
}

std::size_t MistakeSearch::mistakes_on(const Way& way) const {
    return way.found.size() + (starts_[way.start].factor ? 1 : 0);
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
