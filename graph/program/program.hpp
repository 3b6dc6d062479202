#pragma once

/// @file
/// `compile` and `Program`: graphs made ready to be computed many times.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/rolling/rolled.hpp>
#include <revolute/graph/values/matrix.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace revolute {

namespace detail {
struct ProgramState;
}

/// The numbers that a program computes with.
enum class Precision : std::uint8_t {
    float32,  ///< single
    float64,  ///< double
};

/// What a run makes of subnormal numbers, below 2.2e-308 or 1.2e-38 in float: of operands and
/// results of its instructions, and of the `evaluate` functions of operators that it calls.
enum class Subnormals : std::uint8_t {
    flush,  ///< zero of their sign
    keep,   ///< what IEEE 754 says
};

/// What makes a program better than its instructions as they come. None changes a value by more
/// than the order in which products are summed.
enum class Pass : std::uint8_t {
    sink,   ///< a recurrence computes on its way what it alone reads
    begin,  ///< what a recurrence adds up that is there before it is added for all its steps at once
    gather,   ///< products stand together, whatever loop lies between them
    merge,    ///< products that share a factor are one
    fuse,     ///< elementwise instructions are one pass over memory
    keep,     ///< values are kept for as long as they are read, not for all steps
    combine,  ///< elementwise expressions have kernels of their own
    pack,     ///< factors are packed once for all rounds of a loop
    replace,  ///< a result stands in the place of an operand
};

/// How a graph is compiled.
struct CompileOptions {
    Precision precision = Precision::float64;  ///< of all numbers in the program's memory
    /// By default they are flushed: many processors take a hundred cycles and more for one, and
    /// adjoints that vanish become such numbers. Threads have after a run what they had before.
    Subnormals subnormals = Subnormals::flush;
    /// Most threads that a run may use, the caller's among them; it uses fewer where there is too
    /// little to do in each instruction. The bits of all values are the same for any number.
    std::size_t threads = 1;
    /// A run stops at a value that is not finite, which ones `evaluate` says. It uses one thread.
    bool check_finite = false;
    /// Most bytes that the program may need; none: as many as there are.
    std::optional<std::size_t> memory_limit{};
    /// For tests, and to find what a fault depends on: the pass that is left out.
    std::optional<Pass> without{};
};

/// A graph made ready to be computed many times: its families as time loops over slabs of memory
/// that was planned when it was compiled, everything else as straight code. A run allocates
/// nothing, and gives the same bits for the same values, on one model of processor.
///
/// Values that were bound stay until others are bound. Not for several threads at once: each has a
/// clone of its own.
class Program {
 public:
    ///@{
    /// The memory moves along: values and places that the program refers to stay.
    Program(Program&& other) noexcept;
    Program& operator=(Program&& other) noexcept;
    ///@}
    /// Its threads end.
    ~Program();

    /// The same program with memory of its own, in which are the values that are in this one's:
    /// what was bound, is carried, and was computed. They share their instructions, which never
    /// change, so that each may be run in a thread of its own. Nobody else may use this program
    /// meanwhile.
    Program clone() const;

