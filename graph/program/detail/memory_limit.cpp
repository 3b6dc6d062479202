#include <revolute/graph/error.hpp>
#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/program/detail/memory_limit.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace revolute::detail {

namespace {

constexpr std::size_t most_named = 3;

/// A part that has values of its own.
struct Slab {
    PartId part{};
    std::size_t numbers = 0;
};

/// The largest first. Of parts whose slabs begin at one place, one after the other, the first.
std::vector<Slab> slabs_of(const Rolled& rolled, const Reads& reads, const MemoryPlan& plan) {
    std::vector<Slab> slabs;
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const Standing standing = reads.standing(PartId{i});
        if (standing != Standing::view && standing != Standing::term)
            slabs.push_back({PartId{i}, rolled.parts[i].shape.size() * rolled.parts[i].size()});
    }
    std::ranges::stable_sort(slabs, std::ranges::greater{}, &Slab::numbers);
    std::set<std::size_t> places;
    std::erase_if(slabs, [&](const Slab& slab) {
        return !places.insert(plan.layouts[index(slab.part)].offset).second;
    });
    return slabs;
}

std::string line_of(const Rolled& rolled, const Slab& slab, std::size_t number_size) {
    const Part& part = rolled[slab.part];
    return fmt::format("\n  {}{}: {} bytes", describe(rolled, {slab.part, part.step_of(0)}),
                       part.size() == 1 ? "" : fmt::format(" and {} more like it", part.size() - 1),
                       slab.numbers * number_size);
}

}  // namespace

void require_within(std::optional<std::size_t> limit, std::size_t needed, const Rolled& rolled,
                    const Reads& reads, const MemoryPlan& plan, std::size_t number_size) {
    if (!limit || needed <= *limit) return;
    std::string text = fmt::format(
        "compile: the program must fit into its memory limit (it needs {} bytes, the limit is {})",
        needed, *limit);
    const std::vector<Slab> slabs = slabs_of(rolled, reads, plan);
    for (std::size_t i = 0; i < std::min(most_named, slabs.size()); ++i)
        text += line_of(rolled, slabs[i], number_size);
    throw CapacityError(text);
}

}  // namespace revolute::detail
