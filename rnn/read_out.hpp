#pragma once

#include <revolute/graph/graph.hpp>

#include <span>
#include <vector>

namespace revolute {

/// How an answer is compared with its target.
enum class LossKind : std::uint8_t {
    mse,            ///< half the squared error, targets [O x B]
    cross_entropy,  ///< of the softmax of y with a class, targets [1 x B]: class numbers from 0
};

/// The dense layer on a net's outputs and the loss of its answers: y(t) = V h(t) + c at some steps,
/// L the sum of their losses (equation 7.3 where there is one answer).
struct ReadOut {
    Expr V, c;                  ///< [O x H], [O x 1]
    std::vector<Expr> y;        ///< the answers, [O x B] each
    std::vector<Expr> targets;  ///< their targets
    Expr loss;                  ///< [1 x 1]
};

/// Reads the outputs h [H x B] that are given, those of the steps that count, through one dense
/// layer with O rows. An answer to one output belongs to no step, answers to several belong to
/// theirs. The nodes it makes carry the line of this call. Throws GraphError when there is no
/// output.
ReadOut read_out(std::span<const Expr> outputs, int rows, LossKind kind = LossKind::mse,
                 SourceLine line = SourceLine::here());

}  // namespace revolute
