#include <revolute/graph/error.hpp>
#include <revolute/tools/optimizer.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace revolute;
using test::message_of;

namespace {

std::vector<Matrix> matrices(std::initializer_list<double> values) {
    std::vector<Matrix> result;
    for (const double value : values) result.emplace_back(1, 1, value);
    return result;
}

}  // namespace

TEST_CASE("sgd: two steps with momentum, by hand") {
    std::vector<Matrix> p = matrices({1, -1});
    Sgd sgd(0.5, 0.25);
    sgd.step(p, matrices({2, 0}));
    CHECK(p == matrices({0, -1}));
    sgd.step(p, matrices({1, 4}));  // v = 0.25 * 2 + 1 and 0.25 * 0 + 4
    CHECK(p == matrices({-0.75, -3}));
}

TEST_CASE("adam: the first step has the length of the learning rate, whatever the gradient") {
    std::vector<Matrix> p = matrices({1, 1, 1});
    Adam adam(0.25);
    adam.step(p, matrices({3, -1e-3, 0}));
    // epsilon = 1e-8 beside |g| = 1e-3 shortens the step by 1e-5.
    CHECK(p[0](0, 0) == doctest::Approx(0.75).epsilon(1e-8));
    CHECK(p[1](0, 0) == doctest::Approx(1.25).epsilon(1e-5));
    CHECK(p[2](0, 0) == 1);
}

TEST_CASE("adam: the second step, by hand") {
    std::vector<Matrix> p = matrices({0});
    Adam adam(1);
    adam.step(p, matrices({1}));
    const double first = p[0](0, 0);
    adam.step(p, matrices({-2}));
    // m = 0.09 - 0.2 = -0.11 over 1 - 0.81; s = 0.000999 + 0.004 = 0.004999 over 1 - 0.998001
    CHECK(p[0](0, 0) - first ==
          doctest::Approx(0.11 / 0.19 / std::sqrt(0.004999 / 0.001999)).epsilon(1e-7));
}

TEST_CASE("optimizers: they find the bottom of a bowl") {
    std::vector<Optimizer> optimizers{Sgd(0.05, 0.5), Adam(0.05)};
    for (Optimizer& optimizer : optimizers) {
        std::vector<Matrix> p = matrices({3, -2});
        for (int i = 0; i < 2000; ++i)  // gradient of (a - 1)^2 + 5 (b - 2)^2
            std::visit(
                [&](auto& rule) {
                    rule.step(p, matrices({2 * (p[0](0, 0) - 1), 10 * (p[1](0, 0) - 2)}));
                },
                optimizer);
        CHECK(p[0](0, 0) == doctest::Approx(1).epsilon(1e-6));
        CHECK(p[1](0, 0) == doctest::Approx(2).epsilon(1e-6));
    }
}

TEST_CASE("optimizers: every parameter has a gradient of its shape, at every step") {
    std::vector<Matrix> p = matrices({1, 2});
    Sgd sgd(0.1);
    CHECK(message_of<ShapeError>([&] { sgd.step(p, matrices({1})); }) ==
          "optimizer: every parameter must have one gradient, at every step (2 parameters, 1 "
          "gradients, 2 at the first step)");
    Adam adam(0.1);
    adam.step(p, matrices({1, 1}));
    std::vector<Matrix> others{Matrix(1, 1), Matrix(2, 1)};
    CHECK(
        message_of<ShapeError>([&] { adam.step(others, others); }) ==
        "optimizer: a gradient must have its parameter's shape, at every step\n"
        "  parameter 1 is [2 x 1], its gradient [2 x 1], the parameter at the first step [1 x 1]");
}

TEST_CASE("clipping: long gradients keep their direction, short ones their bits") {
    std::vector<Matrix> g = matrices({3, 4});
    CHECK(global_norm(g) == 5);
    CHECK(clip_by_global_norm(g, 10) == 5);
    CHECK(g == matrices({3, 4}));
    CHECK(clip_by_global_norm(g, 1) == 5);
    CHECK(g[0](0, 0) == doctest::Approx(0.6).epsilon(1e-15));
    CHECK(g[1](0, 0) == doctest::Approx(0.8).epsilon(1e-15));
}
