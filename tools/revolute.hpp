#pragma once

/// @file
/// What programs that build, differentiate, draw and compile nets need, in one:
/// <revolute/revolute.hpp>. Not in it are training, the reading and judging of numbers from
/// elsewhere, costs, and the header that needs Eigen.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/graph/values/matrix.hpp>
#include <revolute/ops/jacobian.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/cell_type.hpp>
#include <revolute/rnn/embedding.hpp>
#include <revolute/rnn/gate.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/rnn/sequence_to_sequence.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/rnn/stack.hpp>
#include <revolute/rnn/truncate.hpp>
#include <revolute/rnn/unroll.hpp>
#include <revolute/tools/checks/check_gradient.hpp>
#include <revolute/tools/checks/gradient_report.hpp>
#include <revolute/tools/equations/equations.hpp>
#include <revolute/tools/figures/dot.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <revolute/tools/figures/finite_report.hpp>
#include <revolute/tools/figures/render.hpp>
#include <revolute/tools/language/known_nets.hpp>
#include <revolute/tools/language/net_text.hpp>
#include <revolute/tools/verification/derivation_check.hpp>
