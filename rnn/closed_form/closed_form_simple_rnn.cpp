#include <revolute/rnn/closed_form/detail/closed_form_parts.hpp>

namespace revolute::closed_form {

using detail::affine;
using detail::GateSum;
using detail::Head;
using detail::initial_gradient;
using detail::initial_state;
using detail::MatrixXd;
using detail::require_head;
using detail::require_initial;
using detail::require_inputs;
using detail::require_shape;
using detail::tanh;
using detail::tanh_slope;

namespace {

void require_shapes(const SimpleRnn& net) {
    const auto [input, batch] = require_inputs(net.x);
    const int hidden = net.U.rows();
    require_shape("W", net.W, {hidden, input});
    require_shape("U", net.U, {hidden, hidden});
    require_shape("b", net.b, {hidden, 1});
    require_head(net.V, net.c, net.target, hidden, batch);
    require_initial("h(-1)", net.initial, hidden, batch);
}

/// (7.3): h(t) = tanh(W x(t) + U h(t-1) + b). [t + 1] stands for h(t), [0] for h(-1).
std::vector<MatrixXd> states(const SimpleRnn& net, const Gate& gate) {
    std::vector<MatrixXd> h{initial_state(net.initial, net.U.rows(), net.x[0].columns())};
    for (const Matrix& x : net.x) h.push_back(tanh(affine(gate, as_eigen(x), h.back())));
    return h;
}

/// (7.6): dh(t) = U' (dh(t+1) o f'(z(t+1))), for h(t+1) = f(z(t+1)).
MatrixXd adjoint_before(const SimpleRnn& net, const MatrixXd& dh_next, const MatrixXd& h_next) {
    return as_eigen(net.U).transpose() * dh_next.cwiseProduct(tanh_slope(h_next));
}

/// dh(t) of all steps, from that of the last one.
std::vector<MatrixXd> adjoints(const SimpleRnn& net, const std::vector<MatrixXd>& h,
                               const MatrixXd& dlast) {
    std::vector<MatrixXd> dh(net.x.size());
    dh.back() = dlast;
    for (std::size_t t = dh.size() - 1; t-- > 0;) dh[t] = adjoint_before(net, dh[t + 1], h[t + 2]);
    return dh;
}

}  // namespace

SimpleRnnGradients gradients(const SimpleRnn& net) {
    require_shapes(net);
    const Gate gate{net.W, net.U, net.b};
    const std::vector<MatrixXd> h = states(net, gate);
    const Head head(net.V, net.c, net.target, h.back());  // (7.4), (7.5)
    const std::vector<MatrixXd> dh = adjoints(net, h, head.dlast);

    // (7.7), (7.8) with the term of h(-1) at t = 0, and (7.9), summed over the batch.
    GateSum sum(gate);
    for (std::size_t t = 0; t < net.x.size(); ++t)
        sum.add(dh[t].cwiseProduct(tanh_slope(h[t + 1])), as_eigen(net.x[t]), h[t]);

    SimpleRnnGradients result;
    result.loss = head.loss;
    result.y = head.y;
    for (std::size_t t = 0; t < net.x.size(); ++t) {
        result.h.push_back(to_matrix(h[t + 1]));
        result.dh.push_back(to_matrix(dh[t]));
    }
    Gate total = sum.total();
    result.dW = std::move(total.W);
    result.dU = std::move(total.U);
    result.db = std::move(total.b);
    result.dV = head.dV;
    result.dc = head.dc;
    result.dinitial = initial_gradient(net.initial, adjoint_before(net, dh[0], h[1]));
    return result;
}

}  // namespace revolute::closed_form
