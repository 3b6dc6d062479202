#include <revolute/graph/detail/roll_parts.hpp>
#include <revolute/graph/leaf.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace revolute::detail {

namespace {

bool are_disjoint(std::span<const Interval> a, std::span<const Interval> b) {
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i].high < b[j].low)
            ++i;
        else if (b[j].high < a[i].low)
            ++j;
        else
            return false;
    }
    return true;
}

/// The segments cut to the steps at which there are members.
std::vector<Segment> cut_to(std::span<const Interval> runs, std::span<const Segment> segments) {
    std::vector<Segment> cut;
    for (std::size_t i = 0, j = 0; i < runs.size() && j < segments.size();) {
        const std::int32_t low = std::max(runs[i].low, segments[j].steps.low);
        const std::int32_t high = std::min(runs[i].high, segments[j].steps.high);
        if (low <= high) cut.push_back({{low, high}, segments[j].target, segments[j].distance});
        (runs[i].high < segments[j].steps.high ? i : j)++;
    }
    return cut;
}

/// Joins families until nothing more can be joined.
class Merger {
 public:
    Merger(const Graph& graph, Groups& groups, std::vector<Part>& parts)
        : graph_(graph),
          groups_(groups),
          parts_(parts),
          merged_into_(parts.size()),
          last_of_(parts.size()),
          next_(parts.size(), HashIndex::absent) {
        std::iota(merged_into_.begin(), merged_into_.end(), 0U);
        std::iota(last_of_.begin(), last_of_.end(), 0U);
        find_summands();
    }

    void run() {
        bool has_merged = true;
        while (has_merged) {
            has_merged = false;
            for (Part& part : parts_) refresh(part);
            for (std::uint32_t i = 0; i < parts_.size(); ++i)
                if (is_alive(i)) has_merged |= merge_alternatives(i);
            for (const std::vector<std::uint32_t>& summands : summands_)
                has_merged |= merge_summands(summands);
            has_merged |= merge_congruent();
        }
        for (Part& part : parts_) refresh(part);
        renumber();
    }

 private:
    /// Each round looks at every segment. What is regular has few, and needs a few dozen rounds, whatever
    /// its size; of what is not, only so much is merged that the time stays linear.
    std::size_t most_work() const { return 1'000'000 + 20 * graph_.operand_total(); }

