#include "published_net.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/ops.hpp>

#include <Eigen/LU>

namespace revolute::test {

namespace {

/// A neural differential equation (Chen et al. 2018) by steps of Runge and Kutta, observed at every
/// step: h' = W2 tanh(W1 h + b1) + b2.
BuiltNet runge_kutta(Graph& graph, const NetSizes& s) {
    const Expr W1 = graph.parameter("W1", {s.H, s.I}), b1 = graph.parameter("b1", {s.H, 1}),
               W2 = graph.parameter("W2", {s.I, s.H}), b2 = graph.parameter("b2", {s.I, 1});
    const auto slope = [&](Expr h) { return dense(W2, tanh(dense(W1, h, b1)), b2); };
    const auto start = [&] {
        const Scope at(graph, Step{0, -1});
        return graph.initial_state("h", {s.I, s.B});
    }();
    const double dt = 0.1;
    Expr h = start;
    std::vector<Expr> losses;
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr k1 = slope(h).named("k1"), k2 = slope(h + dt / 2 * k1).named("k2"),
                   k3 = slope(h + dt / 2 * k2).named("k3"), k4 = slope(h + dt * k3).named("k4");
        h = (h + dt / 6 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)).named("h");
        losses.push_back(mse(h, graph.input("Y", {s.I, s.B})));
    }
    return {accumulate(losses).named("L"), {W1, b1, W2, b2, start}};
}

/// A Hamiltonian net (Greydanus et al. 2019) by leapfrog steps, whose force is itself a derivative:
/// H(q, p) = p'p / 2 + v tanh(W q + b).
BuiltNet leapfrog(Graph& graph, const NetSizes& s) {
    const Expr W = graph.parameter("W", {s.H, s.I}), b = graph.parameter("b", {s.H, 1}),
               v = graph.parameter("v", {1, s.H});
    const auto start = [&](std::string_view name) {
        const Scope at(graph, Step{0, -1});
        return graph.initial_state(name, {s.I, s.B});
    };
    const auto force = [&](Expr q) { return -differentiate(sum(v * tanh(dense(W, q, b))), q)[q]; };
    const Expr q0 = start("q"), p0 = start("p");
    const double dt = 0.1;
    Expr q = q0, p = p0;
    std::vector<Expr> losses;
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr half = (p + dt / 2 * force(q)).named("half");
        q = (q + dt * half).named("q");
        p = (half + dt / 2 * force(q)).named("p");
        losses.push_back(mse(q, graph.input("Y", {s.I, s.B})));
    }
    return {accumulate(losses).named("L"), {W, b, v, q0, p0}};
}

/// The inverse of a square matrix: an operator of the user's own.
constinit const Op inverse_op{
    .name = "inverse",
    .shape = [](const ShapeArguments& x) -> Shape {
        if (x[0].rows != x[0].columns) x.fail("the operand must be square");
        return x[0];
    },
    .evaluate = [](const Arguments& x, MatrixView y) { as_eigen(y) = as_eigen(x[0]).inverse(); },
    .pullback = {[](const Pullback& p) {
        return -(transpose(p.output) * p.adjoint * transpose(p.output));
    }},
    .pushforward = {[](const Pushforward& p) { return -(p.output * p.tangent * p.output); }},
    .latex = "#1^{-1}",
    .example = {.operands = {{{3, 3}}}},
};

Expr inverse(Operand x) { return apply(inverse_op, {x}); }

