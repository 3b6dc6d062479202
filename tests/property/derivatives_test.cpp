// Derivatives of random graphs: reverse mode, forward mode and differences say the same.

#include "property/plans.hpp"
#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/ops/structure.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <stdexcept>

using namespace revolute;
using namespace revolute::test;

namespace {

using Numbers = std::vector<double>;

Numbers join(std::span<const Matrix> matrices) {
    Numbers all;
    for (const Matrix& matrix : matrices)
        all.insert(all.end(), matrix.values().begin(), matrix.values().end());
    return all;
}

double largest(std::span<const double> numbers) {
    return std::accumulate(numbers.begin(), numbers.end(), 0.0,
                           [](double most, double x) { return larger(most, std::abs(x)); });
}

/// a x + b y.
Numbers combine(double a, const Numbers& x, double b, const Numbers& y) {
    Numbers result(x.size());
    std::ranges::transform(x, y, result.begin(), [&](double p, double q) { return a * p + b * q; });
    return result;
}

/// The leaves' values, and a random direction through all of them.
struct Line {
    explicit Line(RandomGraph& random) : of(random), values(random.bindings) {
        for (const Expr& x : of.leaves) {
            base.push_back(*values.find(x));
            directions.push_back(of.random.matrix(x.shape()));
            const Expr v = of.graph.input("v", x.shape());
            values.bind(v, directions.back());
            seeds.push_back({x, v});
        }
    }

    /// The expressions' values where the leaves are moved by s times the direction.
    Numbers at(double s, std::span<const Expr> expressions) {
        for (std::size_t i = 0; i < base.size(); ++i) {
            Matrix moved = base[i];
            std::ranges::transform(moved.values(), directions[i].values(), moved.data(),
                                   [&](double x, double v) { return x + s * v; });
            values.bind(of.leaves[i], std::move(moved));
        }
        return join(evaluate(expressions, values));
    }

    RandomGraph& of;
    Bindings values;
    std::vector<Matrix> base, directions;
    std::vector<Seed> seeds;
};

/// Compares df/ds at s = 0 with central differences of f. They are off by the square of the step
/// times a third derivative, which may be a thousand times the first, and by the rounding of f; the
/// best of several steps counts. `scale` is the size of what `derivative` was summed of.
///
/// Where f has a kink within the step, the differences to the two sides differ by more than the
/// error: then nothing can be said. A wrong derivative makes an error where both sides agree.
Outcome compare_with_differences(const char* what, const std::function<Numbers(double)>& f,
                                 const Numbers& derivative, double scale) {
    constexpr double epsilon = std::numeric_limits<double>::epsilon();
    const Numbers middle = f(0);
    double error = 0, allowed = 0, kink = 0;
    for (const double step : {1e-3, 1e-4, 1e-5, 1e-6}) {
        const Numbers ahead = f(step), behind = f(-step);
        error =
            largest(combine(1, derivative, -1, combine(0.5 / step, ahead, -0.5 / step, behind)));
        allowed = 1e-6 * scale + 100 * epsilon * largest(middle) / step;
        if (error <= allowed) return Outcome::holds;
        kink = largest(combine(1 / step, combine(1, ahead, 1, behind), -2 / step, middle));
    }
    if (kink >= error) return Outcome::undecided;
    throw std::runtime_error(fmt::format("{} differ from differences by {:.3g}; {:.3g} is allowed",
                                         what, error, allowed));
}

/// Two ways to the same numbers may differ by the rounding of some hundred products, with
/// cancellation.
void require_equal(const char* what, const Numbers& x, const Numbers& y, double scale) {
    const double difference = largest(combine(1, x, -1, y));
    if (!(difference <= 1e-11 * scale))
        throw std::runtime_error(fmt::format("{} by {:.3g}", what, difference));
}

Numbers dot_products(std::span<const Matrix> gradients, std::span<const Matrix> directions) {
    Numbers products;
    for (std::size_t i = 0; i < gradients.size(); ++i)
        products.push_back(std::inner_product(
            gradients[i].values().begin(), gradients[i].values().end(), directions[i].data(), 0.0));
    return products;
}

Outcome first_derivatives_agree(RandomGraph& random) {
    const Expr loss = random.loss();
    const Derivative d = differentiate(loss, random.leaves, Unreachable::zeros);
    Line line(random);
    std::vector<Expr> tangents;
    for (const Seed& seed : line.seeds)
        tangents.push_back(pushforward(std::span(&loss, 1), std::span(&seed, 1)).front());

    const std::vector<Matrix> gradients = evaluate(d.gradients(), line.values);
    const Numbers reverse = dot_products(gradients, line.directions);
    const double scale = std::max(1.0, largest(join(gradients)));
    require_equal("reverse and forward mode differ", reverse, line.at(0, tangents), scale);
    const double slope = std::accumulate(reverse.begin(), reverse.end(), 0.0);
    return compare_with_differences(
        "gradients", [&](double s) { return line.at(s, std::span(&loss, 1)); }, {slope}, scale);
}

Outcome second_derivatives_agree(RandomGraph& random) {
    const Expr loss = random.loss();
    const Derivative d = differentiate(loss, random.leaves, Unreachable::zeros);
    Line line(random);
    const std::vector<Expr> products =
        hessian_vector_product(loss, random.leaves, line.seeds, Unreachable::zeros);
    const Numbers Hv = line.at(0, products);
    const double scale = std::max({1.0, largest(Hv), largest(line.at(0, d.gradients()))});
    return compare_with_differences(
        "Hessian-vector products", [&](double s) { return line.at(s, d.gradients()); }, Hv, scale);
}

void check(Property property, int graphs) {
    const Report report = check_property(property, graphs);
    INFO(report.text);
    REQUIRE(report.holds);
    CHECK(report.graphs > 0);
    CHECK(report.undecided <= report.graphs / 50);
}

/// y = x o x with a rule that forgets the factor 2: only the differences notice, for reverse and
/// forward mode share the rule.
constinit const Op wrong_square_op{
    .name = "wrong_square",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) { return z * z; });
        },
    .pullback = {[](const Pullback& p) { return hadamard(p.adjoint, p.input()); }},
};

