#include <revolute/rnn/detail/closed_form_parts.hpp>

namespace revolute::closed_form {

SimpleRnnGradients gradients(const SimpleRnn& net) {
    const auto [input, batch] = require_inputs(net.x);
    const int hidden = net.U.rows();
    require_shape("W", net.W, {hidden, input});
    require_shape("U", net.U, {hidden, hidden});
    require_shape("b", net.b, {hidden, 1});
    require_head(net.V, net.c, net.target, hidden, batch);
    require_initial("h(-1)", net.initial, hidden, batch);
    const Gate gate{net.W, net.U, net.b};
    const auto U = as_eigen(net.U);
    const std::size_t steps = net.x.size();

    // (7.3): the recurrence, the dense layer and the loss. h[t + 1] stands for h(t), h[0] for
    // h(-1).
    std::vector<MatrixXd> h{initial_state(net.initial, hidden, batch)};
    for (std::size_t t = 0; t < steps; ++t)
        h.push_back(tanh(affine(gate, as_eigen(net.x[t]), h[t])));
    const Head head(net.V, net.c, net.target, h[steps]);

    // (7.4), (7.5): the gradient that the dense layer gives the last state.
    std::vector<MatrixXd> dh(steps);
    dh[steps - 1] = head.dlast;
    // (7.6): dh(t) = U' (dh(t+1) o f'(z(t+1))).
    for (std::size_t t = steps - 1; t-- > 0;)
        dh[t] = U.transpose() * dh[t + 1].cwiseProduct(tanh_slope(h[t + 2]));

    // (7.7), (7.8) with the term of h(-1) at t = 0, and (7.9), summed over the batch.
    GateSum sum(gate);
    for (std::size_t t = 0; t < steps; ++t)
        sum.add(dh[t].cwiseProduct(tanh_slope(h[t + 1])), as_eigen(net.x[t]), h[t]);

    SimpleRnnGradients result;
    result.loss = head.loss;
    result.y = head.y;
    for (std::size_t t = 0; t < steps; ++t) {
        result.h.push_back(to_matrix(h[t + 1]));
        result.dh.push_back(to_matrix(dh[t]));
    }
    Gate total = sum.total();
    result.dW = std::move(total.W);
    result.dU = std::move(total.U);
    result.db = std::move(total.b);
    result.dV = head.dV;
    result.dc = head.dc;
    // dh(-1) = U' (dh(0) o f'(z(0))).
    result.dinitial =
        initial_gradient(net.initial, U.transpose() * dh[0].cwiseProduct(tanh_slope(h[1])));
    return result;
}

}  // namespace revolute::closed_form
