#pragma once

#include <revolute/graph/program/detail/instructions.hpp>
#include <revolute/graph/program/detail/memory.hpp>
#include <revolute/graph/program/detail/reads.hpp>
#include <revolute/graph/program/detail/runnable.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <vector>

namespace revolute::detail {

/// A point in a run, before an instruction.
struct RunPlace {
    std::size_t loop = 0;
    std::size_t round = 0;
    std::size_t instruction = 0;
};

/// The memory of a program and what runs on it. Refers to the rolled graph, which must stay.
template <class Number>
class Machine {
 public:
    /// Throws CapacityError when it would need more bytes than the limit.
    Machine(const Rolled& rolled, const Reads& reads, const Code& code,
            std::optional<std::size_t> limit);

    void run();
    /// One instruction of a run.
    void carry_out(const RunPlace& place);
    void write(Member leaf, ConstMatrixView value);
    ConstMatrixView output(std::size_t number);
    const Number* values(Member first) const { return member(first.part, first.t); }

    /// Makes the leaf take the value of an output whenever `carry_over` is called.
    void carry(std::size_t output, Member leaf);
    void carry_over();

    /// Takes over all values of a machine that was made of the same.
    void copy_values(const Machine& other);
    std::size_t bytes() const { return bytes_ + carried_.size() * sizeof(Number); }

 private:
    struct Carry {
        const Number* from;
        Shape shape;
        std::size_t from_leading, to_leading;
        Number* to;
    };
    struct RunnableLoop {
        std::size_t rounds;
        std::vector<Runnable<Number>> body;
    };
    struct Output {
        const Number* values;
        Shape shape;
        std::size_t leading;
        double* converted;  ///< of floats, and where columns stand apart: room for it
    };
    struct Release {
        void operator()(std::byte* memory) const { ::operator delete(memory, alignment); }
    };
    static constexpr std::align_val_t alignment{64};

    void allocate(const Rolled& rolled, const Reads& reads, const Code& code,
                  std::optional<std::size_t> limit);
    void write_constants(const Rolled& rolled, const Reads& reads);
    void add_outputs(const Rolled& rolled, const Reads& reads);
    bool is_converted(Member output, const Reads& reads) const;
    std::size_t rows_of(PartId part) const;
    Number* member(PartId part, std::int32_t step) const;
    Pointer<Number> pointer(const MemberRange& site) const;
    int leading(const MemberRange& site, int rows) const;
    Runnable<Number> runnable(const EntrywiseCall& call) const;
    EntryPointer<Number> entry_pointer(const EntrywiseCall& call, const MemberRange& site) const;
    Runnable<Number> runnable(const ProductCall& call) const;
    Runnable<Number> runnable(const ReferenceCall& call) const;

    const Rolled* rolled_;
    std::vector<Residence> residence_;
    MemoryPlan plan_;
    std::unique_ptr<std::byte[], Release> memory_;
    std::size_t bytes_ = 0;
    Number* values_ = nullptr;     // slabs, as the plan says
    Number* blocks_ = nullptr;     // what the largest entrywise call needs
    double* scratch_ = nullptr;    // of floats, what the largest reference call needs
    double* converted_ = nullptr;  // outputs as doubles without gaps, where they are not that
    std::vector<RunnableLoop> loops_;
    std::vector<Output> outputs_;
    std::vector<Carry> carries_;
    std::vector<Number> carried_;  // on its way: a value may come from a leaf that takes another
};

extern template class Machine<double>;
extern template class Machine<float>;

}  // namespace revolute::detail
