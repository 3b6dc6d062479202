#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

namespace revolute::detail {

/// A set of steps: intervals that neither overlap nor touch, ascending.
class IntervalSet {
 public:
    IntervalSet() = default;
    explicit IntervalSet(std::span<const Interval> intervals) {
        for (const Interval interval : intervals) add(interval);
    }

    bool empty() const { return intervals_.empty(); }
    std::int64_t size() const {
        std::int64_t size = 0;
        for (const Interval interval : intervals_)
            size += static_cast<std::int64_t>(interval.size());
        return size;
    }

    std::span<const Interval> intervals() const { return intervals_; }

    /// Adds one set to another one, of which it shares no step: a short one to a long one step by
    /// step.
    void add(const IntervalSet& added) {
        if (added.intervals_.size() * 16 < intervals_.size()) {
            for (const Interval interval : added.intervals_) add(interval);
            return;
        }
        std::vector<Interval> all;
        std::ranges::merge(intervals_, added.intervals_, std::back_inserter(all), {},
                           &Interval::low, &Interval::low);
        intervals_.clear();
        for (const Interval interval : all) add(interval);
    }

    void add(Interval added) {
        const auto first = std::ranges::lower_bound(
            intervals_, added.low, {}, [](Interval interval) { return interval.high + 1; });
        auto last = first;
        for (; last != intervals_.end() && last->low <= added.high + 1; ++last) {
            added.low = std::min(added.low, last->low);
            added.high = std::max(added.high, last->high);
        }
        intervals_.insert(intervals_.erase(first, last), added);
    }

    /// The steps of an interval that are in the set.
    std::vector<Interval> within(Interval interval) const {
        std::vector<Interval> result;
        auto at = std::ranges::lower_bound(intervals_, interval.low, {}, &Interval::high);
        for (; at != intervals_.end() && at->low <= interval.high; ++at)
            result.push_back({std::max(at->low, interval.low), std::min(at->high, interval.high)});
        return result;
    }

    /// Whether two sets share a step.
    bool overlaps(const IntervalSet& other) const {
        if (intervals_.size() > other.intervals_.size()) return other.overlaps(*this);
        return std::ranges::any_of(
            intervals_, [&other](Interval interval) { return !other.within(interval).empty(); });
    }

    /// Those that are not.
    std::vector<Interval> outside(Interval interval) const {
        std::vector<Interval> result;
        std::int32_t next = interval.low;
        for (const Interval inside : within(interval)) {
            if (inside.low > next) result.push_back({next, inside.low - 1});
            next = inside.high + 1;
        }
        if (next <= interval.high) result.push_back({next, interval.high});
        return result;
    }

    friend bool operator==(const IntervalSet&, const IntervalSet&) = default;

 private:
    std::vector<Interval> intervals_;
};

}  // namespace revolute::detail
