#pragma once

#include <revolute/graph/program/detail/instructions.hpp>
#include <revolute/graph/program/detail/memory.hpp>
#include <revolute/graph/program/detail/reads.hpp>
#include <revolute/graph/program/detail/runnable.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace revolute::detail {

/// The memory of a program and what runs on it. Refers to the rolled graph, which must stay.
template <class Number>
class Machine {
 public:
    Machine(const Rolled& rolled, const Reads& reads, const Code& code);

    void run();
    void write(Member leaf, ConstMatrixView value);
    ConstMatrixView output(std::size_t number);
    std::size_t bytes() const { return bytes_; }

 private:
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

    void allocate(const Rolled& rolled, const Reads& reads, const Code& code);
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
};

extern template class Machine<double>;
extern template class Machine<float>;

}  // namespace revolute::detail
