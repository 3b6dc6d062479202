// Minus infinity as a value: the logarithm of what cannot be. Where an operator's value at it is a
// number, or a legitimate infinity, so are the derivatives, in every way of computing them.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/support/random.hpp>
#include <support/program_check.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace revolute;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool has_nan(ConstMatrixView x) {
    return std::ranges::any_of(x.values(), [](double value) { return std::isnan(value); });
}
bool has_nan(std::span<const Matrix> all) {
    return std::ranges::any_of(all, [](const Matrix& x) { return has_nan(x); });
}

/// Equal infinities and NaN in the same places; numbers to the precision.
bool is_same(ConstMatrixView a, ConstMatrixView b, double precision) {
    return std::ranges::equal(a.values(), b.values(), [&](double x, double y) {
        if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
        return x == y || std::abs(x - y) <= precision * (1 + std::abs(y));
    });
}

/// The outputs by a program are those of the evaluator.
void check_program(std::span<const Expr> outputs, const Bindings& values,
                   std::span<const Matrix> expected, Precision precision) {
    Program program = compile(outputs, {.precision = precision});
    for (const auto& [leaf, value] : test::bound_leaf_values(outputs, values))
        program.bind(leaf, value);
    program.run();
    const double exact = precision == Precision::float64 ? 1e-14 : 2e-6;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        CAPTURE(i);
        CHECK(is_same(program.value(i), expected[i], exact));
    }
}

/// An operator applied to random values of its example's domains, some entries of one operand being
/// -inf.
struct Applied {
    explicit Applied(const Op& op) : random(3) {
        const std::size_t count = op.arity == variadic ? 3 : op.arity;
        std::vector<Operand> all;
        for (std::size_t slot = 0; slot < count; ++slot) {
            const Domain domain = op.example.domains[slot];
            operands.push_back(
                graph.parameter(fmt::format("x{}", slot), op.example.operands[slot]));
            values.push_back(Matrix(operands.back().shape()));
            for (double& value : values.back().values()) {
                value = random.uniform(domain.low, domain.high);
                if (domain.is_whole) value = std::floor(value);
            }
            all.emplace_back(operands.back());
            if (!contributes_nothing(op.pullback[slot])) variables.push_back(operands.back());
        }
        y = apply_to_all(op, all,
                         std::span(op.example.attributes).first(op.example.attribute_count));
    }

    /// Gradients of a weighted sum of y, tangents of y, and Hessian times a vector.
    std::vector<Expr> derivatives() {
        const Expr weights = leaf("weights", y.shape());
        const Expr loss = sum(hadamard(weights, y));
        std::vector<Seed> seeds;
        for (const Expr& x : variables) seeds.push_back({x, leaf("v", x.shape())});
        const Derivative d = differentiate(loss, variables);
        std::vector<Expr> all(d.gradients().begin(), d.gradients().end());
        for (const Seed& seed : seeds)
            all.push_back(pushforward(std::span(&y, 1), std::span(&seed, 1)).front());
        std::ranges::copy(hessian_vector_product(loss, variables, seeds), std::back_inserter(all));
        return all;
    }

    /// Positive values, so that infinite terms of a sum have one sign.
    Expr leaf(const std::string& name, Shape shape) {
        const Expr made = graph.input(fmt::format("{}_{}", name, graph.size()), shape);
        Matrix value(shape);
        for (double& entry : value.values()) entry = random.uniform(0.5, 1.5);
        extra.bind(made, std::move(value));
        return made;
    }

    Bindings with(std::size_t slot, const Matrix& value) const {
        Bindings all = extra;
        for (std::size_t i = 0; i < operands.size(); ++i)
            all.bind(operands[i], i == slot ? value : values[i]);
        return all;
    }

    Graph graph;
    Random random;
    std::vector<Expr> operands, variables;
    std::vector<Matrix> values;
    Bindings extra;
    Expr y;
};

/// The matrix with -inf: in one entry, in a column, in a row, everywhere.
std::vector<Matrix> with_minus_infinity(const Matrix& x) {
    std::vector<Matrix> all(4, x);
    all[0](x.rows() - 1, 0) = -infinity;
    for (int r = 0; r < x.rows(); ++r) all[1](r, x.columns() - 1) = -infinity;
    for (int c = 0; c < x.columns(); ++c) all[2](0, c) = -infinity;
    std::ranges::fill(all[3].values(), -infinity);
    return all;
}

}  // namespace

