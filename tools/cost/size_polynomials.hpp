#pragma once

/// @file
/// The cost of a graph as polynomials in the sizes that it is built for.

#include <revolute/graph/cost/cost.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/tools/cost/polynomial.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// A graph that can be built for any sizes.
struct SizedGraph {
    /// What the sizes are called: N, the number of steps, B, that of columns, then the others.
    std::vector<std::string> names;
    /// Appends the graph of these sizes, by their names, and returns what is counted: the loss,
    /// then the gradients.
    std::function<std::vector<Expr>(Graph& destination, std::span<const std::int64_t> sizes)>
        append;
    BuildableSteps buildable = BuildableSteps::any;  ///< of which N there is a graph
};

/// The graph of these sizes, rolled; found without building all steps.
Rolled rolled_graph(const SizedGraph& graph, std::span<const std::int64_t> sizes);

/// What one pass takes, as polynomials in the sizes.
struct PassPolynomials {
    Polynomial operations;    ///< floating-point operations
    Polynomial kept_entries;  ///< entries of the values that must be kept
};

/// What a graph takes, for all sizes that differ from each other and from 1.
struct SizePolynomials {
    std::vector<std::string> names;  ///< of the variables
    PassPolynomials forward;         ///< the pass that the loss needs
    PassPolynomials backward;        ///< the rest
    std::int32_t least_steps = 1;    ///< they hold from that number of steps on

    /// The counts for these sizes.
    Cost operator()(std::span<const std::int64_t> sizes) const;
};

/// Finds the polynomials by interpolation. Counts are sums over nodes of products of at most three
/// sizes of matrices, which are whole linear forms in the sizes, and grow linearly in N; so few
/// small graphs at two numbers of steps determine them, 35 for four sizes beside N. Throws
/// GraphError where there is a graph of one N alone.
SizePolynomials size_polynomials(const SizedGraph& graph);
/// Throws InternalError unless they agree with direct counts of other sizes as well.
void require_agreement(const SizedGraph& graph, const SizePolynomials& polynomials);

/// The polynomials and the counts for some sizes, as a table. `bytes` are those of an entry.
std::string to_text(const SizePolynomials& polynomials, std::span<const std::int64_t> sizes,
                    const Cost& cost, int bytes);
/// The same as JSON; docs/cost.md says what is in it.
std::string to_json(const SizePolynomials& polynomials, std::span<const std::int64_t> sizes,
                    const Cost& cost, int bytes);

}  // namespace revolute
