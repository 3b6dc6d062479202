#pragma once

#include <revolute/tools/language/detail/net_shapes.hpp>
#include <revolute/tools/language/net_text.hpp>

namespace revolute::detail {

/// Builds the net of a text: its leaves, then the values of its lines. Throws ParseError as
/// `NetText::build` says.
TextNet build_net(const NetParts& net, const NetShapes& shapes, const StepsByAxis& steps,
                  int columns, Graph& graph);

}  // namespace revolute::detail
