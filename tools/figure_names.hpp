#pragma once

#include <revolute/graph/labels.hpp>
#include <revolute/graph/rolled.hpp>

#include <map>
#include <string>

namespace revolute {

/// What a figure calls nodes: the names of `Labels`, made to mean one thing each as equations do it. Where two values
/// share a name, or a value is named like the adjoint of another, one of them gets an underline or a number, and
/// so does its adjoint.
class FigureNames {
 public:
    /// Of what was rolled: for a derivative, which may be null, all its outputs, so that views of it agree.
    FigureNames(const Labels& labels, Rolled rolled, const Derivative* derivative);

    /// Without step; empty when the node has none.
    std::string operator()(NodeId node) const;
    /// Of the adjoint of a value that has a name.
    std::string adjoint(NodeId value) const { return "d" + (*this)(value); }

 private:
    const Labels& labels_;
    std::map<NodeId, std::string> names_;  // of what is not called by its label
};

}  // namespace revolute
