#pragma once

#include <revolute/tools/figure_captions.hpp>
#include <revolute/tools/local_derivative.hpp>

namespace revolute {

/// A local derivative of a node of a graph, as an edge of a figure carries it; in a map, the adjoint is a dot.
/// One that is too long is named after the operator: "gelu′(x)", "∂huber(a, b)/∂a". Empty for nothing.
RichText written_factor(const LocalDerivative& derivative, const Graph& graph, NodeId node,
                        std::uint32_t slot, const Captions& captions);

/// The local derivatives of a graph in which captions write out what is short.
LocalDerivatives local_derivatives_of(const Graph& graph, const Captions& captions);

}  // namespace revolute