TEST_CASE("minus infinity: where an operator has a value there, its derivatives are no NaN") {
    std::size_t checked = 0;
    for (const Op* const op : catalogue()) {
        CAPTURE(std::string(op->name));
        Applied applied(*op);
        if (applied.variables.empty()) continue;
        const std::vector<Expr> derivatives = applied.derivatives();
        for (std::size_t slot = 0; slot < applied.operands.size(); ++slot) {
            if (op->example.domains[slot].is_whole) continue;
            for (const Matrix& value : with_minus_infinity(applied.values[slot])) {
                CAPTURE(slot);
                const Bindings values = applied.with(slot, value);
                if (has_nan(evaluate(applied.y, values))) continue;
                const std::vector<Matrix> expected = evaluate(derivatives, values);
                CHECK_FALSE(has_nan(expected));
                check_program(derivatives, values, expected, Precision::float64);
                check_program(derivatives, values, expected, Precision::float32);
                ++checked;
            }
        }
    }
    CHECK(checked > 200);
}

TEST_CASE("minus infinity: a column of nothing else is no share, no slope and no curvature") {
    Graph graph;
    const Expr x = graph.parameter("x", {3, 2}), v = graph.input("v", {3, 2});
    const Expr weights = graph.input("weights", {3, 2});
    Bindings values;
    values.bind(x, Matrix::from_rows({{0, -infinity}, {0, -infinity}, {-infinity, -infinity}}));
    values.bind(v, Matrix::from_rows({{1, 2}, {-1, 3}, {5, 4}}));
    values.bind(weights, Matrix::from_rows({{1, 3}, {2, 4}, {5, 6}}));
    CHECK(evaluate(softmax(x), values) == Matrix::from_rows({{0.5, 0}, {0.5, 0}, {0, 0}}));
    CHECK(evaluate(log_sum_exp(x), values) == Matrix::from_rows({{std::log(2.0), -infinity}}));

    const Seed along{x, v};
    const Expr shares = sum(hadamard(weights, softmax(x))), logs = sum(log_sum_exp(x));
    CHECK(evaluate(differentiate(logs, {x})[x], values) ==
          Matrix::from_rows({{0.5, 0}, {0.5, 0}, {0, 0}}));
    CHECK(evaluate(differentiate(shares, {x})[x], values) ==
          Matrix::from_rows({{-0.25, 0}, {0.25, 0}, {0, 0}}));
    const auto tangents = pushforward(std::array{shares, log_sum_exp(x)}, std::span(&along, 1));
    CHECK(evaluate(tangents[0], values) == Matrix(1, 1, -0.5));
    CHECK(evaluate(tangents[1], values) == Matrix(1, 2, 0.0));
    // diag(p) - p p' on the finite part: (1/4) [1 -1; -1 1] (1, -1).
    CHECK(
        evaluate(hessian_vector_product(logs, std::array{x}, std::array{along}), values).front() ==
        Matrix::from_rows({{0.5, 0}, {-0.5, 0}, {0, 0}}));
}

TEST_CASE("plus infinity: one takes the whole softmax, and of two nobody knows the shares") {
    Graph graph;
    const Expr x = graph.parameter("x", {3, 2});
    const Bindings values = Bindings().bind(
        x, Matrix::from_rows({{infinity, infinity}, {0, infinity}, {-infinity, 1}}));
    CHECK(evaluate(log_sum_exp(x), values) == Matrix(1, 2, infinity));
    const Matrix shares = evaluate(softmax(x), values);
    CHECK(is_same(evaluate(differentiate(sum(log_sum_exp(x)), {x})[x], values), shares, 0));
    for (int r = 0; r < 3; ++r) {
        CHECK(shares(r, 0) == (r == 0 ? 1 : 0));
        CHECK(std::isnan(shares(r, 1)));
    }
}

TEST_CASE("softmax and log_sum_exp: a NaN anywhere in a column is seen, first or last") {
    Graph graph;
    const Expr x = graph.input("x", {3, 3});
    Matrix value(3, 3, 0.5);
    value(0, 0) = value(2, 1) = std::numeric_limits<double>::quiet_NaN();
    value(0, 1) = infinity;
    const Bindings values = Bindings().bind(x, value);
    const Matrix shares = evaluate(softmax(x), values), logs = evaluate(log_sum_exp(x), values);
    for (int c = 0; c < 3; ++c) {
        CHECK(std::isnan(logs(0, c)) == (c < 2));
        for (int r = 0; r < 3; ++r) CHECK(std::isnan(shares(r, c)) == (c < 2));
    }
}

