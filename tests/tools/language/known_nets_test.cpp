// The nets that come as texts, beside the same recurrences written as loops over complex numbers:
// losses, and gradients by a complex step.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/tools/language/known_nets.hpp>
#include <revolute/tools/language/net_text.hpp>
#include <revolute/tools/verification/random_leaves.hpp>
#include <support/complex_matrix.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace revolute;
using test::Complex;
using test::ComplexMatrix;
using test::times;

namespace {

/// The values of a net's leaves by name and step.
class Leaves {
 public:
    void put(const std::string& name, std::optional<int> t, const Matrix& values) {
        values_[{name, t}] = ComplexMatrix(values);
    }
    ComplexMatrix& at(const std::string& name, std::optional<int> t) {
        return values_.at({name, t});
    }
    const ComplexMatrix& operator()(const std::string& name) const {
        return values_.at({name, std::nullopt});
    }
    const ComplexMatrix& operator()(const std::string& name, int t) const {
        return values_.at({name, t});
    }
    int steps = 1;
    int other_steps = 1;

 private:
    std::map<std::pair<std::string, std::optional<int>>, ComplexMatrix> values_;
};

/// A x + B h + b.
ComplexMatrix affine(const Leaves& v, const std::string& end, const ComplexMatrix& x,
                     const ComplexMatrix& h) {
    return v("W" + end) * x + v("U" + end) * h + v("b" + end);
}

Complex half_square(const ComplexMatrix& y, const ComplexMatrix& target) {
    const ComplexMatrix e = y - target;
    return 0.5 * test::sum(times(e, e)) / static_cast<double>(e.columns());
}

ComplexMatrix zeros(const Leaves& v, const std::string& weight) {
    return {v(weight).rows(), v("x", 0).columns()};
}

Complex antisymmetric(const Leaves& v) {
    ComplexMatrix h = zeros(v, "W");
    for (int t = 0; t < v.steps; ++t)
        h = h + times(0.1, test::tanh(v("W") * v("x", t) + (v("M") - test::transposed(v("M"))) * h -
                                      times(0.01, h) + v("b")));
    return half_square(v("V") * h + v("c"), v("Y"));
}

Complex attention(const Leaves& v) {
    ComplexMatrix h = zeros(v, "W"), states(v("W").rows(), v.steps);
    for (int t = 0; t < v.steps; ++t) {
        h = test::tanh(affine(v, "", v("x", t), h));
        for (int r = 0; r < h.rows(); ++r) states(r, t) = h(r, 0);
    }
    Complex loss = 0;
    for (int s = 0; s < v.other_steps; ++s) {
        h = test::tanh(v("P") * v("u", s) + v("Q") * h + v("d"));
        const ComplexMatrix e = test::exp(test::transposed(states) * h);
        const ComplexMatrix context = states * times(e, ComplexMatrix(1, 1, 1.0 / test::sum(e)));
        ComplexMatrix both(h.rows() + context.rows(), 1);
        for (int r = 0; r < h.rows(); ++r) both(r, 0) = h(r, 0);
        for (int r = 0; r < context.rows(); ++r) both(h.rows() + r, 0) = context(r, 0);
        loss += half_square(v("V") * both + v("c"), v("Y", s));
    }
    return loss;
}

Complex bidirectional(const Leaves& v) {
    ComplexMatrix h = zeros(v, "W"), g = zeros(v, "A");
    std::vector<ComplexMatrix> backward(static_cast<std::size_t>(v.steps));
    for (int t = v.steps - 1; t >= 0; --t)
        backward[static_cast<std::size_t>(t)] = g =
            test::tanh(v("A") * v("x", t) + v("B") * g + v("d"));
    Complex loss = 0;
    for (int t = 0; t < v.steps; ++t) {
        h = test::tanh(affine(v, "", v("x", t), h));
        loss += half_square(v("V") * h + v("R") * backward[static_cast<std::size_t>(t)] + v("c"),
                            v("Y", t));
    }
    return loss;
}

Complex clockwork(const Leaves& v) {
    ComplexMatrix h = zeros(v, "W"), g = zeros(v, "A");
    for (int t = 0; t < v.steps; ++t) {
        const ComplexMatrix before = g;
        if (t % 2 == 0) g = test::tanh(v("A") * v("x", t) + v("B") * g + v("d"));
        h = test::tanh(affine(v, "", v("x", t), h) + v("S") * before);
    }
    return half_square(v("V") * h + v("R") * g + v("c"), v("Y"));
}

Complex coupled(const Leaves& v) {
    ComplexMatrix h = zeros(v, "W_f"), c = h;
    for (int t = 0; t < v.steps; ++t) {
        const ComplexMatrix& x = v("x", t);
        const ComplexMatrix f = test::sigmoid(affine(v, "_f", x, h) + times(v("p_f"), c));
        const ComplexMatrix n = test::tanh(affine(v, "_n", x, h));
        c = times(f, c) + times(1 - f, n);
        const ComplexMatrix o = test::sigmoid(affine(v, "_o", x, h) + times(v("p_o"), c));
        h = times(o, test::tanh(c));
    }
    return half_square(v("V") * h + v("d"), v("Y"));
}

Complex echo(const Leaves& v) {
    ComplexMatrix h = zeros(v, "W");
    Complex loss = 0;
    for (int t = 0; t < v.steps; ++t) {
        h = times(0.7, h) + times(0.3, test::tanh(v("W") * v("x", t) + v("A") * h));
        loss += half_square(v("V") * h + v("c"), v("Y", t));
    }
    return loss;
}

Complex elman(const Leaves& v) {
    ComplexMatrix h = zeros(v, "W");
    for (int t = 0; t < v.steps; ++t) h = test::tanh(affine(v, "", v("x", t), h));
    return half_square(v("V") * h + v("c"), v("Y"));
}

Complex gru(const Leaves& v, bool resets_before) {
    ComplexMatrix h = zeros(v, "W_r");
    for (int t = 0; t < v.steps; ++t) {
        const ComplexMatrix& x = v("x", t);
        const ComplexMatrix r = test::sigmoid(affine(v, "_r", x, h));
        const ComplexMatrix z = test::sigmoid(affine(v, "_z", x, h));
        const ComplexMatrix n =
            resets_before
                ? test::tanh(affine(v, "_n", x, times(r, h)))
                : test::tanh(v("W_n") * x + v("b_n") + times(r, v("U_n") * h + v("b_hn")));
        h = times(1 - z, n) + times(z, h);
    }
    return half_square(v("V") * h + v("c"), v("Y"));
}

Complex indrnn(const Leaves& v) {
    ComplexMatrix h = zeros(v, "W");
    Complex loss = 0;
    for (int t = 0; t < v.steps; ++t) {
        h = test::relu(v("W") * v("x", t) + times(v("u"), h) + v("b"));
        loss += half_square(v("V") * h + v("c"), v("Y", t));
    }
    return loss;
}

Complex jordan(const Leaves& v) {
    ComplexMatrix y = zeros(v, "V");
    Complex loss = 0;
    for (int t = 0; t < v.steps; ++t) {
        y = test::sigmoid(v("V") * test::tanh(affine(v, "", v("x", t), y)) + v("c"));
        loss += half_square(y, v("Y", t));
    }
    return loss;
}

Complex kalman(const Leaves& v) {
    const ComplexMatrix& F = v("F");
    const ComplexMatrix& H = v("H");
    ComplexMatrix m(1, v("x", 0).columns()), P(1.0);
    Complex loss = 0;
    for (int t = 0; t < v.steps; ++t) {
        const ComplexMatrix M = times(times(F, F), P) + test::exp(v("q"));
        const ComplexMatrix S = times(times(H, H), M) + test::exp(v("r"));
        const ComplexMatrix e = v("x", t) - times(times(H, F), m);
        m = times(F, m) + times(times(M, H), e) / S;
        P = M - times(times(M, M), times(H, H)) / S;
        const ComplexMatrix terms = test::log(S) + times(e, e) / S;
        loss += test::sum(terms) / static_cast<double>(terms.columns());
    }
    return loss;
}

Complex language_model(const Leaves& v) {
    const ComplexMatrix& E = v("E");
    ComplexMatrix h(v("W").rows(), v("k", 0).columns());
    Complex loss = 0;
    for (int t = 0; t < v.steps; ++t) {
        ComplexMatrix x(E.rows(), h.columns());
        for (int c = 0; c < x.columns(); ++c)
            for (int r = 0; r < x.rows(); ++r)
                x(r, c) = E(r, static_cast<int>(v("k", t)(0, c).real()));
        h = test::tanh(affine(v, "", x, h));
        const ComplexMatrix s = test::transposed(E) * (v("P") * h) + v("c");
        for (int c = 0; c < s.columns(); ++c) {
            Complex all = 0;
            for (int r = 0; r < s.rows(); ++r) all += std::exp(s(r, c));
            const Complex of_target = s(static_cast<int>(v("K", t)(0, c).real()), c);
            loss += (std::log(all) - of_target) / static_cast<double>(s.columns());
        }
    }
    return loss;
}

Complex leapfrog(const Leaves& v) {
    const ComplexMatrix& M = v("M");
    ComplexMatrix q = v("q", -1), momentum = zeros(v, "W");
    for (int t = 0; t < v.steps; ++t) {
        momentum = momentum - times(0.1, test::transposed(M) * test::tanh(M * q + v("b"))) +
                   v("W") * v("x", t);
        q = q + times(0.1, momentum);
    }
    return half_square(v("V") * q + v("c"), v("Y"));
}

Complex lstm(const Leaves& v, bool has_peepholes) {
    ComplexMatrix h = zeros(v, "W_i"), c = h;
    const auto gate = [&](const std::string& name, int t) {
        const ComplexMatrix z = affine(v, "_" + name, v("x", t), h);
        return test::sigmoid(has_peepholes ? z + times(v("p_" + name), c) : z);
    };
    for (int t = 0; t < v.steps; ++t) {
        const ComplexMatrix i = gate("i", t), f = gate("f", t);
        c = times(f, c) + times(i, test::tanh(affine(v, "_g", v("x", t), h)));
        h = times(gate("o", t), test::tanh(c));
    }
    return half_square(v("V") * h + v("b_y"), v("Y"));
}

Complex mgu(const Leaves& v) {
    ComplexMatrix h = zeros(v, "W_f");
    for (int t = 0; t < v.steps; ++t) {
        const ComplexMatrix& x = v("x", t);
        const ComplexMatrix f = test::sigmoid(affine(v, "_f", x, h));
        const ComplexMatrix n = test::tanh(affine(v, "_n", x, times(f, h)));
        h = times(1 - f, h) + times(f, n);
    }
    return half_square(v("V") * h + v("c"), v("Y"));
}

Complex mingru(const Leaves& v) {
    ComplexMatrix h = zeros(v, "W_z");
    for (int t = 0; t < v.steps; ++t) {
        const ComplexMatrix z = test::sigmoid(v("W_z") * v("x", t) + v("b_z"));
        h = times(1 - z, h) + times(z, v("W_n") * v("x", t) + v("b_n"));
    }
    return half_square(v("V") * h + v("c"), v("Y"));
}

Complex residual(const Leaves& v) {
    ComplexMatrix h = v("h", -1), g = zeros(v, "A");
    for (int t = 0; t < v.steps; ++t) {
        h = test::tanh(affine(v, "", v("x", t), h));
        g = test::tanh(v("A") * h + v("B") * g + v("d"));
    }
    return half_square(v("V") * (h + g) + v("c"), v("Y"));
}

Complex two_back(const Leaves& v) {
    ComplexMatrix h = v("h", -1), before = zeros(v, "W");
    for (int t = 0; t < v.steps; ++t) {
        ComplexMatrix next = test::tanh(affine(v, "", v("x", t), h) + v("S") * before);
        before = std::exchange(h, std::move(next));
    }
    return half_square(v("V") * h + v("c"), v("Y"));
}

using Loss = std::function<Complex(const Leaves&)>;

const std::map<std::string_view, Loss>& losses() {
    static const std::map<std::string_view, Loss> all{
        {"antisymmetric", antisymmetric},
        {"attention", attention},
        {"bidirectional", bidirectional},
        {"clockwork", clockwork},
        {"coupled", coupled},
        {"echo", echo},
        {"elman", elman},
        {"gru", [](const Leaves& v) { return gru(v, false); }},
        {"gru-before", [](const Leaves& v) { return gru(v, true); }},
        {"indrnn", indrnn},
        {"jordan", jordan},
        {"kalman", kalman},
        {"language-model", language_model},
        {"leapfrog", leapfrog},
        {"lstm", [](const Leaves& v) { return lstm(v, false); }},
        {"lstm-peephole", [](const Leaves& v) { return lstm(v, true); }},
        {"mgu", mgu},
        {"mingru", mingru},
        {"residual", residual},
        {"two-back", two_back},
    };
    return all;
}

/// A leaf of a net as the loops call it.
struct NamedLeaf {
    std::string name;
    std::optional<int> t;
    Expr leaf;
};

std::vector<NamedLeaf> leaves_of(const TextNet& net) {
    std::vector<NamedLeaf> leaves;
    for (const auto* list : {&net.trained, &net.given, &net.targets})
        for (const NetValue& leaf : *list) leaves.push_back({leaf.name, {}, leaf.value});
    for (const NetValue& state : net.initial)
        leaves.push_back({state.name.substr(0, state.name.find('(')), -1, state.value});
    for (const NetSequence& input : net.inputs)
        for (std::size_t t = 0; t < input.values.size(); ++t)
            leaves.push_back({input.name, static_cast<int>(t), input.values[t]});
    return leaves;
}

/// The derivative of the loss by a leaf, entry by entry.
Matrix slope_by(const NamedLeaf& leaf, const Loss& loss, Leaves values) {
    constexpr double step = 1e-100;
    ComplexMatrix& of_leaf = values.at(leaf.name, leaf.t);
    Matrix slope(of_leaf.rows(), of_leaf.columns());
    for (std::size_t i = 0; i < slope.size(); ++i) {
        of_leaf.values()[i] += Complex(0, step);
        slope.values()[i] = loss(values).imag() / step;
        of_leaf.values()[i] = of_leaf.values()[i].real();
    }
    return slope;
}

double largest_of(const Matrix& x) {
    double largest = 0;
    for (const double value : x.values()) largest = std::max(largest, std::abs(value));
    return largest;
}

void check_net(const KnownNet& known, const NetTextSizes& sizes, std::uint64_t seed) {
    CAPTURE(known.name);
    CAPTURE(sizes.steps);
    CAPTURE(sizes.columns);
    const Loss& loss = losses().at(known.name);
    Graph graph;
    const TextNet net = read_net(known.text, std::string(known.name)).build(graph, sizes);
    const Bindings bound = random_leaves(net, seed);
    Leaves values;
    values.steps = sizes.steps;
    if (!sizes.other_steps.empty()) values.other_steps = sizes.other_steps.at(1);
    for (const auto& [name, t, leaf] : leaves_of(net)) values.put(name, t, evaluate(leaf, bound));
    const double right = loss(values).real();
    CHECK(std::abs(evaluate(net.loss, bound)(0, 0) - right) <= 1e-13 * std::abs(right));

    const Derivative d = differentiate(net.loss, net.variables(), Unreachable::zeros);
    std::size_t checked = 0;
    for (const NamedLeaf& leaf : leaves_of(net)) {
        const std::vector<Expr> variables = net.variables();
        if (std::ranges::find(variables, leaf.leaf.id, &Expr::id) == variables.end()) continue;
        CAPTURE(leaf.name);
        ++checked;
        const Matrix slope = slope_by(leaf, loss, values), found = evaluate(d[leaf.leaf], bound);
        REQUIRE(found.shape() == slope.shape());
        for (std::size_t i = 0; i < slope.size(); ++i)
            CHECK(std::abs(found.values()[i] - slope.values()[i]) <= 1e-12 * largest_of(slope));
    }
    CHECK(checked == net.variables().size());
}

}  // namespace

TEST_CASE("known nets: losses are those of loops by hand, and gradients those of a complex step") {
    for (const KnownNet& net : known_nets()) {
        REQUIRE(losses().contains(net.name));
        const bool has_axes = net.name == "attention";
        for (const int steps : {1, 2, 5})
            for (const int columns : {1, 3}) {
                if (has_axes && columns > 1) continue;  // a net of one column
                NetTextSizes sizes{.steps = steps, .columns = columns};
                if (has_axes) sizes.other_steps = {{1, 3}};
                check_net(net, sizes, static_cast<std::uint64_t>(steps * 10 + columns));
            }
    }
    CHECK(losses().size() == known_nets().size());
}
