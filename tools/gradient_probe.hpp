#pragma once

#include <revolute/tools/hypothesis.hpp>

#include <span>
#include <vector>

namespace revolute {

/// One number for each array of gradients: the sum of its entries, each times a random factor between -1 and 1. Arrays
/// that differ hardly have equal sums, and the sum takes less than the gradient, as <a b', D> = <a, D b>: with D b
/// at hand for every step, the product a b' of that step is not needed.
class GradientProbe {
 public:
    /// Binds the factors in the net's values; `net` and `judge` must outlive the probe.
    GradientProbe(const Case& of, CaseNet& net, const Judge& judge);

    /// Appends the sums of gradients that are given in the order of the net's variables: [1 x 1] each.
    std::vector<Expr> sums(std::span<const Expr> gradients) const;
    /// Whether gradients with these sums could be what the judge looks for.
    bool is_promising(std::span<const Matrix> sums) const;

 private:
    /// An array of the judge: its variables, and the sum of what was given.
    struct Probed {
        std::vector<std::size_t> variables;
        double given = 0;
    };

    const Judge& judge_;
    std::vector<Expr> factors_;  // by variable
    std::vector<Probed> arrays_;
};

}  // namespace revolute
