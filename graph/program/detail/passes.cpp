#include <revolute/graph/program/detail/lower.hpp>
#include <revolute/graph/program/detail/passes.hpp>

namespace revolute::detail {

Code as_lowered(const Rolled& rolled, const Reads& reads) {
    return {lower(rolled, reads), {}, std::vector<Residence>(rolled.parts.size()), 0, {}};
}

Code optimized(const Rolled& rolled, const Reads& reads) {
    Code code = as_lowered(rolled, reads);
    gather_products(rolled, code);
    merge_products(rolled, reads, code);
    fuse_entrywise(rolled, code);
    find_residences(rolled, reads, code);
    combine_steps(rolled, code);
    pack_factors(code);
    return code;
}

}  // namespace revolute::detail
