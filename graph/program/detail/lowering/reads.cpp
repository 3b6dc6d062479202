#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/lowering/reads.hpp>
#include <revolute/graph/rolling/detail/interval_set.hpp>

#include <algorithm>

namespace revolute::detail {

namespace {

constexpr Interval only_step{0, 0};

/// Calls `visit` with each part that operands of `part` belong to.
template <class Visit>
void for_each_operand_part(const Part& part, const Visit& visit) {
    for (const std::vector<Segment>& slot : part.slots)
        for (const Segment& segment : slot) visit(segment.target);
    for (const Sweep& sweep : part.operands)
        for (const Sweep::Element& element : sweep.elements) visit(element.part);
}

/// Column-major, a vector and its transpose are the same entries.
bool is_vector(Shape shape) { return shape.rows == 1 || shape.columns == 1; }

}  // namespace

const Read& read_at(std::span<const Read> reads, std::int32_t t) {
    return *(
        std::ranges::upper_bound(reads, t, {}, [](const Read& read) { return read.steps.low; }) -
        1);
}

bool is_sum_over_steps(const Part& part) { return !part.is_family() && part.op == &accumulate_op; }

std::vector<Terms> terms_of(const Rolled& rolled, const Part& sum) {
    std::vector<Terms> terms;
    for (const Sweep& sweep : sum.operands)
        for (const auto& [part, offset] : sweep.elements)
            terms.push_back({part, rolled[part].is_family() ? sweep.first + offset : 0,
                             sweep.stride, sweep.rounds()});
    return terms;
}

/// Who has a part for an operand, by name, not through views.
struct Reads::DirectUse {
    /// By another family: which members, and how many steps later.
    struct InSteps {
        PartId user{};
        Interval members;
        std::int32_t distance = 0;
    };

    bool is_output = false;
    bool by_products_alone = true;
    bool by_sums_alone = true;
    std::vector<InSteps> in_steps;
    std::vector<PartId> by_nodes;
};

/// The cases of each operand; those of one node hold at step 0.
std::vector<std::vector<Segment>> Reads::operands_of(const Part& part) const {
    if (part.is_family()) return part.slots;
    std::vector<std::vector<Segment>> slots;
    for (const Sweep& sweep : part.operands)
        for (std::size_t round = 0; round < sweep.rounds(); ++round)
            for (const auto& [target, offset] : sweep.elements) {
                const std::int32_t step =
                    sweep.first + offset + sweep.stride * static_cast<std::int32_t>(round);
                slots.push_back({{only_step, target, rolled_[target].is_family() ? -step : 0}});
            }
    return slots;
}

std::vector<Reads::DirectUse> Reads::direct_uses() const {
    std::vector<DirectUse> uses(rolled_.parts.size());
    for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
        const Part& user = rolled_.parts[i];
        for_each_operand_part(user, [&](PartId part) {
            DirectUse& use = uses[index(part)];
            use.by_products_alone &= user.op->role == Role::product;
            use.by_sums_alone &= user.op->role == Role::sum;
            if (!user.is_family()) use.by_nodes.push_back(PartId{i});
        });
        for (const std::vector<Segment>& slot : user.slots)
            for (const auto& [steps, target, distance] : slot)
                uses[index(target)].in_steps.push_back(
                    {PartId{i}, {steps.low() - distance, steps.high() - distance}, distance});
    }
    for (const Member& output : rolled_.outputs) uses[index(output.part)].is_output = true;
    return uses;
}

/// Finds the parts that are terms, and of which sum.
class Reads::TermFinder {
 public:
    TermFinder(const Rolled& rolled, std::span<const DirectUse> uses)
        : rolled_(rolled), uses_(uses) {
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) whole_.push_back(PartId{i});
    }

    /// Calls `note` with each. Sums come first, from the last to the first, as those of one step
    /// are read by later ones: a term's sum is known when the term is looked at.
    template <class Note>
    void find(const Note& note) {
        for (const Role role : {Role::sum, Role::product})
            for (std::size_t i = rolled_.schedule.size(); i-- > 0;) {
                const std::vector<PartId>& parts = rolled_.schedule[i].parts;
                for (std::size_t j = parts.size(); j-- > 0;)
                    if (rolled_[parts[j]].op->role == role) find(parts[j], note);
            }
    }

 private:
    template <class Note>
    void find(PartId part, const Note& note) {
        const DirectUse& use = uses_[index(part)];
        if (use.is_output || !use.by_sums_alone) return;
        const std::optional<PartId> sum =
            use.by_nodes.empty() ? sum_in_steps(part) : sum_over_steps(part);
        if (!sum) return;
        whole_[index(part)] = *sum;
        note(part);
    }

    /// The sum of families that reads every member once; a sum, in its own step.
    std::optional<PartId> sum_in_steps(PartId part) const {
        const std::vector<DirectUse::InSteps>& all = uses_[index(part)].in_steps;
        if (all.empty() || !rolled_[part].is_family()) return std::nullopt;
        const bool at_any_distance = rolled_[part].op->role == Role::product;
        const PartId sum = whole_[index(all.front().user)];
        std::vector<Interval> members;
        for (const auto& [user, interval, distance] : all) {
            if (whole_[index(user)] != sum || rolled_[user].axis != rolled_[part].axis ||
                (distance != 0 && !at_any_distance))
                return std::nullopt;
            members.push_back(interval);
        }
        return are_disjoint(std::move(members)) ? std::optional(sum) : std::nullopt;
    }

    /// The one sum over steps that reads a product.
    std::optional<PartId> sum_over_steps(PartId part) const {
        const auto& [is_output, by_products, by_sums, in_steps, users] = uses_[index(part)];
        const PartId sum = users.front();
        if (rolled_[part].op->role != Role::product || !in_steps.empty() ||
            !is_sum_over_steps(rolled_[sum]) || std::ranges::count(users, sum) != std::ssize(users))
            return std::nullopt;
        return sum;
    }

    /// Whether no step is in two of them.
    static bool are_disjoint(std::vector<Interval> intervals) {
        std::ranges::sort(intervals, {}, &Interval::low);
        return std::ranges::adjacent_find(intervals, [](const Interval& a, const Interval& b) {
                   return b.low <= a.high;
               }) == intervals.end();
    }

    const Rolled& rolled_;
    std::span<const DirectUse> uses_;
    std::vector<PartId> whole_;  ///< by part: the sum that computes it in the end, or itself
};

