// The formulas derived by hand of both GRUs, by themselves.

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

/// With b_hn the reset acts after the product.
closed_form::Gru scalar_net(const Matrix& b_hn = {}) {
    closed_form::Gru net;
    net.r = gate(0.5, -0.3, 0.1);
    net.z = gate(-0.4, 0.7, 0.2);
    net.n = gate(0.9, 0.6, -0.3);
    net.b_hn = b_hn;
    net.V = number(2.0);
    net.c = number(-0.2);
    net.x = {number(1.0), number(-2.0)};
    net.initial = number(0.4);
    net.target = number(0.7);
    return net;
}

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

/// r and z of one step of a net of one unit, and s' of both.
struct Gates {
    Gates(double x, double h)
        : r(sigmoid(0.5 * x - 0.3 * h + 0.1)), z(sigmoid(-0.4 * x + 0.7 * h + 0.2)) {}

    double r, z;
    double r_slope = r * (1 - r), z_slope = z * (1 - z);
};

/// What the arguments of r, z and n get in one step, and what that step hands on to h(t-1).
struct Adjoints {
    double zr, zz, zn, dh;
};

struct GateTerms {
    double at0, at1;
};

// Each gradient is a few dozen roundings.
doctest::Approx is(double expected) { return doctest::Approx(expected).epsilon(1e-13); }

void check_gate(const closed_form::Gate& gradient, GateTerms z, GateTerms U) {
    CHECK(gradient.W(0, 0) == is(z.at0 * 1.0 + z.at1 * -2.0));
    CHECK(gradient.U(0, 0) == is(U.at0 + U.at1));
    CHECK(gradient.b(0, 0) == is(z.at0 + z.at1));
}

}  // namespace

TEST_CASE("closed form: two steps of a GRU of one unit, reset before the product, written out") {
    const double start = 0.4;
    const auto candidate = [](double x, double reset) {
        return std::tanh(0.9 * x + 0.6 * reset - 0.3);  // reset = r h(t-1)
    };
    const Gates g0(1.0, start);
    const double n0 = candidate(1.0, g0.r * start);
    const double h0 = (1 - g0.z) * n0 + g0.z * start;
    const Gates g1(-2.0, h0);
    const double n1 = candidate(-2.0, g1.r * h0);
    const double h1 = (1 - g1.z) * n1 + g1.z * h0;
    const double y = 2.0 * h1 - 0.2, dy = y - 0.7;

    const auto backward = [](const Gates& g, double n, double before, double dh) {
        Adjoints a{};
        a.zn = dh * (1 - g.z) * (1 - n * n);
        a.zz = dh * (before - n) * g.z_slope;
        a.zr = 0.6 * a.zn * before * g.r_slope;
        a.dh = dh * g.z - 0.3 * a.zr + 0.7 * a.zz + 0.6 * a.zn * g.r;
        return a;
    };
    const Adjoints a1 = backward(g1, n1, h0, 2.0 * dy);
    const Adjoints a0 = backward(g0, n0, start, a1.dh);

    const auto result = closed_form::gradients(scalar_net());
    CHECK(result.loss == is(0.5 * dy * dy));
    CHECK(result.y(0, 0) == is(y));
    check_gate(result.dr, {a0.zr, a1.zr}, {a0.zr * start, a1.zr * h0});
    check_gate(result.dz, {a0.zz, a1.zz}, {a0.zz * start, a1.zz * h0});
    check_gate(result.dn, {a0.zn, a1.zn}, {a0.zn * g0.r * start, a1.zn * g1.r * h0});
    CHECK(result.db_hn.empty());
    CHECK(result.dV(0, 0) == is(dy * h1));
    CHECK(result.dc(0, 0) == is(dy));
    CHECK(result.dinitial(0, 0) == is(a0.dh));
}

