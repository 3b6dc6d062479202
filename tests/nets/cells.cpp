#include "published_net.hpp"
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/gate.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/lstm.hpp>
#include <support/own_cells.hpp>

namespace revolute::test {

namespace {

/// minGRU (Feng et al. 2024): z = sigmoid(W_z x + b_z),
/// h(t) = (1 - z) o h(t-1) + z o (W_h x + b_h).
struct MinGru {
    Expr Wz, bz, Wh, bh;

    MinGru(Graph& graph, int I, int H)
        : Wz(graph.parameter("W_z", {H, I})),
          bz(graph.parameter("b_z", {H, 1})),
          Wh(graph.parameter("W_h", {H, I})),
          bh(graph.parameter("b_h", {H, 1})) {}
    std::vector<StateTensor> state_tensors() const { return {{"h", Wz.shape().rows}}; }
    std::vector<Expr> parameters() const { return {Wz, bz, Wh, bh}; }
    State step(Expr x, const State& s) const {
        const Expr z = sigmoid(dense(Wz, x, bz)).named("z");
        const Expr g = dense(Wh, x, bh).named("g");
        return {(hadamard(1.0 - z, s[0]) + hadamard(z, g)).named("h")};
    }
};

Expr layer_norm(Expr x, Expr gain, Expr bias) {
    const int n = x.shape().rows;
    const Expr centred = x - broadcast_rows(column_sums(x) / n, n);
    const Expr variance = column_sums(square(centred)) / n;
    return scale_rows(gain, scale_columns(centred, power(variance + 1e-5, -0.5))) +
           add_to_columns(bias, x.shape().columns);
}

/// The LSTM with layer normalisation (Ba et al. 2016).
struct NormalisedLstm {
    int H;
    Expr W, U, gain_x, bias_x, gain_h, bias_h, gain_c, bias_c;

    NormalisedLstm(Graph& graph, int I, int hidden)
        : H(hidden),
          W(graph.parameter("W", {4 * H, I})),
          U(graph.parameter("U", {4 * H, H})),
          gain_x(graph.parameter("gain_x", {4 * H, 1})),
          bias_x(graph.parameter("bias_x", {4 * H, 1})),
          gain_h(graph.parameter("gain_h", {4 * H, 1})),
          bias_h(graph.parameter("bias_h", {4 * H, 1})),
          gain_c(graph.parameter("gain_c", {H, 1})),
          bias_c(graph.parameter("bias_c", {H, 1})) {}
    std::vector<StateTensor> state_tensors() const { return {{"h", H}, {"c", H}}; }
    std::vector<Expr> parameters() const {
        return {W, U, gain_x, bias_x, gain_h, bias_h, gain_c, bias_c};
    }
    State step(Expr x, const State& s) const {
        const Expr from_x = layer_norm(W * x, gain_x, bias_x);
        const Expr a = from_x + layer_norm(U * s[0], gain_h, bias_h);
        const Expr i = sigmoid(rows(a, 0, H)).named("i"), f = sigmoid(rows(a, H, H)).named("f");
        const Expr g = tanh(rows(a, 2 * H, H)).named("g"),
                   o = sigmoid(rows(a, 3 * H, H)).named("o");
        const Expr c = (hadamard(f, s[1]) + hadamard(i, g)).named("c");
        return {hadamard(o, tanh(layer_norm(c, gain_c, bias_c))).named("h"), c};
    }
};

/// IndRNN (Li et al. 2018): h(t) = relu(W x + u o h(t-1) + b).
struct IndRnn {
    Expr W, u, b;

