#pragma once

/// @file
/// Local derivatives as edges of a figure carry them.

#include <revolute/tools/figures/building/local_derivative.hpp>
#include <revolute/tools/figures/figure_captions.hpp>
#include <revolute/tools/figures/folding/figure_numbers.hpp>

#include <map>
#include <vector>

namespace revolute {

/// By node of the factor's graph, how its attributes are written; where a node is not in it, as
/// numbers.
using FactorNumbers = std::map<NodeId, std::vector<FigureNumber>>;

/// A local derivative of a node of a graph, as an edge of a figure carries it; in a map, the
/// adjoint is a dot, in brackets between two factors. One that is too long is named after the
/// operator: "gelu′(x)", "∂huber(a, b)/∂a". Empty for nothing.
RichText written_factor(const LocalDerivative& derivative, const Graph& graph, NodeId node,
                        std::uint32_t slot, const Captions& captions,
                        const FactorNumbers& numbers = {});

/// The local derivatives of a graph in which captions write out what is short.
LocalDerivatives local_derivatives_of(const Graph& graph, const Captions& captions);

}  // namespace revolute
