#pragma once

/// @file
/// The closed form of a net that was built as a graph.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <string>
#include <vector>

namespace revolute {

/// A net's loss and gradients by the formulas derived by hand.
struct ClosedFormResult {
    double loss = 0;                ///< L
    std::vector<Matrix> gradients;  ///< in the order of RecurrentNet::variables()
};

/// Why there are no formulas derived by hand for such a net, as the end of a sentence; empty when
/// there are: for one layer and one direction of a cell without peepholes or relu, one answer, and
/// mse.
std::string why_no_closed_form(const Architecture& architecture);

/// Evaluates the closed form with the values of a net's leaves. Throws GraphError for an
/// architecture that has none, and what `gradients` throws.
ClosedFormResult closed_form_of(const RecurrentNet& net, const Architecture& architecture,
                                const Bindings& values);

}  // namespace revolute
