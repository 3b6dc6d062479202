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
using detail::sigmoid;
using detail::sigmoid_slope;
using detail::tanh;
using detail::tanh_slope;

namespace {

/// The values of one step.
struct Step {
    MatrixXd i, f, g, o, c, tanh_c, h;
};

Step forward(const Lstm& net, const MatrixXd& x, const MatrixXd& h, const MatrixXd& c) {
    Step now;
    now.i = sigmoid(affine(net.i, x, h));
    now.f = sigmoid(affine(net.f, x, h));
    now.g = tanh(affine(net.g, x, h));
    now.o = sigmoid(affine(net.o, x, h));
    now.c = now.f.cwiseProduct(c) + now.i.cwiseProduct(now.g);
    now.tanh_c = tanh(now.c);
    now.h = now.o.cwiseProduct(now.tanh_c);
    return now;
}

void require_shapes(const Lstm& net) {
    const auto [input, batch] = require_inputs(net.x);
    const int hidden = net.i.U.rows();
    require_gate(net.i, "i", hidden, input);
    require_gate(net.f, "f", hidden, input);
    require_gate(net.g, "g", hidden, input);
    require_gate(net.o, "o", hidden, input);
    require_head(net.V, net.c, net.target, hidden, batch);
    require_initial("h(-1)", net.initial_output, hidden, batch);
    require_initial("c(-1)", net.initial_cell, hidden, batch);
}

/// All steps: [t + 1] stands for step t, [0] holds h(-1) and c(-1).
std::vector<Step> forward(const Lstm& net) {
    const int hidden = net.i.U.rows(), batch = net.x[0].columns();
    std::vector<Step> steps(1);
    steps[0].h = initial_state(net.initial_output, hidden, batch);
    steps[0].c = initial_state(net.initial_cell, hidden, batch);
    for (const Matrix& x : net.x)
        steps.push_back(forward(net, as_eigen(x), steps.back().h, steps.back().c));
    return steps;
}

/// The sums over time, and dh and dc, which go from the last step to the first (Graves 2012,
/// section 4.6):
///   dc(t) = dh(t) o o(t) o tanh'(c(t)) + dc(t+1) o f(t+1)
///   do = dh o tanh(c) o s'      df = dc o c(t-1) o s'     di = dc o g o s'    dg = dc o i o tanh'
///   dh(t-1) = U_i' di + U_f' df + U_g' dg + U_o' do
struct Backward {
    const Lstm& net;
    MatrixXd dh;
    MatrixXd dc = MatrixXd::Zero(dh.rows(), dh.cols());
    GateSum sum_i{net.i}, sum_f{net.f}, sum_g{net.g}, sum_o{net.o};

    void step(const Step& now, const Step& before, const MatrixXd& x) {
        dc += dh.cwiseProduct(now.o).cwiseProduct(tanh_slope(now.tanh_c));
        const MatrixXd zo = dh.cwiseProduct(now.tanh_c).cwiseProduct(sigmoid_slope(now.o));
        const MatrixXd zf = dc.cwiseProduct(before.c).cwiseProduct(sigmoid_slope(now.f));
        const MatrixXd zi = dc.cwiseProduct(now.g).cwiseProduct(sigmoid_slope(now.i));
        const MatrixXd zg = dc.cwiseProduct(now.i).cwiseProduct(tanh_slope(now.g));
        sum_i.add(zi, x, before.h);
        sum_f.add(zf, x, before.h);
        sum_g.add(zg, x, before.h);
        sum_o.add(zo, x, before.h);
        dh = as_eigen(net.i.U).transpose() * zi + as_eigen(net.f.U).transpose() * zf +
             as_eigen(net.g.U).transpose() * zg + as_eigen(net.o.U).transpose() * zo;
        dc = dc.cwiseProduct(now.f).eval();
    }
};

}  // namespace

LstmGradients gradients(const Lstm& net) {
    require_shapes(net);
    const std::vector<Step> steps = forward(net);
    const Head head(net.V, net.c, net.target, steps.back().h);
    Backward back{net, head.dlast};
    for (std::size_t t = net.x.size(); t-- > 0;)
        back.step(steps[t + 1], steps[t], as_eigen(net.x[t]));
    return {.loss = head.loss,
            .y = head.y,
            .di = back.sum_i.total(),
            .df = back.sum_f.total(),
            .dg = back.sum_g.total(),
            .d_o = back.sum_o.total(),
            .dV = head.dV,
            .dc = head.dc,
            .dinitial_output = initial_gradient(net.initial_output, back.dh),
            .dinitial_cell = initial_gradient(net.initial_cell, back.dc)};
}

}  // namespace revolute::closed_form
