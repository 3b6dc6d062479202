#include "published_net.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/ops/ops.hpp>

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

/// A Kalman filter (1960) and the likelihood of what it reads: of the state before each
/// observation, m the mean and P the covariance, which is a recurrence of matrices (Riccati).
struct KalmanFilter {
    Expr A, C, Q, R;

    /// Covariances are made of factors, so that they are positive definite.
    KalmanFilter(Expr transition, Expr observation, Expr q, Expr r)
        : A(transition), C(observation), Q(covariance(q, "Q")), R(covariance(r, "R")) {}

    static Expr covariance(Expr factor, std::string_view name) {
        const Expr I = identity_matrix(*factor.graph, factor.shape().rows);
        return (factor * transpose(factor) + 0.1 * I).named(name);
    }
    /// What one observation says: its surprise, and the gain of the state from it.
    struct Update {
        Expr e, S, K;
    };
    Update update(Expr m, Expr P, Expr y) const {
        const Expr CP = C * P, S = (CP * transpose(C) + R).named("S");
        return {(y - C * m).named("e"), S, transpose(solve(S, CP)).named("K")};
    }
    /// -2 log p(y) but for the constant, m log(2 pi).
    static Expr surprise(const Update& u) {
        return log_determinant(u.S) + transpose(u.e) * solve(u.S, u.e);
    }
};

BuiltNet kalman_filter(Graph& graph, const NetSizes& s) {
    const int n = s.H, m = s.O;
    const Expr A = graph.parameter("A", {n, n}), C = graph.parameter("C", {m, n}),
               q = graph.parameter("q", {n, n}), r = graph.parameter("r", {m, m});
    const KalmanFilter filter(A, C, q, r);
    Expr mean = graph.constant(0.0, {n, 1}), P = identity_matrix(graph, n);
    std::vector<Expr> losses;
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        const auto now = filter.update(mean, P, graph.input("Y", {m, 1}));
        losses.push_back(0.5 * KalmanFilter::surprise(now));
        mean = (A * (mean + now.K * now.e)).named("mean");
        P = (A * (P - now.K * C * P) * transpose(A) + filter.Q).named("P");
    }
    return {(accumulate(losses) + sum(diagonal(P))).named("L"), {A, C, q, r}};
}

/// The information filter, whose recurrence is of the inverse covariance W and of W times the mean:
/// it inverts where the Kalman filter solves.
BuiltNet information_filter(Graph& graph, const NetSizes& s) {
    const int n = s.H, m = s.O;
    const Expr A = graph.parameter("A", {n, n}), C = graph.parameter("C", {m, n}),
               q = graph.parameter("q", {n, n}), r = graph.parameter("r", {m, m});
    const KalmanFilter filter(A, C, q, r);
    const Expr weights = solve(filter.R, C).named("weights");
    Expr W = identity_matrix(graph, n), state = graph.constant(0.0, {n, 1});
    std::vector<Expr> losses;
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr y = graph.input("Y", {m, 1});
        const Expr P = inverse(W + transpose(C) * weights).named("P");
        const Expr mean = (A * (P * (state + transpose(weights) * y))).named("mean");
        W = inverse(A * P * transpose(A) + filter.Q).named("W");
        state = (W * mean).named("i");
        losses.push_back(0.5 * sum(square(C * mean - y)) - log_determinant(W));
    }
    return {accumulate(losses).named("L"), {A, C, q, r}};
}

/// Attention of a sequence to its own past, all steps at once: a column is a step. Running totals
/// of the identity are the mask, and those of the answers weigh early ones most.
BuiltNet causal_attention(Graph& graph, const NetSizes& s) {
    const Expr Wq = graph.parameter("W_q", {s.H, s.I}), Wk = graph.parameter("W_k", {s.H, s.I}),
               Wv = graph.parameter("W_v", {s.O, s.I});
    const Expr x = graph.input("X", {s.I, s.N});
    const Expr sees = cumulative_sum(identity_matrix(graph, s.N));  // key r is not after query c
    const Expr scores = transpose(Wk * x) * (Wq * x);
    const Expr shares = softmax(where(sees, scores, constant_like(scores, -1e9)));
    const Expr answers = (Wv * x * shares).named("y");
    return {mse(cumulative_sum(answers), graph.input("Y", {s.O, s.N})).named("L"), {Wq, Wk, Wv}};
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
    // Filters of random numbers that are larger soon diverge.
    const auto small = [](std::string_view label, Shape shape) {
        return random_values(label, shape, 0.4);
    };
    using enum Generality;
    return {{"Runge-Kutta", runge_kutta},
            {"leapfrog", leapfrog},
            {.name = "Kalman filter", .build = kalman_filter, .sizes = {.H = 4}, .value = small},
            {.name = "information filter",
             .build = information_filter,
             .sizes = {.H = 4},
             .value = small},
            {"causal attention", causal_attention, {}, none},
            {"balanced tree", balanced_tree, {.N = 16}, none},
            {"tree by levels", tree_by_levels, {.N = 16}, none},
            {"tree as a chain", chain_tree}};
}

}  // namespace revolute::test
