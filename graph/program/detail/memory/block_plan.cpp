#include <revolute/graph/program/detail/memory/block_plan.hpp>

namespace revolute::detail {

BlockPlan::BlockPlan(const EntrywiseCall& call, const std::vector<Residence>& residence) {
    std::map<PartId, std::size_t> last_reads;
    for (std::size_t i = 0; i < call.steps.size(); ++i)
        for (const MemberRange& operand : call.steps[i].operands) last_reads[operand.part] = i;
    for (std::size_t i = 0; i < call.steps.size(); ++i) {
        for (const MemberRange& operand : call.steps[i].operands) {
            const auto block = blocks_.find(operand.part);
            numbers.push_back(block == blocks_.end() ? none : block->second);
        }
        for (const MemberRange& operand : call.steps[i].operands)
            if (last_reads[operand.part] == i) release(operand.part);
        const PartId part = call.steps[i].result.part;
        const bool has_block = residence[index(part)] == Residence::block;
        if (has_block) {
            release(part);
            if (free_.empty()) free_.push_back(count++);
            blocks_[part] = free_.back();
            free_.pop_back();
        }
        numbers.push_back(has_block ? blocks_[part] : none);
    }
}

void BlockPlan::release(PartId part) {
    const auto block = blocks_.find(part);
    if (block == blocks_.end()) return;
    free_.push_back(block->second);
    blocks_.erase(block);
}

}  // namespace revolute::detail
