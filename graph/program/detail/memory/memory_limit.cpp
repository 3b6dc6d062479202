#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/program/detail/memory/memory_limit.hpp>
#include <revolute/graph/values/bytes_in_words.hpp>
#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace revolute::detail {

namespace {

constexpr std::size_t most_named = 3;

/// All programs have fewer numbers, so that sums and products of sizes do not wrap around.
constexpr double most_numbers = 0x1p58;

/// A part that has values of its own. The number of them is whole, but may be larger than any
/// integer.
struct Slab {
    PartId part{};
    double numbers = 0;
};

/// The largest first.
std::vector<Slab> slabs_of(const Rolled& rolled, const Reads& reads) {
    std::vector<Slab> slabs;
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const Standing standing = reads.standing(PartId{i});
        if (standing != Standing::view && standing != Standing::term)
            slabs.push_back({PartId{i}, static_cast<double>(rolled.parts[i].shape.size()) *
                                            static_cast<double>(rolled.parts[i].size())});
    }
    std::ranges::stable_sort(slabs, std::ranges::greater{}, &Slab::numbers);
    return slabs;
}

std::string words_of(double bytes) {
    constexpr double most = 1e18;  // within 64 bits
    return bytes < most ? bytes_in_words(static_cast<std::size_t>(bytes))
                        : fmt::format("{:.2g} bytes", bytes);
}

std::string lines_of(const Rolled& rolled, const std::vector<Slab>& slabs,
                     std::size_t number_size) {
    std::string text;
    for (std::size_t i = 0; i < std::min(most_named, slabs.size()); ++i) {
        const Part& part = rolled[slabs[i].part];
        text += fmt::format(
            "\n  {}{}: {}", describe(rolled, {slabs[i].part, part.step_of(0)}),
            part.size() == 1 ? "" : fmt::format(" and {} more like it", part.size() - 1),
            words_of(slabs[i].numbers * static_cast<double>(number_size)));
    }
    return text;
}

}  // namespace

void require_within(std::optional<std::size_t> limit, std::size_t needed, const Rolled& rolled,
                    const Reads& reads, const MemoryPlan& plan, std::size_t number_size) {
    if (!limit || needed <= *limit) return;
    std::string need = bytes_in_words(needed), most = bytes_in_words(*limit);
    if (need == most) {  // but for the digits that words leave out
        need = fmt::format("{} bytes", needed);
        most = fmt::format("{}", *limit);
    }
    const std::string text = fmt::format(
        "compile: the program must fit into its memory limit (it needs {}, the limit is {})", need,
        most);
    std::vector<Slab> slabs = slabs_of(rolled, reads);
    std::set<std::size_t>
        places;  // of parts whose slabs begin at one place, one after the other, the first
    std::erase_if(slabs, [&](const Slab& slab) {
        return !places.insert(plan.layouts[index(slab.part)].offset).second;
    });
    throw CapacityError(text + lines_of(rolled, slabs, number_size));
}

void require_countable(const Rolled& rolled, const Reads& reads, std::size_t number_size) {
    const std::vector<Slab> slabs = slabs_of(rolled, reads);
    double numbers = 0;
    for (const Slab& slab : slabs) numbers += slab.numbers;
    if (numbers < most_numbers) return;
    throw CapacityError(fmt::format(
        "compile: the values of a program must fit into a memory (they are {:.2g} "
        "bytes){}",
        numbers * static_cast<double>(number_size), lines_of(rolled, slabs, number_size)));
}

}  // namespace revolute::detail
