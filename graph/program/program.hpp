#pragma once

#include <revolute/graph/matrix.hpp>
#include <revolute/graph/rolled.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace revolute {

/// The numbers that a program computes with.
enum class Precision : std::uint8_t { float32, float64 };

struct CompileOptions {
    Precision precision = Precision::float64;
};

/// A graph made ready to be computed many times: its families as time loops over slabs of memory that was
/// planned when it was compiled, everything else as straight code. A run allocates nothing, and gives the
/// same bits for the same values, on one model of processor.
///
/// Values that were bound stay until others are bound. Not for several threads at once; moved, not copied.
class Program {
 public:
    Program(Program&& other) noexcept;
    Program& operator=(Program&& other) noexcept;
    ~Program();

    /// Copies the value of a leaf. Throws GraphError unless the program was compiled of expressions of
    /// the leaf's graph, which depend on it; ShapeError unless the value has the leaf's shape.
    void bind(Expr leaf, ConstMatrixView value);
    /// The same for a member of the rolled graph. Throws GraphError unless it is a leaf.
    void bind(Member leaf, ConstMatrixView value);
    /// Whether the outputs depend on the leaf, so that it needs a value.
    bool needs(Expr leaf) const;

    /// Computes the outputs. Throws EvaluationError, before anything is computed, when a leaf has no
    /// value; and when an operator cannot take a value, such as an index beyond the last column.
    void run();

    /// The value of output number `output` of those that were compiled, as the last run left it; valid
    /// until the next run. In a program of floats it is converted when it is asked for. Throws
    /// EvaluationError before the first run, GraphError unless there is such an output.
    ConstMatrixView value(std::size_t output);
    /// The same for an output's expression.
    ConstMatrixView value(Expr output);

    Precision precision() const;
    /// The memory of all values, in bytes. OpenBLAS keeps buffers of its own, which are not in it.
    std::size_t bytes() const;

 private:
    struct State;
    explicit Program(std::unique_ptr<State> state);

    friend Program compile(std::span<const Expr> outputs, const CompileOptions& options);
    friend Program compile(const Rolled& rolled, const CompileOptions& options);
    friend std::string explain(const Program& program);

    std::unique_ptr<State> state_;
};

/// Rolls the outputs and compiles what comes. Throws as `roll`.
Program compile(std::span<const Expr> outputs, const CompileOptions& options = {});
/// Compiles a rolled graph, of any number of steps. Its leaves are bound as members.
Program compile(const Rolled& rolled, const CompileOptions& options = {});

/// What a program does, an instruction a line, loops with what they repeat set in; then what the
/// compiler's passes found and left, and the memory. Parts are named as in the listing of the rolled
/// graph; [a; b] stand below each other in memory.
std::string explain(const Program& program);

}  // namespace revolute
