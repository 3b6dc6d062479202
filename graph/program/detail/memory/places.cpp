#include <revolute/graph/program/detail/memory/places.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace revolute::detail {

namespace {

/// What the instructions say of a part.
struct OperandUse {
    /// What its last beginning reads: a step that does not add to what is there. Of these, one that
    /// only begins the part is read by all its beginnings, since each of its members is read.
    std::vector<PartId> operands{};
    std::optional<PartId> taker{};  ///< the part that begins by reading it, member for member
    bool is_kept = false;           ///< something else reads it, too
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

    OperandUse& operator[](PartId part) { return uses_[index(part)]; }

 private:
    void see(const EntrywiseStep& step) {
        const bool adds = std::ranges::find(step.operands, step.result) != step.operands.end();
        std::vector<PartId> taken;
        for (const MemberRange& operand : step.operands) {
            if (operand == step.result) continue;
            MemberRange same = operand;
            same.part = step.result.part;
            OperandUse& use = (*this)[operand.part];
            use.is_kept |= adds || same != step.result ||
                           use.taker.value_or(step.result.part) != step.result.part;
            use.taker = step.result.part;
            taken.push_back(operand.part);
        }
        OperandUse& result = (*this)[step.result.part];
        if (!adds) result.operands = std::move(taken);
    }

    /// Other instructions need what they read until they have written all.
    void see_other(const Instruction& instruction) {
        const auto* const product = std::get_if<ProductCall>(&instruction);
        const bool adds = product != nullptr && product->adds;
        for_each_read(instruction, [&](const MemberRange& site) {
            if (!adds || site != product->result) (*this)[site.part].is_kept = true;
        });
    }

    std::vector<OperandUse> uses_;
};

}  // namespace

std::vector<PartId> slabs_of(const Rolled& rolled, const Reads& reads, const Code& code) {
    std::vector<PartId> slabs;
    std::vector<bool> stands_alone(rolled.parts.size());
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        slabs.push_back(PartId{i});
        // Where one place serves all steps, the next step's value may be begun before the last read
        // of what took the place of this step's.
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
                const OperandUse& use = uses[operand];
                // Where they have the same steps their members, of as many entries, stand alike in
                // slabs.
                if (!stands_alone[index(operand)] || use.is_kept ||
                    rolled[operand].runs != rolled[part].runs)
                    continue;
                slabs[index(part)] = slabs[index(operand)];
                break;
            }
        }
    return slabs;
}

}  // namespace revolute::detail
