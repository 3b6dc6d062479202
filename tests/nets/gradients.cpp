#include "published_net.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/simple_rnn.hpp>

#include <array>

namespace revolute::test {

namespace {

/// J = L + 10 sum over t of |dL/dx(t)|^2 (Gulrajani et al. 2017), through an LSTM.
BuiltNet gradient_penalty(Graph& graph, const NetSizes& s) {
    const ManyToOne net = many_to_one(Lstm(graph, s.I, s.H), s.sizes());
    const Derivative d = differentiate(net.loss, net.unrolled.inputs);
    std::vector<Expr> terms;
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        terms.push_back(sum(square(d[net.unrolled.inputs.at(static_cast<std::size_t>(t))])));
    }
    return {(net.loss + 10.0 * accumulate(terms)).named("J"), net.parameters};
}

/// The Hessian of a net's loss times a direction that is given (Pearlmutter 1994).
BuiltNet hessian_product(Graph& graph, const NetSizes& s) {
    const ManyToOne net = many_to_one(Gru(graph, s.I, s.H, Reset::after_product), s.sizes());
    std::vector<Seed> direction;
    for (const Expr& parameter : net.parameters)
        direction.push_back({parameter, graph.input("v_" + parameter.label(), parameter.shape())});
    return {net.loss, net.parameters, hessian_vector_product(net.loss, net.parameters, direction)};
}

Expr dot(std::span<const Expr> a, std::span<const Expr> b) {
    std::vector<Expr> terms;
    for (std::size_t i = 0; i < a.size(); ++i) terms.push_back(sum(hadamard(a[i], b[i])));
    return accumulate(terms);
}

/// a + s b.
std::vector<Expr> moved(std::span<const Expr> a, Expr s, std::span<const Expr> b) {
    std::vector<Expr> result;
    for (std::size_t i = 0; i < a.size(); ++i) result.push_back(a[i] + multiply(s, b[i]));
    return result;
}

/// A step without Hessian (Martens 2010): (H + 5 I) x = -g by four steps of conjugate gradients.
BuiltNet conjugate_gradients(Graph& graph, const NetSizes& s) {
    const ManyToOne net = many_to_one(Gru(graph, s.I, s.H, Reset::after_product), s.sizes());
    std::vector<Expr> x, r;
    for (const Expr& gradient : differentiate(net.loss, net.parameters).gradients()) {
        x.push_back(graph.constant(0.0, gradient.shape()));
        r.push_back(-gradient);
    }
    std::vector<Expr> p = r;
    Expr rr = dot(r, r);
    for (int k = 0; k < 4; ++k) {
        const Scope at(graph, Step{1, k});
        std::vector<Seed> direction;
        for (std::size_t i = 0; i < p.size(); ++i) direction.push_back({net.parameters[i], p[i]});
        std::vector<Expr> Hp = hessian_vector_product(net.loss, net.parameters, direction);
        for (std::size_t i = 0; i < p.size(); ++i) Hp[i] += 5.0 * p[i];
        const Expr length = rr / dot(p, Hp);
        x = moved(x, length, p);
        r = moved(r, -length, Hp);
        const Expr next = dot(r, r);
        p = moved(r, next / rr, p);
        rr = next;
    }
    return {net.loss, net.parameters, x};
}

/// MAML (Finn et al. 2017): N steps of gradient descent on one task, and the loss on another after
/// them; the step's length is learned, too.
BuiltNet meta_learning(Graph& graph, const NetSizes& s) {
    const std::vector<Expr> start{
        graph.parameter("W1", {s.H, s.I}), graph.parameter("b1", {s.H, 1}),
        graph.parameter("W2", {s.O, s.H}), graph.parameter("b2", {s.O, 1})};
    const Expr rate = graph.parameter("rate", {1, 1}), X = graph.input("X", {s.I, s.B}),
               Y = graph.input("Y", {s.O, s.B}), Xq = graph.input("Xq", {s.I, s.B}),
               Yq = graph.input("Yq", {s.O, s.B});
    const auto loss = [](std::span<const Expr> w, Expr x, Expr y) {
        return mse(dense(w[2], tanh(dense(w[0], x, w[1])), w[3]), y);
    };
    const std::array names{"P", "p", "Q", "q"};
    std::vector<Expr> w = start;
    for (int k = 0; k < s.N; ++k) {
        const Scope at(graph, Step{0, k});
        const Derivative d = differentiate(loss(w, X, Y), w);
        for (std::size_t i = 0; i < w.size(); ++i)
            w[i] = (w[i] - multiply(rate, d.gradients()[i])).named(names.at(i));
    }
    std::vector<Expr> variables = start;
    variables.push_back(rate);
    return {loss(w, Xq, Yq).named("L"), variables};
}

/// The same through a recurrent net: five updates on a time axis of their own.
BuiltNet meta_learning_of_net(Graph& graph, const NetSizes& s) {
    const SimpleRnn cell(graph, s.I, s.H);
    const std::vector<Expr> start{cell.W, cell.U, cell.b, graph.parameter("V", {s.O, s.H})};
    const std::vector<Expr> x = input_sequence(graph, "x", {s.I, s.B}, s.N);
    const Expr Y = graph.input("Y", {s.O, s.B}), Yq = graph.input("Yq", {s.O, s.B});
    const auto loss = [&](std::span<const Expr> w, Expr y) {
        SimpleRnn moved = cell;
        moved.W = w[0];
        moved.U = w[1];
        moved.b = w[2];
        const Unrolled net =
            unroll(moved, x, initial_state(graph, moved.state_tensors(), s.B, InitialState::zero));
        return mse(w[3] * net.last(), y);
    };
    std::vector<Expr> w = start;
    for (int k = 0; k < 5; ++k) {
        const Derivative d = differentiate(loss(w, Y), w);
        const Scope at(graph, Step{1, k});
        for (Expr& each : w) each = each - 0.1 * d[each];
    }
    return {loss(w, Yq).named("L"), start};
}

}  // namespace

std::vector<PublishedNet> nets_of_gradients() {
    using enum Generality;
    return {{"gradient penalty", gradient_penalty},
            {"Hessian times a vector", hessian_product},
            {"conjugate gradients", conjugate_gradients, {}, rolls},
            {"MAML", meta_learning},
            {"MAML through a net", meta_learning_of_net}};
}

}  // namespace revolute::test
