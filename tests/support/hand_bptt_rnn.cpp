#include "support/hand_bptt.hpp"

#include <cmath>
#include <vector>

namespace revolute::test {

namespace {

double one_minus_square(double h) { return 1 - h * h; }

/// f' at a step, right or wrong.
Matrix derivative(const Matrix& z, const Matrix& h, bool is_last, const std::string& mistake) {
    const auto one = [](double) { return 1.0; };
    if (mistake == "no f'" || (mistake == "no f' at the last step" && is_last)) return each(h, one);
    if (mistake == "f' at h")
        return each(h, [](double y) { return one_minus_square(std::tanh(y)); });
    if (mistake == "1 - z^2") return each(z, one_minus_square);
    if (mistake == "1 - h") return each(h, [](double y) { return 1 - y; });
    if (mistake == "h (1 - h)") return each(h, [](double y) { return y * (1 - y); });
    return each(h, one_minus_square);
}

double factor_of_dy(const Case& of, const std::string& mistake) {
    if (mistake == "sum over the batch") return 1;
    if (mistake == "factor 2") return 2.0 / of.sizes.batch;
    if (mistake == "sign") return -1.0 / of.sizes.batch;
    if (mistake == "mean over all entries") return 2.0 / (of.sizes.batch * of.sizes.output);
    return 1.0 / of.sizes.batch;
}

/// How often the term of step t counts in dW, dU and db.
double weight_of(int t, char array, const std::string& mistake) {
    if (mistake == "step 2 missing" && t == 2) return 0;
    if (mistake == "step 3 twice in dU" && t == 3 && array == 'U') return 2;
    if (mistake == "no initial state" && t == 0 && array == 'U') return 0;
    return 1;
}

}  // namespace

CaseResult hand_rnn(const Case& of, const std::string& mistake) {
    const int T = of.sizes.steps;
    const Matrix &W = array_of(of.parameters, "weight_ih_l0"),
                 &U = array_of(of.parameters, "weight_hh_l0"),
                 &V = array_of(of.parameters, "head.weight");
    const Matrix b =
        plus(array_of(of.parameters, "bias_ih_l0"), array_of(of.parameters, "bias_hh_l0"));
    std::vector<Matrix> z, h{of.h0[0]};  // h[t + 1] is h(t)
    for (int t = 0; t < T; ++t) {
        const auto i = static_cast<std::size_t>(t);
        z.push_back(affine(W, of.x[i], U, h[i], b));
        h.push_back(each(z[i], [](double x) { return std::tanh(x); }));
    }
    const Matrix none(of.sizes.output, of.sizes.hidden);
    const Matrix y = affine(V, h.back(), none, h.back(), array_of(of.parameters, "head.bias"));
    const Matrix error = plus(y, of.targets[0], -1);
    const Matrix dy = plus(Matrix(error.shape()), error, factor_of_dy(of, mistake));

    Matrix dW(W.shape()), dU(U.shape()), db(b.shape());
    Matrix dh = times(transposed(V), dy);
    for (int t = T - 1; t >= 0; --t) {
        const auto i = static_cast<std::size_t>(t);
        const Matrix f = derivative(z[i], h[i + 1], t == T - 1, mistake);
        const Matrix dz = by_entry(dh, f);
        const Matrix& h_read = mistake == "h(t) in dU" ? h[i + 1] : h[i];
        dW = plus(dW, times(dz, transposed(of.x[i])), weight_of(t, 'W', mistake));
        dU = plus(dU, times(dz, transposed(h_read)), weight_of(t, 'U', mistake));
        db = plus(db, row_sums(dz), weight_of(t, 'b', mistake));
        if (mistake == "two steps only" && t == T - 2) break;
        Matrix back = mistake == "no f' in the recurrence" ? dh : dz;
        if (mistake == "f' of the step before" && t > 0)
            back = by_entry(dh, derivative(z[i - 1], h[i], false, {}));
        dh = times(mistake == "U for U'" ? U : transposed(U), back);
    }
    if (mistake == "dU transposed") dU = transposed(dU);
    if (mistake == "mean of db") db = plus(Matrix(db.shape()), db, 1.0 / of.sizes.batch);
    if (mistake == "both biases") db = plus(db, db);
    if (mistake == "dU transposed, dW doubled") {
        dU = transposed(dU);
        dW = plus(dW, dW);
    }
    const Matrix second = mistake == "no bias_hh" ? Matrix(db.shape()) : db;
    CaseResult result;
    result.grads = {{"weight_ih_l0", dW},
                    {"weight_hh_l0", dU},
                    {"bias_ih_l0", db},
                    {"bias_hh_l0", second},
                    {"head.weight", times(dy, transposed(h.back()))},
                    {"head.bias", row_sums(dy)}};
    return result;
}

}  // namespace revolute::test
