#include <revolute/graph/cost/checked_count.hpp>
#include <revolute/graph/cost/cost.hpp>
#include <revolute/graph/cost/operation_count.hpp>
#include <revolute/graph/rolling/detail/interval_set.hpp>
#include <revolute/graph/values/error.hpp>

#include <cstdlib>
#include <utility>
#include <vector>

namespace revolute {

namespace {

using detail::IntervalSet;

constexpr Interval one_node{0, 0};

/// Members `users` of a part read `members` of another, in the same order.
struct Read {
    PartId target{};
    Interval users;
    Interval members;
};

IntervalSet members_of(const Part& part) {
    IntervalSet members(intervals_of(part.runs));
    if (!part.is_family()) members.add(one_node);
    return members;
}

/// Counts over the parts of a rolled graph; sets of members stand by part.
class Counter {
 public:
    explicit Counter(const Rolled& rolled) : rolled_(rolled) {
        for (const Part& part : rolled.parts) all_.push_back(members_of(part));
        find_reads();
        find_components();
        find_forward();
        find_kept();
    }

    Cost total() const {
        Cost cost;
        for (std::size_t i = 0; i < rolled_.parts.size(); ++i) {
            const std::int64_t one = operations_of(rolled_.parts[i]);
            const auto entries = static_cast<std::int64_t>(rolled_.parts[i].shape.size());
            const std::int64_t in_forward = forward_[i].size();
            const std::int64_t in_backward = all_[i].size() - in_forward;
            add(cost.forward, one, in_forward, entries, kept_forward_[i].size());
            add(cost.backward, one, in_backward, entries, kept_backward_[i].size());
        }
        return cost;
    }

 private:
    static void add(PassCost& pass, std::int64_t operations, std::int64_t members,
                    std::int64_t entries, std::int64_t kept) {
        pass.operations = checked_sum(pass.operations, checked_product(operations, members));
        pass.kept_entries = checked_sum(pass.kept_entries, checked_product(entries, kept));
    }

    std::int64_t operations_of(const Part& part) const {
        OperandShapes operands;
        for (const Shape shape : part.operand_shapes) operands.add(shape);
        for (const Sweep& sweep : part.operands)
            for (const Sweep::Element& element : sweep.elements)
                operands.add(rolled_[element.part].shape,
                             static_cast<std::int64_t>(sweep.rounds()));
        return operation_count(*part.op, part.shape, operands);
    }

    Interval read_at(PartId target, Interval users, std::int32_t distance) const {
        return rolled_[target].is_family() ? Interval{users.low - distance, users.high - distance}
                                           : one_node;
    }

    void find_reads() {
        reads_.resize(rolled_.parts.size());
        for (std::size_t i = 0; i < rolled_.parts.size(); ++i) {
            const Part& part = rolled_.parts[i];
            for (const std::vector<Segment>& slot : part.slots)
                for (const auto& [steps, target, distance] : slot)
                    for (const Interval users : all_[i].within(steps.interval()))
                        reads_[i].push_back({target, users, read_at(target, users, distance)});
            for (const Sweep& sweep : part.operands)
                for (const Interval steps : steps_of(sweep))
                    for (const auto [target, offset] : sweep.elements)
                        reads_[i].push_back({target, one_node, read_at(target, steps, -offset)});
        }
    }

    /// Those between the steps of a stride are not read.
    static std::vector<Interval> steps_of(const Sweep& sweep) {
        const auto [low, high] = std::minmax(sweep.first, sweep.last);
        const std::int32_t stride = std::abs(sweep.stride);
        if (stride == 1) return {{low, high}};
        std::vector<Interval> steps;
        for (std::int32_t t = low; t <= high; t += stride) steps.push_back({t, t});
        return steps;
    }

    void find_components() {
        component_of_.resize(rolled_.parts.size());
        for (std::size_t i = 0; i < rolled_.schedule.size(); ++i)
            for (const PartId part : rolled_.schedule[i].parts) component_of_[index(part)] = i;
    }

    /// The members of the target that these users read.
    static Interval read_by(const Read& read, Interval users) {
        if (read.users == one_node || read.members == one_node) return read.members;
        return {read.members.low + (users.low - read.users.low),
                read.members.high - (read.users.high - users.high)};
    }

    /// All members of the parts that the loss depends on in some way.
    std::vector<IntervalSet> members_towards_loss() const {
        std::vector<IntervalSet> members(rolled_.parts.size());
        std::vector<PartId> to_do{rolled_.outputs.front().part};
        while (!to_do.empty()) {
            const std::uint32_t i = index(to_do.back());
            to_do.pop_back();
            if (!members[i].empty()) continue;
            members[i] = all_[i];
            for (const Read& read : reads_[i]) to_do.push_back(read.target);
        }
        return members;
    }

    /// From these down to those that the loss, or one that stays, reads. One round, as a rule; a
    /// recurrence that goes on behind what the loss reads of it takes one for each such step.
    void find_forward() {
        const Member loss = rolled_.outputs.front();
        forward_ = members_towards_loss();
        for (bool was_so = false; !was_so;) {
            std::vector<IntervalSet> read(rolled_.parts.size());
            read[index(loss.part)].add({loss.t, loss.t});
            for (std::size_t i = 0; i < reads_.size(); ++i)
                for (const Read& r : reads_[i])
                    for (const Interval users : forward_[i].within(r.users))
                        read[index(r.target)].add(read_by(r, users));
            was_so = read == forward_;
            forward_ = std::move(read);
        }
    }

    void find_kept() {
        kept_forward_.resize(rolled_.parts.size());
        kept_backward_.resize(rolled_.parts.size());
        for (std::size_t i = 0; i < reads_.size(); ++i) {
            if (places_entries(rolled_.parts[i].op->role)) continue;
            for (const Read& read : reads_[i])
                for (const Interval users : forward_[i].outside(read.users))
                    keep(component_of_[i], read.target, read_by(read, users));
        }
    }

    /// Keeps what a node of the backward pass, in that component, reads, unless it need not be.
    void keep(std::size_t reader, PartId target, Interval members) {
        std::vector<std::pair<PartId, Interval>> to_do{{target, members}};
        while (!to_do.empty()) {
            const auto [part, steps] = to_do.back();
            to_do.pop_back();
            const std::uint32_t i = index(part);
            if (places_entries(rolled_[part].op->role)) {
                for (const Read& read : reads_[i])
                    for (const Interval users : IntervalSet({&read.users, 1}).within(steps))
                        to_do.emplace_back(read.target, read_by(read, users));
                continue;
            }
            if (rolled_[part].op->arity == 0) continue;
            for (const Interval kept : forward_[i].within(steps)) kept_forward_[i].add(kept);
            const std::size_t own = component_of_[i];
            if (own == reader || !rolled_.schedule[own].is_recurrence()) continue;
            for (const Interval kept : forward_[i].outside(steps)) kept_backward_[i].add(kept);
        }
    }

    const Rolled& rolled_;
    std::vector<IntervalSet> all_;
    std::vector<std::vector<Read>> reads_;  // by part that reads
    std::vector<std::size_t> component_of_;
    std::vector<IntervalSet> forward_;
    std::vector<IntervalSet> kept_forward_;
    std::vector<IntervalSet> kept_backward_;
};

}  // namespace

Cost cost(const Rolled& rolled) {
    if (rolled.outputs.empty())
        throw GraphError("cost: the loss must be the first output (there is no output)");
    const Rolled plain = spelled_out(rolled);
    return Counter(plain).total();
}

}  // namespace revolute