TEST_CASE(
    "cross-entropies: of infinite entries they are the limits, and a column of -inf has no slope") {
    Graph graph;
    const Expr z = graph.parameter("z", {2, 4}), classes = graph.input("i", {1, 4});
    Bindings values = Bindings().bind(classes, Matrix(1, 4, 0.0));
    values.bind(
        z, Matrix::from_rows({{infinity, 1, -infinity, -infinity}, {1, -infinity, 1, -infinity}}));
    const Expr losses = column_cross_entropy(z, classes);
    CHECK(evaluate(losses, values) == Matrix::from_rows({{0, 0, infinity, infinity}}));
    CHECK(evaluate(differentiate(sum(losses), {z})[z], values) ==
          Matrix::from_rows({{0, 0, -1, 0}, {0, 0, 1, 0}}));

    const Expr logit = graph.parameter("logit", {1, 4}), target = graph.input("Y", {1, 4});
    values.bind(logit, Matrix(1, 4, {infinity, -infinity, infinity, -infinity}));
    values.bind(target, Matrix(1, 4, {1, 0, 1, 0}));
    const Expr loss = binary_cross_entropy_with_logits(logit, target);
    CHECK(evaluate(loss, values) == Matrix(1, 1, 0.0));
    CHECK(evaluate(differentiate(loss, {logit})[logit], values) == Matrix(1, 4, 0.0));
    values.bind(target, Matrix(1, 4, {0, 0, 1, 0}));
    CHECK(evaluate(loss, values) == Matrix(1, 1, infinity));
    CHECK(evaluate(differentiate(loss, {logit})[logit], values) == Matrix(1, 4, {0.25, 0, 0, 0}));
}

TEST_CASE(
    "minus infinity: paths of a hidden Markov model that are forbidden have gradients of zero") {
    // Three states from left to right and two moves: one path is left, and its score is P(0, 1) +
    // P(1, 2).
    Graph graph;
    const Expr P = graph.parameter("P", {3, 3}), allowed = graph.input("M", {3, 3});
    Expr alpha = graph.input("alpha", {3, 1});
    Bindings values = Bindings().bind(alpha, Matrix(3, 1, {0, -infinity, -infinity}));
    values.bind(P, Matrix(3, 3, 0.25));
    values.bind(allowed, Matrix::from_rows(
                             {{0, 0, -infinity}, {-infinity, 0, 0}, {-infinity, -infinity, 0}}));
    for (int t = 0; t < 2; ++t) {
        const Scope step(graph, Step{0, t});
        alpha = transpose(log_sum_exp(broadcast_columns(alpha, 3) + (P + allowed)));
    }
    const Expr loss = rows(alpha, 2, 1);
    const Expr gradient = differentiate(loss, {P})[P];
    const std::vector<Expr> outputs{loss, gradient};
    const std::vector<Matrix> expected{Matrix(1, 1, 0.5),
                                       Matrix::from_rows({{0, 1, 0}, {0, 0, 1}, {0, 0, 0}})};
    CHECK(evaluate(outputs, values) == expected);
    check_program(outputs, values, expected, Precision::float64);
    check_program(outputs, values, expected, Precision::float32);
}

TEST_CASE("minus infinity: attention over an empty sequence gives zeros, and others their own") {
    Graph graph;
    const Expr scores = graph.parameter("scores", {3, 2}), H = graph.parameter("H", {3, 2});
    const Expr open = graph.input("open", {3, 2});
    Bindings values = Bindings().bind(scores, Matrix(3, 2, {0.3, -0.2, 0.5, 0.1, 0.4, 0.9}));
    values.bind(H, Matrix(3, 2, {0.5, 0.25, -0.5, 0.7, 0.2, 0.1}));
    values.bind(open, Matrix(3, 2, {0, 0, 0, -infinity, -infinity, -infinity}));
    const Expr context = column_sums(hadamard(softmax(scores + open), H));
    const Expr loss = sum(square(context));
    const Derivative d = differentiate(loss, {scores, H});
    const std::vector<Matrix> results = evaluate(d.loss_and_gradients(), values);
    CHECK_FALSE(has_nan(results));
    for (int r = 0; r < 3; ++r) {
        CHECK(results[1](r, 1) == 0);
        CHECK(results[2](r, 1) == 0);
        CHECK(results[2](r, 0) != 0);
    }
    check_program(d.loss_and_gradients(), values, results, Precision::float64);
}
