#pragma once

/// @file
/// `roll`, which folds a graph over time, and `unroll_again`, which builds it anew.

#include <revolute/graph/rolling/rolled.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// Folds the outputs and all they depend on over time. Nodes that are alike across steps become
/// families, whose operands stand at constant distances in time; families that depend on each other
/// in a circle are recurrences, everything else is parallel over time. Nothing is lost: boundary
/// cases are cases of an operand, and `unroll_again` builds the same graph node for node.
///
/// Every graph can be rolled. Where steps differ from each other, families are small or many
/// (`first_break` says where that begins); where no order of the families exists, because a sum
/// over steps stands between steps in an irregular way, `Rolled::folding` says how much was folded.
/// Linear in the number of nodes. Throws as `common_graph`.
Rolled roll(std::span<const Expr> outputs);
/// The same, with the names of adjoints: `name_parts`.
Rolled roll(std::span<const Expr> outputs, const Labels& labels);

/// Fills the parts' `labels`. `rolled` must be of the labels' graph, not a result of `Rolled::at`.
void name_parts(Rolled& rolled, const Labels& labels);

/// Counts the last steps that nothing reads (`Rolled::unread`) as the others: for who knows that
/// they are meant.
void count_unread_steps(Rolled& rolled);

/// Appends the graph that was rolled to `destination`, with its names and steps, and returns the
/// outputs. A graph whose equal nodes are apart needs such a destination: throws GraphError unless
/// `sharing` is the same.
std::vector<Expr> unroll_again(const Rolled& rolled, Graph& destination);
/// The same with another number of steps of the first time axis: `rolled.at(steps)` unrolled.
std::vector<Expr> unroll_again(const Rolled& rolled, std::int32_t steps, Graph& destination);

/// A listing, a part a line in the order of the schedule: what a member reads, with the steps of
/// its cases, and the steps that it has members at. Names are followed by the number of the part.
///
///     ascending
///       h%5(t) = tanh(%4(t))  [3 x 1]  t = 0..7
std::string to_text(const Rolled& rolled);

/// Throws InternalError unless every case of every family covers its steps once, targets exist, and
/// the schedule has operands before users.
void verify(const Rolled& rolled);

/// A rolled graph that is known to hold for any number of steps, or why there is none.
struct AnySteps {
    std::optional<Rolled> rolled;  ///< of few steps, with `laws`
    std::string refusal;           ///< names the node that is not alike, and what differs
    /// How many steps were asked of who built it. Where these are counted from 1 the graph has one
    /// more.
    std::int32_t built_with = 0;
};

/// Rolls graphs of 8, 9 and, where an attribute differs between these, 10 steps: they tell how
/// numbers that the builder derived from the number of steps depend on it (a factor 1/N), and must
/// agree; or more steps are tried, fewer than `most`. One graph of six times the steps, where it is
/// not large, must be as foretold: a pattern that begins later is not seen. Where a pattern
/// repeats, graphs a period apart are compared. From `most` = 64 on prime numbers of steps are
/// tried too (docs/rolling.md). `rolled_with(n)` builds and rolls the graph of n steps of its first
/// time axis, or of some more than n, always as many. With `fewest` above 8, `built_with` is no
/// less than that: a folded figure of a graph with cases at many steps needs more of them.
AnySteps roll_any_steps(std::int32_t most, const std::function<Rolled(std::int32_t)>& rolled_with,
                        std::int32_t fewest = 8);

/// Of which numbers of steps there is a graph.
enum class BuildableSteps : bool {
    fixed,  ///< one alone, the one that is asked for
    any,    ///< all
};

/// What rolling the graph of `steps` steps gives, in time that does not depend on their number:
/// that of `roll_any_steps` at so many steps, or, where there is none, the graph itself.
Rolled roll_for(std::int32_t steps, const std::function<Rolled(std::int32_t)>& rolled_with,
                BuildableSteps buildable = BuildableSteps::any);

}  // namespace revolute
