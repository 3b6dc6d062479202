#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/program/detail/machine/runnable.hpp>
#include <revolute/graph/program/detail/memory/memory.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <cstddef>
#include <vector>

namespace revolute::detail {

/// Where the values of a program are.
template <class Number>
struct Places {
    const Rolled* rolled;
    MemoryPlan plan;
    Number* values = nullptr;  ///< slabs, as the plan says
    /// By part, where its first member stands that the program's user keeps; null: in its slab.
    std::vector<Number*> elsewhere{};
    std::vector<bool> is_output{};  ///< by part, whether an output stands there

    std::size_t rows_of(PartId part) const {
        return static_cast<std::size_t>((*rolled)[part].shape.rows);
    }
    std::size_t leading_of(PartId part) const { return plan.layouts[index(part)].leading; }
    Number* member(PartId part, std::int32_t step) const;
    /// Copies a leaf's value, a column-major matrix without gaps.
    template <class From>
    void write(Member leaf, const From* value) const;
};

/// Memory that instructions need while they are carried out.
template <class Number>
struct Rooms {
    Number* blocks = nullptr;       ///< for each lane what the largest entrywise call needs
    Number* packing = nullptr;      ///< for each lane what the largest product needs
    double* scratch = nullptr;      ///< of floats, what the largest reference call needs
    std::size_t block_numbers = 0;  ///< of one lane
    std::size_t packing_numbers = 0;
    std::size_t scratch_doubles = 0;
};

/// What the code needs; the pointers are null.
template <class Number>
Rooms<Number> rooms_for(const Rolled& rolled, const Code& code);

/// Makes instructions runnable, for one lane after the other: lane 0 gets all of them, each other
/// lane its shares; they meet wherever one may read what another has written.
template <class Number>
class Assembler {
 public:
    /// What it is given must stay as long as the assembler does.
    Assembler(const Places<Number>& places, const Rooms<Number>& rooms, const Code& code)
        : places_(places), rooms_(rooms), code_(code) {}

    std::vector<RunnableLoop<Number>> loops(Lane lane, Team* team) const;

 private:
    void append_shared(const Loop& loop, Lane lane, Team* team, RunnableLoop<Number>& to) const;
    Runnable<Number> runnable(const Instruction& instruction, Lane lane) const;
    Runnable<Number> runnable(const EntrywiseCall& call, Lane lane) const;
    Runnable<Number> runnable(const ProductCall& call, Lane lane) const;
    Runnable<Number> runnable(const OperatorCall& call, Lane lane) const;
    Runnable<Number> runnable(const PackCall& call, Lane lane) const;
    Moving<Number> pointer(const MemberRange& site) const;
    Number* pack(std::uint32_t number) const;
    int leading(const MemberRange& site, int rows) const;
    EntryPointer<Number> entry_pointer(const EntrywiseCall& call, const MemberRange& site) const;

    const Places<Number>& places_;
    const Rooms<Number>& rooms_;
    const Code& code_;
};

extern template struct Places<double>;
extern template struct Places<float>;
extern template class Assembler<double>;
extern template class Assembler<float>;

}  // namespace revolute::detail