/// y = 3 x with a forward rule that disagrees.
constinit const Op wrong_triple_op{
    .name = "wrong_triple",
    .shape = same_as_input,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) { return 3 * z; });
        },
    .pullback = {[](const Pullback& p) { return 3.0 * p.adjoint; }},
    .pushforward = {[](const Pushforward& p) { return 2.0 * p.tangent; }},
};

/// y = x^3 / 3 with a rule whose value is right and whose own derivative is not: x x as x times a
/// constant.
constinit const Op wrong_cube_op{
    .name = "wrong_cube",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double z) { return z * z * z / 3; });
        },
    .pullback = {[](const Pullback& p) {
        return hadamard(p.adjoint, hadamard(p.input(), stop_gradient(p.input())));
    }},
};

/// The listing of the smallest graph, of the catalogue's operators and a wrong one, that fails the
/// property.
std::string smallest_failure(const Op& wrong, Property property) {
    std::vector<const Op*> operators(differentiable_operators().begin(),
                                     differentiable_operators().end());
    operators.push_back(&wrong);
    const Report report = check_property(property, 1000, operators);
    CHECK_FALSE(report.holds);
    return report.text.substr(0, report.text.find("return"));
}

/// The wrong operator alone, on one number.
std::string alone(const Op& wrong) {
    return fmt::format(
        "weights = input  [1 x 1]\n"
        "p = parameter  [1 x 1]\n"
        "%1 = {}(p)  [1 x 1]\n"
        "%2 = weights o %1  [1 x 1]\n"
        "%3 = sum(%2)  [1 x 1]\n",
        wrong.name);
}

}  // namespace

TEST_CASE("property: reverse mode, forward mode and differences agree on random graphs") {
    check(first_derivatives_agree, 4000);
}

TEST_CASE("property: Hessian-vector products are differences of gradients on random graphs") {
    check(second_derivatives_agree, 2000);
}

TEST_CASE("property: a wrong rule is found, and the failing graph is shrunk to its operator") {
    CHECK(smallest_failure(wrong_square_op, first_derivatives_agree) == alone(wrong_square_op));
    CHECK(smallest_failure(wrong_triple_op, first_derivatives_agree) == alone(wrong_triple_op));
    CHECK(smallest_failure(wrong_cube_op, second_derivatives_agree) == alone(wrong_cube_op));
}
