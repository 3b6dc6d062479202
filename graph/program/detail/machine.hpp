#pragma once

#include <revolute/graph/matrix.hpp>
#include <revolute/graph/program/detail/blas.hpp>
#include <revolute/graph/program/detail/instructions.hpp>
#include <revolute/graph/program/detail/memory.hpp>
#include <revolute/graph/program/detail/reads.hpp>

#include <cstddef>
#include <memory>
#include <new>
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

/// The memory of a program and what runs on it. Refers to the rolled graph, which must stay.
template <class Number>
class Machine {
 public:
    Machine(const Rolled& rolled, const Reads& reads, std::span<const Loop> loops);

    void run();
    void write(Member leaf, ConstMatrixView value);
    ConstMatrixView output(std::size_t number);
    std::size_t bytes() const { return bytes_; }

 private:
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

    void allocate(const Rolled& rolled, std::span<const Loop> loops);
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
};

extern template class Machine<double>;
extern template class Machine<float>;

}  // namespace revolute::detail
