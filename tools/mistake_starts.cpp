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
    starts_.push_back({std::move(named), std::move(derivation), std::move(with_factor)});
    return true;
}

std::vector<MistakeSearch::Way> MistakeSearch::first_ways() {
    for (const FactorRange& factor : starts_.front().judge.common_factors()) add_start(factor);
    if (of_loss_) add_start(*of_loss_);
    std::vector<Way> ways;
    const auto add = [&](bool explains_all) {
        for (std::size_t i = 1; i < starts_.size(); ++i)
            if (explains_all ==
                (starts_[i].factor->has_name && starts_[i].judge.differing().empty()))
                ways.push_back({i, {}, {}});
    };
    add(true);
    ways.push_back({0, {}, {}});
    add(false);
    return ways;
}

std::size_t MistakeSearch::mistakes_on(const Way& way) const {
    return way.found.size() + (starts_[way.start].factor ? 1 : 0);
}

bool MistakeSearch::is_founded(const Stage& stage) const {
    const Start& start = starts_[stage.start];
    if (!start.factor || start.factor->is_known) return true;
    std::vector<std::size_t> explained;
    std::ranges::set_difference(starts_.front().judge.differing(), stage.unexplained,
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
