#include <revolute/tools/support/detail/small_letters.hpp>
#include <revolute/tools/support/detail/suggestion.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace revolute::detail {

namespace {

/// Row i of the table holds the distances of the first i letters of `a` to the beginnings of `b`;
/// three rows are enough.
std::size_t distance(std::string_view a, std::string_view b) {
    std::array<std::vector<std::size_t>, 3> rows;
    for (auto& row : rows) row.resize(b.size() + 1);
    auto& [before_last, last, current] = rows;
    for (std::size_t j = 0; j <= b.size(); ++j) current[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before_last.swap(last);
        last.swap(current);
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool is_same = a[i - 1] == b[j - 1];
            current[j] =
                std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + (is_same ? 0 : 1)});
            const bool is_exchanged =
                i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (is_exchanged) current[j] = std::min(current[j], before_last[j - 2] + 1);
        }
    }
    return current[b.size()];
}

/// The candidate that a word of two letters at least is the beginning of, alone; else empty.
std::string only_one_that_begins_with(std::string_view small,
                                      std::span<const std::string> candidates) {
    const auto begins_so = [&](const std::string& candidate) {
        return in_small_letters(candidate).starts_with(small);
    };
    if (small.size() < 2 || std::ranges::count_if(candidates, begins_so) != 1) return {};
    return *std::ranges::find_if(candidates, begins_so);
}

}  // namespace

std::string likely_meant(std::string_view word, std::span<const std::string> candidates) {
    const std::string small = in_small_letters(word);
    const auto to = [&](const std::string& candidate) {
        return distance(small, in_small_letters(candidate));
    };
    const auto nearest = std::ranges::min_element(candidates, {}, to);
    if (nearest == candidates.end()) return {};
    const std::size_t errors = to(*nearest);
    if (errors <= (word.size() + 1) / 3) return *nearest;
    return only_one_that_begins_with(small, candidates);
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
    const std::string meant = likely_meant(word, candidates);
    return meant.empty() ? std::string() : fmt::format("\n  did you mean \"{}\"?", meant);
}

}  // namespace revolute::detail
