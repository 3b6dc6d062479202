#include <revolute/graph/program/detail/lowering/lower.hpp>
#include <revolute/graph/program/detail/passes/passes.hpp>

namespace revolute::detail {

namespace {

/// Every value in a slab, each instruction one operator.
Code as_lowered(const Rolled& rolled, const Reads& reads, std::optional<Pass> without) {
    Code code{
        lower(rolled, reads, without), {}, std::vector<Residence>(rolled.parts.size()), 0, {}};
    code.shares_places = without != Pass::replace;
    return code;
}

/// Makes one product of several, which sums in another order than they do.
void join_products(const Rolled& rolled, const Reads& reads, Code& code,
                   std::optional<Pass> without) {
    if (without != Pass::gather) gather_products(rolled, code);
    if (without != Pass::merge) merge_products(rolled, reads, code);
}

}  // namespace

Code to_be_watched(const Rolled& rolled, const Reads& reads, std::optional<Pass> without) {
    Code code = as_lowered(rolled, reads, without);
    join_products(rolled, reads, code, without);
    if (without != Pass::pack) pack_factors(code);
    code.is_watched = true;
    return code;
}

Code optimized(const Rolled& rolled, const Reads& reads, std::optional<Pass> without) {
    Code code = as_lowered(rolled, reads, without);
    join_products(rolled, reads, code, without);
    if (without != Pass::fuse) fuse_entrywise(rolled, code);
    if (without != Pass::keep) find_residences(rolled, reads, code);
    if (without != Pass::combine) combine_steps(rolled, code);
    if (without != Pass::pack) pack_factors(code);
    return code;
}

}  // namespace revolute::detail
