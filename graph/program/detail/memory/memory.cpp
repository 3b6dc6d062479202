#include <revolute/graph/program/detail/memory/memory.hpp>
#include <revolute/graph/program/detail/memory/places.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace revolute::detail {

namespace {

/// Memory of any length, of which blocks are taken and given back.
class Blocks {
 public:
    /// The smallest free block that has room, or new memory at the end.
    std::size_t take(std::size_t size) {
        const auto found = by_size_.lower_bound({size, 0});
        if (found == by_size_.end()) return take_at_end(size);
        const auto [free_size, offset] = *found;
        remove(offset, free_size);
        if (free_size > size) add(offset + size, free_size - size);
        return offset;
    }

    void give_back(std::size_t offset, std::size_t size) {
        auto next = by_offset_.lower_bound(offset);
        if (next != by_offset_.end() && offset + size == next->first) {
            size += next->second;
            remove(next->first, next->second);
        }
        next = by_offset_.lower_bound(offset);
        if (next != by_offset_.begin()) {
            const auto [before, length] = *std::prev(next);
            if (before + length == offset) {
                remove(before, length);
                offset = before;
                size += length;
            }
        }
        add(offset, size);
    }

    std::size_t end() const { return end_; }

 private:
    std::size_t take_at_end(std::size_t size) {
        std::size_t offset = end_;
        if (!by_offset_.empty()) {
            const auto [last, length] = *by_offset_.rbegin();
            if (last + length == end_) {
                remove(last, length);
                offset = last;
            }
        }
        end_ = offset + size;
        return offset;
    }

    void add(std::size_t offset, std::size_t size) {
        by_offset_.emplace(offset, size);
        by_size_.emplace(size, offset);
    }
    void remove(std::size_t offset, std::size_t size) {
        by_offset_.erase(offset);
        by_size_.erase({size, offset});
    }

    std::map<std::size_t, std::size_t> by_offset_;
    std::set<std::pair<std::size_t, std::size_t>> by_size_;
    std::size_t end_ = 0;
};

/// The first and the last of the instructions that use a slab.
struct Life {
    static constexpr std::size_t for_ever = std::numeric_limits<std::size_t>::max();
    std::size_t birth = for_ever;
    std::size_t death = 0;

    void extend(std::size_t first, std::size_t last) {
        birth = std::min(birth, first);
        death = std::max(death, last);
    }
};

/// The number of a pack among slabs: they come behind those of parts.
std::size_t slab_of_pack(const Rolled& rolled, std::uint32_t pack) {
    return rolled.parts.size() + pack;
}

/// By slab. What a loop uses lives as long as the loop.
std::vector<Life> lives_of(const Rolled& rolled, const Reads& reads, const Code& code,
                           const std::vector<PartId>& slabs) {
    std::vector<Life> lives(rolled.parts.size() + code.packs);
    std::size_t begin = 0;
    for (const Loop& loop : code.loops) {
        const std::size_t end = begin + loop.body.size();
        for (std::size_t i = 0; i < loop.body.size(); ++i) {
            const bool is_straight = loop.rounds == 1;
            const auto extend_slab = [&](std::size_t slab) {
                lives[slab].extend(is_straight ? begin + i : begin,
                                   is_straight ? begin + i : end - 1);
            };
            const auto extend = [&](const MemberRange& site) {
                if (code.residence[index(site.part)] != Residence::block)
                    extend_slab(index(slabs[index(site.part)]));
            };
            for_each_read(loop.body[i], extend);
            for_each_result(loop.body[i], extend);
            if (const auto pack = pack_of(loop.body[i])) extend_slab(slab_of_pack(rolled, *pack));
            const auto* const product = std::get_if<ProductCall>(&loop.body[i]);
            if (code.is_watched && product != nullptr) extend(product->left);
        }
        begin = end;
    }
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const Standing standing = reads.standing(PartId{i});
        if (standing == Standing::given || standing == Standing::constant)
            lives[index(slabs[i])] = {0, Life::for_ever};
    }
    for (const Member& output : rolled.outputs)
        for (const Read& read : reads.view(output.part))
            lives[index(slabs[index(read.target)])].death = Life::for_ever;
    return lives;
}

/// A granule is a line of memory. Columns that are whole pages apart displace each other in the
/// caches, those of weights, which each step reads again, where they are an eighth of a page apart.
constexpr std::size_t lines_of_page = 64;
constexpr std::size_t lines_apart = 8;

