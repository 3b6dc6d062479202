#pragma once

#include <revolute/graph/kernels/columns.hpp>
#include <revolute/graph/values/matrix.hpp>

#include <cstddef>
#include <span>

namespace revolute {

/// What a kernel of whole matrices sees: the operands' values and the attributes.
template <class Number>
struct KernelArguments {
    std::span<const BasicMatrixView<const Number>> operands;
    std::span<const double> attributes;

    BasicMatrixView<const Number> operator[](std::size_t slot) const { return operands[slot]; }
    double attribute(std::size_t i) const { return attributes[i]; }
};

/// What a reference kernel sees.
using Arguments = KernelArguments<double>;

template <class Number>
using MatrixKernel = void (*)(const KernelArguments<Number>&, BasicMatrixView<Number>);
using Kernel = MatrixKernel<double>;

/// What a kernel of an elementwise operator sees: columns of entries of each operand, and the
/// attributes.
template <class Number>
struct EntryArguments {
    std::span<const Columns<const Number>> operands;
    std::span<const double> attributes;

    const Columns<const Number>& operator[](std::size_t slot) const { return operands[slot]; }
};

template <class Number>
using EntryKernel = void (*)(const EntryArguments<Number>&, Columns<Number> y, ColumnExtent extent);

/// Kernels for programs, in both kinds of numbers. Both or none are there; or a function that gives
/// both, for the processor on which a program is compiled.
template <template <class Number> class KernelOf>
struct ProgramKernels {
    KernelOf<double> in_double = nullptr;
    KernelOf<float> in_float = nullptr;
    ProgramKernels (*chosen)() = nullptr;

    constexpr bool exist() const { return in_double != nullptr || chosen != nullptr; }
    ProgramKernels here() const { return chosen == nullptr ? *this : chosen(); }
};

/// Of an elementwise operator. They see a block of entries, neither shape nor place in time; y may
/// stand where an operand stands.
using FastKernels = ProgramKernels<EntryKernel>;
/// Of any other operator. They see whole matrices, and write every entry of the output; never read
/// it.
using MatrixKernels = ProgramKernels<MatrixKernel>;

}  // namespace revolute