TEST_CASE("closed form: two steps of a GRU of one unit, reset after the product, written out") {
    const double start = 0.4, b_hn = 0.25;
    const auto product = [](double h) { return 0.6 * h + 0.25; };  // U_n h(t-1) + b_hn
    const auto candidate = [](double x, double reset) { return std::tanh(0.9 * x - 0.3 + reset); };
    const Gates g0(1.0, start);
    const double n0 = candidate(1.0, g0.r * product(start));
    const double h0 = (1 - g0.z) * n0 + g0.z * start;
    const Gates g1(-2.0, h0);
    const double n1 = candidate(-2.0, g1.r * product(h0));
    const double h1 = (1 - g1.z) * n1 + g1.z * h0;
    const double y = 2.0 * h1 - 0.2, dy = y - 0.7;

    const auto backward = [&](const Gates& g, double n, double before, double dh) {
        Adjoints a{};
        a.zn = dh * (1 - g.z) * (1 - n * n);
        a.zz = dh * (before - n) * g.z_slope;
        a.zr = a.zn * product(before) * g.r_slope;
        a.dh = dh * g.z - 0.3 * a.zr + 0.7 * a.zz + 0.6 * a.zn * g.r;
        return a;
    };
    const Adjoints a1 = backward(g1, n1, h0, 2.0 * dy);
    const Adjoints a0 = backward(g0, n0, start, a1.dh);

    const auto result = closed_form::gradients(scalar_net(number(b_hn)));
    CHECK(result.loss == is(0.5 * dy * dy));
    CHECK(result.y(0, 0) == is(y));
    check_gate(result.dr, {a0.zr, a1.zr}, {a0.zr * start, a1.zr * h0});
    check_gate(result.dz, {a0.zz, a1.zz}, {a0.zz * start, a1.zz * h0});
    check_gate(result.dn, {a0.zn, a1.zn}, {a0.zn * g0.r * start, a1.zn * g1.r * h0});
    CHECK(result.db_hn(0, 0) == is(a0.zn * g0.r + a1.zn * g1.r));
    CHECK(result.dV(0, 0) == is(dy * h1));
    CHECK(result.dc(0, 0) == is(dy));
    CHECK(result.dinitial(0, 0) == is(a0.dh));
}

TEST_CASE("closed form: a GRU without initial state starts from zeros") {
    for (const Matrix& b_hn : {Matrix(), number(0.25)}) {
        closed_form::Gru net = scalar_net(b_hn);
        const double from_given = closed_form::gradients(net).loss;
        net.initial = number(0.0);
        const auto zeros = closed_form::gradients(net);
        net.initial = Matrix();
        const auto none = closed_form::gradients(net);
        CHECK(none.loss == zeros.loss);
        CHECK(none.loss != from_given);
        CHECK(none.dn.U == zeros.dn.U);
        CHECK(none.dz.W == zeros.dz.W);
        CHECK(none.dinitial == zeros.dinitial);
    }
}

TEST_CASE("closed form: a GRU state shared by the batch gets the sum of the columns' gradients") {
    for (const Matrix& b_hn : {Matrix(), number(0.25)}) {
        closed_form::Gru net = scalar_net(b_hn);
        net.x = {Matrix(1, 2, {1.0, 2.0}), Matrix(1, 2, {-0.5, 0.3})};
        net.target = Matrix(1, 2, {0.7, 0.1});
        const auto shared = closed_form::gradients(net);
        net.initial = Matrix(1, 2, 0.4);
        const auto given = closed_form::gradients(net);
        CHECK(shared.dinitial == number(given.dinitial(0, 0) + given.dinitial(0, 1)));
        CHECK(shared.dr.W == given.dr.W);
        CHECK(shared.db_hn == given.db_hn);
        CHECK(shared.loss == given.loss);
    }
}

TEST_CASE("closed form: a wrong shape in a GRU names the value") {
    const auto message = [](auto change) {
        closed_form::Gru net = scalar_net();
        change(net);
        return message_of<ShapeError>([&] { closed_form::gradients(net); });
    };
    const Matrix wide(1, 3), tall(2, 1);
    using Net = closed_form::Gru;
    CHECK(message([](Net& net) { net.x.clear(); }) == "closed_form: needs at least one step");
    CHECK(message([&](Net& net) { net.x[1] = tall; }) ==
          "closed_form: x(t) must be [1 x 1] ([2 x 1])");
    CHECK(message([&](Net& net) { net.r.U = wide; }) ==
          "closed_form: U_r must be [1 x 1] ([1 x 3])");
    CHECK(message([&](Net& net) { net.z.W = wide; }) ==
          "closed_form: W_z must be [1 x 1] ([1 x 3])");
    CHECK(message([&](Net& net) { net.n.b = tall; }) ==
          "closed_form: b_n must be [1 x 1] ([2 x 1])");
    CHECK(message([&](Net& net) { net.b_hn = tall; }) ==
          "closed_form: b_hn must be [1 x 1] ([2 x 1])");
    CHECK(message([&](Net& net) { net.V = wide; }) == "closed_form: V must be [1 x 1] ([1 x 3])");
    CHECK(message([&](Net& net) { net.target = wide; }) ==
          "closed_form: Y must be [1 x 1] ([1 x 3])");
    CHECK(message([&](Net& net) { net.initial = tall; }) ==
          "closed_form: h(-1) must be [1 x 1] ([2 x 1])");
}
