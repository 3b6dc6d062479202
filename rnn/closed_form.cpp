#include <revolute/graph/eigen.hpp>
#include <revolute/graph/error.hpp>
#include <revolute/rnn/closed_form.hpp>

#include <fmt/format.h>

namespace revolute::closed_form {

namespace {

using Eigen::MatrixXd;

void require_shape(const char* name, const Matrix& value, Shape shape) {
    if (value.shape() != shape)
        throw ShapeError(fmt::format("closed_form: {} must be {} ({})", name, to_string(shape),
                                     to_string(value.shape())));
}

void require_shapes(const SimpleRnn& net) {
    if (net.x.empty()) throw ShapeError("closed_form: needs at least one step");
    const int input = net.x[0].rows(), batch = net.x[0].columns(), hidden = net.U.rows();
    for (const Matrix& x : net.x) require_shape("x(t)", x, {input, batch});
    require_shape("W", net.W, {hidden, input});
    require_shape("U", net.U, {hidden, hidden});
    require_shape("b", net.b, {hidden, 1});
    require_shape("V", net.V, {net.V.rows(), hidden});
    require_shape("c", net.c, {net.V.rows(), 1});
    require_shape("Y", net.target, {net.V.rows(), batch});
    if (!net.initial.empty() && net.initial.shape() != Shape{hidden, 1})
        require_shape("h(-1)", net.initial, {hidden, batch});
}

MatrixXd initial_state(const SimpleRnn& net) {
    const auto batch = net.x[0].columns();
    if (net.initial.empty()) return MatrixXd::Zero(net.U.rows(), batch);
    if (net.initial.columns() == 1) return as_eigen(net.initial).replicate(1, batch);
    return as_eigen(net.initial);
}

/// f'(z) for f = tanh, by way of h = f(z): 1 - h o h.
MatrixXd slope(const MatrixXd& h) { return (1.0 - h.array().square()).matrix(); }

}  // namespace

SimpleRnnGradients gradients(const SimpleRnn& net) {
    require_shapes(net);
    const std::size_t steps = net.x.size();
    const auto W = as_eigen(net.W), U = as_eigen(net.U), V = as_eigen(net.V);
    const auto b = as_eigen(net.b).col(0), c = as_eigen(net.c).col(0);
    const double batch = net.x[0].columns();

    // (7.3): the recurrence, the dense layer and the loss. h[t + 1] stands for h(t), h[0] for
    // h(-1).
    std::vector<MatrixXd> h{initial_state(net)};
    for (std::size_t t = 0; t < steps; ++t)
        h.push_back(((W * as_eigen(net.x[t]) + U * h[t]).colwise() + b).array().tanh().matrix());
    const MatrixXd y = (V * h[steps]).colwise() + c;
    const MatrixXd error = y - as_eigen(net.target);

    // dL/dy = (y - Y) / B: the one factor 1/B of a batch.
    const MatrixXd dy = error / batch;
    // (7.4), (7.5): the gradient that the dense layer gives the last state.
    std::vector<MatrixXd> dh(steps);
    dh[steps - 1] = V.transpose() * dy;
    // (7.6): dh(t) = U' (dh(t+1) o f'(z(t+1))).
    for (std::size_t t = steps - 1; t-- > 0;)
        dh[t] = U.transpose() * dh[t + 1].cwiseProduct(slope(h[t + 2]));

    MatrixXd dW = MatrixXd::Zero(W.rows(), W.cols()), dU = MatrixXd::Zero(U.rows(), U.cols());
    MatrixXd db = MatrixXd::Zero(b.rows(), 1);
    for (std::size_t t = 0; t < steps; ++t) {
        const MatrixXd dz = dh[t].cwiseProduct(slope(h[t + 1]));
        dW += dz * as_eigen(net.x[t]).transpose();  // (7.7)
        dU += dz * h[t].transpose();                // (7.8), with the term of h(-1) at t = 0
        db += dz.rowwise().sum();                   // (7.9), summed over the batch
    }
    // dh(-1) = U' (dh(0) o f'(z(0))); a state shared by all columns gets the sum of theirs.
    MatrixXd dinitial = U.transpose() * dh[0].cwiseProduct(slope(h[1]));
    if (net.initial.columns() == 1) dinitial = dinitial.rowwise().sum().eval();

    SimpleRnnGradients result;
    result.loss = error.squaredNorm() / (2.0 * batch);
    result.y = to_matrix(y);
    for (std::size_t t = 0; t < steps; ++t) {
        result.h.push_back(to_matrix(h[t + 1]));
        result.dh.push_back(to_matrix(dh[t]));
    }
    result.dW = to_matrix(dW);
    result.dU = to_matrix(dU);
    result.db = to_matrix(db);
    result.dV = to_matrix(dy * h[steps].transpose());  // dV = dy h(T)'
    result.dc = to_matrix(dy.rowwise().sum());         // dc = dy, summed over the batch
    result.dinitial = to_matrix(dinitial);
    return result;
}

}  // namespace revolute::closed_form
