#include "hand_bptt.hpp"

#include <algorithm>
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

/// dL/dy, apart from B: the answers or their probabilities less the targets.
Matrix error_of(const Matrix& y, const Matrix& target, const Case& of, const std::string& mistake) {
    if (of.architecture.loss != LossKind::cross_entropy) return plus(y, target, -1);
    Matrix error(y.shape());
    for (int c = 0; c < y.columns(); ++c) {
        double sum = 0, mean = 0;  // of the errors, by the probabilities
        for (int r = 0; r < y.rows(); ++r) sum += std::exp(y(r, c));
        const auto p = [&](int r) { return std::exp(y(r, c)) / sum; };
        for (int r = 0; r < y.rows(); ++r) {
            error(r, c) = p(r) - (r == static_cast<int>(target(0, c)) ? 1 : 0);
            mean += p(r) * error(r, c);
        }
        for (int r = 0; r < y.rows(); ++r) {
            if (mistake == "no one_hot") error(r, c) = p(r);
            if (mistake == "softmax' again") error(r, c) = p(r) * (error(r, c) - mean);
            if (mistake == "p (1 - p) again") error(r, c) *= p(r) * (1 - p(r));
        }
    }
    return error;
}

Matrix clamped(const Matrix& a) {
    return each(a, [](double x) { return std::clamp(x, -clip_limit, clip_limit); });
}

Matrix shortened(Matrix a) {
    double squares = 0;
    for (const double x : a.values()) squares += x * x;
    const double factor = std::min(1.0, clip_limit / std::sqrt(squares));
    for (double& x : a.values()) x *= factor;
    return a;
}

/// Each column by itself.
Matrix shortened_columns(Matrix a) {
    for (int c = 0; c < a.columns(); ++c) {
        Matrix column(a.rows(), 1);
        for (int r = 0; r < a.rows(); ++r) column(r, 0) = a(r, c);
        column = shortened(column);
        for (int r = 0; r < a.rows(); ++r) a(r, c) = column(r, 0);
    }
    return a;
}

/// How often the term of step t counts in dW, dU and db.
double weight_of(int t, char array, const std::string& mistake) {
    if (mistake == "step 2 missing" && t == 2) return 0;
    if (mistake == "step 3 twice in dU" && t == 3 && array == 'U') return 2;
    if (mistake == "no initial state" && t == 0 && array == 'U') return 0;
    return 1;
}

/// The step whose input dW takes at step t.
std::size_t input_of(int t, int steps, const std::string& mistake) {
    if (mistake == "x(t-1) in dW, around") t = (t + steps - 1) % steps;
    if (mistake == "x(t-1) in dW, or x(0)") t = std::max(t - 1, 0);
    if (mistake == "x(t+1) in dW, or x(T)") t = std::min(t + 1, steps - 1);
    return static_cast<std::size_t>(t);
}

/// One layer over all steps.
struct HandLayer {
    HandLayer(const Case& of, int layer, std::vector<Matrix> inputs)
        : end("_l" + std::to_string(layer)),
          W(array_of(of.parameters, "weight_ih" + end)),
          U(array_of(of.parameters, "weight_hh" + end)),
          x(std::move(inputs)),
          h{of.initial[0].values[static_cast<std::size_t>(layer)]},
          dW(W.shape()),
          dU(U.shape()),
          db(W.rows(), 1) {
        const Matrix b = plus(array_of(of.parameters, "bias_ih" + end),
                              array_of(of.parameters, "bias_hh" + end));
        for (std::size_t t = 0; t < x.size(); ++t) {
            z.push_back(affine(W, x[t], U, h[t], b));
            h.push_back(each(z[t], [](double a) { return std::tanh(a); }));
        }
    }

    std::vector<Matrix> outputs() const { return {h.begin() + 1, h.end()}; }

