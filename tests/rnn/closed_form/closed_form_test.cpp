#include <revolute/graph/values/error.hpp>
#include <revolute/rnn/closed_form/closed_form.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace revolute;

namespace {

closed_form::SimpleRnn scalar_net() {
    closed_form::SimpleRnn net;
    net.W = Matrix(1, 1, 0.5);
    net.U = Matrix(1, 1, -0.3);
    net.b = Matrix(1, 1, 0.1);
    net.V = Matrix(1, 1, 2.0);
    net.c = Matrix(1, 1, -0.2);
    net.x = {Matrix(1, 1, 1.0), Matrix(1, 1, -2.0)};
    net.initial = Matrix(1, 1, 0.4);
    net.target = Matrix(1, 1, 0.7);
    return net;
}

}  // namespace

TEST_CASE("closed form: two steps of a net of one unit, written out") {
    const closed_form::SimpleRnn net = scalar_net();
    const double h0 = std::tanh(0.5 * 1.0 - 0.3 * 0.4 + 0.1);
    const double h1 = std::tanh(0.5 * -2.0 - 0.3 * h0 + 0.1);
    const double y = 2.0 * h1 - 0.2, dy = y - 0.7;
    const double dz1 = 2.0 * dy * (1 - h1 * h1), dz0 = -0.3 * dz1 * (1 - h0 * h0);
    const auto g = closed_form::gradients(net);
    // Each of these is a handful of roundings.
    const auto is = [](double expected) { return doctest::Approx(expected).epsilon(1e-14); };
    CHECK(g.loss == is(0.5 * dy * dy));
    CHECK(g.y(0, 0) == is(y));
    CHECK(g.dW(0, 0) == is(dz1 * -2.0 + dz0 * 1.0));
    CHECK(g.dU(0, 0) == is(dz1 * h0 + dz0 * 0.4));
    CHECK(g.db(0, 0) == is(dz1 + dz0));
    CHECK(g.dV(0, 0) == is(dy * h1));
    CHECK(g.dc(0, 0) == is(dy));
    CHECK(g.dinitial(0, 0) == is(-0.3 * dz0));
    CHECK(g.dh[0](0, 0) == is(-0.3 * dz1));
    CHECK(g.dh[1](0, 0) == is(2.0 * dy));
}

TEST_CASE("closed form: no initial state means zeros") {
    closed_form::SimpleRnn net = scalar_net();
    net.initial = Matrix(1, 1, 0.0);
    const auto zeros = closed_form::gradients(net);
    net.initial = Matrix();
    const auto none = closed_form::gradients(net);
    CHECK(none.dU == zeros.dU);
    CHECK(none.loss == zeros.loss);
}

TEST_CASE("closed form: a state shared by the batch gets the sum of the columns' gradients") {
    closed_form::SimpleRnn net = scalar_net();
    net.x = {Matrix::from_rows({{1.0, 2.0}})};
    net.target = Matrix::from_rows({{0.7, 0.1}});
    const auto shared = closed_form::gradients(net);
    net.initial = Matrix(1, 2, 0.4);
    const auto given = closed_form::gradients(net);
    CHECK(shared.dinitial.shape() == Shape{1, 1});
    CHECK(shared.dinitial(0, 0) == given.dinitial(0, 0) + given.dinitial(0, 1));
    CHECK(shared.dW == given.dW);
}

TEST_CASE("closed form: no step is an error") {
    closed_form::SimpleRnn net = scalar_net();
    net.x.clear();
    CHECK_THROWS_WITH_AS(closed_form::gradients(net), "closed_form: needs at least one step",
                         ShapeError);
}

TEST_CASE("closed form: a wrong shape names the value") {
    closed_form::SimpleRnn net = scalar_net();
    net.V = Matrix(1, 2);
    CHECK_THROWS_WITH_AS(closed_form::gradients(net), "closed_form: V must be [1 x 1] ([1 x 2])",
                         ShapeError);
    net = scalar_net();
    net.x[1] = Matrix(2, 1);
    CHECK_THROWS_WITH_AS(closed_form::gradients(net), "closed_form: x(t) must be [1 x 1] ([2 x 1])",
                         ShapeError);
    net = scalar_net();
    net.initial = Matrix(3, 1);
    CHECK_THROWS_WITH_AS(closed_form::gradients(net),
                         "closed_form: h(-1) must be [1 x 1] ([3 x 1])", ShapeError);
}
