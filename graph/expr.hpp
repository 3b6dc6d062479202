#pragma once

/// @file
/// `Expr`, the value that users compute with, and `Operand`, an Expr with the user's line.

#include <revolute/graph/node_id.hpp>
#include <revolute/graph/source_line.hpp>
#include <revolute/graph/step.hpp>
#include <revolute/graph/values/shape.hpp>

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace revolute {

class Graph;

/// The value users compute with: a node of a graph. Cheap to copy; valid as long as its graph
/// lives. Equal means the same node of the same graph. A default-made Expr is empty, and using it
/// throws GraphError.
struct Expr {
    Graph* graph = nullptr;  ///< the graph that the node belongs to; null when empty
    NodeId id{};             ///< the node

    /// Rows and columns of the node's value. Throws GraphError for an empty expression, as the rest
    /// does.
    Shape shape() const;
    /// The step that the node was made at, or none.
    std::optional<Step> step() const;
    /// Name with step, as errors and listings print it ("h[3]"); empty when the node has no name.
    std::string label() const;
    /// Names the node and returns it. A node that has a name keeps it and gets an alias. Throws
    /// GraphError for a constant, and for an empty name.
    Expr named(std::string_view name) const;

    friend constexpr bool operator==(Expr, Expr) = default;
};

/// Name with step and shape, "h[3] [2 x 1]"; of a node without a name its operator, "tanh [2 x 1]";
/// "no expression" where it is empty.
std::ostream& operator<<(std::ostream& out, Expr x);

/// An Expr handed to a builder, with the user's line: the implicit conversion happens in the user's
/// call, so its default argument is the line of that call.
struct Operand {
    Expr expr;        ///< what was handed over
    SourceLine line;  ///< where

    /// Converts implicitly, in the call of the builder.
    constexpr Operand(Expr x, SourceLine at = SourceLine::here()) : expr(x), line(at) {}
};

}  // namespace revolute