    IndRnn(Graph& graph, int I, int H, const std::string& suffix)
        : W(graph.parameter("W" + suffix, {H, I})),
          u(graph.parameter("u" + suffix, {H, 1})),
          b(graph.parameter("b" + suffix, {H, 1})) {}
    std::vector<StateTensor> state_tensors() const { return {{"h", W.shape().rows}}; }
    std::vector<Expr> parameters() const { return {W, u, b}; }
    State step(Expr x, const State& s) const {
        return {relu(dense(W, x, b) + scale_rows(u, s[0])).named("h")};
    }
};

BuiltNet two_layers_of_ind_rnn(Graph& graph, const NetSizes& s) {
    const IndRnn one(graph, s.I, s.H, "1"), two(graph, s.H, s.H, "2");
    const Layer below = unidirectional(one, input_sequence(graph, "x", {s.I, s.B}, s.N));
    const ReadOut head = read_out(unidirectional(two, below.outputs).outputs, s.O);
    return {head.loss, {one.W, one.u, one.b, two.W, two.u, two.b, head.V, head.c}};
}

/// The coupled input and forget gate (Greff et al. 2017): i = 1 - f.
struct CoupledGates {
    Gate f, g, o;

    CoupledGates(Graph& graph, int I, int H)
        : f(graph, I, H, "f", "", SourceLine::here()),
          g(graph, I, H, "g", "", SourceLine::here()),
          o(graph, I, H, "o", "", SourceLine::here()) {}
    std::vector<StateTensor> state_tensors() const {
        return {{"h", f.U.shape().rows}, {"c", f.U.shape().rows}};
    }
    std::vector<Expr> parameters() const { return {f.W, f.U, f.b, g.W, g.U, g.b, o.W, o.U, o.b}; }
    State step(Expr x, const State& s) const {
        const Expr forget = sigmoid(f(x, s[0])).named("f"), input = tanh(g(x, s[0])).named("g"),
                   output = sigmoid(o(x, s[0])).named("o");
        const Expr c = (hadamard(forget, s[1]) + hadamard(1.0 - forget, input)).named("c");
        return {hadamard(output, tanh(c)).named("h"), c};
    }
};

/// A diagonal state space (Gu et al. 2022) with a hold of order zero: a = -exp(log_rate),
/// A = exp(a dt), s(t) = A o s(t-1) + (A - 1) / a o B u(t), y = gelu(C s + D o u).
struct StateSpace {
    Expr log_rate, log_dt, B, C, D, A, Bd;

    StateSpace(Graph& graph, int I, int n)
        : log_rate(graph.parameter("log_rate", {n, 1})),
          log_dt(graph.parameter("log_dt", {n, 1})),
          B(graph.parameter("B", {n, I})),
          C(graph.parameter("C", {I, n})),
          D(graph.parameter("D", {I, 1})) {
        const Expr a = -exp(log_rate);
        A = exp(hadamard(exp(log_dt), a)).named("A");
        Bd = scale_rows((A - 1.0) / a, B).named("Bd");
    }
    std::vector<StateTensor> state_tensors() const {
        return {{"y", D.shape().rows}, {"s", log_rate.shape().rows}};
    }
    std::vector<Expr> parameters() const { return {log_rate, log_dt, B, C, D}; }
    State step(Expr u, const State& before) const {
        const Expr s = (scale_rows(A, before[1]) + Bd * u).named("s");
        return {gelu(C * s + scale_rows(D, u)).named("y"), s};
    }
};

BuiltNet state_space(Graph& graph, const NetSizes& s) {
    const StateSpace cell(graph, s.I, s.H);
    const ReadOut head =
        read_out(unidirectional(cell, input_sequence(graph, "u", {s.I, s.B}, s.N)).outputs, s.O);
    return {head.loss, {cell.log_rate, cell.log_dt, cell.B, cell.C, cell.D, head.V, head.c}};
}

/// Variational dropout (Gal and Ghahramani 2016): one mask for x and one for h, at every step.
template <Cell C>
struct Dropped {
    C cell;
    Expr mask_of_x, mask_of_h;

