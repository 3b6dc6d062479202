#pragma once

#include <revolute/tools/figure_captions.hpp>

namespace revolute {

/// The local derivative of one operand slot, as an edge of a figure carries it.
struct Factor {
    WrittenOperand written;
    bool is_one = false;      ///< the adjoint is handed on unchanged
    bool is_nothing = false;  ///< the operand gives its shape only and gets no term
};

/// What the pullback rule of operand `slot` does to an adjoint, read off the expression that the rule
/// makes of a symbol: of  adjoint o F  it is F, of  adjoint x'  x', of  U' adjoint  U', of the
/// adjoint alone 1, of products of these their product. Any other expression is written out with a dot
/// in the adjoint's place. Works for every operator that has the rule; knows none.
Factor local_derivative(const Graph& graph, NodeId node, std::uint32_t slot,
                        const Captions& captions);

}  // namespace revolute
