#pragma once

#include <revolute/graph/values/eigen.hpp>
#include <revolute/rnn/closed_form/closed_form.hpp>

// What the closed forms share: checks of sizes, the dense layer with its loss, and sums over time.
// For the sources of closed_form only.

namespace revolute::closed_form::detail {

using Eigen::MatrixXd;

/// Throws ShapeError naming the value unless it has the shape.
void require_shape(const char* name, const Matrix& value, Shape shape);
/// Throws ShapeError unless the inputs are there and of one shape, returns that.
Shape require_inputs(const std::vector<Matrix>& x);
void require_gate(const Gate& gate, const char* name, int hidden, int input);
void require_head(const Matrix& V, const Matrix& c, const Matrix& target, int hidden, int batch);
/// Throws ShapeError unless the state is empty, [H x 1] or [H x B].
void require_initial(const char* name, const Matrix& value, int hidden, int batch);

/// The state to start from, a column for each of the batch.
MatrixXd initial_state(const Matrix& initial, int hidden, int batch);
/// Gradient of the state to start from: the sum over columns of what they share.
Matrix initial_gradient(const Matrix& initial, const MatrixXd& gradient);

/// y = V h(T) + c and its half squared error over B, forward and backward.
struct Head {
    Head(const Matrix& V, const Matrix& c, const Matrix& target, const MatrixXd& last);

    double loss;
    Matrix y, dV, dc;
    MatrixXd dlast;  ///< dL/dh(T) = V' dy  (7.4, 7.5)
};

/// W x + U h + b, b for every column.
MatrixXd affine(const Gate& gate, const MatrixXd& x, const MatrixXd& h);

/// The gradients of one gate, summed over time: for z = W x + U h + b,
/// dW = sum dz x',  dU = sum dz h',  db = sum of dz over columns.
class GateSum {
 public:
    explicit GateSum(const Gate& gate);
    void add(const MatrixXd& dz, const MatrixXd& x, const MatrixXd& h) { add(dz, x, dz, h); }
    /// Where the product U h + ... is a value q of its own: dU = sum dq h'.
    void add(const MatrixXd& dz, const MatrixXd& x, const MatrixXd& dq, const MatrixXd& h);
    Gate total() const;

 private:
    MatrixXd dW_, dU_, db_;
};

MatrixXd sigmoid(const MatrixXd& z);
MatrixXd tanh(const MatrixXd& z);
/// f'(z) for f = sigmoid, by way of y = f(z): y o (1 - y).
MatrixXd sigmoid_slope(const MatrixXd& y);
/// f'(z) for f = tanh, by way of y = f(z): 1 - y o y.
MatrixXd tanh_slope(const MatrixXd& y);

}  // namespace revolute::closed_form::detail
