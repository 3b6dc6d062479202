#include <revolute/graph/rolling/detail/roll_joins.hpp>
#include <revolute/graph/rolling/detail/roll_parts.hpp>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <set>
#include <utility>

namespace revolute::detail {

namespace {

/// In longer lists of alternatives, twice the same stays until the next round.
constexpr std::size_t most_looked_through = 16;

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

/// Drops what has come before; the rest stays in its order.
void keep_first_of_each(std::vector<Alternative>& alternatives) {
    std::set<Alternative> known;
    std::erase_if(alternatives, [&](const Alternative& x) { return !known.insert(x).second; });
}

}  // namespace

Joins::Joins(const Graph& graph, Groups& groups, std::vector<Part>& parts)
    : graph_(graph),
      groups_(groups),
      parts_(parts),
      merged_into_(parts.size()),
      last_of_(parts.size()),
      next_(parts.size(), HashIndex::absent),
      alternatives_(parts.size()),
      steps_(parts.size()) {
    std::iota(merged_into_.begin(), merged_into_.end(), 0U);
    std::iota(last_of_.begin(), last_of_.end(), 0U);
    for (std::uint32_t i = 0; i < parts_.size(); ++i)
        steps_[i] = IntervalSet(intervals_of(parts_[i].runs));
}

std::uint32_t Joins::now(std::uint32_t part) {
    while (merged_into_[part] != part) {
        merged_into_[part] = merged_into_[merged_into_[part]];
        part = merged_into_[part];
        ++work_;
    }
    return part;
}

void Joins::join(std::uint32_t kept, std::uint32_t gone) {
    for (std::size_t slot = 0; slot < alternatives_[kept].size(); ++slot) {
        std::vector<Alternative>& all = alternatives_[kept][slot];
        const std::vector<Alternative>& added = alternatives_[gone][slot];
        for (const Alternative& x : added)
            if (all.size() > most_looked_through || std::ranges::find(all, x) == all.end())
                all.push_back(x);
        work_ += added.size();
    }
    steps_[kept].add(steps_[gone]);
    work_ += steps_[gone].intervals().size();
    merged_into_[gone] = kept;
    gone_.push_back(gone);
    next_[last_of_[kept]] = gone;
    last_of_[kept] = last_of_[gone];
}

void Joins::refresh() {
    std::vector<std::vector<std::uint32_t>> joined(parts_.size());
    for (const std::uint32_t gone : gone_) joined[now(gone)].push_back(gone);
    gone_.clear();
    for (std::uint32_t i = 0; i < parts_.size(); ++i) {
        if (!is_alive(i)) continue;
        Part& part = parts_[i];
        alternatives_[i].resize(part.slots.size());
        for (std::size_t slot = 0; slot < part.slots.size(); ++slot) refresh(i, slot, joined[i]);
        if (joined[i].empty()) continue;
        part.set_runs({steps_[i].intervals().begin(), steps_[i].intervals().end()});
        for (const std::uint32_t gone : joined[i]) {
            parts_[gone].slots.clear();
            steps_[gone] = {};
            alternatives_[gone].clear();
        }
    }
}

void Joins::refresh(std::uint32_t i, std::size_t slot, std::span<const std::uint32_t> joined) {
    std::vector<Segment> all = std::move(parts_[i].slots[slot]);
    if (!joined.empty()) {
        std::vector<Segment> cut;
        cut_to(parts_[i].runs, all, cut);
        for (const std::uint32_t gone : joined)
            cut_to(parts_[gone].runs, parts_[gone].slots[slot], cut);
        std::ranges::sort(cut, {}, [](const Segment& segment) { return segment.steps.low(); });
        all = std::move(cut);
    }
    work_ += all.size() + 1;
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

void Joins::join_members(std::uint32_t kept) {
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

void Joins::renumber() {
    std::vector<std::uint32_t> number(parts_.size(), 0);
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < parts_.size(); ++i)
        number[i] = is_alive(i) ? count++ : number[now(i)];  // what a part goes into comes first
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
            for (Segment& segment : slot) segment.target = PartId{number[index(segment.target)]};
    for (std::uint32_t& group : groups_.group_of)
        if (group != HashIndex::absent) group = number[group];
}

}  // namespace revolute::detail
