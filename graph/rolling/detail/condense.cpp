#include <revolute/graph/rolling/detail/condense.hpp>
#include <revolute/graph/rolling/detail/repetition.hpp>

#include <algorithm>
#include <utility>

namespace revolute::detail {

namespace {

/// A list that is longer in spite of its ranges that repeat stays a list of intervals, in which
/// steps are found faster.
constexpr std::size_t longest_list = 128;
/// Twice the same may be chance.
constexpr std::size_t least_times = 3;

/// Appends the ranges of what is the same at these intervals; false: there are too many.
template <class Append>
bool append_ranges(std::span<const StepRange> intervals, std::size_t room, const Append& append) {
    while (!intervals.empty()) {
        const auto goes_on = [&](std::size_t period, std::size_t i) {
            return intervals[i + period].low() - intervals[i].low() ==
                       intervals[period].low() - intervals[0].low() &&
                   intervals[i + period].size() == intervals[i].size();
        };
        const auto [period, count] = longest_repetition(intervals.size(), least_times, goes_on);
        if (room < period) return false;
        room -= period;
        const std::int32_t every =
            period < count ? intervals[period].low() - intervals[0].low() : 0;
        for (std::size_t i = 0; i < period; ++i)
            append(StepRange(intervals[i].interval(), every,
                             static_cast<std::int32_t>((count - i - 1) / period + 1)));
        intervals = intervals.subspan(count);
    }
    return true;
}

bool is_before(StepRange a, StepRange b) {
    return std::pair(!a.repeats(), a.low()) < std::pair(!b.repeats(), b.low());
}

/// The entry without its steps: what is the same at several of them.
template <class Entry>
Entry timeless(Entry entry) {
    entry.steps = {};
    return entry;
}

template <class Entry>
std::int32_t low_of(const Entry& entry) {
    return entry.steps.low();
}

template <class Entry>
void condense_list(std::vector<Entry>& list) {
    // First names and aliases, the first of which stand in front, are left as they are.
    if (list.size() < least_times || !std::ranges::is_sorted(list, {}, low_of<Entry>)) return;
    std::vector<std::pair<Entry, std::vector<StepRange>>> alike;
    for (const Entry& entry : list) {
        const Entry what = timeless(entry);
        auto found =
            std::ranges::find(alike, what, &std::pair<Entry, std::vector<StepRange>>::first);
        if (found == alike.end()) {
            if (alike.size() == longest_list) return;
            found = alike.insert(alike.end(), {what, {}});
        }
        found->second.push_back(entry.steps);
    }
    std::vector<Entry> result;
    for (const auto& [what, intervals] : alike) {
        const auto append = [&, &entry = what](StepRange steps) {
            result.push_back(entry);
            result.back().steps = steps;
        };
        if (!append_ranges(intervals, longest_list - result.size(), append)) return;
    }
    std::ranges::sort(result, is_before, &Entry::steps);
    if (result.front().steps.repeats()) list = std::move(result);
}

template <class Entry>
void spell_out(std::vector<Entry>& list) {
    if (list.empty() || !list.front().steps.repeats()) return;
    std::vector<Entry> result;
    for (const Entry& entry : list)
        for (std::int32_t i = 0; i < entry.steps.times; ++i) {
            result.push_back(entry);
            result.back().steps = entry.steps.at(i);
        }
    std::ranges::sort(result, {}, low_of<Entry>);
    list = std::move(result);
}

}  // namespace

std::vector<StepRange> condensed(std::span<const StepRange> intervals) {
    std::vector<StepRange> result;
    if (!append_ranges(intervals, longest_list, [&](StepRange steps) { result.push_back(steps); }))
        return {intervals.begin(), intervals.end()};
    std::ranges::sort(result, is_before);
    return result;
}

void condense(std::vector<Segment>& cases) { condense_list(cases); }
void condense(std::vector<PartName>& names) { condense_list(names); }

void condense(Rolled& rolled) {
    for (Part& part : rolled.parts) {
        part.set_runs(condensed(part.runs));
        for (std::vector<Segment>& slot : part.slots) condense(slot);
        condense(part.names);
        condense(part.labels);
    }
}

std::vector<StepRange> spelled_out(std::span<const StepRange> ranges) {
    std::vector<StepRange> result;
    for (const StepRange range : ranges)
        for (std::int32_t i = 0; i < range.times; ++i) result.emplace_back(range.at(i));
    std::ranges::sort(result, {}, &StepRange::low);
    return result;
}

}  // namespace revolute::detail

namespace revolute {

Rolled spelled_out(Rolled rolled) {
    for (Part& part : rolled.parts) {
        part.set_runs(detail::spelled_out(part.runs));
        for (std::vector<Segment>& slot : part.slots) detail::spell_out(slot);
        detail::spell_out(part.names);
        detail::spell_out(part.labels);
    }
    return rolled;
}

}  // namespace revolute
