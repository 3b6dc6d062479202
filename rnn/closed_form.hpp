#pragma once

#include <revolute/graph/matrix.hpp>

#include <vector>

// Back-propagation through time derived by hand, formula by formula, to check the engine against
// and to read beside its equations. Nothing here uses a graph or an operator.

namespace revolute::closed_form {

/// Values of a simple recurrent net, many-to-one (equation 7.3):
/// z(t) = W x(t) + U h(t-1) + b,  h(t) = tanh z(t),  y = V h(T) + c,
/// L = 1/(2 B) sum over rows and columns of (y - Y)^2.
struct SimpleRnn {
    Matrix W, U, b;         ///< [H x I], [H x H], [H x 1]
    Matrix V, c;            ///< [O x H], [O x 1]
    std::vector<Matrix> x;  ///< x(0) .. x(T), [I x B] each
    Matrix initial;         ///< h(-1): [H x B]; or [H x 1], shared by all columns; or empty, zeros
    Matrix target;          ///< Y, [O x B]
};

struct SimpleRnnGradients {
    double loss = 0;
    Matrix y;                   ///< [O x B]
    std::vector<Matrix> h;      ///< h(0) .. h(T)
    std::vector<Matrix> dh;     ///< dL/dh(t)
    Matrix dW, dU, db, dV, dc;  ///< of the parameters' shapes
    Matrix dinitial;  ///< dL/dh(-1), of the initial state's shape; [H x B] when that is zeros
};

/// Loss and gradients by equations 7.3 to 7.9, in order. Throws ShapeError when the sizes do not
/// fit.
SimpleRnnGradients gradients(const SimpleRnn& net);

}  // namespace revolute::closed_form