/// The slabs' sizes and the places of parts in them; offsets are those in the slab.
class Layouts {
 public:
    Layouts(const Rolled& rolled, const Reads& reads, const Code& code,
            const std::vector<PartId>& slabs, std::size_t granule)
        : sizes(rolled.parts.size() + code.packs),
          layouts(rolled.parts.size()),
          skipped_(rolled.parts.size()) {
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
            layouts[i].leading = static_cast<std::size_t>(rolled.parts[i].shape.rows);
        for (const std::vector<PartId>& stack : code.stacks) {
            const bool is_given = reads.standing(stack.front()) == Standing::given;
            stand_below(rolled, stack, granule, is_given ? lines_apart : lines_of_page);
        }
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
            const PartId slab = slabs[i];
            const Part& part = rolled.parts[i];
            const std::size_t size =
                layouts[i].leading * static_cast<std::size_t>(part.shape.columns);
            // Of parts with one slab, all are kept equally long.
            const bool has_one_place = code.residence[i] != Residence::slab;
            layouts[i].member_stride = has_one_place ? 0 : size;
            layouts[i].offset += layouts[i].member_stride * skipped_[i];
            sizes[index(slab)] = std::max(sizes[index(slab)],
                                          size * (has_one_place ? 1 : skipped_[i] + part.size()));
        }
    }

    /// Entrywise calls read the same numbers of a constant for every block.
    void make_room_for_blocks(const Reads& reads, const Code& code, std::size_t block) {
        for (const Loop& loop : code.loops)
            for (const Instruction& instruction : loop.body) {
                const auto* const call = std::get_if<EntrywiseCall>(&instruction);
                if (call == nullptr) continue;
                const std::size_t entries =
                    std::min(block, call->shape.size() * static_cast<std::size_t>(call->members));
                for_each_read(instruction, [&](const MemberRange& site) {
                    if (reads.standing(site.part) == Standing::constant)
                        sizes[index(site.part)] = std::max(sizes[index(site.part)], entries);
                });
            }
    }

    void make_room_for_packs(const Rolled& rolled, const Code& code,
                             std::size_t (*packed_size)(int rows, int inner)) {
        for (const Loop& loop : code.loops)
            for (const Instruction& instruction : loop.body)
                if (const auto* const call = std::get_if<PackCall>(&instruction))
                    sizes[slab_of_pack(rolled, call->number)] =
                        packed_size(call->rows, call->inner);
    }

    std::vector<std::size_t> sizes;  ///< by slab
    std::vector<Layout> layouts;     ///< by part

 private:
    /// Steps begin where the first of a stack's parts does.
    void stand_below(const Rolled& rolled, const std::vector<PartId>& stack, std::size_t granule,
                     std::size_t lines) {
        std::size_t rows = 0;
        std::int32_t first = std::numeric_limits<std::int32_t>::max();
        for (const PartId part : stack) {
            layouts[index(part)].offset = rows;
            rows += layouts[index(part)].leading;
            first = std::min(first, rolled[part].step_of(0));
        }
        if (rows % (lines * granule) == 0) rows += granule;
        for (const PartId part : stack) {
            layouts[index(part)].leading = rows;
            skipped_[index(part)] = static_cast<std::size_t>(rolled[part].step_of(0) - first);
        }
    }

    std::vector<std::size_t> skipped_;  // by part, steps of its slab before its first
};

}  // namespace

MemoryPlan plan_memory(const Rolled& rolled, const Reads& reads, const Code& code, Units units) {
    const std::vector<PartId> slabs = slabs_of(rolled, reads, code);
    const std::vector<Life> lives = lives_of(rolled, reads, code, slabs);
    std::vector<std::uint32_t> in_order;  // of their births
    for (std::uint32_t i = 0; i < lives.size(); ++i)
        if (lives[i].birth != Life::for_ever) in_order.push_back(i);
    std::ranges::stable_sort(in_order, {}, [&](std::uint32_t i) { return lives[i].birth; });

    Layouts layouts(rolled, reads, code, slabs, units.granule);
    layouts.make_room_for_blocks(reads, code, units.block);
    layouts.make_room_for_packs(rolled, code, units.packed_size);
    const auto size_of = [&](std::uint32_t slab) {
        return rounded_up(layouts.sizes[slab], units.granule);
    };
    std::vector<std::size_t> offsets(lives.size());
    Blocks blocks;
    std::set<std::pair<std::size_t, std::uint32_t>> living;  // by death
    for (const std::uint32_t slab : in_order) {
        while (!living.empty() && living.begin()->first < lives[slab].birth) {
            const std::uint32_t dead = living.begin()->second;
            blocks.give_back(offsets[dead], size_of(dead));
            living.erase(living.begin());
        }
        offsets[slab] = blocks.take(size_of(slab));
        living.emplace(lives[slab].death, slab);
    }
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const std::size_t slab = index(slabs[i]);
        layouts.layouts[i].offset += offsets[slab];
        layouts.layouts[i].numbers = layouts.sizes[slab];
    }
    offsets.erase(offsets.begin(),
                  offsets.begin() + static_cast<std::ptrdiff_t>(rolled.parts.size()));
    return {std::move(layouts.layouts), std::move(offsets), blocks.end()};
}

}  // namespace revolute::detail
