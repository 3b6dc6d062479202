// The LSTM's formulas derived by hand, by themselves.

#include <revolute/graph/values/error.hpp>
#include <revolute/rnn/closed_form/closed_form.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace revolute;
using test::message_of;

namespace {

Matrix number(double value) { return Matrix(1, 1, value); }

closed_form::Gate gate(double W, double U, double b) { return {number(W), number(U), number(b)}; }

closed_form::Lstm scalar_net() {
    closed_form::Lstm net;
    net.i = gate(0.5, -0.3, 0.1);
    net.f = gate(-0.4, 0.7, 0.2);
    net.g = gate(0.9, 0.6, -0.3);
    net.o = gate(0.3, -0.8, 0.4);
    net.V = number(2.0);
    net.c = number(-0.2);
    net.x = {number(1.0), number(-2.0)};
    net.initial_output = number(0.4);
    net.initial_cell = number(-0.6);
    net.target = number(0.7);
    return net;
}

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

/// One step of a net of one unit, forward, and what its gates' arguments get from dh(t) and dc(t).
struct ScalarStep {
    ScalarStep(double x, double h_before, double c_before)
        : i(sigmoid(0.5 * x - 0.3 * h_before + 0.1)),
          f(sigmoid(-0.4 * x + 0.7 * h_before + 0.2)),
          g(std::tanh(0.9 * x + 0.6 * h_before - 0.3)),
          o(sigmoid(0.3 * x - 0.8 * h_before + 0.4)),
          c(f * c_before + i * g),
          h(o * std::tanh(c)) {}

    double i, f, g, o, c, h;
};

}  // namespace

TEST_CASE("closed form: two steps of an LSTM of one unit, written out") {
    const double h_start = 0.4, c_start = -0.6, x0 = 1.0, x1 = -2.0;
    const ScalarStep s0(x0, h_start, c_start);
    const ScalarStep s1(x1, s0.h, s0.c);
    const double y = 2.0 * s1.h - 0.2, dy = y - 0.7;

    // Step 1: h(1) = o tanh c,  c = f c(0) + i g;  s' = s (1 - s),  tanh' = 1 - tanh^2.
    const double dh1 = 2.0 * dy, t1 = std::tanh(s1.c);
    const double dc1 = dh1 * s1.o * (1 - t1 * t1);
    const double zi1 = dc1 * s1.g * s1.i * (1 - s1.i), zf1 = dc1 * s0.c * s1.f * (1 - s1.f);
    const double zg1 = dc1 * s1.i * (1 - s1.g * s1.g), zo1 = dh1 * t1 * s1.o * (1 - s1.o);
    // Step 0: h(0) is seen by the four gates, c(0) by c(1) and by h(0).
    const double dh0 = -0.3 * zi1 + 0.7 * zf1 + 0.6 * zg1 - 0.8 * zo1, t0 = std::tanh(s0.c);
    const double dc0 = dc1 * s1.f + dh0 * s0.o * (1 - t0 * t0);
    const double zi0 = dc0 * s0.g * s0.i * (1 - s0.i), zf0 = dc0 * c_start * s0.f * (1 - s0.f);
    const double zg0 = dc0 * s0.i * (1 - s0.g * s0.g), zo0 = dh0 * t0 * s0.o * (1 - s0.o);

    const auto result = closed_form::gradients(scalar_net());
    // Each of these is a few dozen roundings.
    const auto is = [](double expected) { return doctest::Approx(expected).epsilon(1e-13); };
    CHECK(result.loss == is(0.5 * dy * dy));
    CHECK(result.y(0, 0) == is(y));
    const auto check_gate = [&](const closed_form::Gate& gradient, double z0, double z1) {
        CHECK(gradient.W(0, 0) == is(z0 * x0 + z1 * x1));
        CHECK(gradient.U(0, 0) == is(z0 * h_start + z1 * s0.h));
        CHECK(gradient.b(0, 0) == is(z0 + z1));
    };
    check_gate(result.di, zi0, zi1);
    check_gate(result.df, zf0, zf1);
    check_gate(result.dg, zg0, zg1);
    check_gate(result.d_o, zo0, zo1);
    CHECK(result.dV(0, 0) == is(dy * s1.h));
    CHECK(result.dc(0, 0) == is(dy));
    CHECK(result.dinitial_output(0, 0) == is(-0.3 * zi0 + 0.7 * zf0 + 0.6 * zg0 - 0.8 * zo0));
    CHECK(result.dinitial_cell(0, 0) == is(dc0 * s0.f));
}

