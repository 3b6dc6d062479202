#pragma once

/// @file
/// The dense layer and the losses of a net's answers.

#include <revolute/graph/graph.hpp>

#include <functional>
#include <span>
#include <vector>

namespace revolute {

/// How an answer is compared with its target.
enum class LossKind : std::uint8_t {
    mse,            ///< half the squared error, targets [O x B]
    cross_entropy,  ///< of the softmax of y with a class, targets [1 x B]: class numbers from 0
};

/// The dense layer on a net's outputs and the loss of its answers: y(t) = V h(t) + c at some steps,
/// L the sum of their losses (equation 7.3 where there is one answer). Where values of the graph's
/// steps are called c, as the cell state of the LSTM is, the bias is called b_y.
struct ReadOut {
    Expr V, c;                  ///< V [O x H], c [O x 1]
    std::vector<Expr> y;        ///< the answers, [O x B] each
    std::vector<Expr> targets;  ///< their targets
    Expr loss;                  ///< [1 x 1]
};

/// Reads the outputs h [H x B] that are given, those of the steps that count, through one dense
/// layer with O rows. An answer to one output belongs to no step, answers to several belong to
/// theirs. In a batch that shrinks, the loss of an answer counts in proportion to its columns, so
/// that L is the mean over the sequences of the widest output of the sums over their steps. The
/// nodes it makes carry the line of this call. Throws GraphError when there is no output.
ReadOut read_out(std::span<const Expr> outputs, int rows, LossKind kind = LossKind::mse,
                 SourceLine line = SourceLine::here());

/// The loss [1 x 1] of the answer to the output at a place in the list.
using AnswerLoss = std::function<Expr(std::size_t place, Expr y, Expr target)>;

/// As `read_out`, with targets that are there already (none: they are made) and a loss of the
/// caller's. Throws GraphError when there is no output, or not one target for each.
ReadOut read_out_with(std::span<const Expr> outputs, std::span<const Expr> targets, int rows,
                      LossKind kind, const AnswerLoss& loss, SourceLine line = SourceLine::here());

/// The loss of the kind, as `read_out` takes it of these outputs.
AnswerLoss answer_loss(LossKind kind, std::span<const Expr> outputs);

}  // namespace revolute
