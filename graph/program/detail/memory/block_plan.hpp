#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>

#include <cstddef>
#include <map>
#include <vector>

namespace revolute::detail {

/// Gives the values of an entrywise call that are in no slab their blocks: a block is used again
/// when the value has been read for the last time.
class BlockPlan {
 public:
    BlockPlan(const EntrywiseCall& call, const std::vector<Residence>& residence);

    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::vector<std::size_t> numbers;  ///< of operands and the result, step by step
    std::size_t count = 0;

 private:
    void release(PartId part);

    std::map<PartId, std::size_t> blocks_;  ///< of the values that are still to be read
    std::vector<std::size_t> free_;
};

}  // namespace revolute::detail