TEST_CASE("closed form: an LSTM without initial states starts from zeros") {
    closed_form::Lstm net = scalar_net();
    net.initial_output = number(0.0);
    net.initial_cell = number(0.0);
    const auto zeros = closed_form::gradients(net);
    net.initial_output = Matrix();
    net.initial_cell = Matrix();
    const auto none = closed_form::gradients(net);
    CHECK(none.loss == zeros.loss);
    CHECK(none.df.U == zeros.df.U);
    CHECK(none.dg.W == zeros.dg.W);
    CHECK(none.dinitial_cell == zeros.dinitial_cell);
    CHECK(none.loss != closed_form::gradients(scalar_net()).loss);
}

TEST_CASE("closed form: LSTM states shared by the batch get the sum of the columns' gradients") {
    closed_form::Lstm net = scalar_net();
    net.x = {Matrix(1, 2, {1.0, 2.0}), Matrix(1, 2, {-0.5, 0.3})};
    net.target = Matrix(1, 2, {0.7, 0.1});
    const auto shared = closed_form::gradients(net);
    net.initial_output = Matrix(1, 2, 0.4);
    net.initial_cell = Matrix(1, 2, -0.6);
    const auto given = closed_form::gradients(net);
    CHECK(shared.dinitial_output ==
          number(given.dinitial_output(0, 0) + given.dinitial_output(0, 1)));
    CHECK(shared.dinitial_cell == number(given.dinitial_cell(0, 0) + given.dinitial_cell(0, 1)));
    CHECK(shared.di.W == given.di.W);
    CHECK(shared.loss == given.loss);
}

TEST_CASE("closed form: a wrong shape in an LSTM names the value") {
    const auto message = [](auto change) {
        closed_form::Lstm net = scalar_net();
        change(net);
        return message_of<ShapeError>([&] { closed_form::gradients(net); });
    };
    const Matrix wide(1, 3), tall(2, 1);
    using Net = closed_form::Lstm;
    CHECK(message([](Net& net) { net.x.clear(); }) == "closed_form: needs at least one step");
    CHECK(message([&](Net& net) { net.x[1] = tall; }) ==
          "closed_form: x(t) must be [1 x 1] ([2 x 1])");
    CHECK(message([&](Net& net) { net.i.U = wide; }) ==
          "closed_form: U_i must be [1 x 1] ([1 x 3])");
    CHECK(message([&](Net& net) { net.f.W = wide; }) ==
          "closed_form: W_f must be [1 x 1] ([1 x 3])");
    CHECK(message([&](Net& net) { net.g.U = tall; }) ==
          "closed_form: U_g must be [1 x 1] ([2 x 1])");
    CHECK(message([&](Net& net) { net.o.b = tall; }) ==
          "closed_form: b_o must be [1 x 1] ([2 x 1])");
    CHECK(message([&](Net& net) { net.V = wide; }) == "closed_form: V must be [1 x 1] ([1 x 3])");
    CHECK(message([&](Net& net) { net.c = tall; }) == "closed_form: c must be [1 x 1] ([2 x 1])");
    CHECK(message([&](Net& net) { net.target = wide; }) ==
          "closed_form: Y must be [1 x 1] ([1 x 3])");
    CHECK(message([&](Net& net) { net.initial_output = tall; }) ==
          "closed_form: h(-1) must be [1 x 1] ([2 x 1])");
    CHECK(message([&](Net& net) { net.initial_cell = wide; }) ==
          "closed_form: c(-1) must be [1 x 1] ([1 x 3])");
}
