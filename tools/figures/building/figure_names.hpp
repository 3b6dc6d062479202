#pragma once

/// @file
/// What a figure calls nodes.

#include <revolute/graph/notation/labels.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <map>
#include <set>
#include <string>

namespace revolute {

/// What a figure calls nodes: the names of `Labels`, made to mean one thing each as equations do
/// it. Where two values share a name, or a value is named like the adjoint of another, one of them
/// gets an underline or a number, and so does its adjoint.
class FigureNames {
 public:
    /// Of what was rolled: for a derivative, which may be null, all its outputs, so that views of
    /// it agree.
    FigureNames(const Labels& labels, Rolled rolled, const Derivative* derivative);

    /// Without step; empty when the node has none.
    std::string operator()(NodeId node) const;
    /// Of the adjoint of a value that has a name.
    std::string adjoint(NodeId value) const;
    /// Whether the name, with what stands behind an underline below, would read as another one at a
    /// step, as h_0 would where h has steps: that of the value that the node is, or whose adjoint
    /// it is. It is set by its letters.
    bool reads_as_step(NodeId node) const;

 private:
    /// The name of the value that a node is named after.
    std::string value(NodeId node) const;

    const Labels& labels_;
    std::map<NodeId, std::string> names_;  // of what is not called by its label
    std::set<std::string> like_steps_;     // names of values
};

}  // namespace revolute
