#pragma once

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rolling/rolled.hpp>
#include <support/random_graph.hpp>

#include <iosfwd>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace revolute::test {

/// A value for every leaf that outputs depend on, in the order of their ids.
using LeafValues = std::vector<std::pair<Expr, Matrix>>;

LeafValues random_leaf_values(std::span<const Expr> outputs, Random& random);
/// Those that are bound.
LeafValues bound_leaf_values(std::span<const Expr> outputs, const Bindings& bindings);
/// The values of the leaves that a rolled graph has.
using MemberValues = std::vector<std::pair<Member, const Matrix*>>;
MemberValues by_member(const Rolled& rolled, const LeafValues& values);
/// The values of `values` for other leaves: copies of theirs, in the same order.
LeafValues of_copies(const LeafValues& values, std::span<const Expr> outputs);
/// What a program, compiled with all passes, gives for the outputs. It keeps subnormal numbers, as
/// the evaluator does.
std::vector<Matrix> computed_by_program(std::span<const Expr> outputs, const Bindings& values,
                                        Precision precision);
/// What the text of an error should say and does not: the node, and its operands, as the graph
/// describes them, with the lines that they were made at. Empty where it says all.
std::string not_described(const Graph& graph, const NonFiniteError& error);
/// Others in place of all but whole numbers, which may be indices.
LeafValues changed(LeafValues values);

/// Every way to compile: with all passes, with each of them left out, watched by `check_finite`,
/// and with subnormal numbers kept.
std::vector<CompileOptions> ways_to_compile(Precision precision = Precision::float64);

/// How far programs are from `evaluate`: the largest `relative_difference`, and which way to
/// compile gave it.
struct ProgramDifference {
    double largest = 0;
    std::string way{};

    friend bool operator<=(const ProgramDifference& found, double allowed) {
        return found.largest <= allowed;
    }
    friend bool operator==(const ProgramDifference& found, double expected) {
        return found.largest == expected;
    }
    friend std::ostream& operator<<(std::ostream& out, const ProgramDifference& found);
};

/// Compiles the outputs in every way, runs the programs with the values, with changed ones, and
/// with the first again, and compares all outputs with `evaluate`; what is below 1e-30 (1e-292 of
/// doubles) with that. Infinite where the same values give other bits in the second run, or in a
/// program that sums in the same order: one that is watched, and those without passes that leave
/// products alone.
ProgramDifference program_difference(std::span<const Expr> outputs, const LeafValues& values,
                                     Precision precision = Precision::float64);

}  // namespace revolute::test