    std::uint32_t now(std::uint32_t part) const {
        while (merged_into_[part] != part) part = merged_into_[part];
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

    /// Follows what was merged since, and joins segments that have become alike.
    void refresh(Part& part) {
        for (std::vector<Segment>& slot : part.slots) {
            work_ += slot.size() + 1;
            std::vector<Segment> fresh;
            for (Segment segment : slot) {
                segment.target = PartId{now(index(segment.target))};
                add_segment(fresh, segment);
            }
            slot = std::move(fresh);
        }
    }

    /// Two families of one operator that one operand reads at different steps from the same distance.
    bool merge_alternatives(std::uint32_t i) {
        bool has_merged = false;
        std::map<std::tuple<std::int32_t, std::uint32_t, std::size_t>, std::vector<std::uint32_t>>
            others;  // by distance, kind and number of operands
        for (std::size_t slot = 0; slot < parts_[i].slots.size(); ++slot) {
            if (parts_[i].slots[slot].size() < 2) continue;
            others.clear();
            const std::vector<Segment> all = alternatives(i, slot);
            work_ += all.size();
            if (work_ >= most_work()) return has_merged;
            for (const Segment& read : all) {
                const std::uint32_t target = index(read.target);
                std::vector<std::uint32_t>& like =
                    others[{read.distance, kind(target), parts_[target].slots.size()}];
                for (const std::uint32_t other : like) has_merged |= try_to_merge(other, target);
                if (like.size() < most_others) like.push_back(target);
            }
        }
        return has_merged;
    }

    /// The cases of an operand, and behind a sum what it adds of the same step: where an adjoint has one
    /// term only, as at the last step, the term stands for the sum.
    std::vector<Segment> alternatives(std::uint32_t i, std::size_t slot) const {
        std::vector<Segment> found;
        // However many cases read one sum, it is looked at once: this stays linear.
        std::set<std::pair<std::uint32_t, std::int32_t>> sums;
        for (const Segment& read : parts_[i].slots[slot]) {
            found.push_back(read);
            const Part& sum = parts_[index(read.target)];
            if (!sum.is_family() || sum.op != &accumulate_op ||
                !sums.emplace(index(read.target), read.distance).second)
                continue;
            for (const std::vector<Segment>& summands : sum.slots)
                for (const Segment& summand : summands)
                    if (summand.distance == 0)
                        found.push_back({read.steps, summand.target, read.distance});
        }
        return found;
    }

    /// Families of one operator in one sum.
    bool merge_summands(std::span<const std::uint32_t> summands) {
        bool has_merged = false;
        std::map<std::uint32_t, std::uint32_t> first_of_kind;
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
            readers;  // by kind, and target and distance of a case of the first operand
        for (std::uint32_t i = 0; i < parts_.size(); ++i) {
            if (!is_alive(i) || parts_[i].slots.empty()) continue;
            const std::vector<Segment> cases = parts_[i].slots[0];
            for (const Segment& segment : cases) {
                auto& others = readers[{kind(i), now(index(segment.target)), segment.distance}];
                for (const std::uint32_t other : others)
                    if (are_congruent(now(other), now(i))) has_merged |= try_to_merge(other, i);
                if (others.size() < most_others) others.push_back(i);
            }
        }
        return has_merged;
    }

    bool are_congruent(std::uint32_t a, std::uint32_t b) const {
        if (a == b || parts_[a].slots.size() != parts_[b].slots.size()) return false;
        for (std::size_t slot = 0; slot < parts_[a].slots.size(); ++slot) {
            const auto is_read_by_b = [&](const Segment& x) {
                return std::ranges::any_of(parts_[b].slots[slot], [&](const Segment& y) {
                    return now(index(x.target)) == now(index(y.target)) && x.distance == y.distance;
                });
            };
            if (std::ranges::none_of(parts_[a].slots[slot], is_read_by_b)) return false;
        }
        return true;
    }

    std::uint32_t kind(std::uint32_t part) const {
        return groups_.attributes.kind_of(graph_, groups_.members[part].front());
    }

    bool try_to_merge(std::uint32_t a, std::uint32_t b) {
        a = now(a);
        b = now(b);
        if (a == b || work_ >= most_work() || !fit(a, b)) return false;
        merge(std::min(a, b), std::max(a, b));
        return true;
    }

    bool fit(std::uint32_t a, std::uint32_t b) const {
        const Part& p = parts_[a];
        const Part& q = parts_[b];
        if (!p.is_family() || p.axis != q.axis || kind(a) != kind(b) || p.slots.empty() ||
            p.operand_shapes != q.operand_shapes || groups_.phases[a] != groups_.phases[b] ||
            !are_disjoint(p.runs, q.runs))
            return false;
        for (std::size_t slot = 0; slot < p.slots.size(); ++slot)
            if (!operands_fit(p, q, slot)) return false;
        return true;
    }

    /// One operand may be one node that does not depend on time, in all its cases together: else
    /// V' dy and U' da would be one product, with a weight that changes at the last step. And a
    /// factor of a product depends on time in all cases or in none.
    bool operands_fit(const Part& p, const Part& q, std::size_t slot) const {
        std::optional<PartId> independent;
        std::size_t count = 0;
        for (const Part* part : {&p, &q}) {
            for (const Segment& segment : part->slots[slot]) {
                if (parts_[index(segment.target)].depends_on_time) continue;
                if (independent && *independent != segment.target) return false;
                independent = segment.target;
                ++count;
            }
        }
        return p.op->role != Role::product || count == 0 ||
               count == p.slots[slot].size() + q.slots[slot].size();
    }

    void merge(std::uint32_t kept, std::uint32_t gone) {
        Part& a = parts_[kept];
        Part& b = parts_[gone];
        for (std::size_t slot = 0; slot < a.slots.size(); ++slot) {
            std::vector<Segment> all;
            std::ranges::merge(
                cut_to(a.runs, a.slots[slot]), cut_to(b.runs, b.slots[slot]),
                std::back_inserter(all), {},
                [](const Segment& segment) { return segment.steps.low; },
                [](const Segment& segment) { return segment.steps.low; });
            work_ += all.size();
            a.slots[slot].clear();
            for (const Segment& segment : all) add_segment(a.slots[slot], segment);
            b.slots[slot].clear();
        }
        work_ += a.runs.size() + b.runs.size();
        a.set_runs(joined(a.runs, b.runs));
        merged_into_[gone] = kept;
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

    static std::vector<Interval> joined(std::span<const Interval> a, std::span<const Interval> b) {
        std::vector<Interval> all;
        std::ranges::merge(a, b, std::back_inserter(all), {}, &Interval::low, &Interval::low);
        std::vector<Interval> runs;
        for (const Interval run : all) {
            if (!runs.empty() && runs.back().high == run.low - 1)
                runs.back().high = run.high;
            else
                runs.push_back(run);
        }
        return runs;
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

    const Graph& graph_;
    Groups& groups_;
    std::vector<Part>& parts_;
    std::vector<std::uint32_t> merged_into_;
    // The parts that a family was merged of, as a list: its own number, then `next_` of each.
    std::vector<std::uint32_t> last_of_;
    std::vector<std::uint32_t> next_;
    std::vector<std::vector<std::uint32_t>> summands_;
    std::size_t work_ = 0;
};

}  // namespace

void merge_parts(const Graph& graph, Groups& groups, std::vector<Part>& parts) {
    Merger(graph, groups, parts).run();
}

}  // namespace revolute::detail
