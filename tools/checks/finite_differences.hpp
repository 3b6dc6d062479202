#pragma once

/// @file
/// Central differences over a sweep of steps, and what they say of a gradient.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/tools/computation/computation.hpp>

#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace revolute {

/// What a check can say. Finite differences know the loss only to its rounding, and no slope where
/// it has a kink, and a large value cannot be moved by a small step, so there are answers beside
/// yes and no.
enum class Verdict : std::uint8_t {
    agrees,     ///< within what is allowed
    differs,    ///< by more than is allowed
    kink,       ///< the loss has no one slope there
    too_small,  ///< rounding hides the gradient
    too_large,  ///< no step is left that moves the values
};

/// The verdict in words: "agrees", "differs", "too close to a kink to tell", "too small for finite
/// differences to tell", "values too large for finite differences to tell".
std::string_view in_words(Verdict verdict);
/// The verdict that matters more: differs before kink before too_large before too_small before
/// agrees.
Verdict graver(Verdict a, Verdict b);

/// How finite differences are taken.
struct DifferenceOptions {
    double largest_step = 1e-2;     ///< the first step of the sweep
    double smallest_step = 1e-6;    ///< steps fall tenfold, none below this
    double tolerance = 1e-7;        ///< error that is allowed, over the gradient's largest entry
    std::size_t most_entries = 24;  ///< of a variable, moved one at a time
    /// Differences of an entry of the gradient up to this are rounding, and the loss is rounded by
    /// at least that (`rounding_floors`); 0 where neither is known.
    double gradient_rounding = 0;
    double loss_rounding = 0;                      ///< of the loss, likewise
    std::uint64_t seed = 1;                        ///< of the random direction
    ComputedBy computed_by = ComputedBy::program;  ///< what evaluates the loss
};

/// Row and column of an entry, from 0.
struct Entry {
    int row = 0;     ///< from the top
    int column = 0;  ///< from the left

    friend bool operator==(Entry, Entry) = default;
};

/// What moves a variable: a direction v.
struct Probe {
    std::optional<Entry> entry;  ///< the one entry that moves; none: v moves several
    Matrix v;                    ///< of the variable's shape; 1 at the one entry that moves
};

/// The probes of a variable: one for each entry, up to `most_entries` of them, spread
/// evenly; where there are more, also a random direction through all entries.
std::vector<Probe> probes_of(Shape shape, const DifferenceOptions& options);

/// <gradient, v>: the derivative of the loss along the probe's direction.
double derivative_along(const Probe& probe, ConstMatrixView gradient);

/// The loss on both sides of x, one step s away along a direction v. Slopes are over the step that
/// x takes in doubles, which is s rounded to the precision of x; where several entries move, and
/// are rounded each for itself, the slope that the gradient has for that is taken out.
struct DifferenceStep {
    double step = 0;      ///< s
    double backward = 0;  ///< (L(x) - L(x - s v)) / s
    double forward = 0;   ///< (L(x + s v) - L(x)) / s
    double central = 0;   ///< (L(x + s v) - L(x - s v)) / 2s
    double error = 0;     ///< |gradient - central|
    double rounding = 0;  ///< of the central difference: 20 eps |L| / s, or the loss's own over s
    double allowed = 0;   ///< tolerance * max|gradient| + rounding + the gradient's own

    /// Whether the error is within what is allowed.
    bool agrees() const { return std::isfinite(error) && error <= allowed; }
    /// error / allowed; infinite where the loss is not finite.
    double share() const;
};

/// A gradient beside differences along one direction.
struct DirectionCheck {
    std::optional<Entry> entry;         ///< the entry that was moved; none: several at once
    double gradient = 0;                ///< <gradient, v>; for an entry, the entry
    DifferenceStep best;                ///< the step that comes closest
    std::vector<DifferenceStep> sweep;  ///< all steps that move the values, largest first
    std::size_t steps_left_out = 0;     ///< smaller ones: below the rounding of a value
    Verdict verdict = Verdict::agrees;  ///< what the sweep says

    /// The difference that comes closest to the gradient.
    double difference() const { return best.central; }
    /// |gradient - difference| over the larger of the two; 0 when they are equal.
    double relative_error() const;
};

/// The gradient of one variable beside differences along several directions.
struct DifferenceCheck {
    Verdict verdict = Verdict::agrees;  ///< the gravest of all directions
    DirectionCheck worst;  ///< an entry, unless only a direction through several misses
    std::vector<DifferenceStep> sweep;  ///< of each step, the direction with the largest error
    std::size_t entries = 0;            ///< entries of the variable tried one by one
    std::size_t directions = 0;         ///< entries, and one random direction when not all are
};

/// Compares `gradient`, dL/dvariable at `values`, with central differences over a sweep of steps.
///
/// Steps too small to move every value along the direction are left out; when that leaves none, the
/// values are too large to tell. A direction agrees when a step does whose rounding is below the
/// gradient, and far below the miss that coarser steps show where that stays. If only steps agree
/// that rounding blinds, and no coarser one shows a miss that stays, it is too small to tell. One
/// that misses is too close to a kink to tell when, at the finest step that rounding leaves usable,
/// the slopes on the two sides differ by more than curvature explains, and by a good part of the
/// miss, and the gradient lies between them, or between one of them and 0, which operators take at
/// a kink; or when the differences still run towards the gradient, in a bend sharper than the
/// steps. Otherwise it differs. Where only the random direction misses, halving it finds the entry.
///
/// Throws what `evaluate` throws, ShapeError unless the loss is 1 x 1 and the gradient has the
/// variable's shape, Error for options that make no sense, and EvaluationError when the variable
/// has no value or the loss is not finite. `after_probe` is called when the loss was moved along
/// one more probe.
DifferenceCheck check_by_differences(Expr loss, Expr variable, ConstMatrixView gradient,
                                     const Bindings& values, const DifferenceOptions& options = {},
                                     const std::function<void()>& after_probe = {});

}  // namespace revolute
