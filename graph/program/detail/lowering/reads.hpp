#pragma once

#include <revolute/graph/rolling/rolled.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace revolute::detail {

/// What an operand is during some steps of its reader: the member at step `offset` of its own
/// steps, or at step t + offset for each step t of the reader. Within one read, the members that
/// are read lie at even distances in memory.
struct Read {
    Interval steps;
    PartId target{};
    std::int32_t offset = 0;
    bool is_fixed = false;
    bool is_transposed = false;  ///< in memory
    Shape shape;                 ///< as the reader sees it

    std::int32_t step_at(std::int32_t t) const { return is_fixed ? offset : t + offset; }
};

/// The read of a list, ascending in its steps, that holds at step t. There must be one.
const Read& read_at(std::span<const Read> reads, std::int32_t t);

/// How the values of a part come to be.
enum class Standing : std::uint8_t {
    given,     ///< a leaf: they are bound
    constant,  ///< they are written once
    computed,
    view,  ///< they are those of its operand, in another shape or transposed
    term,  ///< products, and sums, that only one sum reads, which computes them on its way
};

/// Whether all members are computed entry by entry, by one call: what differs from step to step in
/// its attributes is not.
inline bool has_fast_kernel(const Part& part) {
    return is_elementwise(part.op->role) && part.op->fast.exist() && part.slopes.empty();
}

/// Whether programs compute the operator by a kernel that it has for them.
inline bool has_own_kernel(const Op& op) {
    return op.fast_matrix.exist() || (is_elementwise(op.role) && op.fast.exist());
}

/// Consecutive operands of a sum over steps that belong to one part: its members at steps first,
/// first + stride, ...
struct Terms {
    PartId part{};
    std::int32_t first = 0;
    std::int32_t stride = 1;
    std::size_t count = 1;
};

/// One node that adds up members of families: its operands are read in stretches.
bool is_sum_over_steps(const Part& part);
std::vector<Terms> terms_of(const Rolled& rolled, const Part& sum);

/// Who reads what in a rolled graph, seen through the parts that need no memory of their own.
class Reads {
 public:
    /// Of a graph that is spelled out.
    explicit Reads(const Rolled& rolled);

    Standing standing(PartId part) const { return standing_[index(part)]; }
    /// Where the values of a part's members are.
    std::span<const Read> view(PartId part) const { return views_[index(part)]; }
    /// Where the operands of a part's members are, by slot; none for sums over steps.
    std::span<const std::vector<Read>> slots(PartId part) const { return slots_[index(part)]; }
    /// Steps of the part: its runs, or 0 alone for a node.
    std::span<const Interval> steps(PartId part) const { return steps_[index(part)]; }

 private:
    struct DirectUse;
    class TermFinder;
    std::vector<std::vector<Segment>> operands_of(const Part& part) const;
    std::vector<DirectUse> direct_uses() const;
    Standing standing_of(PartId part, const DirectUse& use) const;
    bool can_be_view(PartId part, const DirectUse& use) const;
    std::vector<Read> itself(PartId part) const;
    std::vector<Read> through(PartId part) const;
    void append_seen(std::vector<Read>& reads, const Segment& segment) const;

    const Rolled& rolled_;
    std::vector<std::vector<Interval>> steps_;
    std::vector<Standing> standing_;
    std::vector<std::vector<Read>> views_;
    std::vector<std::vector<std::vector<Read>>> slots_;
};

}  // namespace revolute::detail
