#include "hand_bptt.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace revolute::test {

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double tanh_of(double x) { return std::tanh(x); }
double one_minus(double y) { return 1 - y; }
double of_sigmoid(double y) { return y * (1 - y); }
double of_tanh(double y) { return 1 - y * y; }
double one(double) { return 1; }

/// The arrays of a net with gates, and what a backward pass adds to their gradients.
struct Arrays {
    explicit Arrays(const Case& of)
        : W(array_of(of.parameters, "weight_ih_l0")),
          U(array_of(of.parameters, "weight_hh_l0")),
          b(array_of(of.parameters, "bias_ih_l0")),
          bh(array_of(of.parameters, "bias_hh_l0")),
          V(array_of(of.parameters, "head.weight")),
          dW(W.shape()),
          dU(U.shape()),
          db(b.shape()),
          dbh(b.shape()) {}

    /// dy of half the squared error, divided by B.
    Matrix dy(const Case& of, const Matrix& h) const {
        const Matrix none(V.shape());
        const Matrix y = affine(V, h, none, h, array_of(of.parameters, "head.bias"));
        return plus(Matrix(y.shape()), plus(y, of.targets[0], -1), 1.0 / of.sizes.batch);
    }

    CaseResult result(const Matrix& dy, const Matrix& last) const {
        CaseResult result;
        result.grads = {{"weight_ih_l0", dW},
                        {"weight_hh_l0", dU},
                        {"bias_ih_l0", db},
                        {"bias_hh_l0", dbh},
                        {"head.weight", times(dy, transposed(last))},
                        {"head.bias", row_sums(dy)}};
        return result;
    }

    const Matrix &W, &U, &b, &bh, &V;
    Matrix dW, dU, db, dbh;
};

struct LstmStep {
    Matrix i, f, g, o, c;
};

/// Rows of another order: those of gate order[k] where gate k's were.
Matrix reordered(const Matrix& a, int hidden, std::initializer_list<int> order) {
    std::vector<Matrix> parts;
    for (const int gate : order) parts.push_back(rows_of(a, gate * hidden, hidden));
    return below({&parts[0], &parts[1], &parts[2], &parts[3]});
}

struct GruStep {
    Matrix r, z, n, from_state;
};

}  // namespace

CaseResult hand_lstm(const Case& of, const std::string& mistake) {
    const int T = of.sizes.steps, H = of.sizes.hidden;
    Arrays a(of);
    const Matrix bias = plus(a.b, a.bh);
    std::vector<LstmStep> steps;
    std::vector<Matrix> h{of.initial[0].values[0]}, c{of.initial[1].values[0]};
    for (int t = 0; t < T; ++t) {
        const auto k = static_cast<std::size_t>(t);
        const Matrix z = affine(a.W, of.x[k], a.U, h[k], bias);
        const Matrix i = each(rows_of(z, 0, H), sigmoid), f = each(rows_of(z, H, H), sigmoid);
        const Matrix g = each(rows_of(z, 2 * H, H), tanh_of),
                     o = each(rows_of(z, 3 * H, H), sigmoid);
        c.push_back(plus(by_entry(f, c[k]), by_entry(i, g)));
        steps.push_back({i, f, g, o, each(c.back(), tanh_of)});
        h.push_back(by_entry(o, steps.back().c));
    }
    const Matrix dy = a.dy(of, h.back());
    Matrix dh = times(transposed(a.V), dy), dc_next(H, of.sizes.batch), kept(H, of.sizes.batch);
    for (int t = T - 1; t >= 0; --t) {
        const auto k = static_cast<std::size_t>(t);
        const LstmStep& s = steps[k];
        const Matrix& c_of_slope = mistake == "tanh'(c(t-1))" ? c[k] : c[k + 1];
        const Matrix slope =
            each(each(c_of_slope, tanh_of), mistake == "no tanh'(c)" ? one : of_tanh);
        const Matrix passed = mistake == "no o in dc" ? dh : by_entry(dh, s.o);
        const Matrix dc = plus(by_entry(passed, slope), dc_next);
        const Matrix di =
            by_entry(by_entry(dc, s.g), each(mistake == "f' of f in di" ? s.f : s.i, of_sigmoid));
        const Matrix df = by_entry(by_entry(dc, mistake == "c(t) in df" ? c[k + 1] : c[k]),
                                   each(s.f, mistake == "no f' of f" ? one : of_sigmoid));
        const Matrix dg = by_entry(by_entry(dc, mistake == "f for i in dg" ? s.f : s.i),
                                   each(s.g, mistake == "sigmoid' for g" ? of_sigmoid : of_tanh));
        const Matrix d_o = by_entry(by_entry(dh, mistake == "c for tanh(c) in do" ? c[k + 1] : s.c),
                                    each(s.o, of_sigmoid));
        const bool is_exchanged = mistake == "da of i and f exchanged";
        const Matrix dz = below({is_exchanged ? &df : &di, is_exchanged ? &di : &df, &dg, &d_o});
        a.dW = plus(a.dW, times(dz, transposed(of.x[k])));
        a.dU = plus(a.dU, times(dz, transposed(h[k])));
        a.db = plus(a.db, row_sums(dz));
        dh = times(transposed(a.U), mistake == "U' da twice" ? plus(dz, dz) : dz);
        dc_next = mistake == "dc without f" ? dc : by_entry(dc, s.f);
        if (mistake == "dc handed on clamped")
            dc_next =
                each(dc_next, [](double x) { return std::clamp(x, -clip_limit, clip_limit); });
        if (mistake == "dc handed on kept") dc_next = kept = plus(kept, dc_next);
        if (mistake == "dc not passed on") dc_next = Matrix(dc.shape());
    }
    a.dbh = a.db;
    if (mistake == "order i f o g")
        for (Matrix* array : {&a.dW, &a.dU, &a.db, &a.dbh})
            *array = reordered(*array, H, {0, 1, 3, 2});
    return a.result(dy, h.back());
}

