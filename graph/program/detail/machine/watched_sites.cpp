#include <revolute/graph/program/detail/machine/watched_sites.hpp>

#include <variant>

namespace revolute::detail {

namespace {

/// The part of a stack of that number; the site alone, where there is no stack.
MemberRange in_stack(MemberRange site, const std::vector<PartId>& stack, std::size_t number) {
    if (!stack.empty()) site.part = stack[number];
    return site;
}

}  // namespace

std::vector<ReadSite> operands_of(const Rolled& rolled, const Instruction& instruction,
                                  const MemberRange& made, std::size_t result) {
    std::vector<ReadSite> operands;
    const auto* const product = std::get_if<ProductCall>(&instruction);
    if (product == nullptr) {
        const Part& part = rolled[made.part];
        const auto* const call = std::get_if<OperatorCall>(&instruction);
        for_each_read(instruction, [&](const MemberRange& site) {
            const Shape own = rolled[site.part].shape;
            const Shape seen = call != nullptr ? call->operand_shapes[operands.size()]
                               : own.size() == part.shape.size() ? part.shape
                                                                 : own;
            const Extent extent = site.members == made.members
                                      ? extent_of(part.op->role, operands.size(), seen, part.shape)
                                      : Extent::whole;
            operands.push_back({site, extent, seen});
        });
        return operands;
    }
    const bool is_sum = !product->right_stack.empty();
    const std::size_t first = is_sum ? 0 : result;
    const std::size_t end = is_sum ? product->right_stack.size() : result + 1;
    const bool is_by_column = !product->right_is_transposed && product->right.members == 1;
    for (std::size_t i = first; i < end; ++i) {
        const MemberRange left = in_stack(product->left, product->left_stack, i);
        const MemberRange right = in_stack(product->right, product->right_stack, i);
        operands.push_back({left, Extent::whole, rolled[left.part].shape});
        operands.push_back(
            {right, is_by_column ? Extent::column : Extent::whole, rolled[right.part].shape});
    }
    if (product->adds) {
        const MemberRange sum = in_stack(product->result, product->result_stack, result);
        operands.push_back({sum, Extent::entry, rolled[sum.part].shape});
    }
    return operands;
}

std::vector<MemberRange> results_of(const Instruction& instruction) {
    std::vector<MemberRange> results;
    const auto* const product = std::get_if<ProductCall>(&instruction);
    const bool is_stack = product != nullptr && !product->result_stack.empty();
    if (is_stack)
        for (std::size_t i = 0; i < product->result_stack.size(); ++i)
            results.push_back(in_stack(product->result, product->result_stack, i));
    else
        for_each_result(instruction, [&](const MemberRange& site) { results.push_back(site); });
    return results;
}

}  // namespace revolute::detail
