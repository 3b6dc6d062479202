#pragma once

/// @file
/// The gradients of a net of any cell with random values, beside differences, forward mode and the
/// closed form.

#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/tools/checks/check_gradient.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace revolute {

/// A net with random values bound to its leaves. Where all rectified units of a layer would be off
/// at a step, biases are raised until one is on: gradients of zeros tell nothing.
struct RandomNet {
    /// Builds the net and draws its values; the same seed gives the same values everywhere.
    RandomNet(const Sizes& sizes, const Architecture& architecture, std::uint64_t seed);

    Graph graph;       ///< the net's graph
    RecurrentNet net;  ///< the net
    Bindings values;   ///< of all leaves
};

/// Largest difference from the closed form that still agrees, over the largest entry: of the
/// reference evaluator.
inline constexpr double closed_form_tolerance = 1e-12;
/// The same of programs, whose functions err by up to four units in the last place instead of one
/// half; a difference of gates that nearly cancel makes that more.
inline constexpr double closed_form_tolerance_of_programs = 1e-10;

/// One gradient beside the formulas derived by hand.
struct ClosedFormComparison {
    double relative = 0;  ///< largest difference / largest entry; NaN where one is
    Entry worst;          ///< where the difference is largest
    double gradient = 0;  ///< the engine's entry there
    double by_hand = 0;   ///< the closed form's
    /// Largest `relative` that agrees.
    double tolerance = closed_form_tolerance;
    double rounding = 0;  ///< a difference that agrees however small the gradient is

    /// Whether the difference is within the tolerance, or within rounding.
    bool agrees() const {
        return relative <= tolerance || std::abs(gradient - by_hand) <= rounding;
    }
};

/// Compares a gradient with the closed form's: a difference that is NaN is larger than any. Throws
/// ShapeError unless the shapes are equal.
ClosedFormComparison beside_closed_form(ConstMatrixView gradient, ConstMatrixView by_hand);

/// The gradients of a net, from three sides.
struct NetCheck {
    /// Beside finite differences and forward mode; parameters in the order of
    /// RecurrentNet::variables().
    GradientCheck gradients;
    std::string no_closed_form;                     ///< why there is none; empty when there is
    std::vector<ClosedFormComparison> closed_form;  ///< of each parameter; empty when there is none
    double loss_relative = 0;                       ///< engine's loss beside the closed form's
    double tolerance = closed_form_tolerance;       ///< of what is beside the closed form

    /// Verdict on one parameter from all sides.
    Verdict verdict(std::size_t parameter) const;
    /// The gravest of all.
    Verdict verdict() const;
    /// Whether nothing differs; what cannot be told passes.
    bool passes() const { return verdict() != Verdict::differs; }
};

/// Checks the gradients of every parameter of a net with random values, and of its initial states
/// unless they are zero. States are called h0 and c0, with the suffix of their cell h1_0, h2r_0.
NetCheck check_net(const Sizes& sizes, const Architecture& architecture, std::uint64_t seed,
                   const CheckOptions& options = {});

}  // namespace revolute
