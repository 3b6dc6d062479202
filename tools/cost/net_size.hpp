#pragma once

/// @file
/// Nodes and entries of a net that is not built.

#include <revolute/graph/graph.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <functional>
#include <vector>

namespace revolute {

/// What a net and the gradients of its variables are made of, as the graph is built. Numbers of
/// nodes are whole, but may be larger than a graph can hold, so they are no integers.
struct NetSize {
    double nodes = 0;              ///< of the loss and the gradients
    double entries = 0;            ///< of the values of all these nodes
    double parameter_entries = 0;  ///< of the parameters
    double largest_parameter = 0;  ///< entries of the largest one

    friend bool operator==(const NetSize&, const NetSize&) = default;
};

/// A net that can be built for any number of steps.
struct SteppedNet {
    Expr loss;                     ///< what is differentiated
    std::vector<Expr> variables;   ///< what it is differentiated by
    std::vector<Expr> parameters;  ///< what is trained
};
/// The size of such a net, found by building few steps: each further one takes what the one before
/// took.
NetSize net_size(int steps, const std::function<SteppedNet(Graph& graph, int steps)>& build);

/// A net whose size is asked for.
struct SizedNet {
    Sizes sizes;                  ///< of the net
    Architecture architecture{};  ///< its layers and cells
    bool answers_every_step =
        false;  ///< so does one whose architecture has several answers; else at the last
};

/// The size of a net, found without building it: each further layer and each further step takes
/// what the one before took, so nets of few layers and steps, and of the same sizes of matrices,
/// tell it.
NetSize net_size(const SizedNet& net);

}  // namespace revolute
