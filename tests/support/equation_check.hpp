#pragma once

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/tools/equations/equations.hpp>
#include <support/equation_reader.hpp>

#include <string>

namespace revolute::test {

/// Checks that the printed equations give the loss and the gradients that the engine gives, to
/// 1e-12 of the largest entry: sums are added in another order. `values` has a value for every
/// leaf.
void check_equations(const std::string& text, const Derivative& derivative, const Bindings& values);

/// Whether they do: not where they define too little, something twice, or say other numbers.
bool equations_hold(const std::string& text, const Derivative& derivative, const Bindings& values);

/// The same where names of leaves may be alike: each is read by what the equations call it. Checks
/// too that each adjoint is called d and what its value is called, that no line of the forward pass
/// names one, that lines can be computed from those above them, and that a name always has a step
/// or never.
void check_names(const Derivative& derivative, const Bindings& values);

/// Checks that no line is longer than 100 characters, and none the rest of the one before.
void check_lines(const std::string& text);

}  // namespace revolute::test
