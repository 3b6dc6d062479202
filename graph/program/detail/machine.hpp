#pragma once

#include <revolute/graph/matrix.hpp>
#include <revolute/graph/program/detail/blas.hpp>
#include <revolute/graph/program/detail/instructions.hpp>
#include <revolute/graph/program/detail/memory.hpp>
#include <revolute/graph/program/detail/reads.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace revolute::detail {

/// Where an instruction finds a matrix: a step further in memory each round.
template <class Number>
struct Pointer {
    Number* first = nullptr;
    std::ptrdiff_t stride = 0;

    Number* at(std::size_t round) const {
        return first + stride * static_cast<std::ptrdiff_t>(round);
    }
};

template <class Number>
struct RunnableEntrywise {
    EntryKernel<Number> kernel;
    std::span<const double> attributes;
    std::vector<Pointer<Number>> operands;
    std::vector<const Number*> current;  ///< the operands of one round
    Pointer<Number> result;
    std::size_t entries;

    void operator()(std::size_t round);
};

template <class Number>
struct RunnableProduct {
    ProductShape shape;
    Pointer<Number> left, right, result;

    void operator()(std::size_t round);
};

/// Reference kernels compute in double; in a program of floats, on copies.
template <class Number>
struct RunnableReference {
    const Rolled* rolled;
    MemberRange site;  ///< of the result, for errors
    std::vector<Pointer<Number>> operands;
    std::vector<ConstMatrixView> views;  ///< of the operands of one round
    Pointer<Number> result;
    MatrixView result_view;
    double* scratch;  ///< of floats: room for all operands, then the result

    void operator()(std::size_t round);
};

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
    Machine(const Rolled& rolled, const Reads& reads, std::span<const Loop> loops,
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
        Number* to;
        std::size_t count;
    };
    using Runnable =
        std::variant<RunnableEntrywise<Number>, RunnableProduct<Number>, RunnableReference<Number>>;
    struct RunnableLoop {
        std::size_t rounds;
        std::vector<Runnable> body;
    };
    struct Output {
        const Number* values;
        Shape shape;
        double* converted;  ///< of floats: room for it as doubles
    };
    struct Release {
        void operator()(std::byte* memory) const { ::operator delete(memory, alignment); }
    };
    static constexpr std::align_val_t alignment{64};

    void allocate(const Rolled& rolled, const Reads& reads, std::span<const Loop> loops,
                  std::optional<std::size_t> limit);
    void write_constants(const Rolled& rolled, const Reads& reads);
    void add_outputs(const Rolled& rolled, const Reads& reads);
    Number* member(PartId part, std::int32_t step) const;
    Pointer<Number> pointer(const MemberRange& site) const;
    Runnable runnable(const EntrywiseCall& call) const;
    Runnable runnable(const ProductCall& call) const;
    Runnable runnable(const ReferenceCall& call) const;

    const Rolled* rolled_;
    MemoryPlan plan_;
    std::unique_ptr<std::byte[], Release> memory_;
    std::size_t bytes_ = 0;
    Number* values_ = nullptr;     // slabs, as the plan says; then, of floats,
    double* scratch_ = nullptr;    // what the largest reference call needs
    double* converted_ = nullptr;  // outputs as doubles
    std::vector<RunnableLoop> loops_;
    std::vector<Output> outputs_;
    std::vector<Carry> carries_;
    std::vector<Number> carried_;  // on its way: a value may come from a leaf that takes another
};

extern template class Machine<double>;
extern template class Machine<float>;

}  // namespace revolute::detail
