#include <revolute/graph/error.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/computation.hpp>
#include <revolute/tools/optimizer.hpp>
#include <support/message.hpp>
#include <support/plain_optimizer.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>

using namespace revolute;
using test::message_of;
using test::PlainOptimizer;

namespace {

constexpr std::array both{ComputedBy::program, ComputedBy::reference};

std::vector<Matrix> matrices(std::initializer_list<double> values) {
    std::vector<Matrix> result;
    for (const double value : values) result.emplace_back(1, 1, value);
    return result;
}

/// Parameters that are moved along gradients that are given step by step.
class Mover {
 public:
    Mover(const Optimizer& rule, ComputedBy by, const std::vector<Matrix>& first, double clip = 0)
        : graph_(std::make_unique<Graph>()) {
        for (const Matrix& value : first) {
            parameters_.push_back(graph_->parameter("p", value.shape()));
            gradients_.push_back(graph_->input("g", value.shape()));
        }
        std::vector<Expr> used = gradients_;
        if (clip > 0) used = clip_by_global_norm(gradients_, clip);
        const Update step = update(rule, parameters_, used);
        std::vector<Expr> outputs = step.parameters;
        for (const Update::Memory& memory : step.memories) outputs.push_back(memory.next);
        steps_.emplace(outputs, by);
        for (std::size_t i = 0; i < first.size(); ++i) steps_->carry(outputs[i], parameters_[i]);
        for (const auto& [leaf, next, value] : step.memories) {
            steps_->carry(next, leaf);
            steps_->bind(leaf, Matrix(leaf.shape(), value));
        }
        steps_->bind(parameters_, first);
    }

    std::vector<Matrix> step(const std::vector<Matrix>& gradients) {
        steps_->bind(gradients_, gradients);
        steps_->run();
        std::vector<Matrix> values;
        for (std::size_t i = 0; i < parameters_.size(); ++i) values.push_back(steps_->value(i));
        return values;
    }

 private:
    std::unique_ptr<Graph> graph_;
    std::vector<Expr> parameters_, gradients_;
    std::optional<Computation> steps_;
};

/// Largest difference from the same rule as a loop, over forty steps with random gradients.
template <class Plain>
double difference_from(const Optimizer& rule, ComputedBy by, double clip, const Plain& plain) {
    test::Random random(7);
    std::vector<Matrix> values{random.matrix({3, 4}), random.matrix({2, 1}), random.matrix({1, 1})};
    Mover mover(rule, by, values, clip);
    PlainOptimizer loop;
    double worst = 0;
    for (int step = 0; step < 40; ++step) {
        std::vector<Matrix> gradients;
        for (const Matrix& value : values) gradients.push_back(random.matrix(value.shape()));
        const std::vector<Matrix> moved = mover.step(gradients);
        if (clip > 0) PlainOptimizer::clip(gradients, clip);
        plain(loop, values, gradients);
        for (std::size_t i = 0; i < values.size(); ++i)
            worst = larger(worst, relative_difference(moved[i], values[i]));
    }
    return worst;
}

// Forty steps of a few roundings each, of 1.1e-16.
constexpr double rounding = 1e-12;

}  // namespace

TEST_CASE("sgd: two steps with momentum, by hand") {
    for (const ComputedBy by : both) {
        Mover sgd(Sgd{.learning_rate = 0.5, .momentum = 0.25}, by, matrices({1, -1}));
        CHECK(sgd.step(matrices({2, 0})) == matrices({0, -1}));
        // v = 0.25 * 2 + 1 and 0.25 * 0 + 4
        CHECK(sgd.step(matrices({1, 4})) == matrices({-0.75, -3}));
    }
}

TEST_CASE("sgd: without momentum nothing is remembered") {
    Graph graph;
    const Expr p = graph.parameter("p", {2, 2});
    const Update step = update(Sgd{.learning_rate = 0.5, .momentum = 0}, std::array{p},
                               std::array{graph.input("g", {2, 2})});
    CHECK(step.memories.empty());
    CHECK(step.parameters.size() == 1);
}

TEST_CASE("adam: the first step has the length of the learning rate, whatever the gradient") {
    for (const ComputedBy by : both) {
        Mover adam(Adam{0.25}, by, matrices({1, 1, 1}));
        const std::vector<Matrix> p = adam.step(matrices({3, -1e-3, 0}));
        // epsilon = 1e-8 beside |g| = 1e-3 shortens the step by 1e-5.
        CHECK(p[0](0, 0) == doctest::Approx(0.75).epsilon(1e-8));
        CHECK(p[1](0, 0) == doctest::Approx(1.25).epsilon(1e-5));
        CHECK(p[2](0, 0) == 1);
    }
}

