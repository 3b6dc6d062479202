#pragma once

#include "support/random_graph.hpp"

#include <iosfwd>
#include <string>

// RapidCheck's side of random graphs: it draws the numbers of a plan and, once a property fails,
// makes them smaller and fewer while it still fails.

namespace revolute::test {

/// A plan, and the operators it is about, which RapidCheck shows as the listing of the graph.
struct ShownPlan {
    GraphPlan plan;
    std::span<const Op* const> operators = differentiable_operators();
};
std::ostream& operator<<(std::ostream& out, const ShownPlan& plan);

/// How a property came out: `undecided` where a kink is too near to tell.
enum class Outcome : bool { holds, undecided };
using Property = Outcome (*)(RandomGraph& graph);

/// What RapidCheck says of a property of graphs of these operators.
struct Report {
    bool holds = false;
    int graphs = 0;     ///< tried, those of shrinking with them
    int undecided = 0;  ///< graphs of which nothing can be said
    std::string text;   ///< the smallest failing graph as a listing, and why it fails
};

/// Tries `graphs` random graphs. A property says that it fails by throwing. The graphs are the same
/// in every run; the environment variables REVOLUTE_PROPERTY_SEED and REVOLUTE_PROPERTY_GRAPHS ask
/// for others and for more.
Report check_property(Property property, int graphs,
                      std::span<const Op* const> operators = differentiable_operators());

}  // namespace revolute::test
