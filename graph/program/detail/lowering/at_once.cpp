#include <revolute/graph/program/detail/lowering/at_once.hpp>

#include <algorithm>
#include <limits>

namespace revolute::detail {

namespace {

/// The members of a site that moves along memory without gaps, as one matrix.
MemberRange all_members(MemberRange site, std::size_t rounds) {
    const auto count = static_cast<std::int32_t>(rounds);
    const std::int32_t last = site.step + site.move * (count - 1);
    return {site.part, std::min(site.step, last), 0, count};
}

bool fits_int(std::size_t size) { return size <= std::numeric_limits<int>::max(); }

bool make_one(EntrywiseCall& call, std::size_t rounds) {
    EntrywiseStep& step = call.steps.front();
    for (MemberRange& site : step.operands)
        if (site.move != 0) site = all_members(site, rounds);
    step.result = all_members(step.result, rounds);
    call.members = static_cast<std::int32_t>(rounds);
    return true;
}

bool make_one(ProductCall& call, std::size_t rounds) {
    const std::size_t columns = static_cast<std::size_t>(call.columns) * rounds;
    if (call.left.move != 0 || call.right.move != 1 || call.right_is_transposed ||
        !fits_int(columns))
        return false;
    call.right = all_members(call.right, rounds);
    call.result = all_members(call.result, rounds);
    call.columns = static_cast<int>(columns);
    return true;
}

bool make_one(OperatorCall&, std::size_t) { return false; }

bool make_one(PackCall&, std::size_t) { return false; }

}  // namespace

bool make_one_call(Instruction& instruction, std::size_t rounds) {
    return rounds > 1 &&
           std::visit([rounds](auto& call) { return make_one(call, rounds); }, instruction);
}

bool sum_in_one_call(ProductCall& call, std::size_t rounds) {
    const std::size_t inner = static_cast<std::size_t>(call.inner) * rounds;
    const auto is_dense = [](const MemberRange& site) { return site.move == 1 || site.move == -1; };
    // In memory, a row is the same as a column.
    const bool is_vector = call.inner == 1 || call.columns == 1;
    if (rounds == 1 || !is_dense(call.left) || call.left.move != call.right.move ||
        call.left_is_transposed || !(call.right_is_transposed || is_vector) || !fits_int(inner))
        return false;
    call.left = all_members(call.left, rounds);
    call.right = all_members(call.right, rounds);
    call.inner = static_cast<int>(inner);
    call.right_is_transposed = true;
    return true;
}

}  // namespace revolute::detail
