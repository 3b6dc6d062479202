// Second derivatives, tangents and Jacobians through every cell.

#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/ops/jacobian.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/tools/checks/finite_differences.hpp>
#include <revolute/tools/exchange/array_comparison.hpp>
#include <revolute/tools/support/random.hpp>
#include <support/dot.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace revolute;
using test::dot;

namespace {

constexpr int hidden = 3;
constexpr double eps = 2.220446049250313e-16;

/// A net of one cell with random values at its leaves, and directions for its variables.
struct Net {
    explicit Net(CellKind kind, int steps = 4, int batch = 2, std::uint64_t seed = 1)
        : random(seed),
          cell(make_cell(kind, graph, 2, hidden)),
          net(many_to_one(cell, {steps, 2, hidden, 2, batch}, InitialState::given)),
          variables(net.variables()) {
        for (const Expr& x : variables) bind(x);
        for (const Expr& x : net.unrolled.inputs) bind(x);
        bind(net.target);
    }
    void bind(Expr leaf) { values.bind(leaf, random.matrix(leaf.shape())); }

    /// A random direction through all variables.
    std::vector<Seed> direction(std::string_view name) {
        std::vector<Seed> seeds;
        for (const Expr& x : variables) {
            seeds.push_back({x, graph.input(name, x.shape())});
            bind(seeds.back().tangent);
        }
        return seeds;
    }
    std::vector<Matrix> values_of(std::span<const Seed> direction) const {
        std::vector<Matrix> all;
        for (const Seed& seed : direction) all.push_back(*values.find(seed.tangent));
        return all;
    }
    std::vector<Matrix> product(std::span<const Seed> direction) {
        return evaluate(hessian_vector_product(net.loss, variables, direction), values);
    }
    /// The values with every variable moved `step` along the direction.
    Bindings moved(std::span<const Seed> direction, double step) const {
        Bindings result = values;
        for (const Seed& seed : direction) {
            Matrix value = *values.find(seed.variable);
            const Matrix& v = *values.find(seed.tangent);
            for (std::size_t i = 0; i < value.size(); ++i)
                value.values()[i] += step * v.values()[i];
            result.bind(seed.variable, value);
        }
        return result;
    }

    Graph graph;
    Random random;
    AnyCell cell;
    ManyToOne net;
    std::vector<Expr> variables;
    Bindings values;
};

/// Largest |product - (g(+step) - g(-step)) / 2 step| over all entries.
double error_of_difference(const Net& net, std::span<const Expr> gradients,
                           std::span<const Seed> direction, const std::vector<Matrix>& product,
                           double step) {
    const std::vector<Matrix> ahead = evaluate(gradients, net.moved(direction, step));
    const std::vector<Matrix> behind = evaluate(gradients, net.moved(direction, -step));
    double error = 0;
    for (std::size_t i = 0; i < product.size(); ++i)
        for (std::size_t k = 0; k < product[i].size(); ++k)
            error = std::max(error,
                             std::abs(product[i].values()[k] -
                                      (ahead[i].values()[k] - behind[i].values()[k]) / (2 * step)));
    return error;
}

/// The state h(-1) (and c(-1)) and h(T) (and c(T)) of a net, and d state(T) / d state(-1), by
/// blocks.
Matrix state_jacobian(Net& net) {
    const State& last = net.net.unrolled.final_state();
    std::vector<Operand> rows_of_blocks;
    for (const Expr& to : last) {
        std::vector<Operand> blocks;
        for (const Expr& from : net.net.unrolled.initial.leaves)
            blocks.emplace_back(jacobian(to, from));
        rows_of_blocks.emplace_back(stack_columns(blocks));
    }
    return evaluate(stack_rows(rows_of_blocks), net.values);
}

Matrix times(const Matrix& a, const Matrix& b) {
    Matrix result(a.rows(), b.columns());
    for (int r = 0; r < a.rows(); ++r)
        for (int c = 0; c < b.columns(); ++c)
            for (int k = 0; k < a.columns(); ++k) result(r, c) += a(r, k) * b(k, c);
    return result;
}

template <class Test>
void for_every_cell(const Test& test) {
    for (const CellKind kind : cell_kinds()) {
        CAPTURE(name_of(kind));
        test(kind);
    }
}

}  // namespace

TEST_CASE("second derivatives: H v is what central differences of the gradients come to") {
    for_every_cell([](CellKind kind) {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            CAPTURE(seed);
            Net net(kind, 4, 2, seed);
            const std::vector<Seed> v = net.direction("v");
            const std::vector<Matrix> product = net.product(v);
            const Derivative d = differentiate(net.net.loss, net.variables);
            const double size = largest_entry(evaluate(d.gradients(), net.values));
            // The error of a central difference is step^2 times a third derivative, so it must fall
            // with the square of the step (twice as slowly at most), until the rounding of the
            // gradients shows: sums of some hundred products, each rounded to eps, divided by the
            // step. Moved by 1e-4 in every entry, no unit of a relu net reaches its kink.
            const double coarse = kind == CellKind::simple_relu ? 1e-4 : 1e-2;
            const double first = error_of_difference(net, d.gradients(), v, product, coarse);
            for (double step = coarse; step > 1e-6; step /= 4) {
                CAPTURE(step);
                const double shrunk = 2 * first * (step / coarse) * (step / coarse);
                CHECK(error_of_difference(net, d.gradients(), v, product, step) <=
                      shrunk + 100 * eps * size / step);
            }
            CHECK(first <= 0.1 * largest_entry(product));
        }
    });
}

