#include <revolute/tools/diagnosis/hypothesis.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

// What of the hypotheses that explain something is told.

namespace revolute {

bool says_more(const Mistake& more, const Mistake& less) {
    return less.families > 0 && more.families > less.families && more.column == less.column &&
           std::ranges::includes(more.alterations, less.alterations);
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
            // One number is some factor of the right one, and of few digits what some mistake
            // gives, where it is all that the mistake explains beside others.
            const bool may_be_chance =
                (match.is_fitted && !are_enough_for_fit(more)) ||
                ((are_others_explained_ || more.size() < differing_.size()) &&
                 !are_enough_for_mistake(more));
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
