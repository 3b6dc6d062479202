#pragma once

/// @file
/// A net of one cell of any type, which reads a sequence and answers once.

#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/unroll.hpp>

#include <vector>

namespace revolute {

/// Sizes of a net: N steps, I inputs, H hidden units, O outputs, B columns.
struct Sizes {
    int steps = 3;   ///< N, of the time axis
    int input = 1;   ///< I, rows of each input x(t)
    int hidden = 1;  ///< H, rows of the state
    int output = 1;  ///< O, rows of each answer
    int batch = 1;   ///< B, columns of inputs, states and answers
};

/// A recurrent net of one cell that reads a sequence and answers once (equation 7.3):
/// y = V h(T) + c,  L = 1/(2 B) sum (y - Y)^2.
struct ManyToOne {
    Unrolled unrolled;             ///< the recurrence
    std::vector<Expr> parameters;  ///< the cell's, then V and c
    Expr V, c;                     ///< V [O x H], c [O x 1]
    Expr y, target;                ///< the answer and Y, both [O x B]
    Expr loss;                     ///< [1 x 1]

    /// What gradients are asked for: the parameters, then the leaves of the initial state.
    std::vector<Expr> variables() const {
        std::vector<Expr> all = parameters;
        all.insert(all.end(), unrolled.initial.leaves.begin(), unrolled.initial.leaves.end());
        return all;
    }
};

/// Unrolls the cell over inputs x(t) [I x B] and puts the dense head V, c and the loss on the last
/// output. The nodes it makes carry the line of this call.
template <Cell C>
ManyToOne many_to_one(const C& cell, const Sizes& sizes, InitialState kind = InitialState::zero,
                      SourceLine line = SourceLine::here()) {
    ManyToOne net;
    net.parameters = cell.parameters();
    Graph& graph = common_graph("many_to_one", net.parameters);
    const Scope made_here(graph, line);
    const auto inputs =
        input_sequence(graph, "x", {sizes.input, sizes.batch}, sizes.steps, 0, line);
    Initial initial = initial_state(graph, cell.state_tensors(), sizes.batch, kind, {0, -1}, line);
    net.unrolled = unroll(cell, inputs, std::move(initial), {}, line);

    const Expr last = net.unrolled.last();
    const ReadOut head = read_out(std::span(&last, 1), sizes.output, LossKind::mse, line);
    net.V = head.V;
    net.c = head.c;
    net.y = head.y.front();
    net.target = head.targets.front();
    net.loss = head.loss;
    net.parameters.insert(net.parameters.end(), {net.V, net.c});
    return net;
}

}  // namespace revolute