CaseResult hand_gru(const Case& of, const std::string& mistake) {
    const int T = of.sizes.steps, H = of.sizes.hidden;
    Arrays a(of);
    std::vector<GruStep> steps;
    std::vector<Matrix> h{of.initial[0].values[0]};
    for (int t = 0; t < T; ++t) {
        const auto k = static_cast<std::size_t>(t);
        const Matrix from_x = affine(a.W, of.x[k], Matrix(a.U.shape()), h[k], a.b);
        const Matrix from_h = affine(Matrix(a.W.shape()), of.x[k], a.U, h[k], a.bh);
        const Matrix both = plus(from_x, from_h);
        const Matrix r = each(rows_of(both, 0, H), sigmoid), z = each(rows_of(both, H, H), sigmoid);
        const Matrix q = rows_of(from_h, 2 * H, H);
        const Matrix n = each(plus(rows_of(from_x, 2 * H, H), by_entry(r, q)), tanh_of);
        steps.push_back({r, z, n, q});
        h.push_back(plus(by_entry(each(z, one_minus), n), by_entry(z, h[k])));
    }
    const Matrix dy = a.dy(of, h.back());
    Matrix dh = times(transposed(a.V), dy);
    for (int t = T - 1; t >= 0; --t) {
        const auto k = static_cast<std::size_t>(t);
        const GruStep& s = steps[k];
        const Matrix share = mistake == "z for 1 - z in dn" ? s.z : each(s.z, one_minus);
        const Matrix dn = by_entry(by_entry(dh, share), each(s.n, of_tanh));
        const Matrix change = mistake == "n - h without n" ? h[k] : plus(h[k], s.n, -1);
        const Matrix dz = by_entry(by_entry(dh, change), each(s.z, of_sigmoid));
        Matrix from_state = s.from_state;
        if (mistake == "no b_hn in dr") from_state = times(rows_of(a.U, 2 * H, H), h[k]);
        if (mistake == "h(t-1) in dr") from_state = h[k];
        // Of U (r o h), whose adjoint of r o h is U' dn.
        const bool resets_before = mistake == "reset before the product in the backward pass";
        const Matrix back = times(transposed(rows_of(a.U, 2 * H, H)), dn);
        const Matrix dr = by_entry(resets_before ? by_entry(back, h[k]) : by_entry(dn, from_state),
                                   each(s.r, of_sigmoid));
        const Matrix dq =
            mistake == "no r in the product" || resets_before ? dn : by_entry(dn, s.r);
        const bool is_exchanged = mistake == "da of r and z exchanged";
        const Matrix &first = is_exchanged ? dz : dr, &second = is_exchanged ? dr : dz;
        const Matrix into_x = below({&first, &second, &dn}), into_h = below({&first, &second, &dq});
        const bool takes_other = mistake == "dW from the side of the state";
        a.dW = plus(a.dW, times(takes_other ? into_h : into_x, transposed(of.x[k])));
        const Matrix read = resets_before ? by_entry(s.r, h[k]) : h[k];
        const Matrix by_gates = times(rows_of(into_h, 0, 2 * H), transposed(h[k])),
                     by_candidate = times(dq, transposed(read));
        a.dU = plus(a.dU, below({&by_gates, &by_candidate}));
        a.db = plus(a.db, row_sums(into_x));
        a.dbh = plus(a.dbh, row_sums(mistake == "b_hn like b_n" ? into_x : into_h));
        const Matrix direct = by_entry(dh, mistake == "(1 - z) o dh" ? each(s.z, one_minus) : s.z);
        dh = times(transposed(a.U), mistake == "no r on the way back" ? into_x : into_h);
        if (resets_before) dh = plus(plus(dh, back, -1), by_entry(s.r, back));
        if (mistake != "no z o dh") dh = plus(dh, direct);
    }
    return a.result(dy, h.back());
}

}  // namespace revolute::test
