#include <revolute/graph/program/detail/memory.hpp>

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

/// Which part alone reads the values of another.
struct Reader {
    std::optional<PartId> part;
    bool are_several = false;

    void add(PartId reader) {
        if (part && *part != reader) are_several = true;
        part = reader;
    }
};

std::vector<Reader> readers_of(const Rolled& rolled, const Reads& reads) {
    std::vector<Reader> readers(rolled.parts.size());
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const PartId reader{i};
        if (reads.standing(reader) == Standing::view) continue;
        for (const std::vector<Read>& slot : reads.slots(reader))
            for (const Read& read : slot) readers[index(read.target)].add(reader);
        if (!is_sum_over_steps(rolled[reader])) continue;
        for (const Terms& terms : terms_of(rolled, rolled[reader]))
            for (const Read& read : reads.view(terms.part)) readers[index(read.target)].add(reader);
    }
    for (const Member& output : rolled.outputs)
        for (const Read& read : reads.view(output.part))
            readers[index(read.target)].are_several = true;
    return readers;
}

/// By part, the part in whose slab it stands: most in their own.
class Slabs {
 public:
    Slabs(const Rolled& rolled, const Reads& reads)
        : rolled_(rolled), reads_(reads), readers_(readers_of(rolled, reads)) {
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) slab_of_.push_back(PartId{i});
        for (const Component& component : rolled.schedule)
            for (const PartId part : component.parts)
                if (const auto operand = operand_to_replace(part))
                    slab_of_[index(part)] = slab_of_[index(*operand)];
    }

    PartId operator[](PartId part) const { return slab_of_[index(part)]; }

 private:
    std::optional<PartId> operand_to_replace(PartId part) const {
        const Op& op = *rolled_[part].op;
        if (reads_.standing(part) != Standing::computed || op.role != Role::elementwise ||
            !op.fast.exist() || is_sum_over_steps(rolled_[part]))
            return std::nullopt;
        for (const std::vector<Read>& slot : reads_.slots(part))
            for (const Read& read : slot)
                if (is_replaced_by(part, read.target)) return read.target;
        return std::nullopt;
    }

    /// Whether each member of `operand` is read by the member of `part` at the same step alone.
    bool is_replaced_by(PartId part, PartId operand) const {
        const auto is_same_member = [&](const Read& read) {
            return read.target != operand ||
                   (read.offset == 0 && read.is_fixed != rolled_[part].is_family());
        };
        return reads_.standing(operand) == Standing::computed &&
               !readers_[index(operand)].are_several &&
               rolled_[operand].shape.size() == rolled_[part].shape.size() &&
               rolled_[operand].is_family() == rolled_[part].is_family() &&
               rolled_[operand].runs == rolled_[part].runs &&
               std::ranges::all_of(reads_.slots(part), [&](const std::vector<Read>& slot) {
                   return std::ranges::all_of(slot, is_same_member);
               });
    }

    const Rolled& rolled_;
    const Reads& reads_;
    std::vector<Reader> readers_;
    std::vector<PartId> slab_of_;
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

template <class Visit>
void for_each_site(const Instruction& instruction, const Visit& visit) {
    if (const auto* const product = std::get_if<ProductCall>(&instruction)) {
        visit(product->left);
        visit(product->right);
        visit(product->result);
    } else if (const auto* const entrywise = std::get_if<EntrywiseCall>(&instruction)) {
        std::ranges::for_each(entrywise->operands, visit);
        visit(entrywise->result);
    } else if (const auto* const reference = std::get_if<ReferenceCall>(&instruction)) {
        std::ranges::for_each(reference->operands, visit);
        visit(reference->result);
    }
}

/// By slab. What a loop uses lives as long as the loop.
std::vector<Life> lives_of(const Rolled& rolled, const Reads& reads, std::span<const Loop> loops,
                           const Slabs& slabs) {
    std::vector<Life> lives(rolled.parts.size());
    std::size_t begin = 0;
    for (const Loop& loop : loops) {
        const std::size_t end = begin + loop.body.size();
        for (std::size_t i = 0; i < loop.body.size(); ++i)
            for_each_site(loop.body[i], [&](const MemberRange& site) {
                const bool is_straight = loop.rounds == 1;
                lives[index(slabs[site.part])].extend(is_straight ? begin + i : begin,
                                                      is_straight ? begin + i : end - 1);
            });
        begin = end;
    }
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const Standing standing = reads.standing(PartId{i});
        if (standing == Standing::given || standing == Standing::constant)
            lives[i] = {0, Life::for_ever};
    }
    for (const Member& output : rolled.outputs)
        for (const Read& read : reads.view(output.part))
            lives[index(slabs[read.target])].death = Life::for_ever;
    return lives;
}

}  // namespace

MemoryPlan plan_memory(const Rolled& rolled, const Reads& reads, std::span<const Loop> loops,
                       std::size_t granule) {
    const Slabs slabs(rolled, reads);
    const std::vector<Life> lives = lives_of(rolled, reads, loops, slabs);
    std::vector<std::uint32_t> in_order;  // of their births
    for (std::uint32_t i = 0; i < lives.size(); ++i)
        if (lives[i].birth != Life::for_ever) in_order.push_back(i);
    std::ranges::stable_sort(in_order, {}, [&](std::uint32_t i) { return lives[i].birth; });

    MemoryPlan plan{std::vector<std::size_t>(rolled.parts.size()), 0};
    const auto size_of = [&](std::uint32_t part) {
        const std::size_t numbers = rolled.parts[part].shape.size() * rolled.parts[part].size();
        return (numbers + granule - 1) / granule * granule;
    };
    Blocks blocks;
    std::set<std::pair<std::size_t, std::uint32_t>> living;  // by death
    for (const std::uint32_t slab : in_order) {
        while (!living.empty() && living.begin()->first < lives[slab].birth) {
            const std::uint32_t dead = living.begin()->second;
            blocks.give_back(plan.offsets[dead], size_of(dead));
            living.erase(living.begin());
        }
        plan.offsets[slab] = blocks.take(size_of(slab));
        living.emplace(lives[slab].death, slab);
    }
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        plan.offsets[i] = plan.offsets[index(slabs[PartId{i}])];
    plan.numbers = blocks.end();
    return plan;
}

}  // namespace revolute::detail