    /// Copies the value of a leaf. Throws GraphError unless the program was compiled of expressions
    /// of the leaf's graph, which depend on it; ShapeError unless the value has the leaf's shape.
    void bind(Expr leaf, ConstMatrixView value);
    /// The same for a member of the rolled graph. Throws GraphError unless it is a leaf.
    void bind(Member leaf, ConstMatrixView value);
    /// The same for the leaf of that name, at step t or without a step: bind("x", 3, value). Throws
    /// as `Rolled::find`.
    void bind(std::string_view name, std::int32_t t, ConstMatrixView value);
    /// The same for the leaf of that name that has no step.
    void bind(std::string_view name, ConstMatrixView value);
    /// All leaves of the program that have values there; others keep theirs. Throws GraphError for
    /// leaves of another graph than the program's.
    void bind(const Bindings& values);
    /// The leaf's value is what stands there in each run, a column-major matrix without gaps, which
    /// the user keeps and may change between runs. It is read in place where it can be: numbers of
    /// the program's precision; of a leaf with steps, all of them, each step's value behind that of
    /// the step before; and of a leaf that no output is or shows in another shape, and that does
    /// not stand below others in memory, as weights of gates do (`explain` tells). Otherwise it is
    /// copied at the beginning of each run. The first run after the places changed allocates.
    /// `value` has rows x columns numbers, of the leaf's shape, which cannot be checked. Throws
    /// GraphError as `bind`, for null, and where the leaf is carried.
    void refer(Expr leaf, const double* value);
    /// The same for floats.
    void refer(Expr leaf, const float* value);
    /// The same for a leaf of the rolled graph.
    void refer(Member leaf, const double* value);
    /// The same for a leaf of the rolled graph, in floats.
    void refer(Member leaf, const float* value);
    /// Whether runs read the leaf's value in place. Throws as `bind`.
    bool reads_in_place(Expr leaf) const;
    /// The same for a leaf of the rolled graph.
    bool reads_in_place(Member leaf) const;
    /// Whether the outputs depend on the leaf, so that it needs a value.
    bool needs(Expr leaf) const;
    /// After each run, the leaf takes the value of the output: what a net learns, or remembers. All
    /// leaves take theirs at once, in place of what was bound. Throws as `value` and `bind`, and
    /// GraphError when the leaf already takes another, or refers to a value that the user keeps.
    void carry(Expr output, Expr leaf);
    /// The same by number and member.
    void carry(std::size_t output, Member leaf);

    /// Computes the outputs. Throws EvaluationError, before anything is computed, when a leaf has
    /// no value; and when an operator cannot take a value, such as an index beyond the last column.
    /// With `check_finite`, throws NonFiniteError at a value that is not finite, as `evaluate`
    /// does; EvaluationError where the graph's node is not known, in a program compiled of what
    /// `Rolled::at` gave. Instructions do not come in the order of nodes, and a sum of products
    /// over steps is looked at as a whole. What was carried by the run before stays then.
    void run();

    /// The value of output number `output` of those that were compiled, as the last run left it;
    /// valid until the next run. In a program of floats it is converted when it is asked for.
    /// Throws EvaluationError before the first run, GraphError unless there is such an output.
    ConstMatrixView value(std::size_t output);
    /// The same for an output's expression.
    ConstMatrixView value(Expr output);
    /// The same for the output of that name, at step t or without a step. Throws as `Rolled::find`.
    ConstMatrixView value(std::string_view name, std::int32_t t);
    /// The same for the output of that name that has no step.
    ConstMatrixView value(std::string_view name);
    /// The number that an output of one entry is. Throws ShapeError unless it is 1 x 1, and as
    /// `value`.
    double scalar(std::size_t output);
    /// The same for an output's expression.
    double scalar(Expr output);

    /// The numbers that it computes with.
    Precision precision() const;
    /// The threads that a run uses; all but the caller's wait between runs.
    std::size_t threads() const;
    /// The memory of all values, and of factors that are packed, in bytes; values that are carried
    /// count twice.
    std::size_t bytes() const;

 private:
    explicit Program(std::unique_ptr<detail::ProgramState> state);
    // What an expression stands for; `who` asks, for errors.
    Member leaf_of(std::string_view who, Expr leaf) const;
    std::size_t output_of(std::string_view who, Expr output) const;
    std::size_t output_at(std::string_view who, Member output) const;
    template <class Number>
    void refer_to(Member leaf, const Number* value);

    friend Program compile(std::span<const Expr> outputs, const CompileOptions& options);
    friend Program compile(const Rolled& rolled, const CompileOptions& options);
    friend std::string explain(const Program& program);

    std::unique_ptr<detail::ProgramState> state_;
};

/// Rolls the outputs and compiles what comes. Throws as `roll`; CapacityError, before it takes
/// memory, when the program needs more than its limit; GraphError when it may use no thread.
Program compile(std::span<const Expr> outputs, const CompileOptions& options = {});
/// Compiles a rolled graph, of any number of steps. Its leaves are bound as members.
Program compile(const Rolled& rolled, const CompileOptions& options = {});

/// What a program does, an instruction a line, loops with what they repeat set in; then what the
/// compiler's passes found and left, and the memory. Parts are named as in the listing of the
/// rolled graph; [a; b] stand below each other in memory.
std::string explain(const Program& program);

}  // namespace revolute
