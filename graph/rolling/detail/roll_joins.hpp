#pragma once

#include <revolute/graph/rolling/detail/interval_set.hpp>
#include <revolute/graph/rolling/detail/roll_groups.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Parts of a rolled graph that go into others.

namespace revolute::detail {

/// What an operand is in one or several of its cases.
struct Alternative {
    std::uint32_t target = 0;
    std::int32_t distance = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of a defaulted <=> for a pointer
    friend auto operator<=>(const Alternative&, const Alternative&) = default;
};

/// Which parts have gone into which. A join is only noted; `refresh` puts the cases of all
/// together, once. What is compared is the alternatives of an operand, not its cases, of which a
/// pattern that repeats has many.
class Joins {
 public:
    Joins(const Graph& graph, Groups& groups, std::vector<Part>& parts);

    /// The part that a part has gone into, by way of any number of others: itself at first.
    std::uint32_t now(std::uint32_t part);
    bool is_alive(std::uint32_t part) const { return merged_into_[part] == part; }

    /// What each operand is, with what has gone into the part since; targets as of the last
    /// `refresh`.
    const std::vector<std::vector<Alternative>>& alternatives(std::uint32_t part) const {
        return alternatives_[part];
    }
    /// Of the members, with those that go into the part.
    const IntervalSet& steps(std::uint32_t part) const { return steps_[part]; }

    /// Notes that one family goes into another. `refresh` puts the cases together.
    void join(std::uint32_t kept, std::uint32_t gone);
    /// Puts together what was joined, and follows it where it is read.
    void refresh();
    /// Closes the gaps that merged parts left. The lowest id of a joined family is that of the part
    /// that was kept, so the order stays.
    void renumber();

    /// Cases, runs and steps that were looked at, and what the user of the joins counts.
    std::size_t work() const { return work_; }
    void count_work(std::size_t more) { work_ += more; }

 private:
    /// The cases of one operand, with those of the same operand of what has been joined.
    void refresh(std::uint32_t i, std::size_t slot, std::span<const std::uint32_t> joined);
    /// Puts the members of what was merged together, two shortest lists at a time: a family of
    /// many parts costs little more than one of two.
    void join_members(std::uint32_t kept);

    const Graph& graph_;
    Groups& groups_;
    std::vector<Part>& parts_;
    std::vector<std::uint32_t> merged_into_;
    // The parts that a family was merged of, as a list: its own number, then `next_` of each.
    std::vector<std::uint32_t> last_of_;
    std::vector<std::uint32_t> next_;
    std::vector<std::vector<std::vector<Alternative>>> alternatives_;  // by part and slot
    std::vector<IntervalSet> steps_;                                   // by part
    std::vector<std::uint32_t> gone_;                                  // since the last `refresh`
    std::size_t work_ = 0;
};

}  // namespace revolute::detail
