// What every operator of the catalogue must pass. An operator added to the catalogue is tested here
// without another line.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/checks/finite_differences.hpp>
#include <revolute/tools/support/random.hpp>
#include <support/dot.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

using namespace revolute;
using test::dot;

namespace {

/// Values for the operands of an operator's example, all of them at least 0.05 away from each
/// other, from zero and from every multiple of 0.1, which is where examples may have kinks and
/// ties.
class Values {
 public:
    explicit Values(std::uint64_t seed) : random_(seed) {}

    Matrix draw(Shape shape, const Domain& domain) {
        Matrix result(shape);
        for (double& value : result.values())
            value = domain.is_whole ? std::floor(random_.uniform(domain.low, domain.high + 1))
                                    : free_number(domain);
        return result;
    }
    Matrix direction(Shape shape) { return random_.matrix(shape); }

 private:
    /// An odd multiple of 0.05 that was not drawn before.
    double free_number(const Domain& domain) {
        for (;;) {
            const double k = std::floor(random_.uniform(domain.low / 0.1, domain.high / 0.1));
            if (taken_.insert(k).second) return 0.1 * k + 0.05;
        }
    }

    Random random_;
    std::set<double> taken_;
};

/// y = op(operands), with the operator's example shapes and random values.
struct Applied {
    explicit Applied(const Op& op, std::uint64_t seed) : values_of(seed) {
        const std::size_t count = op.arity == variadic ? 3 : op.arity;
        std::vector<Operand> all;
        for (std::size_t slot = 0; slot < count; ++slot) {
            const Shape shape = op.example.operands[slot];
            operands.push_back(graph.parameter(fmt::format("x{}", slot), shape));
            values.bind(operands.back(), values_of.draw(shape, op.example.domains[slot]));
            all.emplace_back(operands.back());
            if (!contributes_nothing(op.pullback[slot])) variables.push_back(operands.back());
        }
        y = apply_to_all(op, all,
                         std::span(op.example.attributes).first(op.example.attribute_count));
    }

    /// A leaf with a random value in [-1, 1).
    Expr leaf(const std::string& name, Shape shape) {
        const Expr expr = graph.parameter(name, shape);
        values.bind(expr, values_of.direction(shape));
        return expr;
    }
    bool is_constant() const { return variables.empty(); }

    Graph graph;
    Values values_of;
    Bindings values;
    std::vector<Expr> operands;
    std::vector<Expr> variables;  // the operands that y has a derivative by
    Expr y;
};

/// Central differences are wrong by s^2 times a third derivative, and by rounding: the error must
/// fall with the square of the step (twice as slowly at most) down to the rounding that `allowed`
/// states. Where the derivative is zero, differences can only tell that it is as small as rounding.
void check_sweep(Expr loss, Expr x, Expr gradient, const Bindings& values, std::uint64_t seed,
                 std::size_t most_entries = 24) {
    const Matrix value = evaluate(gradient, values);
    const DifferenceCheck check =
        check_by_differences(loss, x, value, values, {.most_entries = most_entries, .seed = seed});
    const bool is_zero = largest_entry(value) == 0.0;
    CHECK(check.verdict == (is_zero ? Verdict::too_small : Verdict::agrees));
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
        if (applied.is_constant()) return;
        const Derivative d = differentiate(loss, applied.variables);
        for (const Expr& x : applied.variables)
            // One entry at a time would hide nothing; the random direction joins them all.
            for (const std::size_t entries : {std::size_t{24}, std::size_t{1}})
                check_sweep(loss, x, d[x], applied.values, seed, entries);
    });
}

TEST_CASE(
    "catalogue: what has no derivative gets a gradient of zeros, and only when that is asked for") {
    for_every_operator(1, [](Applied& applied, std::uint64_t) {
        const Expr loss = sum(applied.y);
        const Derivative d = differentiate(loss, applied.operands, Unreachable::zeros);
        for (const Expr& x : applied.operands) {
            const bool has_derivative =
                std::ranges::find(applied.variables, x) != applied.variables.end();
            if (has_derivative) continue;
            CHECK(evaluate(d[x], applied.values) == Matrix(x.shape()));
            CHECK_THROWS_AS(differentiate(loss, {x}), DerivativeError);
            const Seed direction{x, applied.leaf("v", x.shape())};
            const auto tangent = pushforward(std::span(&applied.y, 1), std::span(&direction, 1));
            CHECK(evaluate(tangent.front(), applied.values) == Matrix(applied.y.shape()));
        }
    });
}

TEST_CASE("catalogue: what is marked as without derivative changes nothing when it moves") {
    for_every_operator(5, [](Applied& applied, std::uint64_t) {
        const Op& op = applied.graph.op(applied.y.id);
        if (op.role == Role::stop_gradient) return;  // cut on purpose
        const Matrix before = evaluate(applied.y, applied.values);
        for (std::size_t slot = 0; slot < applied.operands.size(); ++slot) {
            if (!contributes_nothing(op.pullback[slot]) || op.example.domains[slot].is_whole)
                continue;
            Matrix moved = *applied.values.find(applied.operands[slot]);
            for (double& value : moved.values()) value += 1e-3;
            Bindings values = applied.values;
            values.bind(applied.operands[slot], moved);
            CHECK(evaluate(applied.y, values) == before);
        }
    });
}

TEST_CASE("catalogue: pushforward and pullback rules are each other's transposes") {
    for_every_operator(20, [](Applied& applied, std::uint64_t) {
        if (applied.is_constant()) return;
        const Expr u = applied.leaf("u", applied.y.shape());
        const Derivative d = differentiate(sum(hadamard(u, applied.y)), applied.variables);
        for (const Expr& x : applied.variables) {
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
            CHECK_FALSE(std::isnan(scale));
        }
    });
}