/// The innovations of a Kalman filter, whose covariance is a recurrence of matrices (Riccati).
BuiltNet kalman_filter(Graph& graph, const NetSizes& s) {
    const int n = s.H, m = s.O;
    const Expr A = graph.parameter("A", {n, n}), C = graph.parameter("C", {m, n}),
               q = graph.parameter("q", {n, n}), r = graph.parameter("r", {m, m}),
               In = graph.input("I_n", {n, n}), Im = graph.input("I_m", {m, m});
    const Expr Q = (q * transpose(q) + 0.1 * In).named("Q"),
               R = (r * transpose(r) + 0.1 * Im).named("R");
    Expr P = In, x = graph.constant(0.0, {n, 1});
    std::vector<Expr> losses;
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr S = (C * P * transpose(C) + R).named("S"), precision = inverse(S);
        const Expr e = (graph.input("Y", {m, 1}) - C * x).named("e");
        const Expr K = (P * transpose(C) * precision).named("K");
        losses.push_back(0.5 * (transpose(e) * precision * e));
        x = (A * (x + K * e)).named("mean");
        P = (A * (P - K * C * P) * transpose(A) + Q).named("P");
    }
    return {(accumulate(losses) + sum(hadamard(In, P))).named("L"), {A, C, q, r}};
}

/// What a recursive net (Socher et al. 2011) has: h = tanh(W_l l + W_r r + b) of two subtrees.
struct TreeCell {
    Expr E, Wl, Wr, b, V;

    TreeCell(Graph& graph, const NetSizes& s)
        : E(graph.parameter("E", {s.H, s.I})),
          Wl(graph.parameter("W_l", {s.H, s.H})),
          Wr(graph.parameter("W_r", {s.H, s.H})),
          b(graph.parameter("b", {s.H, 1})),
          V(graph.parameter("V", {s.O, s.H})) {}
    Expr operator()(Expr left, Expr right) const {
        return tanh(Wl * left + dense(Wr, right, b)).named("h");
    }
    BuiltNet net(Expr root) const {
        const Expr Y = root.graph->input("Y", {V.shape().rows, root.shape().columns});
        return {mse(V * root, Y).named("L"), {E, Wl, Wr, b, V}};
    }
};

/// A balanced tree over N leaves, a power of two, node by node.
BuiltNet balanced_tree(Graph& graph, const NetSizes& s) {
    const TreeCell cell(graph, s);
    std::vector<Expr> level;
    for (int i = 0; i < s.N; ++i)
        level.push_back(tanh(cell.E * graph.input("x" + std::to_string(i), {s.I, s.B})));
    while (level.size() > 1) {
        std::vector<Expr> above;
        for (std::size_t i = 0; i + 1 < level.size(); i += 2)
            above.push_back(cell(level[i], level[i + 1]));
        level = std::move(above);
    }
    return cell.net(level.front());
}

/// The same tree, a level at once: the leaves are the columns of one matrix.
BuiltNet tree_by_levels(Graph& graph, const NetSizes& s) {
    const TreeCell cell(graph, s);
    const Expr W = stack_columns({cell.Wl, cell.Wr});
    Expr h = tanh(cell.E * graph.input("X", {s.I, s.N}));
    for (int k = 0; h.shape().columns > 1; ++k) {
        const Scope at(graph, Step{0, k});
        h = tanh(dense(W, reshape(h, 2 * s.H, h.shape().columns / 2), cell.b)).named("h");
    }
    return cell.net(h);
}

/// A tree that branches to the left only.
BuiltNet chain_tree(Graph& graph, const NetSizes& s) {
    const TreeCell cell(graph, s);
    Expr h;
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr leaf = tanh(cell.E * graph.input("x", {s.I, s.B}));
        h = t == 0 ? leaf : cell(h, leaf);
    }
    return cell.net(h);
}

}  // namespace

std::vector<PublishedNet> nets_of_dynamics() {
    const auto identities = [](std::string_view label, Shape shape) {
        if (!label.starts_with("I_")) return random_values(label, shape, 0.4);
        Matrix identity(shape);
        for (int i = 0; i < shape.rows; ++i) identity(i, i) = 1;
        return identity;
    };
    using enum Generality;
    return {{"Runge-Kutta", runge_kutta},
            {"leapfrog", leapfrog},
            {.name = "Kalman filter",
             .build = kalman_filter,
             .sizes = {.H = 4},
             .value = identities,
             .has_own_operator = true},
            {"balanced tree", balanced_tree, {.N = 16}, none},
            {"tree by levels", tree_by_levels, {.N = 16}, none},
            {"tree as a chain", chain_tree}};
}

}  // namespace revolute::test