    std::vector<StateTensor> state_tensors() const { return cell.state_tensors(); }
    std::vector<Expr> parameters() const { return cell.parameters(); }
    State step(Expr x, const State& s) const {
        State dropped = s;
        dropped[0] = hadamard(mask_of_h, s[0]);
        return cell.step(hadamard(mask_of_x, x), dropped);
    }
};

/// A net that makes the recurrent matrix of every step (Ha et al. 2017).
BuiltNet hypernetwork(Graph& graph, const NetSizes& s) {
    const int Z = 4;
    const Expr A = graph.parameter("A", {Z, Z}), B = graph.parameter("B", {Z, s.I}),
               M = graph.parameter("M", {s.H * s.H, Z}), W0 = graph.parameter("W0", {s.H, s.H}),
               U = graph.parameter("U", {s.H, s.I}), V = graph.parameter("V", {s.O, s.H});
    const std::vector<Expr> x = input_sequence(graph, "x", {s.I, 1}, s.N);
    Expr z = graph.constant(0.0, {Z, 1}), h = graph.constant(0.0, {s.H, 1});
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        z = tanh(A * z + B * x.at(static_cast<std::size_t>(t))).named("z");
        const Expr W = (W0 + reshape(M * z, s.H, s.H)).named("W");
        h = tanh(W * h + U * x.at(static_cast<std::size_t>(t))).named("h");
    }
    return {mse(V * h, graph.input("Y", {s.O, 1})).named("L"), {A, B, M, W0, U, V}};
}

/// The same for a batch, whose samples scale the rows of one matrix.
BuiltNet scaling_hypernetwork(Graph& graph, const NetSizes& s) {
    const int Z = 4;
    const Expr A = graph.parameter("A", {Z, Z}), B = graph.parameter("B", {Z, s.H + s.I}),
               D = graph.parameter("D", {s.H, Z}), W = graph.parameter("W", {s.H, s.H}),
               U = graph.parameter("U", {s.H, s.I}), V = graph.parameter("V", {s.O, s.H});
    Expr z = graph.constant(0.0, {Z, s.B}), h = graph.constant(0.0, {s.H, s.B});
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr x = graph.input("x", {s.I, s.B});
        z = tanh(A * z + B * stack_rows({h, x})).named("z");
        h = tanh(hadamard(1.0 + D * z, W * h) + U * x).named("h");
    }
    return {mse(V * h, graph.input("Y", {s.O, s.B})).named("L"), {A, B, D, W, U, V}};
}

BuiltNet answering_once(const auto& cell, const NetSizes& s,
                        InitialState initial = InitialState::zero) {
    const ManyToOne net = many_to_one(cell, s.sizes(), initial);
    return {net.loss, net.variables()};
}

template <class C>
BuiltNet net_of(Graph& graph, const NetSizes& s) {
    return answering_once(C(graph, s.I, s.H), s);
}

}  // namespace

std::vector<PublishedNet> nets_of_cells() {
    const auto dropped = [](Graph& graph, const NetSizes& s) {
        return answering_once(
            Dropped<Lstm>{Lstm(graph, s.I, s.H), graph.input("keep_x", {s.I, s.B}),
                          graph.input("keep_h", {s.H, s.B})},
            s);
    };
    const auto keep = [](std::string_view label, Shape shape) {
        Matrix values = random_values(label, shape, 0.5);
        if (label.starts_with("keep"))
            for (double& value : values.values()) value = value > 0 ? 2 : 0;
        return values;
    };
    const auto normalised = [](Graph& graph, const NetSizes& s) {
        return answering_once(NormalisedLstm(graph, s.I, s.H), s, InitialState::given);
    };
    const auto minimal = [](Graph& graph, const NetSizes& s) {
        return answering_once(MinimalGatedUnit(graph, s.I, s.H, ""), s);
    };
    return {{"minGRU", net_of<MinGru>},
            {"MGU", minimal},
            {"normalised LSTM", normalised},
            {"IndRNN", two_layers_of_ind_rnn},
            {"coupled gates", net_of<CoupledGates>},
            {"state space", state_space},
            {.name = "dropout", .build = dropped, .value = keep},
            {"hypernetwork", hypernetwork},
            {"scaling hypernetwork", scaling_hypernetwork}};
}

}  // namespace revolute::test
