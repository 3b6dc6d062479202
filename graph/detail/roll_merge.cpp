#include <revolute/graph/detail/interval_set.hpp>
#include <revolute/graph/detail/roll_parts.hpp>
#include <revolute/graph/leaf.hpp>

#include <algorithm>
#include <bit>
#include <compare>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace revolute::detail {

namespace {

/// Whether no step is in both. The shorter list is looked up in the longer one.
bool are_disjoint(std::span<const Interval> a, std::span<const Interval> b) {
    if (a.size() > b.size()) std::swap(a, b);
    return std::ranges::none_of(a, [&](Interval interval) {
        const auto at = std::ranges::lower_bound(b, interval.low, {}, &Interval::high);
        return at != b.end() && at->low <= interval.high;
    });
}

/// The segments cut to the steps at which there are members.
void cut_to(std::span<const StepRange> runs, std::span<const Segment> segments,
            std::vector<Segment>& cut) {
    for (std::size_t i = 0, j = 0; i < runs.size() && j < segments.size();) {
        const std::int32_t low = std::max(runs[i].low(), segments[j].steps.low());
        const std::int32_t high = std::min(runs[i].high(), segments[j].steps.high());
        if (low <= high)
            cut.push_back({Interval{low, high}, segments[j].target, segments[j].distance});
        (runs[i].high() < segments[j].steps.high() ? i : j)++;
    }
}

/// What an operand is in one or several of its cases.
struct Alternative {
    std::uint32_t target = 0;
    std::int32_t distance = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of a defaulted <=> for a pointer
    friend auto operator<=>(const Alternative&, const Alternative&) = default;
};

/// Drops what has come before; the rest stays in its order.
void keep_first_of_each(std::vector<Alternative>& alternatives) {
    std::set<Alternative> known;
    std::erase_if(alternatives, [&](const Alternative& x) { return !known.insert(x).second; });
}

/// Joins families until nothing more can be joined, in rounds. In a round, families only note what
/// goes into them; their cases are put together once, before the next one. What is compared is the
/// alternatives of an operand, not its cases, of which a pattern that repeats has many.
class Merger {
 public:
    Merger(const Graph& graph, Groups& groups, std::vector<Part>& parts)
        : graph_(graph),
          groups_(groups),
          parts_(parts),
          merged_into_(parts.size()),
          last_of_(parts.size()),
          next_(parts.size(), HashIndex::absent),
          alternatives_(parts.size()),
          steps_(parts.size()),
          most_work_(1'000'000 + 20 * graph.operand_total()) {
        std::iota(merged_into_.begin(), merged_into_.end(), 0U);
        std::iota(last_of_.begin(), last_of_.end(), 0U);
        for (std::uint32_t i = 0; i < parts_.size(); ++i)
            steps_[i] = IntervalSet(intervals_of(parts_[i].runs));
        find_summands();
    }

    MergeWork run() {
        bool has_merged = true;
        while (has_merged) {
            has_merged = false;
            refresh();
            for (std::uint32_t i = 0; i < parts_.size(); ++i)
                if (is_alive(i)) has_merged |= merge_alternatives(i);
            for (const std::vector<std::uint32_t>& summands : summands_)
                has_merged |= merge_summands(summands);
            has_merged |= merge_congruent();
            ++result_.rounds;
        }
        refresh();
        renumber();
        return result_;
    }

 private:
    /// Where a round finds something to join it looks at everything once more. What is regular needs a few
    /// dozen rounds, whatever its size; of what is not, only so much is merged that the time stays linear.
    bool may_go_on() const { return result_.work < most_work_; }

    std::uint32_t now(std::uint32_t part) {
        while (merged_into_[part] != part) {
            merged_into_[part] = merged_into_[merged_into_[part]];
            part = merged_into_[part];
            ++result_.work;
        }
        return part;
    }
    bool is_alive(std::uint32_t part) const { return merged_into_[part] == part; }

