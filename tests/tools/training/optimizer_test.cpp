#include <revolute/graph/graph.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/computation/computation.hpp>
#include <revolute/tools/support/norm.hpp>
#include <revolute/tools/training/optimizer.hpp>
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

namespace {

/// Gradients of three matrices whose largest entry is about `size`.
std::vector<Matrix> gradients_of_size(double size) {
    test::Random random(5);
    std::vector<Matrix> all{random.matrix({3, 4}), random.matrix({2, 1}), random.matrix({1, 1})};
    for (Matrix& matrix : all)
        for (double& entry : matrix.values()) entry *= size;
    return all;
}

/// The clipped gradients and, behind them, the norm, by a program of the precision.
std::vector<Matrix> clipped(const std::vector<Matrix>& gradients, double limit,
                            Precision precision) {
    Graph graph;
    std::vector<Expr> leaves;
    for (const Matrix& gradient : gradients) leaves.push_back(graph.input("g", gradient.shape()));
    std::vector<Expr> outputs = clip_by_global_norm(leaves, limit);
    outputs.push_back(global_norm(leaves));
    Program program = compile(outputs, {.precision = precision});
    for (std::size_t i = 0; i < leaves.size(); ++i) program.bind(leaves[i], gradients[i]);
    program.run();
    std::vector<Matrix> results;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const ConstMatrixView value = program.value(i);
        results.emplace_back(value.rows, value.columns,
                             std::vector<double>(value.values().begin(), value.values().end()));
    }
    return results;
}

}  // namespace

TEST_CASE(
    "clip_by_global_norm: gradients of any size keep their direction and get the limit's length") {
    struct Range {
        Precision precision;
        std::vector<double> sizes;
        double rounding;
    };
    const std::vector<Matrix> direction = gradients_of_size(1);
    double length = 0;
    for (const Matrix& matrix : direction)
        for (const double entry : matrix.values()) length += entry * entry;
    length = std::sqrt(length);
    // So large that no entry of what is clipped is subnormal.
    for (const Range& range :
         {Range{Precision::float64, {1e308, 1e200, 1e160, 1, 1e-150, 1e-200, 1e-300}, 1e-14},
          Range{Precision::float32, {3e38, 1e30, 1e19, 1, 1e-19, 1e-30, 1e-34}, 1e-6}})
        for (const double size : range.sizes) {
            CAPTURE(size);
            const std::vector<Matrix> gradients = gradients_of_size(size);
            const double limit = size * 0x1p-3;
            const std::vector<Matrix> results = clipped(gradients, limit, range.precision);
            for (std::size_t i = 0; i < gradients.size(); ++i) {
                Matrix expected = direction[i];
                for (double& entry : expected.values()) entry *= limit / length;
                CHECK(relative_difference(results[i], expected) <= range.rounding);
            }
            const double norm = results.back()(0, 0);
            if (size < 3e38 || (range.precision == Precision::float64 && size < 1e308))
                CHECK(norm == doctest::Approx(length * size).epsilon(range.rounding));
            else
                CHECK(norm > 0);
        }
}

TEST_CASE("clip_by_global_norm: shorter gradients stay as they are, to the bit, zeros among them") {
    for (const double size : {0.0, 1e-320, 1e-300, 1e-20, 0.5}) {
        CAPTURE(size);
        const std::vector<Matrix> gradients = gradients_of_size(size);
        const std::vector<Matrix> results = clipped(gradients, 5, Precision::float64);
        for (std::size_t i = 0; i < gradients.size(); ++i) CHECK(results[i] == gradients[i]);
    }
    CHECK(clipped(gradients_of_size(0), 5, Precision::float64).back() == Matrix(1, 1, 0.0));
}

TEST_CASE("norms: of entries whose squares are beyond the range of doubles") {
    for (const double size : {1e300, 1e200, 1.0, 1e-200, 1e-320}) {
        CAPTURE(size);
        const std::array values{3 * size, -4 * size};
        // Beside a denormal number, one unit in the last place is much.
        const double relative_error = size < 1e-310 ? 1e-3 : 1e-15;
        CHECK(euclidean_norm(values) == doctest::Approx(5 * size).epsilon(relative_error));
        CHECK(root_mean_square(values) ==
              doctest::Approx(5 / std::sqrt(2.0) * size).epsilon(relative_error));
    }
    for (const double size : {1e300, 1e200, 1.0, 1e-200, 1e-300}) {
        CAPTURE(size);
        const std::array slopes{3 * size, -4 * size, 1 * size}, values{6.0, -8.0, 2.0};
        CHECK(closest_factor(slopes, values).value() == doctest::Approx(2 / size));
        CHECK(closest_factor(values, slopes).value() == doctest::Approx(size / 2));
    }
    CHECK_FALSE(closest_factor(std::array{0.0, 0.0}, std::array{1.0, 2.0}));
    CHECK(euclidean_norm({}) == 0);
    CHECK(std::isnan(euclidean_norm(std::array{1.0, std::nan("")})));
    CHECK(std::isinf(euclidean_norm(std::array{1.0, -HUGE_VAL})));
    CHECK(power_of_two_below(-5) == 4);
    CHECK(power_of_two_below(0) == 1);
}
