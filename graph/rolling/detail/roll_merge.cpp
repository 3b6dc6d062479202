#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rolling/detail/roll_joins.hpp>
#include <revolute/graph/rolling/detail/roll_parts.hpp>

#include <algorithm>
#include <bit>
#include <iterator>
#include <map>
#include <optional>
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

/// Joins families until nothing more can be joined, in rounds: their cases are put together between
/// two.
class Merger {
 public:
    Merger(const Graph& graph, Groups& groups, std::vector<Part>& parts)
        : graph_(graph),
          groups_(groups),
          parts_(parts),
          joins_(graph, groups, parts),
          most_work_(1'000'000 + 20 * graph.operand_total()) {
        find_summands();
    }

    MergeWork run() {
        bool has_merged = true;
        while (has_merged) {
            has_merged = false;
            joins_.refresh();
            for (std::uint32_t i = 0; i < parts_.size(); ++i)
                if (joins_.is_alive(i)) has_merged |= merge_alternatives(i);
            for (const std::vector<std::uint32_t>& summands : summands_)
                has_merged |= merge_summands(summands);
            has_merged |= merge_congruent();
            ++rounds_;
        }
        joins_.refresh();
        joins_.renumber();
        return {joins_.work(), rounds_};
    }

 private:
    /// Where a round finds something to join it looks at everything once more. What is regular
    /// needs a few dozen rounds, whatever its size; of what is not, only so much is merged that the
    /// time stays linear.
    bool may_go_on() const { return joins_.work() < most_work_; }

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

    /// Two families of one operator that one operand reads at different steps from the same
    /// distance.
    bool merge_alternatives(std::uint32_t i) {
        bool has_merged = false;
        std::map<std::tuple<std::int32_t, std::uint32_t, std::size_t>, std::vector<std::uint32_t>>
            others;  // by distance, kind and number of operands
        for (std::size_t slot = 0; slot < joins_.alternatives(i).size(); ++slot) {
            if (joins_.alternatives(i)[slot].size() < 2) continue;
            others.clear();
            const std::vector<Alternative> all = with_summands(i, slot);
            joins_.count_work(all.size());
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

    /// The alternatives of an operand, and behind a sum what it adds of the same step: where an
    /// adjoint has one term only, as at the last step, the term stands for the sum.
    std::vector<Alternative> with_summands(std::uint32_t i, std::size_t slot) const {
        std::vector<Alternative> found;
        for (const Alternative& read : joins_.alternatives(i)[slot]) {
            found.push_back(read);
            const Part& sum = parts_[read.target];
            if (!sum.is_family() || sum.op != &accumulate_op) continue;
            for (const std::vector<Alternative>& summands : joins_.alternatives(read.target))
                for (const Alternative& summand : summands)
                    if (summand.distance == 0) found.push_back({summand.target, read.distance});
        }
        return found;
    }

    /// Families of one operator in one sum.
    bool merge_summands(std::span<const std::uint32_t> summands) {
        bool has_merged = false;
        std::map<std::uint32_t, std::uint32_t> first_of_kind;
        joins_.count_work(summands.size());
        for (const std::uint32_t summand : summands) {
            const auto [first, is_new] = first_of_kind.emplace(kind(joins_.now(summand)), summand);
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
            if (!joins_.is_alive(i) || joins_.alternatives(i).empty()) continue;
            const std::vector<Alternative> all = joins_.alternatives(i).front();
            joins_.count_work(all.size());
            for (const auto& [target, distance] : all) {
                if (!may_go_on()) return has_merged;
                auto& others = readers[{kind(i), joins_.now(target), distance}];
                for (const std::uint32_t other : others)
                    if (are_congruent(joins_.now(other), joins_.now(i)))
                        has_merged |= try_to_merge(other, i);
                if (others.size() < most_others) others.push_back(i);
            }
        }
        return has_merged;
    }

    bool are_congruent(std::uint32_t a, std::uint32_t b) {
        if (a == b || joins_.alternatives(a).size() != joins_.alternatives(b).size()) return false;
        for (std::size_t slot = 0; slot < joins_.alternatives(a).size(); ++slot)
            if (!have_one_in_common(joins_.alternatives(a)[slot], joins_.alternatives(b)[slot]))
                return false;
        return true;
    }

    bool have_one_in_common(std::span<const Alternative> a, std::span<const Alternative> b) {
        joins_.count_work(a.size() + b.size());
        const auto sorted = [&](std::span<const Alternative> reads) {
            std::vector<Alternative> result;
            for (const auto& [target, distance] : reads)
                result.push_back({joins_.now(target), distance});
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
        a = joins_.now(a);
        b = joins_.now(b);
        joins_.count_work(1);
        if (a == b || !may_go_on() || !fit(a, b)) return false;
        joins_.join(std::min(a, b), std::max(a, b));
        return true;
    }

    bool fit(std::uint32_t a, std::uint32_t b) {
        const Part& p = parts_[a];
        const Part& q = parts_[b];
        if (!p.is_family() || p.axis != q.axis || kind(a) != kind(b) || p.slots.empty() ||
            p.operand_shapes != q.operand_shapes || groups_.phases[a] != groups_.phases[b])
            return false;
        const std::size_t runs = joins_.steps(a).intervals().size();
        const std::size_t others = joins_.steps(b).intervals().size();
        joins_.count_work(std::min(runs, others) * std::bit_width(std::max(runs, others)));
        if (!are_disjoint(joins_.steps(a).intervals(), joins_.steps(b).intervals())) return false;
        for (std::size_t slot = 0; slot < p.slots.size(); ++slot)
            if (!operands_fit(a, b, slot)) return false;
        return true;
    }

    /// One operand may be one node that does not depend on time, in all its cases together: else
    /// V' dy and U' da would be one product, with a weight that changes at the last step. And a
    /// factor of a product depends on time in all cases or in none, but for what a product that
    /// reads itself starts from: d(t) = gam d(t-1) from d(1) = gam gam.
    bool operands_fit(std::uint32_t a, std::uint32_t b, std::size_t slot) {
        std::optional<std::uint32_t> independent;
        std::size_t count = 0;
        bool reads_itself = false;
        const std::size_t all =
            joins_.alternatives(a)[slot].size() + joins_.alternatives(b)[slot].size();
        joins_.count_work(all);
        for (const std::uint32_t part : {a, b}) {
            for (const auto& [target, distance] : joins_.alternatives(part)[slot]) {
                reads_itself |= joins_.now(target) == a || joins_.now(target) == b;
                if (parts_[target].depends_on_time) continue;
                if (independent && *independent != target) return false;
                independent = target;
                ++count;
            }
        }
        return parts_[a].op->role != Role::product || count == 0 || count == all || reads_itself;
    }

    /// So many families of one kind are compared with each one that comes after them.
    static constexpr std::size_t most_others = 8;

    const Graph& graph_;
    Groups& groups_;
    std::vector<Part>& parts_;
    Joins joins_;
    std::vector<std::vector<std::uint32_t>> summands_;
    std::size_t most_work_;
    std::size_t rounds_ = 0;
};

}  // namespace

MergeWork merge_parts(const Graph& graph, Groups& groups, std::vector<Part>& parts) {
    return Merger(graph, groups, parts).run();
}

}  // namespace revolute::detail
