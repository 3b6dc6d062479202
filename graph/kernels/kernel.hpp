#pragma once

/// @file
/// What kernels of operators receive.

#include <revolute/graph/kernels/columns.hpp>
#include <revolute/graph/values/matrix.hpp>

#include <cstddef>
#include <span>

namespace revolute {

/// What a kernel of whole matrices sees: the operands' values and the attributes.
template <class Number>
struct KernelArguments {
    std::span<const BasicMatrixView<const Number>> operands;  ///< values, by slot
    std::span<const double> attributes;                       ///< by their place

    /// Value of the operand in that slot.
    BasicMatrixView<const Number> operator[](std::size_t slot) const { return operands[slot]; }
    /// An attribute by its place.
    double attribute(std::size_t i) const { return attributes[i]; }
};

/// What a reference kernel sees.
using Arguments = KernelArguments<double>;

/// Writes every entry of the second argument, the output, and never reads it.
template <class Number>
using MatrixKernel = void (*)(const KernelArguments<Number>&, BasicMatrixView<Number>);
/// A reference kernel: column-major doubles.
using Kernel = MatrixKernel<double>;

/// What a kernel of an elementwise operator sees: columns of entries of each operand, and the
/// attributes.
template <class Number>
struct EntryArguments {
    std::span<const Columns<const Number>> operands;  ///< columns of entries, by slot
    std::span<const double> attributes;               ///< by their place

    /// Columns of the operand in that slot.
    const Columns<const Number>& operator[](std::size_t slot) const { return operands[slot]; }
};

/// Writes the extent's entries of y. Entry i of a column of y is made of entry i of the operands'
/// columns.
template <class Number>
using EntryKernel = void (*)(const EntryArguments<Number>&, Columns<Number> y, ColumnExtent extent);

/// Kernels for programs, in both kinds of numbers. Both or none are there; or a function that gives
/// both, for the processor on which a program is compiled.
template <template <class Number> class KernelOf>
struct ProgramKernels {
    KernelOf<double> in_double = nullptr;  ///< of a program of doubles
    KernelOf<float> in_float = nullptr;    ///< of a program of floats
    ProgramKernels (*chosen)() = nullptr;  ///< gives both for this processor, in place of them

    /// Whether there are any.
    constexpr bool exist() const { return in_double != nullptr || chosen != nullptr; }
    /// Those for the processor that it is called on.
    ProgramKernels here() const { return chosen == nullptr ? *this : chosen(); }
};

/// Of an elementwise operator. They see a block of entries, neither shape nor place in time; y may
/// stand where an operand stands.
using FastKernels = ProgramKernels<EntryKernel>;
/// Of any other operator. They see whole matrices, and write every entry of the output; never read
/// it.
using MatrixKernels = ProgramKernels<MatrixKernel>;

}  // namespace revolute
