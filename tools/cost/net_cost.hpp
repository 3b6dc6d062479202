#pragma once

/// @file
/// The cost of a net as polynomials in its sizes.

#include <revolute/graph/cost/cost.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/tools/cost/size_polynomials.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// A net whose training step is counted: its loss, and the gradients of its parameters and
/// trainable initial states.
struct CountedNet {
    Architecture architecture;        ///< its `answers` are not looked at
    bool answers_every_step = false;  ///< else at the last alone
    bool is_simplified = true;        ///< by `simplification_rules`; else as it is built
};

/// The net for any N, B, I, H and O.
SizedGraph sized_graph(const CountedNet& net);

/// Appends the net of these sizes and returns what is counted: its loss, then the gradients.
std::vector<Expr> append_net(Graph& destination, const CountedNet& net, const Sizes& sizes);

/// The same, rolled; found without building all steps.
Rolled rolled_net(const CountedNet& net, const Sizes& sizes);

/// The variables of `NetCost`, in their order.
inline constexpr std::array<std::string_view, 5> size_names{"N", "B", "I", "H", "O"};
/// The sizes as values of these variables.
std::array<std::int64_t, 5> values_of(const Sizes& sizes);

/// What a net takes, for all sizes that differ from each other and from 1.
struct NetCost : SizePolynomials {
    using SizePolynomials::operator();
    /// The counts for these sizes.
    Cost operator()(const Sizes& sizes) const { return (*this)(values_of(sizes)); }
};

/// The polynomials of a net, found as `size_polynomials` says, and from nets of few layers. Throws
/// InternalError unless they agree with direct counts of other sizes as well.
NetCost net_cost(const CountedNet& net);

/// The polynomials and the counts for some sizes, as a table. `bytes` are those of an entry.
std::string to_text(const NetCost& polynomials, const Sizes& sizes, const Cost& cost, int bytes);
/// The same as JSON; docs/cost.md says what is in it.
std::string to_json(const NetCost& polynomials, const Sizes& sizes, const Cost& cost, int bytes);

}  // namespace revolute
