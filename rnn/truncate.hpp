#pragma once

/// @file
/// Truncated back-propagation through time, as cuts in the graph.

#include <revolute/rnn/any_cell.hpp>
#include <revolute/rnn/unroll.hpp>

namespace revolute {

/// Where back-propagation through time is cut: every k1 steps a backward pass over the last k2.
struct Truncation {
    int every = 1;   ///< k1, steps from the end of one pass's losses to the end of the next's
    int window = 1;  ///< k2, steps that a pass goes back
};

/// Unrolls the cell as `unroll` does, with back-propagation through time truncated: BPTT(h; h') of
/// Williams and Peng (1990) with h' = k1, h = k2, in the more general form of Sutskever (2013,
/// section 2.8.6), where k2 may also be below k1. The cuts are stop_gradient nodes, so the
/// truncation is part of the graph, and every derivative taken of it is truncated.
///
/// The steps are divided into chunks of k1; the last one may be shorter and ends with the sequence.
/// For the chunk that ends with step e:
///
/// - A loss that reads a state of the chunk flows back to step e - k2 + 1 and no further: what that
///   step starts from, all state tensors of it, is cut. When there are no k2 steps before, it flows
///   back to the initial state, which is not cut; so k2 >= N is plain unrolling, node for node.
/// - Where k2 > k1, windows overlap, and one cut cannot serve two of them: the states between the
///   cut and the chunk are computed again, from the cut state, as nodes of their own.
/// - Where k2 < k1, the chunk's steps up to e - k2 are in no window. They run on, and a loss may
///   read their states, but these are cut: it gives a gradient to what reads them (V and c of a
///   dense layer), none to the cell. In Sutskever's algorithm no pass sees such a loss; leave these
///   steps out of the loss (see `in_window`) for exactly that.
///
/// Values are those of `unroll`, bit for bit. `states[t]` is what a loss at step t is to read; it
/// is not always what step t + 1 was computed from. Backward in time, steps are counted from the
/// last one. Throws GraphError when k1 or k2 is below 1, and as `unroll` does.
Unrolled truncate(const AnyCell& cell, std::span<const Expr> inputs, Initial initial,
                  Truncation cuts, TimeAxis time = {}, SourceLine line = SourceLine::here());

/// Of N steps, those that a window covers, ascending: all, where k2 >= k1. Throws GraphError when
/// k1 or k2 is below 1.
std::vector<int> in_window(Truncation cuts, int steps, TimeAxis time = {},
                           SourceLine line = SourceLine::here());

}  // namespace revolute
