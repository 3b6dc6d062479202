#include <revolute/graph/values/error.hpp>
#include <revolute/rnn/closed_form/detail/closed_form_parts.hpp>

#include <fmt/format.h>

namespace revolute::closed_form::detail {

void require_shape(const char* name, const Matrix& value, Shape shape) {
    if (value.shape() != shape)
        throw ShapeError(fmt::format("closed_form: {} must be {} ({})", name, to_string(shape),
                                     to_string(value.shape())));
}

Shape require_inputs(const std::vector<Matrix>& x) {
    if (x.empty()) throw ShapeError("closed_form: needs at least one step");
    for (const Matrix& at_step : x) require_shape("x(t)", at_step, x.front().shape());
    return x.front().shape();
}

void require_gate(const Gate& gate, const char* name, int hidden, int input) {
    require_shape(fmt::format("W_{}", name).c_str(), gate.W, {hidden, input});
    require_shape(fmt::format("U_{}", name).c_str(), gate.U, {hidden, hidden});
    require_shape(fmt::format("b_{}", name).c_str(), gate.b, {hidden, 1});
}

void require_head(const Matrix& V, const Matrix& c, const Matrix& target, int hidden, int batch) {
    require_shape("V", V, {V.rows(), hidden});
    require_shape("c", c, {V.rows(), 1});
    require_shape("Y", target, {V.rows(), batch});
}

void require_initial(const char* name, const Matrix& value, int hidden, int batch) {
    if (!value.empty() && value.shape() != Shape{hidden, 1})
        require_shape(name, value, {hidden, batch});
}

MatrixXd initial_state(const Matrix& initial, int hidden, int batch) {
    if (initial.empty()) return MatrixXd::Zero(hidden, batch);
    if (initial.columns() == 1) return as_eigen(initial).replicate(1, batch);
    return as_eigen(initial);
}

Matrix initial_gradient(const Matrix& initial, const MatrixXd& gradient) {
    if (initial.columns() == 1) return to_matrix(gradient.rowwise().sum().eval());
    return to_matrix(gradient);
}

Head::Head(const Matrix& V, const Matrix& c, const Matrix& target, const MatrixXd& last) {
    const double batch = static_cast<double>(last.cols());
    const MatrixXd answer = (as_eigen(V) * last).colwise() + as_eigen(c).col(0);
    const MatrixXd error = answer - as_eigen(target);
    const MatrixXd dy = error / batch;  // dL/dy = (y - Y) / B: the one factor 1/B of a batch
    loss = error.squaredNorm() / (2.0 * batch);
    y = to_matrix(answer);
    dV = to_matrix((dy * last.transpose()).eval());  // dV = dy h(T)'
    dc = to_matrix(dy.rowwise().sum().eval());       // dc = dy, summed over the batch
    dlast = as_eigen(V).transpose() * dy;
}

MatrixXd affine(const Gate& gate, const MatrixXd& x, const MatrixXd& h) {
    return (as_eigen(gate.W) * x + as_eigen(gate.U) * h).colwise() + as_eigen(gate.b).col(0);
}

GateSum::GateSum(const Gate& gate)
    : dW_(MatrixXd::Zero(gate.W.rows(), gate.W.columns())),
      dU_(MatrixXd::Zero(gate.U.rows(), gate.U.columns())),
      db_(MatrixXd::Zero(gate.b.rows(), 1)) {}

void GateSum::add(const MatrixXd& dz, const MatrixXd& x, const MatrixXd& dq, const MatrixXd& h) {
    dW_ += dz * x.transpose();
    dU_ += dq * h.transpose();
    db_ += dz.rowwise().sum();
}

Gate GateSum::total() const { return {to_matrix(dW_), to_matrix(dU_), to_matrix(db_)}; }

// tanh(z / 2) = 2 sigmoid(z) - 1: no exp that could overflow.
MatrixXd sigmoid(const MatrixXd& z) { return 0.5 * (1.0 + (0.5 * z.array()).tanh()); }

MatrixXd tanh(const MatrixXd& z) { return z.array().tanh(); }

MatrixXd sigmoid_slope(const MatrixXd& y) { return y.array() * (1.0 - y.array()); }

MatrixXd tanh_slope(const MatrixXd& y) { return 1.0 - y.array().square(); }

}  // namespace revolute::closed_form::detail
