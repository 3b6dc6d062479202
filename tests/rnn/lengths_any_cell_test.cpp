// Cells whose slopes are infinite at zero, in padded batches: the same as without padding, whatever
// stands there.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/tools/support/random.hpp>
#include <support/program_check.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace revolute;

namespace {

constexpr int input = 2, hidden = 2, answers = 2;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// h(t) = tanh(W f(x(t)) + U g(h(t-1))), where f or g has no finite slope at zero.
struct SingularCell {
    Expr W, U;
    Expr (*of_input)(Expr);
    Expr (*of_state)(Expr);

    std::vector<StateTensor> state_tensors() const { return {{"h", hidden}}; }
    std::vector<Expr> parameters() const { return {W, U}; }
    State step(Expr x, const State& previous) const {
        return {tanh(W * of_input(x) + U * of_state(previous.front())).named("h")};
    }
};

Expr same(Expr x) { return x; }
Expr unit(Expr x) { return x / broadcast_rows(sqrt(column_sums(square(x))), x.shape().rows); }
Expr normed(Expr x) {
    const int n = x.shape().rows;
    const Expr centred = x - broadcast_rows((1.0 / n) * column_sums(x), n);
    return centred / broadcast_rows(sqrt((1.0 / n) * column_sums(square(centred))) + 1e-5, n);
}

struct Kind {
    std::string_view name;
    Expr (*of_input)(Expr);
    Expr (*of_state)(Expr);
};
constexpr std::array kinds{
    Kind{"unit vector of x", unit, same},
    Kind{"layer norm of x", normed, same},
    Kind{"sqrt x", [](Expr x) { return sqrt(x); }, same},
    Kind{"log x", [](Expr x) { return log(x); }, same},
    Kind{"x^0.3", [](Expr x) { return power(x, 0.3); }, same},
    Kind{"1 / x", [](Expr x) { return reciprocal(x); }, same},
    Kind{"x / x^2", [](Expr x) { return x / square(x); }, same},
    Kind{"log of the sum", [](Expr x) { return log(broadcast_rows(column_sums(x), input)); }, same},
    Kind{"unit vector of h", same, unit},
    Kind{"sqrt of h o h", same, [](Expr h) { return sqrt(square(h)); }},
    Kind{"1 / h", same, [](Expr h) { return 0.1 * reciprocal(h); }},
    Kind{"log |h|", same, [](Expr h) { return log(abs(h)); }},
    Kind{"of both", [](Expr x) { return log(x); }, unit},
};

struct Batch {
    std::vector<int> lengths;  // falling; zeros last
    int steps;                 // of the padded batch
    Direction direction;
    bool answers_every_step;
};

/// The data of column b at step t, the same in every form. Inputs are positive.
Matrix entries(Shape shape, int t, double low, std::uint64_t seed) {
    Matrix all(shape);
    for (int c = 0; c < shape.columns; ++c) {
        Random random(seed + 100 * static_cast<std::uint64_t>(t) + static_cast<std::uint64_t>(c));
        for (int r = 0; r < shape.rows; ++r) all(r, c) = random.uniform(low, 1.5);
    }
    return all;
}

struct Net {
    Graph graph;
    Bindings values;
    std::vector<Expr> variables;

