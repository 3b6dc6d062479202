#include <revolute/graph/program/detail/lower.hpp>
#include <revolute/graph/program/detail/passes.hpp>

namespace revolute::detail {

Code optimized(const Rolled& rolled, const Reads& reads) {
    Code code{lower(rolled, reads), {}, std::vector<Residence>(rolled.parts.size()), {}};
    merge_products(rolled, reads, code);
    fuse_entrywise(rolled, code);
    find_residences(rolled, reads, code);
    return code;
}

}  // namespace revolute::detail
