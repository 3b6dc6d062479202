// What every operator of the catalogue must pass. An operator added to the catalogue is tested here
// without another line.

#include <revolute/graph/differentiate.hpp>
#include <revolute/graph/notation.hpp>
#include <revolute/graph/pushforward.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/finite_differences.hpp>
#include <revolute/tools/random.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

using namespace revolute;

namespace {

double dot(const Matrix& a, const Matrix& b) {
    return std::inner_product(a.values().begin(), a.values().end(), b.values().begin(), 0.0);
}

/// y = op(operands), with the operator's example shapes and random values.
struct Applied {
    explicit Applied(const Op& op, std::uint64_t seed) : random(seed) {
        const std::size_t count = op.arity == variadic ? 3 : op.arity;
        std::vector<Operand> all;
        for (std::size_t slot = 0; slot < count; ++slot) {
            operands.push_back(leaf(fmt::format("x{}", slot), op.example.operands[slot]));
            all.emplace_back(operands.back());
        }
        y = apply_to_all(op, all,
                         std::span(op.example.attributes).first(op.example.attribute_count));
    }

    Expr leaf(const std::string& name, Shape shape) {
        const Expr expr = graph.parameter(name, shape);
        values.bind(expr, random.matrix(shape));
        return expr;
    }

    Graph graph;
    Random random;
    Bindings values;
    std::vector<Expr> operands;
    Expr y;
};

/// Central differences are wrong by s^2 times a third derivative, and by rounding: the error must fall
/// with the square of the step (twice as slowly at most) down to the rounding that `allowed` states.
void check_sweep(const DifferenceCheck& check) {
    CHECK(check.verdict == Verdict::agrees);
    const DifferenceStep& coarse = check.sweep.front();
    for (const DifferenceStep& row : check.sweep) {
        CAPTURE(row.step);
        const double shrunk = coarse.error * (row.step / coarse.step) * (row.step / coarse.step);
        CHECK(row.error <= 2 * shrunk + row.allowed);
    }
}

/// Calls `test(applied, seed)` for every operator of the catalogue and seeds 1 to `seeds`.
template <class Test>
void for_every_operator(std::uint64_t seeds, const Test& test) {
    for (const Op* op : catalogue())
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            CAPTURE(op->name);
            CAPTURE(seed);
            Applied applied(*op, seed);
            test(applied, seed);
        }
}

}  // namespace

TEST_CASE("catalogue: every pullback rule agrees with finite differences") {
    for_every_operator(5, [](Applied& applied, std::uint64_t seed) {
        const Expr weights = applied.leaf("weights", applied.y.shape());
        const Expr loss = sum(hadamard(weights, applied.y));
        const Derivative d = differentiate(loss, applied.operands);
        for (const Expr& x : applied.operands)
            // One entry at a time would hide nothing; the random direction joins them all.
            for (const std::size_t entries : {std::size_t{24}, std::size_t{1}})
                check_sweep(check_by_differences(loss, x, evaluate(d[x], applied.values),
                                                 applied.values, seed, entries));
    });
}

TEST_CASE("catalogue: pushforward and pullback rules are each other's transposes") {
    for_every_operator(20, [](Applied& applied, std::uint64_t) {
        const Expr u = applied.leaf("u", applied.y.shape());
        const Derivative d = differentiate(sum(hadamard(u, applied.y)), applied.operands);
        for (const Expr& x : applied.operands) {
            const Expr v = applied.leaf("v", x.shape());
            const Seed direction{x, v};
            const Expr Jv = pushforward(std::span(&applied.y, 1), std::span(&direction, 1)).front();
            const Matrix u_value = *applied.values.find(u), v_value = *applied.values.find(v);
            const Matrix Jv_value = evaluate(Jv, applied.values);
            const Matrix Ju_value = evaluate(d[x], applied.values);
            // Rounding of a few dozen products, relative to the sum of their magnitudes.
            const double scale = std::sqrt(dot(u_value, u_value) * dot(Jv_value, Jv_value)) +
                                 std::sqrt(dot(v_value, v_value) * dot(Ju_value, Ju_value));
            CHECK(std::abs(dot(u_value, Jv_value) - dot(Ju_value, v_value)) <= 1e-12 * scale);
            CHECK(scale > 0.0);
        }
    });
}

TEST_CASE("catalogue: second derivatives agree with finite differences of the gradient") {
    for_every_operator(5, [](Applied& applied, std::uint64_t seed) {
        const Expr weights = applied.leaf("weights", applied.y.shape());
        // Squared, so that the second derivative of a linear operator is not zero.
        const Expr loss = sum(hadamard(weights, square(applied.y)));
        const Derivative first = differentiate(loss, applied.operands);
        for (const Expr& x : applied.operands) {
            const Expr v = applied.leaf("v", x.shape());
            const Expr slope = sum(hadamard(first[x], v));
            const Derivative second = differentiate(slope, applied.operands, Unreachable::zeros);
            for (const Expr& z : applied.operands)
                check_sweep(check_by_differences(slope, z, evaluate(second[z], applied.values),
                                                 applied.values, seed));
        }
    });
}

TEST_CASE("catalogue: the same bits come out of a second run") {
    for (const Op* op : catalogue()) {
        CAPTURE(op->name);
        Applied applied(*op, 7);
        CHECK(evaluate(applied.y, applied.values) == evaluate(applied.y, applied.values));
    }
}

TEST_CASE("catalogue: every operator has a text form and a balanced LaTeX form") {
    for (const Op* op : catalogue()) {
        CAPTURE(op->name);
        Applied applied(*op, 1);
        CHECK_FALSE(expression(applied.y, Notation::text).text.empty());
        REQUIRE_FALSE(op->latex.empty());
        const std::string latex = expression(applied.y, Notation::latex).text;
        int depth = 0;
        for (const char c : latex) {
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            CHECK(depth >= 0);
        }
        CHECK(depth == 0);
        for (const Expr& x : applied.operands) CHECK(latex.find(x.label()) != std::string::npos);
    }
}

TEST_CASE("catalogue: names are unique and every record is complete") {
    std::vector<std::string_view> names;
    for (const Op* op : catalogue()) {
        CAPTURE(op->name);
        CHECK(std::find(names.begin(), names.end(), op->name) == names.end());
        names.push_back(op->name);
        CHECK((op->shape != nullptr));
        CHECK((op->evaluate != nullptr));
        CHECK((op->pullback[0] != nullptr));
        CHECK((op->role == Role::elementwise || op->pushforward[0] != nullptr));
    }
}
