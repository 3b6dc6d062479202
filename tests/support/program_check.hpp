#pragma once

#include <revolute/graph/evaluate.hpp>
#include <revolute/graph/program/program.hpp>
#include <support/random_graph.hpp>

#include <span>
#include <utility>
#include <vector>

namespace revolute::test {

/// A value for every leaf that outputs depend on, in the order of their ids.
using LeafValues = std::vector<std::pair<Expr, Matrix>>;

LeafValues random_leaf_values(std::span<const Expr> outputs, Random& random);
/// Those that are bound.
LeafValues bound_leaf_values(std::span<const Expr> outputs, const Bindings& bindings);
/// Others in place of all but whole numbers, which may be indices.
LeafValues changed(LeafValues values);

/// Compiles the outputs, runs the program with the values, with changed ones, and with the first
/// again, and compares all outputs with `evaluate`: the largest `relative_difference`, of floats below 1e-30
/// that to 1e-30. Checks that the
/// same values give the same bits.
double program_difference(std::span<const Expr> outputs, const LeafValues& values,
                          const CompileOptions& options = {});

}  // namespace revolute::test
