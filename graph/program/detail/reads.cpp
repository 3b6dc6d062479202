#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/reads.hpp>

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
    bool is_output = false;
    bool by_products_alone = true;
    bool by_sums_alone = true;
    std::size_t count = 0;
    std::optional<PartId> sum;  ///< the first that has
};

Reads::Reads(const Rolled& rolled)
    : rolled_(rolled),
      component_(rolled.parts.size()),
      standing_(rolled.parts.size(), Standing::computed),
      views_(rolled.parts.size()),
      slots_(rolled.parts.size()) {
    for (std::size_t i = 0; i < rolled.schedule.size(); ++i)
        for (const PartId part : rolled.schedule[i].parts) component_[index(part)] = i;
    const std::vector<DirectUse> uses = direct_uses();
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

std::span<const Interval> Reads::steps(PartId part) const {
    if (!rolled_[part].is_family()) return {&only_step, 1};
    return rolled_[part].runs;
}

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
            if (user.op->role != Role::product) use.by_products_alone = false;
            if (!use.sum) use.sum = PartId{i};
            if (user.op != &accumulate_op || use.sum != PartId{i}) use.by_sums_alone = false;
            ++use.count;
        });
    }
    for (const Member& output : rolled_.outputs) uses[index(output.part)].is_output = true;
    return uses;
}

Standing Reads::standing_of(PartId part, const DirectUse& use) const {
    const Op& op = *rolled_[part].op;
    if (is_given(op)) return Standing::given;
    if (&op == &constant_op) return Standing::constant;
    if (can_be_view(part, use)) return Standing::view;
    return op.role == Role::product && is_term(part, use) ? Standing::term : Standing::computed;
}

/// A sum in each step computes products of its own recurrence only: others are better computed for all
/// steps at once.
bool Reads::is_term(PartId part, const DirectUse& use) const {
    if (use.is_output || !use.sum || !use.by_sums_alone) return false;
    if (is_sum_over_steps(rolled_[*use.sum])) return true;
    return use.count == 1 && component_[index(part)] == component_[index(*use.sum)];
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
    const auto& [steps, target, distance] = segment;
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
