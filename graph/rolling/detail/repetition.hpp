#pragma once

#include <cstddef>

namespace revolute::detail {

/// How a list begins: the same so many items again and again.
struct Repetition {
    std::size_t period = 1;  ///< items of one round
    std::size_t items = 1;   ///< of all rounds, the last of which may not be whole

    std::size_t rounds() const { return items / period; }
};

/// The repetition that takes up most of a list, or at once half of it; the one of the shortest
/// period where there are several. `goes_on(period, i)` says whether item i + period is what item i
/// was in the round before.
template <class GoesOn>
Repetition longest_repetition(std::size_t size, std::size_t least_rounds, const GoesOn& goes_on) {
    constexpr std::size_t longest_period = 64;
    Repetition longest;
    for (std::size_t period = 1; period <= longest_period && period < size; ++period) {
        std::size_t repeated = 0;
        while (repeated + period < size && goes_on(period, repeated)) ++repeated;
        const Repetition found{period, period + repeated};
        if (found.rounds() >= least_rounds && found.items > longest.items) longest = found;
        if (2 * longest.items >= size) break;
    }
    return longest;
}

}  // namespace revolute::detail