TEST_CASE("adam: the second step, by hand") {
    for (const ComputedBy by : both) {
        Mover adam(Adam{1}, by, matrices({0}));
        const double first = adam.step(matrices({1}))[0](0, 0);
        // m = 0.09 - 0.2 = -0.11 over 1 - 0.81; s = 0.000999 + 0.004 = 0.004999 over 1 - 0.998001
        CHECK(adam.step(matrices({-2}))[0](0, 0) - first ==
              doctest::Approx(0.11 / 0.19 / std::sqrt(0.004999 / 0.001999)).epsilon(1e-7));
    }
}

TEST_CASE("rmsprop: two steps, by hand") {
    for (const ComputedBy by : both) {
        Mover rule(RmsProp{.learning_rate = 1, .decay = 0.75}, by, matrices({0}));
        // s = 0.25 * 4 = 1, then 0.75 + 0.25 * 9 = 3
        CHECK(rule.step(matrices({2}))[0](0, 0) == doctest::Approx(-2).epsilon(2e-8));
        CHECK(rule.step(matrices({3}))[0](0, 0) ==
              doctest::Approx(-2 - std::sqrt(3.0)).epsilon(2e-8));
    }
}

TEST_CASE("optimizers: many steps give what the same rules give as loops over entries") {
    for (const ComputedBy by : both) {
        CAPTURE(static_cast<int>(by));
        for (const double clip : {0.0, 1.5}) {
            CAPTURE(clip);
            CHECK(difference_from(Sgd{0.1, 0.9}, by, clip, [](auto& loop, auto& p, auto& g) {
                      loop.sgd(p, g, 0.1, 0.9);
                  }) <= rounding);
            CHECK(difference_from(Sgd{0.1, 0.0}, by, clip, [](auto& loop, auto& p, auto& g) {
                      loop.sgd(p, g, 0.1, 0.0);
                  }) <= rounding);
            CHECK(difference_from(Adam{0.01}, by, clip, [](auto& loop, auto& p, auto& g) {
                      loop.adam(p, g, 0.01);
                  }) <= rounding);
            CHECK(difference_from(RmsProp{0.01, 0.9}, by, clip, [](auto& loop, auto& p, auto& g) {
                      loop.rms_prop(p, g, 0.01, 0.9);
                  }) <= rounding);
        }
    }
}

TEST_CASE("optimizers: they find the bottom of a bowl") {
    for (const Optimizer& rule : {Optimizer(Sgd{0.05, 0.5}), Optimizer(Adam{0.05})}) {
        std::vector<Matrix> p = matrices({3, -2});
        Mover mover(rule, ComputedBy::program, p);
        for (int i = 0; i < 2000; ++i)  // gradient of (a - 1)^2 + 5 (b - 2)^2
            p = mover.step(matrices({2 * (p[0](0, 0) - 1), 10 * (p[1](0, 0) - 2)}));
        CHECK(p[0](0, 0) == doctest::Approx(1).epsilon(1e-6));
        CHECK(p[1](0, 0) == doctest::Approx(2).epsilon(1e-6));
    }
}

TEST_CASE("optimizers: every parameter has a gradient of its shape") {
    Graph graph;
    const Scope made_here(graph, SourceLine{"net.cpp", 7});
    const Expr p = graph.parameter("p", {1, 1});
    const Expr q = graph.parameter("q", {2, 1});
    const Expr g = graph.input("g", {1, 1});
    CHECK(message_of<ShapeError>([&] {
              update(Adam{0.1}, std::array{p, q}, std::array{g});
          }) == "optimizer: every parameter must have one gradient (2 parameters, 1 gradients)");
    CHECK(message_of<ShapeError>([&] {
              update(Adam{0.1}, std::array{p, q}, std::array{g, g});
          }) ==
          "optimizer: a gradient must have its parameter's shape\n"
          "  parameter is q [2 x 1], made at net.cpp:7\n"
          "  gradient is g [1 x 1], made at net.cpp:7");
}

TEST_CASE("clipping: long gradients keep their direction, short ones their bits") {
    Graph graph;
    const std::vector<Expr> g{graph.input("g", {1, 1}), graph.input("g", {1, 1})};
    for (const ComputedBy by : both) {
        const auto clipped = [&](double limit) {
            std::vector<Expr> outputs = clip_by_global_norm(g, limit);
            outputs.push_back(global_norm(g));
            Computation clip(outputs, by);
            clip.bind(g, matrices({3, 4}));
            clip.run();
            return std::vector{clip.value(0), clip.value(1), clip.value(2)};
        };
        CHECK(clipped(10) == matrices({3, 4, 5}));
        CHECK(clipped(1)[0](0, 0) == doctest::Approx(0.6).epsilon(1e-15));
        CHECK(clipped(1)[1](0, 0) == doctest::Approx(0.8).epsilon(1e-15));
    }
}

TEST_CASE("clipping: gradients of zeros stay zeros") {
    Graph graph;
    const std::vector<Expr> g{graph.input("g", {1, 1})};
    Computation clip(clip_by_global_norm(g, 1), ComputedBy::program, check_finite);
    clip.bind(g, matrices({0}));
    clip.run();
    CHECK(clip.value(0) == Matrix(1, 1));
}