TEST_CASE("catalogue: no operator's derivatives are zero for all values") {
    // The test above would pass rules that return zeros.
    for (const Op* op : catalogue()) {
        CAPTURE(op->name);
        Applied applied(*op, 3);
        for (const Expr& x : applied.variables) {
            const Derivative d =
                differentiate(sum(hadamard(applied.leaf("u", applied.y.shape()), applied.y)), {x});
            CHECK(largest_entry(evaluate(d[x], applied.values)) > 0.0);
        }
    }
}

/// d/dx_i of <v, gradient> for every pair of operands, `order` times over, beside differences.
void check_higher_derivatives(Applied& applied, Expr loss, int order, std::uint64_t seed) {
    for (const Expr& x : applied.variables) {
        Expr slope = loss;
        for (int i = 1; i < order; ++i) {
            const Derivative d = differentiate(slope, {x}, Unreachable::zeros);
            slope = sum(hadamard(d[x], applied.leaf("v", x.shape())));
        }
        const Derivative last = differentiate(slope, applied.variables, Unreachable::zeros);
        for (const Expr& z : applied.variables)
            check_sweep(slope, z, last[z], applied.values, seed);
    }
}

TEST_CASE("catalogue: second and third derivatives agree with finite differences of those below") {
    for_every_operator(3, [](Applied& applied, std::uint64_t seed) {
        const Expr weights = applied.leaf("weights", applied.y.shape());
        // A cube, so that the third derivative of a linear operator is not zero.
        const Expr loss = sum(hadamard(weights, hadamard(applied.y, square(applied.y))));
        for (const int order : {2, 3}) check_higher_derivatives(applied, loss, order, seed);
    });
}

TEST_CASE("catalogue: the same bits come out of a second run") {
    for (const Op* op : catalogue()) {
        CAPTURE(op->name);
        Applied applied(*op, 7);
        CHECK(evaluate(applied.y, applied.values) == evaluate(applied.y, applied.values));
    }
}

namespace {

/// Of an operator by its reference kernel, with all operands so many numbers behind an aligned
/// place.
Matrix evaluated_behind(const Op& op, std::span<const Matrix> operands, Shape shape,
                        std::size_t numbers) {
    std::vector<std::vector<double>> places;
    std::vector<ConstMatrixView> views;
    for (const Matrix& operand : operands) {
        std::vector<double>& place = places.emplace_back(operand.values().size() + 16);
        const auto misplaced = reinterpret_cast<std::uintptr_t>(place.data()) / sizeof(double) % 8;
        double* const first = place.data() + (8 - misplaced) % 8 + numbers;
        std::ranges::copy(operand.values(), first);
        views.push_back({first, operand.shape().rows, operand.shape().columns});
    }
    Matrix result(shape);
    op.evaluate({views, std::span(op.example.attributes).first(op.example.attribute_count)},
                {result.values().data(), shape.rows, shape.columns});
    return result;
}

/// Operands of the example's shapes; each size that is `from` is `to` instead.
std::vector<Matrix> resized_example(const Op& op, int from, int to) {
    revolute::Random random(9);
    std::vector<Matrix> operands;
    for (std::size_t slot = 0; slot < (op.arity == variadic ? 3U : op.arity); ++slot) {
        const auto [rows, columns] = op.example.operands[slot];
        Matrix& made =
            operands.emplace_back(Shape{rows == from ? to : rows, columns == from ? to : columns});
        const Domain& domain = op.example.domains[slot];
        for (double& value : made.values()) {
            value = random.uniform(domain.low, domain.high);
            if (domain.is_whole) value = std::floor(value);
        }
    }
    return operands;
}

}  // namespace

TEST_CASE("catalogue: the bits of a result do not depend on where operands stand in memory") {
    int checked = 0;
    for (const Op* op : catalogue())
        for (const int from : {1, 2, 3, 4})
            for (const int to : {from, 7, 18}) {
                CAPTURE(op->name);
                CAPTURE(from);
                CAPTURE(to);
                const std::vector<Matrix> operands = resized_example(*op, from, to);
                Graph graph;
                std::vector<Operand> leaves;
                for (const Matrix& operand : operands)
                    leaves.emplace_back(graph.parameter("x", operand.shape()));
                Shape shape;
                try {
                    shape =
                        apply_to_all(
                            *op, leaves,
                            std::span(op->example.attributes).first(op->example.attribute_count))
                            .shape();
                } catch (const Error&) {
                    continue;  // its operands or attributes have other sizes together
                }
                ++checked;
                const Matrix aligned = evaluated_behind(*op, operands, shape, 0);
                for (const std::size_t numbers : {1U, 2U, 3U})
                    CHECK(evaluated_behind(*op, operands, shape, numbers) == aligned);
            }
    CHECK(checked > 300);
}

TEST_CASE("catalogue: every operator has a text form and a balanced LaTeX form") {
    for (const Op* op : catalogue()) {
        CAPTURE(op->name);
        Applied applied(*op, 1);
        CHECK_FALSE(expression(applied.y, Notation::text).text.empty());
        // A name by itself says nothing of the mathematics.
        CHECK_FALSE((op->text.empty() && op->definition.empty()));
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
        for (std::uint32_t slot = 0; slot < (op->arity == variadic ? 3 : op->arity); ++slot) {
            CAPTURE(slot);
            CHECK((op->pullback[slot] != nullptr));
            CHECK((is_elementwise(op->role) || contributes_nothing(op->pullback[slot]) ||
                   op->pushforward[slot] != nullptr));
        }
    }
}
