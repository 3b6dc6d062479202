// Cross-entropies of entries of any size: how right the last digits of small losses and small
// gradients are, beside long double, in the evaluator and in programs. The bounds are those of
// docs/ops.md.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/ops/ops.hpp>
#include <support/program_check.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace revolute;

namespace {

enum class Way : std::uint8_t { evaluator, in_double, in_float };
constexpr std::array ways{Way::evaluator, Way::in_double, Way::in_float};

std::vector<Matrix> computed(std::span<const Expr> outputs, const Bindings& values, Way way) {
    if (way == Way::evaluator) return evaluate(outputs, values);
    return test::computed_by_program(
        outputs, values, way == Way::in_float ? Precision::float32 : Precision::float64);
}

/// The right number, and by how many units in its last place a result may differ.
struct Right {
    long double value = 0;
    long double units = 0;
};

/// Below the range of normal numbers a unit is the distance between two of them.
bool is_near(double result, const Right& right, Way way) {
    const bool is_float = way == Way::in_float;
    const long double unit =
        is_float ? std::numeric_limits<float>::epsilon() : std::numeric_limits<double>::epsilon();
    const long double least = is_float ? std::numeric_limits<float>::denorm_min()
                                       : std::numeric_limits<double>::denorm_min();
    return std::abs(result - right.value) <= right.units * (unit * std::abs(right.value) + least);
}

void check_near(const Matrix& results, std::span<const Right> right, Way way) {
    REQUIRE(results.values().size() == right.size());
    for (std::size_t i = 0; i < right.size(); ++i) {
        CAPTURE(i);
        CAPTURE(results.values()[i]);
        CAPTURE(static_cast<double>(right[i].value));
        CHECK(is_near(results.values()[i], right[i], way));
    }
}

/// Numbers that floats hold, so that all precisions are given the same.
std::vector<double> sweep() {
    std::vector<double> all{0,  0.125, 0.5, 1,  2,   5,   10,  20,    30,  36,
                            37, 40,    80,  87, 100, 300, 700, 708.5, 740, 745};
    const std::size_t count = all.size();
    for (std::size_t i = 1; i < count; ++i) all.push_back(-all[i]);
    return all;
}

long double sigmoid_of(long double z) { return 1 / (1 + std::exp(-z)); }
long double softplus_of(long double z) {
    return std::max(z, 0.0L) + std::log1p(std::exp(-std::abs(z)));
}

/// A column's loss and its derivative, with the bounds. Shares of classes at a distance d from the
/// largest entry carry the rounding of d, which is half of d units.
struct RightColumn {
    Right loss;
    std::vector<Right> error;
};

RightColumn right_column(std::span<const double> z, std::size_t right) {
    const long double own = z[right];
    const double largest = *std::ranges::max_element(z);
    long double others = 0, nearest = std::numeric_limits<double>::infinity();
    for (std::size_t r = 0; r < z.size(); ++r) {
        if (r == right) continue;
        others += std::exp(z[r] - own);
        nearest = std::min(nearest, static_cast<long double>(largest - z[r]));
    }
    const long double adding = 6 + static_cast<long double>(z.size());
    RightColumn result{{std::log1p(others), adding + nearest / 2}, {}};
    for (std::size_t r = 0; r < z.size(); ++r) {
        long double all = 0;
        for (const double other : z) all += std::exp(other - static_cast<long double>(z[r]));
        result.error.push_back({1 / all, adding + (largest - z[r]) / 2});
    }
    result.error[right] = {std::isinf(others) ? -1 : -others / (1 + others), adding + nearest / 2};
    return result;
}

}  // namespace

TEST_CASE(
    "binary cross-entropy: small losses and gradients keep their digits over the whole range") {
    const std::vector<double> zs = sweep();
    const int n = static_cast<int>(zs.size());
    for (const double y : {0.0, 1.0, 0.25, 0.875}) {
        CAPTURE(y);
        Graph graph;
        const Expr z = graph.parameter("z", {1, n}), target = graph.input("Y", {1, n});
        Bindings values = Bindings().bind(z, Matrix(1, n, zs)).bind(target, Matrix(1, n, y));
        std::vector<Right> slopes;
        for (const double x : zs) {
            const long double s = sigmoid_of(x), c = sigmoid_of(-static_cast<long double>(x));
            const long double slope = (1 - y) * s - y * c;
            // Between 0 and 1 a target can be met, and the slope there is what is left of y.
            const bool is_hard = y == 0 || y == 1;
            const long double lost = is_hard ? 0 : std::max<long double>(s, y) / std::abs(slope);
            slopes.push_back({slope / n, 8 + (std::isfinite(lost) ? 2 * lost : 0)});
        }
        const Expr loss = binary_cross_entropy_with_logits(z, target);
        const Expr gradient = differentiate(loss, {z})[z];
        for (const Way way : ways) {
            CAPTURE(static_cast<int>(way));
            check_near(computed(std::array{gradient}, values, way).front(), slopes, way);
        }
        // One entry at a time: a mean would hide the small ones behind the large.
        Graph single;
        const Expr one = single.parameter("z", {1, 1}), own = single.input("Y", {1, 1});
        const Expr own_loss = binary_cross_entropy_with_logits(one, own);
        for (const double x : zs) {
            CAPTURE(x);
            const Bindings at = Bindings().bind(one, Matrix(1, 1, x)).bind(own, Matrix(1, 1, y));
            const long double w = x > 0 ? 1 - y : y;
            const Right right{w * std::abs(static_cast<long double>(x)) + softplus_of(-std::abs(x)),
                              6};
            for (const Way way : ways)
                check_near(computed(std::array{own_loss}, at, way).front(), std::array{right}, way);
        }
    }
}