    /// Takes what the layer above adds to each dh(t) and returns what this one adds to each dx(t).
    std::vector<Matrix> backward(const std::vector<Matrix>& from_above,
                                 const std::string& mistake) {
        const int T = static_cast<int>(x.size());
        std::vector<Matrix> dx(x.size(), Matrix(x[0].shape()));
        Matrix carried(h[0].shape()), kept(h[0].shape());
        if (mistake == "dh kept between sequences") carried = kept_between_columns(from_above);
        for (int t = T - 1; t >= 0; --t) {
            const auto i = static_cast<std::size_t>(t);
            if (mistake == "handed on clamped") carried = clamped(carried);
            if (mistake == "handed on shortened") carried = shortened(carried);
            if (mistake == "columns handed on shortened") carried = shortened_columns(carried);
            Matrix dh = plus(carried, from_above[i]);
            if (mistake == "dh kept") dh = kept = plus(kept, dh);
            if (mistake == "dh clamped") dh = clamped(dh);
            if (mistake == "dh shortened") dh = shortened(dh);
            const Matrix& h_of_f = mistake == "f' of h(t-1)" ? h[i] : h[i + 1];
            const Matrix dz = by_entry(dh, derivative(z[i], h_of_f, t == T - 1, mistake));
            const Matrix& h_read = mistake == "h(t) in dU" ? h[i + 1] : h[i];
            dW = plus(dW, times(dz, transposed(x[input_of(t, T, mistake)])),
                      weight_of(t, 'W', mistake));
            dU = plus(dU, times(dz, transposed(h_read)), weight_of(t, 'U', mistake));
            db = plus(db, row_sums(dz), weight_of(t, 'b', mistake));
            dx[i] = times(transposed(W), dz);
            if (mistake == "two steps only" && t == T - 2) break;
            Matrix back = mistake == "no f' in the recurrence" ? dh : dz;
            if (mistake == "f' of the step before" && t > 0)
                back = by_entry(dh, derivative(z[i - 1], h[i], false, {}));
            carried = times(mistake == "U for U'" ? U : transposed(U), back);
            if (mistake == "handed on kept") carried = kept = plus(kept, carried);
            if (mistake == "no U'") carried = back;
            const bool is_cut = (mistake == "cut every 2 steps" && t % 2 == 0) ||
                                (mistake == "no dh from the next step" && t > 0) ||
                                (mistake == "cut to 3 steps" && t == T - 3);
            if (is_cut) carried = Matrix(carried.shape());
        }
        return dx;
    }

    /// What dh begins with at the last step where each column begins with what the one before left
    /// at the first step.
    Matrix kept_between_columns(const std::vector<Matrix>& from_above) const {
        Matrix begin(h[0].shape());
        for (int column = 1; column < begin.columns(); ++column) {
            Matrix carried = begin;
            for (std::size_t i = x.size(); i-- > 0;)
                carried = times(transposed(U), by_entry(plus(carried, from_above[i]),
                                                        derivative(z[i], h[i + 1], false, {})));
            for (int r = 0; r < begin.rows(); ++r) begin(r, column) = carried(r, column - 1);
        }
        return begin;
    }

    std::string end;
    const Matrix &W, &U;
    std::vector<Matrix> x, z, h;  // h[t + 1] is h(t)
    Matrix dW, dU, db;
};

/// Mistakes in what is done with the sums.
void spoil(HandLayer& layer, const Case& of, const std::string& mistake) {
    Matrix &dW = layer.dW, &dU = layer.dU, &db = layer.db;
    if (mistake == "dU transposed") dU = transposed(dU);
    if (mistake == "mean of db") db = plus(Matrix(db.shape()), db, 1.0 / of.sizes.batch);
    if (mistake == "both biases") db = plus(db, db);
    if (mistake == "dU transposed, dW doubled") {
        dU = transposed(dU);
        dW = plus(dW, dW);
    }
}

}  // namespace

CaseResult hand_rnn(const Case& of, const std::string& mistake) {
    std::vector<HandLayer> layers{{of, 0, of.x}};
    for (int k = 1; k < of.architecture.layers; ++k)
        layers.emplace_back(of, k, layers.back().outputs());

    const std::vector<Matrix> h = layers.back().outputs();
    const Matrix& V = array_of(of.parameters, "head.weight");
    const Matrix& c = array_of(of.parameters, "head.bias");
    Matrix dV(V.shape()), dc(c.shape());
    std::vector<Matrix> from_above(h.size(), Matrix(h[0].shape()));
    const std::size_t first = h.size() - of.targets.size();
    for (std::size_t t = first; t < h.size(); ++t) {
        const Matrix y = affine(V, h[t], Matrix(V.shape()), h[t], c);
        const Matrix error = error_of(y, of.targets[t - first], of, mistake);
        const Matrix dy = plus(Matrix(error.shape()), error, factor_of_dy(of, mistake));
        dV = plus(dV, times(dy, transposed(h[mistake == "h(T-1) in dV" ? t - 1 : t])));
        dc = plus(dc, row_sums(dy));
        if (mistake != "last answer only" || t + 1 == h.size())
            from_above[t] = times(transposed(V), dy);
    }
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
        from_above = layer->backward(from_above, mistake);

    CaseResult result;
    for (HandLayer& layer : layers) {
        spoil(layer, of, mistake);
        const Matrix second = mistake == "no bias_hh" ? Matrix(layer.db.shape()) : layer.db;
        result.grads.insert(result.grads.end(), {{"weight_ih" + layer.end, layer.dW},
                                                 {"weight_hh" + layer.end, layer.dU},
                                                 {"bias_ih" + layer.end, layer.db},
                                                 {"bias_hh" + layer.end, second}});
    }
    result.grads.insert(result.grads.end(), {{"head.weight", dV}, {"head.bias", dc}});
    return result;
}

}  // namespace revolute::test
