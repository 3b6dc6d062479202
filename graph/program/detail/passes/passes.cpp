#include <revolute/graph/program/detail/lowering/lower.hpp>
#include <revolute/graph/program/detail/passes/passes.hpp>
#include <revolute/graph/program/detail/passes/verify_code.hpp>
#include <revolute/graph/program/detail/verify_when.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace revolute::detail {

namespace {

// In the order in which they run. What joins and packs products decides on bits, as their sums have
// another order then; so code that is watched is made by these, too.
constexpr std::array<PassRow, 6> table_of_passes{{
    {.pass = Pass::gather,
     .name = "gather",
     .needs = "each value is written once, or a sum that is read when it is complete",
     .guarantees = "no product between loops could stand between earlier ones",
     .is_of_watched = true,
     .run = [](const Rolled& rolled, const Reads&, Code& code) { gather_products(rolled, code); }},
    {.pass = Pass::merge,
     .name = "merge",
     .needs = "products that stand together, and no stacks yet",
     .guarantees = "products of a body that share a factor are one where their other factors can "
                   "stand below each other; no part is in two stacks",
     .is_of_watched = true,
     .run = merge_products},
    {.pass = Pass::fuse,
     .name = "fuse",
     .needs = "products as they stay: what they are merged of is ordered as a whole",
     .guarantees =
         "a body does in one pass over memory what is elementwise, of one extent, and not "
         "parted by what it waits for",
     .is_of_watched = false,
     .run = [](const Rolled& rolled, const Reads&, Code& code) { fuse_entrywise(rolled, code); }},
    {.pass = Pass::keep,
     .name = "keep",
     .needs = "instructions in their last order: none may move away from what it reads any more",
     .guarantees = "a value is kept no longer than its reads ask for; those of a stack, equally",
     .is_of_watched = false,
     .run = find_residences},
    {.pass = Pass::combine,
     .name = "combine",
     .needs = "residences: a value may only vanish that stands in no slab",
     .guarantees = "an expression that has a kernel is one step",
     .is_of_watched = false,
     .run = [](const Rolled& rolled, const Reads&, Code& code) { combine_steps(rolled, code); }},
    {.pass = Pass::pack,
     .name = "pack",
     .needs = "merged products: a stack is one factor",
     .guarantees = "what all rounds of a loop multiply by is packed once, before it",
     .is_of_watched = true,
     .run = [](const Rolled&, const Reads&, Code& code) { pack_factors(code); }},
}};

/// What `lower` gives, every value in a slab, and what the passes that are chosen make of it.
template <class IsChosen>
Code compiled(const Rolled& rolled, const Reads& reads, std::optional<Pass> without,
              const IsChosen& is_chosen) {
    Code code{
        lower(rolled, reads, without), {}, std::vector<Residence>(rolled.parts.size()), 0, {}};
    code.shares_places = without != Pass::replace;
    const auto verify_all = [&](std::string_view made_by) {
        if (is_all_verified()) verify_code(rolled, reads, code, made_by);
    };
    verify_all("lowering");
    for (const PassRow& row : table_of_passes) {
        if (row.pass == without || !is_chosen(row)) continue;
        row.run(rolled, reads, code);
        verify_all(row.name);
    }
    if (!is_all_verified() && is_to_be_verified(rolled, code)) verify_code(rolled, reads, code);
    return code;
}

}  // namespace

std::span<const PassRow> passes() { return table_of_passes; }

Code to_be_watched(const Rolled& rolled, const Reads& reads, std::optional<Pass> without) {
    Code code =
        compiled(rolled, reads, without, [](const PassRow& row) { return row.is_of_watched; });
    code.is_watched = true;
    return code;
}

Code optimized(const Rolled& rolled, const Reads& reads, std::optional<Pass> without) {
    return compiled(rolled, reads, without, [](const PassRow&) { return true; });
}

}  // namespace revolute::detail
