#pragma once

#include <revolute/graph/derivative/differentiate.hpp>

#include <cstdint>

namespace revolute::test {

/// The derivative of a net drawn at random, with any number of steps: two states of one or two
/// units that read each other, at distances in time, inputs, weights W and U and the factor gam;
/// the loss is a recurrence, in which the first part may be alone without a factor, or a function
/// of all steps. Small nets have many values that are alike in the forward and the backward pass.
Derivative drawn_recurrence(Graph& graph, std::uint32_t seed, std::int32_t steps);

}  // namespace revolute::test