    /// Parts that a sum without step adds, by their operator.
    void find_summands() {
        for (std::uint32_t i = 0; i < parts_.size(); ++i) {
            if (parts_[i].is_family() || parts_[i].op != &accumulate_op) continue;
            std::vector<std::uint32_t> summands;
            for (const NodeId operand : graph_.operands(groups_.members[i].front())) {
                const std::uint32_t group = groups_.group_of[index(operand)];
                if (parts_[group].is_family() && (summands.empty() || summands.back() != group))
                    summands.push_back(group);
            }
            std::ranges::sort(summands);
            summands.erase(std::unique(summands.begin(), summands.end()), summands.end());
            summands_.push_back(std::move(summands));
        }
    }

    /// Puts together what was joined, and follows it where it is read.
    void refresh() {
        std::vector<std::vector<std::uint32_t>> joined(parts_.size());
        for (const std::uint32_t gone : gone_) joined[now(gone)].push_back(gone);
        gone_.clear();
        for (std::uint32_t i = 0; i < parts_.size(); ++i) {
            if (!is_alive(i)) continue;
            Part& part = parts_[i];
            alternatives_[i].resize(part.slots.size());
            for (std::size_t slot = 0; slot < part.slots.size(); ++slot)
                refresh(i, slot, joined[i]);
            if (joined[i].empty()) continue;
            part.set_runs({steps_[i].intervals().begin(), steps_[i].intervals().end()});
            for (const std::uint32_t gone : joined[i]) {
                parts_[gone].slots.clear();
                steps_[gone] = {};
                alternatives_[gone].clear();
            }
        }
    }

    /// The cases of one operand, with those of the same operand of what has been joined.
    void refresh(std::uint32_t i, std::size_t slot, std::span<const std::uint32_t> joined) {
        std::vector<Segment> all = std::move(parts_[i].slots[slot]);
        if (!joined.empty()) {
            std::vector<Segment> cut;
            cut_to(parts_[i].runs, all, cut);
            for (const std::uint32_t gone : joined)
                cut_to(parts_[gone].runs, parts_[gone].slots[slot], cut);
            std::ranges::sort(cut, {}, [](const Segment& segment) { return segment.steps.low(); });
            all = std::move(cut);
        }
        result_.work += all.size() + 1;
        std::vector<Segment> fresh;
        std::vector<Alternative>& alternatives = alternatives_[i][slot];
        alternatives.clear();
        for (Segment segment : all) {
            segment.target = PartId{now(index(segment.target))};
            add_segment(fresh, segment);
            alternatives.push_back({index(segment.target), segment.distance});
        }
        if (alternatives.size() > 1) keep_first_of_each(alternatives);
        parts_[i].slots[slot] = std::move(fresh);
    }

    /// Two families of one operator that one operand reads at different steps from the same distance.
    bool merge_alternatives(std::uint32_t i) {
        bool has_merged = false;
        std::map<std::tuple<std::int32_t, std::uint32_t, std::size_t>, std::vector<std::uint32_t>>
            others;  // by distance, kind and number of operands
        for (std::size_t slot = 0; slot < alternatives_[i].size(); ++slot) {
            if (alternatives_[i][slot].size() < 2) continue;
            others.clear();
            const std::vector<Alternative> all = with_summands(i, slot);
            result_.work += all.size();
            if (!may_go_on()) return has_merged;
            for (const auto& [target, distance] : all) {
                std::vector<std::uint32_t>& like =
                    others[{distance, kind(target), parts_[target].operand_shapes.size()}];
                for (const std::uint32_t other : like) has_merged |= try_to_merge(other, target);
                if (like.size() < most_others) like.push_back(target);
            }
        }
        return has_merged;
    }

    /// The alternatives of an operand, and behind a sum what it adds of the same step: where an adjoint
    /// has one term only, as at the last step, the term stands for the sum.
    std::vector<Alternative> with_summands(std::uint32_t i, std::size_t slot) const {
        std::vector<Alternative> found;
        for (const Alternative& read : alternatives_[i][slot]) {
            found.push_back(read);
            const Part& sum = parts_[read.target];
            if (!sum.is_family() || sum.op != &accumulate_op) continue;
            for (const std::vector<Alternative>& summands : alternatives_[read.target])
                for (const Alternative& summand : summands)
                    if (summand.distance == 0) found.push_back({summand.target, read.distance});
        }
        return found;
    }

