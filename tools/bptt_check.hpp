#pragma once

#include <revolute/rnn/closed_form.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/tools/finite_differences.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace revolute {

/// A simple recurrent net with random values, bound to its leaves and set down for the closed form.
struct RandomNet {
    RandomNet(const Sizes& sizes, InitialState initial, std::uint64_t seed);

    Graph graph;
    ManyToOne net;
    Bindings values;
    closed_form::SimpleRnn plain;
};

/// One parameter's gradient: the engine's beside equations 7.4 to 7.9 and beside finite differences.
struct CheckRow {
    std::string name;  ///< W, U, b, V, c, h0
    Shape shape;
    double norm = 0;                  ///< Frobenius norm of the engine's gradient
    double closed_form_relative = 0;  ///< largest difference / largest entry
    bool closed_form_agrees = false;  ///< at most 1e-12
    DifferenceCheck differences;

    bool passes() const { return closed_form_agrees && differences.verdict != Verdict::differs; }
};

struct BpttCheck {
    double loss = 0;
    double loss_relative = 0;  ///< engine's loss beside the closed form's
    std::vector<CheckRow> rows;

    bool passes() const;
};

/// Largest difference from the closed form that still agrees, over the largest entry.
inline constexpr double closed_form_tolerance = 1e-12;

/// Checks the gradients of every parameter of a simple recurrent net of random values, and that of
/// h(-1) unless it is zero. Without `with_differences` the finite differences are left out.
BpttCheck check_simple_rnn(const Sizes& sizes, InitialState initial, std::uint64_t seed,
                           bool with_differences = true);

}  // namespace revolute
