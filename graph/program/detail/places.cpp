#include <revolute/graph/program/detail/places.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>

namespace revolute::detail {

namespace {

/// What the instructions say of a part.
struct Use {
    std::size_t beginnings = 0;  ///< instructions that write it and do not add to what is there
    /// Operands of its first beginning, member for member.
    std::vector<PartId> operands{};

    /// The part whose beginnings read it, member for member.
    std::optional<PartId> taker{};
    std::size_t takings = 0;  ///< how many of them
    bool is_kept = false;     ///< something else reads it, too
};

/// Reads the code once, for all parts.
class PartUses {
 public:
    PartUses(const Rolled& rolled, const Code& code) : uses_(rolled.parts.size()) {
        for (const Loop& loop : code.loops)
            for (const Instruction& instruction : loop.body) {
                if (const auto* const call = std::get_if<EntrywiseCall>(&instruction))
                    for (const EntrywiseStep& step : call->steps) see(step);
                else
                    see_other(instruction);
            }
    }

    Use& operator[](PartId part) { return uses_[index(part)]; }

 private:
    void see(const EntrywiseStep& step) {
        const bool adds = std::ranges::find(step.operands, step.result) != step.operands.end();
        Use& result = (*this)[step.result.part];
        if (!adds) ++result.beginnings;
        std::vector<PartId> taken;
        for (const MemberRange& operand : step.operands) {
            if (operand == step.result) continue;
            MemberRange same = operand;
            same.part = step.result.part;
            if (adds || same != step.result)
                (*this)[operand.part].is_kept = true;
            else if (std::ranges::find(taken, operand.part) == taken.end())
                taken.push_back(operand.part);
        }
        for (const PartId part : taken) {
            Use& use = (*this)[part];
            use.is_kept |= use.taker.value_or(step.result.part) != step.result.part;
            use.taker = step.result.part;
            ++use.takings;
        }
        if (!adds && result.beginnings == 1) result.operands = std::move(taken);
    }

    /// Other instructions need what they read until they have written all.
    void see_other(const Instruction& instruction) {
        const auto* const product = std::get_if<ProductCall>(&instruction);
        const bool adds = product != nullptr && product->adds;
        for_each_result(instruction, [&](const MemberRange& site) {
            if (!adds) ++(*this)[site.part].beginnings;
        });
        for_each_read(instruction, [&](const MemberRange& site) {
            if (!adds || site != product->result) (*this)[site.part].is_kept = true;
        });
    }

    std::vector<Use> uses_;
};

/// Whether the parts' members stand alike in slabs, or would.
bool stand_alike(const Part& a, const Part& b) {
    return a.shape.size() == b.shape.size() && a.is_family() == b.is_family() && a.runs == b.runs;
}

}  // namespace

std::vector<PartId> slabs_of(const Rolled& rolled, const Reads& reads, const Code& code) {
    std::vector<PartId> slabs;
    std::vector<bool> stands_alone(rolled.parts.size());
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        slabs.push_back(PartId{i});
        // Where one place serves all steps, the next step's value may be begun before the last read of
        // what took the place of this step's.
        stands_alone[i] =
            reads.standing(PartId{i}) == Standing::computed && code.residence[i] == Residence::slab;
    }
    for (const std::vector<PartId>& stack : code.stacks)
        for (const PartId part : stack) {
            slabs[index(part)] = stack.front();
            stands_alone[index(part)] = false;
        }
    if (!code.shares_places) return slabs;
    PartUses uses(rolled, code);
    for (const Member& output : rolled.outputs)
        for (const Read& read : reads.view(output.part)) uses[read.target].is_kept = true;
    for (const Component& component : rolled.schedule)
        for (const PartId part : component.parts) {
            if (!stands_alone[index(part)]) continue;
            for (const PartId operand : uses[part].operands) {
                const Use& use = uses[operand];
                if (!stands_alone[index(operand)] || use.is_kept ||
                    use.takings != uses[part].beginnings ||
                    !stand_alike(rolled[operand], rolled[part]))
                    continue;
                slabs[index(part)] = slabs[index(operand)];
                break;
            }
        }
    return slabs;
}

}  // namespace revolute::detail
