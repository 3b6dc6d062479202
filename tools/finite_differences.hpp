#pragma once

#include <revolute/graph/evaluate.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace revolute {

/// What a check can say. Finite differences know the loss only to its rounding, so there is a third
/// answer beside yes and no.
enum class Verdict : std::uint8_t { agrees, differs, too_small };

/// The verdict in words: "agrees", "differs", "too small for finite differences to tell".
std::string_view in_words(Verdict verdict);

/// Central differences with one step size.
struct DifferenceStep {
    double step = 0;
    double error = 0;    ///< largest |gradient - difference| over the directions tried
    double allowed = 0;  ///< 1e-7 max|gradient| + 20 eps |L| / step; the second term is rounding
};

/// A gradient beside central differences (L(x + s v) - L(x - s v)) / 2 s, for directions v.
struct DifferenceCheck {
    Verdict verdict = Verdict::agrees;
    DifferenceStep best;                ///< the step with the smallest error
    std::vector<DifferenceStep> sweep;  ///< all steps tried, largest first
    std::size_t entries = 0;            ///< entries of the variable tried one by one
    std::size_t directions = 0;         ///< entries, and one random direction when not all are
};

/// Compares `gradient`, dL/dvariable at `values`, with central differences over a sweep of steps from
/// 1e-2 to 1e-6. Entries are moved one at a time, up to `most_entries` of them, spread evenly; where a
/// variable has more, a random direction through all entries (from `seed`) is tried as well. Throws what
/// `evaluate` throws, and ShapeError unless the loss is 1 x 1 and the gradient has the variable's shape.
DifferenceCheck check_by_differences(Expr loss, Expr variable, ConstMatrixView gradient,
                                     const Bindings& values, std::uint64_t seed = 1,
                                     std::size_t most_entries = 24);

}  // namespace revolute