Reads::Reads(const Rolled& rolled)
    : rolled_(rolled),
      standing_(rolled.parts.size(), Standing::computed),
      views_(rolled.parts.size()),
      slots_(rolled.parts.size()) {
    for (const Part& part : rolled.parts)
        steps_.push_back(part.is_family() ? intervals_of(part.runs) : std::vector{only_step});
    const std::vector<DirectUse> uses = direct_uses();
    TermFinder(rolled, uses).find([this](PartId part) { standing_[index(part)] = Standing::term; });
    for (const Component& component : rolled.schedule)
        for (const PartId part : component.parts) {
            standing_[index(part)] = standing_of(part, uses[index(part)]);
            views_[index(part)] = standing(part) == Standing::view ? through(part) : itself(part);
        }
    // A recurrence reads parts that stand behind the reader in the schedule, so all are seen first.
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        if (is_sum_over_steps(rolled.parts[i])) continue;
        for (const std::vector<Segment>& slot : operands_of(rolled.parts[i])) {
            std::vector<Read>& reads = slots_[i].emplace_back();
            for (const Segment& segment : slot) append_seen(reads, segment);
        }
    }
}

Standing Reads::standing_of(PartId part, const DirectUse& use) const {
    const Op& op = *rolled_[part].op;
    if (is_given(op)) return Standing::given;
    if (&op == &constant_op) return Standing::constant;
    if (can_be_view(part, use)) return Standing::view;
    return standing(part);
}

/// A view of what stands behind it in the schedule would have to be seen before that is.
bool Reads::can_be_view(PartId id, const DirectUse& use) const {
    const Part& part = rolled_[id];
    bool operands_are_seen = true;
    for_each_operand_part(
        part, [&](PartId target) { operands_are_seen &= !views_[index(target)].empty(); });
    if (!operands_are_seen) return false;
    switch (part.op->role) {
        case Role::stop_gradient:
        case Role::reshape:
            return true;
        case Role::transpose:
            return is_vector(part.shape) || (use.by_products_alone && !use.is_output);
        default:
            return false;
    }
}

std::vector<Read> Reads::itself(PartId part) const {
    const bool is_node = !rolled_[part].is_family();
    std::vector<Read> reads;
    for (const Interval run : steps(part))
        reads.push_back({run, part, 0, is_node, false, rolled_[part].shape});
    return reads;
}

std::vector<Read> Reads::through(PartId id) const {
    const Part& part = rolled_[id];
    const std::vector<std::vector<Segment>> operands = operands_of(part);
    std::vector<Read> reads;
    for (const Segment& segment : operands.front()) append_seen(reads, segment);
    const bool turns = part.op->role == Role::transpose && !is_vector(part.shape);
    for (Read& read : reads) read.is_transposed ^= turns;
    return reads;
}

/// What a case reads, in as many pieces as the target's view has there.
void Reads::append_seen(std::vector<Read>& reads, const Segment& segment) const {
    const auto& [range, target, distance] = segment;
    const Interval steps = range.interval();
    const std::vector<Read>& view = views_[index(target)];
    if (!rolled_[target].is_family()) {
        const Read& only = view.front();
        reads.push_back(
            {steps, only.target, only.step_at(0), true, only.is_transposed, rolled_[target].shape});
        return;
    }
    auto read = std::ranges::lower_bound(view, steps.low - distance, {},
                                         [](const Read& piece) { return piece.steps.high; });
    for (; read != view.end() && read->steps.low <= steps.high - distance; ++read) {
        Read seen = *read;
        seen.steps = {std::max(steps.low, read->steps.low + distance),
                      std::min(steps.high, read->steps.high + distance)};
        if (!seen.is_fixed) seen.offset -= distance;
        seen.shape = rolled_[target].shape;
        reads.push_back(seen);
    }
}

}  // namespace revolute::detail