    /// Families of one operator in one sum.
    bool merge_summands(std::span<const std::uint32_t> summands) {
        bool has_merged = false;
        std::map<std::uint32_t, std::uint32_t> first_of_kind;
        result_.work += summands.size();
        for (const std::uint32_t summand : summands) {
            const auto [first, is_new] = first_of_kind.emplace(kind(now(summand)), summand);
            if (!is_new) has_merged |= try_to_merge(first->second, summand);
        }
        return has_merged;
    }

    /// Families that read, in every slot, something in common.
    bool merge_congruent() {
        bool has_merged = false;
        std::map<std::tuple<std::uint32_t, std::uint32_t, std::int32_t>, std::vector<std::uint32_t>>
            readers;  // by kind, and an alternative of the first operand
        for (std::uint32_t i = 0; i < parts_.size(); ++i) {
            if (!is_alive(i) || alternatives_[i].empty()) continue;
            const std::vector<Alternative> all = alternatives_[i].front();
            result_.work += all.size();
            for (const auto& [target, distance] : all) {
                if (!may_go_on()) return has_merged;
                auto& others = readers[{kind(i), now(target), distance}];
                for (const std::uint32_t other : others)
                    if (are_congruent(now(other), now(i))) has_merged |= try_to_merge(other, i);
                if (others.size() < most_others) others.push_back(i);
            }
        }
        return has_merged;
    }

    bool are_congruent(std::uint32_t a, std::uint32_t b) {
        if (a == b || alternatives_[a].size() != alternatives_[b].size()) return false;
        for (std::size_t slot = 0; slot < alternatives_[a].size(); ++slot)
            if (!have_one_in_common(alternatives_[a][slot], alternatives_[b][slot])) return false;
        return true;
    }

    bool have_one_in_common(std::span<const Alternative> a, std::span<const Alternative> b) {
        result_.work += a.size() + b.size();
        const auto sorted = [&](std::span<const Alternative> reads) {
            std::vector<Alternative> result;
            for (const auto& [target, distance] : reads) result.push_back({now(target), distance});
            std::ranges::sort(result);
            return result;
        };
        std::vector<Alternative> common;
        std::ranges::set_intersection(sorted(a), sorted(b), std::back_inserter(common));
        return !common.empty();
    }

    std::uint32_t kind(std::uint32_t part) const {
        return groups_.attributes.kind_of(graph_, groups_.members[part].front());
    }

    bool try_to_merge(std::uint32_t a, std::uint32_t b) {
        a = now(a);
        b = now(b);
        ++result_.work;
        if (a == b || !may_go_on() || !fit(a, b)) return false;
        merge(std::min(a, b), std::max(a, b));
        return true;
    }

    bool fit(std::uint32_t a, std::uint32_t b) {
        const Part& p = parts_[a];
        const Part& q = parts_[b];
        if (!p.is_family() || p.axis != q.axis || kind(a) != kind(b) || p.slots.empty() ||
            p.operand_shapes != q.operand_shapes || groups_.phases[a] != groups_.phases[b])
            return false;
        const std::size_t runs = steps_[a].intervals().size();
        const std::size_t others = steps_[b].intervals().size();
        result_.work += std::min(runs, others) * std::bit_width(std::max(runs, others));
        if (!are_disjoint(steps_[a].intervals(), steps_[b].intervals())) return false;
        for (std::size_t slot = 0; slot < p.slots.size(); ++slot)
            if (!operands_fit(a, b, slot)) return false;
        return true;
    }

    /// One operand may be one node that does not depend on time, in all its cases together: else
    /// V' dy and U' da would be one product, with a weight that changes at the last step. And a
    /// factor of a product depends on time in all cases or in none.
    bool operands_fit(std::uint32_t a, std::uint32_t b, std::size_t slot) {
        std::optional<std::uint32_t> independent;
        std::size_t count = 0;
        const std::size_t all = alternatives_[a][slot].size() + alternatives_[b][slot].size();
        result_.work += all;
        for (const std::uint32_t part : {a, b}) {
            for (const auto& [target, distance] : alternatives_[part][slot]) {
                if (parts_[target].depends_on_time) continue;
                if (independent && *independent != target) return false;
                independent = target;
                ++count;
            }
        }
        return parts_[a].op->role != Role::product || count == 0 || count == all;
    }