TEST_CASE("binary cross-entropy: its second derivative keeps its digits, on both sides") {
    const std::vector<double> zs = sweep();
    const int n = static_cast<int>(zs.size());
    Graph graph;
    const Expr z = graph.parameter("z", {1, n}), target = graph.input("Y", {1, n});
    const Bindings values = Bindings().bind(z, Matrix(1, n, zs)).bind(target, Matrix(1, n, 1.0));
    const Expr slope = differentiate(binary_cross_entropy_with_logits(z, target), {z})[z];
    const Expr bend = differentiate(sum(slope), {z})[z];
    std::vector<Right> right;
    for (const double x : zs)
        right.push_back({sigmoid_of(x) * sigmoid_of(-static_cast<long double>(x)) / n, 16});
    // Tanh and exp of programs are within four units.
    for (const Way way : ways)
        check_near(computed(std::array{bend}, values, way).front(), right, way);
}

TEST_CASE(
    "softmax cross-entropy: small losses and gradients keep their digits, for any number of "
    "classes") {
    test::Random random(7);
    for (const int classes : {2, 3, 5, 50}) {
        for (const double lead : sweep()) {
            CAPTURE(classes);
            CAPTURE(lead);
            Matrix z(classes, 1);
            for (double& entry : z.values()) entry = std::floor(random.number() * 32) / 8;
            const std::size_t right = random.below(static_cast<std::size_t>(classes));
            z.values()[right] += lead;
            Graph graph;
            const Expr logits = graph.parameter("z", {classes, 1}),
                       index = graph.input("i", {1, 1});
            Bindings values = Bindings().bind(logits, z);
            values.bind(index, Matrix(1, 1, static_cast<double>(right)));
            const RightColumn expected = right_column(z.values(), right);
            const Expr whole = softmax_cross_entropy(logits, index);
            const Expr own = column_cross_entropy(logits, index);
            const std::vector<Expr> outputs{whole, own, differentiate(whole, {logits})[logits],
                                            differentiate(sum(own), {logits})[logits]};
            for (const Way way : ways) {
                CAPTURE(static_cast<int>(way));
                const std::vector<Matrix> results = computed(outputs, values, way);
                for (const std::size_t i : {0U, 1U})
                    check_near(results[i], std::array{expected.loss}, way);
                for (const std::size_t i : {2U, 3U}) check_near(results[i], expected.error, way);
            }
        }
    }
}

TEST_CASE("softmax cross-entropy: in forward mode a small slope keeps its digits") {
    for (const double z : {1.0, 36.0, 40.0, 300.0, 745.0}) {
        CAPTURE(z);
        Graph graph;
        const Expr logits = graph.parameter("z", {2, 1}), index = graph.input("i", {1, 1});
        const Expr v = graph.input("v", {2, 1});
        Bindings values =
            Bindings().bind(logits, Matrix(2, 1, {z, 0})).bind(v, Matrix(2, 1, {1, 0}));
        values.bind(index, Matrix(1, 1, 0.0));
        const Expr loss = softmax_cross_entropy(logits, index);
        const Seed along{logits, v};
        const auto tangent = pushforward(std::span(&loss, 1), std::span(&along, 1));
        const Right right{-sigmoid_of(-static_cast<long double>(z)), 8 + z / 2};
        for (const Way way : ways)
            check_near(computed(tangent, values, way).front(), std::array{right}, way);
    }
}

TEST_CASE("log_sum_exp: a small value beside a largest entry of 0 keeps its digits") {
    Graph graph;
    const Expr x = graph.input("x", {3, 1});
    for (const double z : {1.0, 20.0, 36.0, 40.0, 700.0, 745.0}) {
        CAPTURE(z);
        const Bindings values = Bindings().bind(x, Matrix(3, 1, {-z, 0, -z}));
        const Right right{std::log1p(2 * std::exp(-static_cast<long double>(z))), 6};
        check_near(evaluate(log_sum_exp(x), values), std::array{right}, Way::evaluator);
    }
}