TEST_CASE("second derivatives: H is symmetric, u'Hv = v'Hu") {
    for_every_cell([](CellKind kind) {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            CAPTURE(seed);
            Net net(kind, 5, 2, seed);
            const std::vector<Seed> u = net.direction("u"), v = net.direction("v");
            const std::vector<Matrix> Hu = net.product(u), Hv = net.product(v);
            const std::vector<Matrix> u_values = net.values_of(u), v_values = net.values_of(v);
            const double uHv = dot(u_values, Hv), vHu = dot(v_values, Hu);
            const double scale = std::sqrt(dot(u_values, u_values) * dot(Hv, Hv)) +
                                 std::sqrt(dot(v_values, v_values) * dot(Hu, Hu));
            CHECK(std::abs(uHv - vHu) <= 1e-12 * scale);
            CHECK(std::abs(uHv) > 1e-6 * scale);
        }
    });
}

TEST_CASE("second derivatives: forward over reverse equals reverse over reverse") {
    for_every_cell([](CellKind kind) {
        Net net(kind);
        const std::vector<Seed> v = net.direction("v");
        const Derivative first = differentiate(net.net.loss, net.variables);
        Expr slope = net.graph.constant(0.0);
        for (const Seed& seed : v)
            slope = slope + sum(hadamard(first[seed.variable], seed.tangent));
        const std::vector<Matrix> backward =
            evaluate(differentiate(slope, net.variables).gradients(), net.values);
        const std::vector<Matrix> forward = net.product(v);
        for (std::size_t i = 0; i < forward.size(); ++i)
            CHECK(largest_difference(forward[i], backward[i]) <= 1e-12 * largest_entry(forward));
    });
}

TEST_CASE("second derivatives: reverse mode equals forward mode") {
    for_every_cell([](CellKind kind) {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            Net net(kind, 6, 3, seed);
            const std::vector<Seed> v = net.direction("v");
            const Derivative d = differentiate(net.net.loss, net.variables);
            const std::vector<Matrix> gradients = evaluate(d.gradients(), net.values);
            const std::vector<Matrix> v_values = net.values_of(v);
            const Expr tangent = pushforward(std::span(&net.net.loss, 1), v).front();
            const double scale = std::sqrt(dot(gradients, gradients) * dot(v_values, v_values));
            CHECK(std::abs(evaluate(tangent, net.values)(0, 0) - dot(gradients, v_values)) <=
                  1e-13 * scale);
        }
    });
}

TEST_CASE("second derivatives: the Jacobian over all steps is the product of those of the steps") {
    for_every_cell([](CellKind kind) {
        constexpr int steps = 4;
        Net net(kind, steps, 1);
        const Matrix over_all = state_jacobian(net);

        Net one(kind, 1, 1);
        REQUIRE(one.net.parameters.size() == net.net.parameters.size());
        for (std::size_t i = 0; i < net.net.parameters.size(); ++i)
            one.values.bind(one.net.parameters[i], *net.values.find(net.net.parameters[i]));
        Matrix chained;
        for (std::size_t t = 0; t < steps; ++t) {
            const Unrolled& all = net.net.unrolled;
            const State& before = t == 0 ? all.initial.state : all.states[t - 1];
            for (std::size_t k = 0; k < before.size(); ++k)
                one.values.bind(one.net.unrolled.initial.leaves[k],
                                evaluate(before[k], net.values));
            one.values.bind(one.net.unrolled.inputs[0], *net.values.find(all.inputs[t]));
            const Matrix of_step = state_jacobian(one);
            chained = t == 0 ? of_step : times(of_step, chained);
        }
        CHECK(largest_entry(over_all) > 0.0);
        CHECK(largest_difference(over_all, chained) <= 1e-14 * largest_entry(over_all) + 1e-15);
    });
}

TEST_CASE("second derivatives: the Hessian of a bias agrees with finite differences") {
    for_every_cell([](CellKind kind) {
        Net net(kind);
        const Expr b = net.net.parameters[2];
        const Expr H = hessian(net.net.loss, b);
        REQUIRE(H.shape() == Shape{hidden, hidden});
        const Derivative d = differentiate(net.net.loss, {b});
        for (int r = 0; r < hidden; ++r) {
            const Matrix row = evaluate(transpose(rows(H, r, 1)), net.values);
            const Expr slope = rows(d[b], r, 1);
            CHECK(check_by_differences(slope, b, row, net.values).verdict == Verdict::agrees);
        }
        const Matrix value = evaluate(H, net.values);
        const Matrix turned = evaluate(transpose(H), net.values);
        CHECK(largest_difference(value, turned) <= 1e-14 * largest_entry(value));
    });
}

TEST_CASE("second derivatives: the gradient of a penalty on the gradient agrees with differences") {
    for_every_cell([](CellKind kind) {
        Net net(kind, 3);
        const Derivative d = differentiate(net.net.loss, net.variables);
        Expr penalty = net.graph.constant(0.0);
        for (const Expr& gradient : d.gradients()) penalty = penalty + sum(square(gradient));
        const Derivative second = differentiate(penalty, net.variables);
        for (const Expr& x : net.variables) {
            CAPTURE(x.label());
            const Matrix gradient = evaluate(second[x], net.values);
            CHECK(check_by_differences(penalty, x, gradient, net.values).verdict ==
                  Verdict::agrees);
        }
    });
}