    /// Notes that one family goes into another. `refresh` puts the cases together.
    void merge(std::uint32_t kept, std::uint32_t gone) {
        for (std::size_t slot = 0; slot < alternatives_[kept].size(); ++slot) {
            std::vector<Alternative>& all = alternatives_[kept][slot];
            const std::vector<Alternative>& added = alternatives_[gone][slot];
            for (const Alternative& x : added)
                if (all.size() > most_looked_through || std::ranges::find(all, x) == all.end())
                    all.push_back(x);
            result_.work += added.size();
        }
        steps_[kept].add(steps_[gone]);
        result_.work += steps_[gone].intervals().size();
        merged_into_[gone] = kept;
        gone_.push_back(gone);
        next_[last_of_[kept]] = gone;
        last_of_[kept] = last_of_[gone];
    }

    /// Puts the members of what was merged together, two shortest lists at a time: a family of
    /// many parts costs little more than one of two.
    void join_members(std::uint32_t kept) {
        const auto is_longer = [](const std::vector<NodeId>& a, const std::vector<NodeId>& b) {
            return a.size() > b.size();
        };
        const auto step_of = [&](NodeId node) { return graph_.step(node)->t; };
        std::vector<std::vector<NodeId>> lists;
        for (std::uint32_t i = kept; i != HashIndex::absent; i = next_[i])
            lists.push_back(std::move(groups_.members[i]));
        std::ranges::make_heap(lists, is_longer);
        const auto take = [&] {
            std::ranges::pop_heap(lists, is_longer);
            std::vector<NodeId> shortest = std::move(lists.back());
            lists.pop_back();
            return shortest;
        };
        while (lists.size() > 1) {
            const std::vector<NodeId> a = take();
            const std::vector<NodeId> b = take();
            std::vector<NodeId>& both = lists.emplace_back();
            both.reserve(a.size() + b.size());
            std::ranges::merge(a, b, std::back_inserter(both), {}, step_of, step_of);
            std::ranges::push_heap(lists, is_longer);
        }
        groups_.members[kept] = std::move(lists.front());
    }

    /// Closes the gaps that merged parts left. The lowest id of a joined family is that of the part
    /// that was kept, so the order stays.
    void renumber() {
        std::vector<std::uint32_t> number(parts_.size(), 0);
        std::uint32_t count = 0;
        for (std::uint32_t i = 0; i < parts_.size(); ++i)
            number[i] =
                is_alive(i) ? count++ : number[now(i)];  // what a part goes into comes first
        for (std::uint32_t i = 0; i < parts_.size(); ++i) {
            if (!is_alive(i)) continue;
            join_members(i);
            if (number[i] == i) continue;
            parts_[number[i]] = std::move(parts_[i]);
            groups_.members[number[i]] = std::move(groups_.members[i]);
            groups_.phases[number[i]] = groups_.phases[i];
        }
        parts_.resize(count);
        groups_.members.resize(count);
        groups_.phases.resize(count);
        for (Part& part : parts_)
            for (std::vector<Segment>& slot : part.slots)
                for (Segment& segment : slot)
                    segment.target = PartId{number[index(segment.target)]};
        for (std::uint32_t& group : groups_.group_of)
            if (group != HashIndex::absent) group = number[group];
    }

    /// So many families of one kind are compared with each one that comes after them.
    static constexpr std::size_t most_others = 8;
    /// In longer lists of alternatives, twice the same stays until the next round.
    static constexpr std::size_t most_looked_through = 16;

    const Graph& graph_;
    Groups& groups_;
    std::vector<Part>& parts_;
    std::vector<std::uint32_t> merged_into_;
    // The parts that a family was merged of, as a list: its own number, then `next_` of each.
    std::vector<std::uint32_t> last_of_;
    std::vector<std::uint32_t> next_;
    std::vector<std::vector<std::uint32_t>> summands_;
    std::vector<std::vector<std::vector<Alternative>>> alternatives_;  // by part and slot
    std::vector<IntervalSet> steps_;   // by part: of its members, with those that go into it
    std::vector<std::uint32_t> gone_;  // in this round
    std::size_t most_work_;
    MergeWork result_;
};

}  // namespace

MergeWork merge_parts(const Graph& graph, Groups& groups, std::vector<Part>& parts) {
    return Merger(graph, groups, parts).run();
}

}  // namespace revolute::detail
