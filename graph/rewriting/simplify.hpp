#pragma once

/// @file
/// `simplify`: named rules applied to a graph until none applies.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/rewriting/rewrite_rules.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// What a simplification did.
struct SimplifyReport {
    /// A rule, and how often it was applied.
    struct Fired {
        std::string rule;         ///< the rule's name
        std::uint64_t times = 0;  ///< how often, at least once
    };
    std::uint32_t nodes_before = 0;  ///< that the outputs depended on, with themselves
    std::uint32_t nodes_after = 0;   ///< the same of the new outputs
    std::vector<Fired> fired;        ///< in the order of the rule set; only rules that were applied
};

/// "49 nodes became 44", then a rule a line with how often it was applied.
std::string to_string(const SimplifyReport& report);
/// "49 nodes became 44 by scale-one, add-zero"; "by no rule" where none was applied.
std::string to_line(const SimplifyReport& report);

/// What `simplify` made.
struct Simplified {
    std::vector<Expr> outputs;  ///< equal to the outputs asked for
    std::vector<std::optional<NodeId>>
        images;             ///< for each old id, what it became, if that is still used
    SimplifyReport report;  ///< what was done
};

/// Appends expressions equal to the outputs to `destination`, with the rules applied until none
/// applies, and nothing that they do not use. Names, steps and source lines go over: a node that
/// others became has the step of the first of them and the names of all; what rules make has step
/// and source of what it replaces.
///
/// Equal means over the real numbers: 0 x = 0 also where x turns out not to be finite, and sums may
/// be added in another order.
///
/// Throws GraphError when `destination` is the outputs' own graph; InternalError naming the rules
/// when they come to no end.
Simplified simplify(std::span<const Expr> outputs, Graph& destination, const RuleSet& rules);

/// What `simplify` made of a derivative.
struct SimplifiedDerivative {
    Derivative derivative;                      ///< of the new graph
    std::vector<std::optional<NodeId>> images;  ///< as those of `Simplified`
    SimplifyReport report;                      ///< what was done
};

/// The same for the outputs of a derivative, which is carried over.
SimplifiedDerivative simplify(const Derivative& derivative, Graph& destination,
                              const RuleSet& rules);

}  // namespace revolute
