#pragma once

/// @file
/// Back-propagation through time derived by hand, formula by formula, to check the engine against
/// and to read beside its equations. Nothing here uses a graph or an operator.
///
/// All nets are many-to-one (equation 7.3): y = V h(T) + c, L = 1/(2 B) sum over rows and columns
/// of (y - Y)^2. Inputs x(t) are [I x B], states [H x B]. A state to start from is [H x B]; or
/// [H x 1], shared by all columns; or empty, zeros; its gradient has its shape, [H x B] when that
/// is zeros. `gradients` throws ShapeError when the sizes do not fit.

#include <revolute/graph/values/matrix.hpp>

#include <vector>

namespace revolute::closed_form {

/// Values of a simple recurrent net: z(t) = W x(t) + U h(t-1) + b,  h(t) = tanh z(t).
struct SimpleRnn {
    Matrix W, U, b;         ///< W [H x I], U [H x H], b [H x 1]
    Matrix V, c;            ///< V [O x H], c [O x 1]
    std::vector<Matrix> x;  ///< x(0) .. x(T)
    Matrix initial;         ///< h(-1)
    Matrix target;          ///< Y, [O x B]
};

/// What `gradients` computes of a SimpleRnn.
struct SimpleRnnGradients {
    double loss = 0;            ///< L
    Matrix y;                   ///< [O x B]
    std::vector<Matrix> h;      ///< h(0) .. h(T)
    std::vector<Matrix> dh;     ///< dL/dh(t)
    Matrix dW, dU, db, dV, dc;  ///< of the parameters' shapes
    Matrix dinitial;            ///< of the shape of h(-1)
};

/// Loss and gradients by equations 7.3 to 7.9, in order.
SimpleRnnGradients gradients(const SimpleRnn& net);

/// Values of one gate's parameters, or the gradients of them.
struct Gate {
    Matrix W, U, b;  ///< W [H x I], U [H x H], b [H x 1]
};

/// Values of a net with the cell of revolute::Lstm, without peepholes.
struct Lstm {
    Gate i, f, g, o;                      ///< parameters of the gates, in the order of PyTorch
    Matrix V, c;                          ///< V [O x H], c [O x 1]
    std::vector<Matrix> x;                ///< x(0) .. x(T)
    Matrix initial_output, initial_cell;  ///< h(-1) and c(-1)
    Matrix target;                        ///< Y, [O x B]
};

/// What `gradients` computes of an Lstm.
struct LstmGradients {
    double loss = 0;                        ///< L
    Matrix y;                               ///< the answer, [O x B]
    Gate di, df, dg, d_o;                   ///< of the gates' parameters
    Matrix dV, dc;                          ///< of the dense layer
    Matrix dinitial_output, dinitial_cell;  ///< of the shapes of h(-1) and c(-1)
};

/// Loss and gradients by the backward pass of Graves (2012, section 4.6; without peepholes), for
/// columns.
LstmGradients gradients(const Lstm& net);

/// Values of a net with the cell of revolute::Gru. With b_hn the reset acts after the product
/// (PyTorch, cuDNN), without it, empty, before (Cho et al. 2014).
struct Gru {
    Gate r, z, n;           ///< parameters of the gates, in the order of PyTorch
    Matrix b_hn;            ///< [H x 1], or empty
    Matrix V, c;            ///< V [O x H], c [O x 1]
    std::vector<Matrix> x;  ///< x(0) .. x(T)
    Matrix initial;         ///< h(-1)
    Matrix target;          ///< Y, [O x B]
};

/// What `gradients` computes of a Gru.
struct GruGradients {
    double loss = 0;  ///< L
    Matrix y;         ///< the answer, [O x B]
    Gate dr, dz, dn;  ///< of the gates' parameters
    Matrix db_hn;     ///< empty when b_hn is
    Matrix dV, dc;    ///< of the dense layer
    Matrix dinitial;  ///< of the shape of h(-1)
};

/// Loss and gradients; the formulas, which follow from the cell's by the chain rule, stand beside
/// the code.
GruGradients gradients(const Gru& net);

}  // namespace revolute::closed_form
