#pragma once

/// @file
/// Uses of values that are alike across steps.

#include <revolute/tools/diagnosis/derivations/backward_walk.hpp>

#include <string>
#include <vector>

namespace revolute {

/// Uses alike across steps: their formulas are the same when steps are written from the consumer's,
/// t.
struct UseFamily {
    std::string consumer;  ///< what uses: a name ("h[t]"), or a formula ("f[t] o c[t-1]")
    std::string formula;   ///< the consumer's formula ("tanh(z[t])")
    std::string operand;   ///< what is used, likewise
    std::vector<std::string> operands;  ///< all operands of the consumer
    std::vector<Use> uses;              ///< by ascending consumer

    /// "h[t] = tanh(z[t])", or the formula alone where the consumer has no name.
    std::string described() const;
};

/// The uses of the walk in their families, those near the loss first. Spreading a bias over the
/// batch, which belongs to no step, is left out, and the formulas do not show it.
std::vector<UseFamily> use_families(const BackwardWalk& walk);

}  // namespace revolute