    SingularCell cell(const Kind& kind) {
        const SingularCell made{graph.parameter("W", {hidden, input}),
                                graph.parameter("U", {hidden, hidden}), kind.of_input,
                                kind.of_state};
        variables = made.parameters();
        return made;
    }
    /// One column, which every column of the batch starts from.
    Initial initial(const SingularCell& made, int columns, TimeAxis time, int steps) {
        Initial all = initial_state(graph, made.state_tensors(), columns, InitialState::trainable,
                                    time.start(steps));
        variables.push_back(all.leaves.front());
        return all;
    }
    /// Loss, gradients, and the Hessian times a vector.
    std::vector<Expr> outputs(const ReadOut& head) {
        variables.insert(variables.end(), {head.V, head.c});
        Random random(3);
        std::vector<Seed> seeds;
        for (const Expr& x : variables) {
            Matrix value = random.matrix(x.shape());
            for (double& entry : value.values()) entry += entry < 0 ? -0.2 : 0.2;
            values.bind(x, std::move(value));
            seeds.push_back({x, graph.input("v of " + x.label(), x.shape())});
            values.bind(seeds.back().tangent, random.matrix(x.shape()));
        }
        const Derivative d = differentiate(head.loss, variables);
        std::vector<Expr> all = d.loss_and_gradients();
        const auto products = hessian_vector_product(head.loss, variables, seeds);
        all.insert(all.end(), products.begin(), products.end());
        return all;
    }
};

/// Outputs by the evaluator, and by programs as far as they differ from them.
struct Results {
    std::vector<Matrix> evaluated, in_double, in_float;
};

Results results(Net& net, const ReadOut& head) {
    const std::vector<Expr> outputs = net.outputs(head);
    return {evaluate(outputs, net.values),
            test::computed_by_program(outputs, net.values, Precision::float64),
            test::computed_by_program(outputs, net.values, Precision::float32)};
}

Results without_padding(const Kind& kind, const Batch& batch) {
    Net net;
    const SingularCell cell = net.cell(kind);
    const TimeAxis time{.direction = batch.direction};
    const auto x = shrinking_input_sequence(net.graph, "x", input, batch.lengths);
    const int columns = static_cast<int>(batch.lengths.size());
    const Unrolled run =
        unroll(cell, x, net.initial(cell, columns, time, static_cast<int>(x.size())), time);
    std::vector<Expr> read = run.outputs();
    if (!batch.answers_every_step)
        read = {batch.direction == Direction::forward ? last_outputs(read) : run.last()};
    const ReadOut head = read_out(read, answers);
    for (std::size_t t = 0; t < x.size(); ++t)
        net.values.bind(x[t], entries(x[t].shape(), static_cast<int>(t), 0.5, 1));
    for (std::size_t t = 0; t < head.targets.size(); ++t)
        net.values.bind(head.targets[t],
                        entries(head.targets[t].shape(), static_cast<int>(t), -1, 7));
    return results(net, head);
}

Matrix padded(Matrix all, std::span<const int> lengths, int t, double padding) {
    for (int c = 0; c < all.columns(); ++c)
        for (int r = 0; r < all.rows(); ++r)
            if (t >= lengths[static_cast<std::size_t>(c)]) all(r, c) = padding;
    return all;
}

Results with_mask(const Kind& kind, const Batch& batch, double padding) {
    Net net;
    const SingularCell cell = net.cell(kind);
    const TimeAxis time{.direction = batch.direction};
    const int columns = static_cast<int>(batch.lengths.size());
    const auto x = input_sequence(net.graph, "x", {input, columns}, batch.steps);
    const Lengths of = input_lengths(net.graph, columns, batch.steps);
    const Unrolled run =
        unroll_masked(cell, x, of, net.initial(cell, columns, time, batch.steps), time);
    const ReadOut head = batch.answers_every_step ? read_out_masked(run.outputs(), of, answers)
                                                  : read_out(std::array{run.last()}, answers);
    net.values.bind(of.lengths, Matrix(1, columns, {batch.lengths.begin(), batch.lengths.end()}));
    for (int t = 0; t < batch.steps; ++t)
        net.values.bind(x[static_cast<std::size_t>(t)],
                        padded(entries({input, columns}, t, 0.5, 1), batch.lengths, t, padding));
    for (std::size_t t = 0; t < head.targets.size(); ++t) {
        const Matrix target = entries(head.targets[t].shape(), static_cast<int>(t), -1, 7);
        net.values.bind(head.targets[t],
                        batch.answers_every_step
                            ? padded(target, batch.lengths, static_cast<int>(t), padding)
                            : target);
    }
    return results(net, head);
}

/// Relative to the largest entry of an array, or of all: sums in another order. `factor` times the
/// expected ones.
void check_near(std::span<const Matrix> actual, std::span<const Matrix> expected, double tolerance,
                double factor = 1) {
    REQUIRE(actual.size() == expected.size());
    double error = 0, scale = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        REQUIRE(actual[i].shape() == expected[i].shape());
        for (std::size_t k = 0; k < expected[i].size(); ++k) {
            const double right = factor * expected[i].values()[k];
            REQUIRE(std::isfinite(right));
            REQUIRE(std::isfinite(actual[i].values()[k]));
            error = std::max(error, std::abs(actual[i].values()[k] - right));
            scale = std::max(scale, std::abs(right));
        }
    }
    REQUIRE(scale > 1e-3);
    CHECK(error <= tolerance * scale);
}

void check_near(const Results& actual, const Results& expected, double factor = 1) {
    check_near(actual.evaluated, expected.evaluated, 1e-12, factor);
    check_near(actual.in_double, expected.evaluated, 1e-12, factor);
    check_near(actual.in_float, expected.evaluated, 1e-4, factor);
}

template <class Test>
void for_every_kind(const Test& test) {
    int number = 0;
    for (const Kind& kind : kinds)
        for (const Direction direction : {Direction::forward, Direction::backward})
            for (const bool every_step : {false, true}) {
                if (!test::is_taken(number++)) continue;
                CAPTURE(kind.name);
                CAPTURE(static_cast<int>(direction));
                CAPTURE(every_step);
                test(kind, direction, every_step);
            }
}

}  // namespace

TEST_CASE("lengths: a padded batch equals one without padding where a cell has no slope at zero") {
    for_every_kind([](const Kind& kind, Direction direction, bool every_step) {
        for (const auto& lengths : {std::vector<int>{4, 2, 2, 1}, {3, 1}, {2}, {1}})
            for (const int beyond : {0, 2}) {
                CAPTURE(lengths.size());
                CAPTURE(beyond);
                const Batch batch{lengths, lengths.front() + beyond, direction, every_step};
                const Results right = without_padding(kind, batch);
                check_near(right.in_double, right.evaluated, 1e-12);
                check_near(with_mask(kind, batch, 0), right);
                check_near(with_mask(kind, batch, not_a_number), right);
            }
    });
}

TEST_CASE("lengths: a sequence without a step adds nothing, where a cell has no slope at zero") {
    for_every_kind([](const Kind& kind, Direction direction, bool every_step) {
        if (!every_step) return;  // its last state is the initial one, and is answered
        const Results right = without_padding(kind, {{3, 1}, 3, direction, true});
        // L is a mean over all columns of the batch.
        for (const double padding : {0.0, not_a_number})
            check_near(with_mask(kind, {{3, 1, 0}, 4, direction, true}, padding), right, 2.0 / 3);
    });
}
