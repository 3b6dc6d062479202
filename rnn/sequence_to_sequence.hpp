#pragma once

/// @file
/// An encoder and a decoder on two time axes.

#include <revolute/rnn/any_cell.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/unroll.hpp>

#include <functional>
#include <span>
#include <vector>

namespace revolute {

/// What a decoder answers, and what it is fed.
struct DecoderOptions {
    int steps = 1;                              ///< answers, S
    int rows = 1;                               ///< of an answer, O
    LossKind loss = LossKind::mse;              ///< of each answer
    InitialState initial = InitialState::zero;  ///< of the encoder
    /// The decoder's input made of the target of the step before; none: the target itself, [O x B],
    /// or with cross-entropy its one-hot column. An Embedding may stand here.
    std::function<Expr(Expr target)> feed{};
};

/// A recurrent net that reads one sequence and answers with another (Sutskever, Vinyals and Le
/// 2014; Cho et al. 2014): the encoder runs over x(0), ..., x(T) on time axis 0; its last state is
/// the state that the decoder starts from, which runs on axis 1. It is trained by teacher forcing
/// (Williams and Zipser 1989): at step s the decoder is fed the target of step s-1, not its own
/// answer. There is a loss at every step s.
struct SequenceToSequence {
    Unrolled encoder, decoder;     ///< on time axis 0, and on time axis 1
    Expr start;                    ///< Y(-1), the input that stands for the target before the first
    ReadOut read_out;              ///< the dense layer on the decoder's outputs
    std::vector<Expr> parameters;  ///< the encoder's, the decoder's, V, c

    /// The sum of the losses of all answers.
    Expr loss() const { return read_out.loss; }
    /// What gradients are asked for: the parameters, then the leaves of the encoder's initial
    /// state.
    std::vector<Expr> variables() const;
};

/// Builds the net on inputs x(t) [I x B], which may be an embedding's. The nodes it makes carry the
/// line of this call. Throws GraphError when there is no input or no answer, or when the decoder's
/// state tensors are not as many and as high as the encoder's; ShapeError unless all inputs have
/// equally many columns; and as `unroll` does.
SequenceToSequence sequence_to_sequence(const AnyCell& encoder, const AnyCell& decoder,
                                        std::span<const Expr> inputs, const DecoderOptions& options,
                                        SourceLine line = SourceLine::here());

}  // namespace revolute
