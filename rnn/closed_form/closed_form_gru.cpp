#include <revolute/rnn/closed_form/detail/closed_form_parts.hpp>

namespace revolute::closed_form {

using detail::affine;
using detail::GateSum;
using detail::Head;
using detail::initial_gradient;
using detail::initial_state;
using detail::MatrixXd;
using detail::require_gate;
using detail::require_head;
using detail::require_initial;
using detail::require_inputs;
using detail::require_shape;
using detail::sigmoid;
using detail::sigmoid_slope;
using detail::tanh;
using detail::tanh_slope;

namespace {

/// The values of one step. `from_state` is what the reset gate acts on, or lets through: U_n h +
/// b_hn, or r o h(t-1).
struct Step {
    MatrixXd r, z, n, from_state, h;
};

bool resets_after(const Gru& net) { return !net.b_hn.empty(); }

Step forward(const Gru& net, const MatrixXd& x, const MatrixXd& h) {
    Step now;
    now.r = sigmoid(affine(net.r, x, h));
    now.z = sigmoid(affine(net.z, x, h));
    if (resets_after(net)) {
        now.from_state = (as_eigen(net.n.U) * h).colwise() + as_eigen(net.b_hn).col(0);
        const MatrixXd from_input = (as_eigen(net.n.W) * x).colwise() + as_eigen(net.n.b).col(0);
        now.n = tanh(from_input + now.r.cwiseProduct(now.from_state));
    } else {
        now.from_state = now.r.cwiseProduct(h);
        now.n = tanh(affine(net.n, x, now.from_state));
    }
    now.h = (1.0 - now.z.array()) * now.n.array() + now.z.array() * h.array();
    return now;
}

void require_shapes(const Gru& net) {
    const auto [input, batch] = require_inputs(net.x);
    const int hidden = net.r.U.rows();
    require_gate(net.r, "r", hidden, input);
    require_gate(net.z, "z", hidden, input);
    require_gate(net.n, "n", hidden, input);
    if (resets_after(net)) require_shape("b_hn", net.b_hn, {hidden, 1});
    require_head(net.V, net.c, net.target, hidden, batch);
    require_initial("h(-1)", net.initial, hidden, batch);
}

/// All steps: [t + 1] stands for step t, [0] holds h(-1).
std::vector<Step> forward(const Gru& net) {
    std::vector<Step> steps(1);
    steps[0].h = initial_state(net.initial, net.r.U.rows(), net.x[0].columns());
    for (const Matrix& x : net.x) steps.push_back(forward(net, as_eigen(x), steps.back().h));
    return steps;
}

/// The sums over time, and dh, which goes from the last step to the first. With zn the argument of
/// the tanh, and so on:
///   dzn = dh o (1 - z) o tanh'(zn)            dzz = dh o (h(t-1) - n) o s'(zz)
///   after:   q = U_n h(t-1) + b_hn,  dq = dzn o r,           dzr = dzn o q o s'(zr)
///   before:  q = r o h(t-1),         dq = U_n' dzn,          dzr = dq o h(t-1) o s'(zr)
///   dh(t-1) = dh o z + U_r' dzr + U_z' dzz + (after: U_n' dq; before: dq o r)
struct Backward {
    const Gru& net;
    MatrixXd dh;
    GateSum sum_r{net.r}, sum_z{net.z}, sum_n{net.n};
    MatrixXd db_hn = MatrixXd::Zero(net.n.U.rows(), 1);

    void step(const Step& now, const MatrixXd& before, const MatrixXd& x) {
        const auto U_n = as_eigen(net.n.U);
        const MatrixXd zn =
            (dh.array() * (1.0 - now.z.array())).matrix().cwiseProduct(tanh_slope(now.n));
        const MatrixXd zz = dh.cwiseProduct(before - now.n).cwiseProduct(sigmoid_slope(now.z));
        MatrixXd zr, through_candidate;
        if (resets_after(net)) {
            const MatrixXd dq = zn.cwiseProduct(now.r);
            zr = zn.cwiseProduct(now.from_state).cwiseProduct(sigmoid_slope(now.r));
            through_candidate = U_n.transpose() * dq;
            db_hn += dq.rowwise().sum();
            sum_n.add(zn, x, dq, before);
        } else {
            const MatrixXd dq = U_n.transpose() * zn;
            zr = dq.cwiseProduct(before).cwiseProduct(sigmoid_slope(now.r));
            through_candidate = dq.cwiseProduct(now.r);
            sum_n.add(zn, x, now.from_state);
        }
        sum_r.add(zr, x, before);
        sum_z.add(zz, x, before);
        dh = dh.cwiseProduct(now.z) + as_eigen(net.r.U).transpose() * zr +
             as_eigen(net.z.U).transpose() * zz + through_candidate;
    }
};

}  // namespace

GruGradients gradients(const Gru& net) {
    require_shapes(net);
    const std::vector<Step> steps = forward(net);
    const Head head(net.V, net.c, net.target, steps.back().h);
    Backward back{net, head.dlast};
    for (std::size_t t = net.x.size(); t-- > 0;)
        back.step(steps[t + 1], steps[t].h, as_eigen(net.x[t]));
    return {.loss = head.loss,
            .y = head.y,
            .dr = back.sum_r.total(),
            .dz = back.sum_z.total(),
            .dn = back.sum_n.total(),
            .db_hn = resets_after(net) ? to_matrix(back.db_hn) : Matrix(),
            .dV = head.dV,
            .dc = head.dc,
            .dinitial = initial_gradient(net.initial, back.dh)};
}

}  // namespace revolute::closed_form
