// Layers, and nets with answers at several steps, beside the parts that they are made of.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/tools/checks/finite_differences.hpp>
#include <revolute/tools/support/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace revolute;

namespace {

constexpr int steps = 4, input = 2, hidden = 3, batch = 2;

/// Binds random values, the same for the same seed and shapes.
void bind_random(Bindings& values, std::span<const Expr> leaves, std::uint64_t seed) {
    Random random(seed);
    for (const Expr& leaf : leaves) values.bind(leaf, random.matrix(leaf.shape()));
}

/// The outputs of one recurrence in a graph of its own, with the parameters of seed `cell_seed`.
std::vector<Matrix> outputs_alone(CellKind kind, std::uint64_t cell_seed, bool is_reversed) {
    Graph graph;
    const AnyCell cell = make_cell(kind, graph, input, hidden);
    std::vector<Expr> x = input_sequence(graph, "x", {input, batch}, steps);
    Bindings values;
    bind_random(values, cell.parameters(), cell_seed);
    bind_random(values, x, 3);
    if (is_reversed) std::ranges::reverse(x);
    const Layer layer = unidirectional(cell, x);
    std::vector<Matrix> outputs = evaluate(layer.outputs, values);
    if (is_reversed) std::ranges::reverse(outputs);
    return outputs;
}

/// Largest difference of two lists of matrices over the largest entry of the second.
double relative(const std::vector<Matrix>& actual, const std::vector<Matrix>& expected) {
    REQUIRE(actual.size() == expected.size());
    double error = 0, scale = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        error = std::max(error, largest_difference(actual[i], expected[i]));
        scale = std::max(scale, largest_entry(expected[i]));
    }
    REQUIRE(scale > 0);
    return error / scale;
}

}  // namespace

TEST_CASE(
    "bidirectional: a step's output is that of two nets, the second over the inputs in reverse") {
    for (const CellKind kind : cell_kinds()) {
        CAPTURE(name_of(kind));
        Graph graph;
        const AnyCell forward = make_cell(kind, graph, input, hidden);
        const AnyCell backward = make_cell(kind, graph, input, hidden, "r");
        const auto x = input_sequence(graph, "x", {input, batch}, steps);
        Bindings values;
        bind_random(values, forward.parameters(), 1);
        bind_random(values, backward.parameters(), 2);
        bind_random(values, x, 3);
        const Layer layer = bidirectional(forward, backward, x);
        const std::vector<Matrix> outputs = evaluate(layer.outputs, values);
        const auto above = outputs_alone(kind, 1, false), below = outputs_alone(kind, 2, true);
        for (std::size_t t = 0; t < steps; ++t)
            for (int c = 0; c < batch; ++c)
                for (int r = 0; r < hidden; ++r) {
                    CHECK(outputs[t](r, c) == above[t](r, c));
                    CHECK(outputs[t](hidden + r, c) == below[t](r, c));
                }
    }
}

TEST_CASE("bidirectional: the backward direction starts at the step after the last") {
    Graph graph;
    const SimpleRnn forward(graph, input, hidden), backward(graph, input, hidden, tanh, "r");
    const auto x = input_sequence(graph, "x", {input, batch}, steps, 1);
    const Layer layer = bidirectional(forward, backward, x, InitialState::trainable, 1);
    const std::vector<Expr> leaves = layer.initial_leaves();
    REQUIRE(leaves.size() == 2);
    CHECK(leaves[0].label() == "h[s=-1]");
    CHECK(leaves[1].label() == "hr[s=4]");
    CHECK(layer.parameters() ==
          std::vector{forward.W, forward.U, forward.b, backward.W, backward.U, backward.b});
    CHECK(layer.outputs[2].step() == Step{1, 2});
    CHECK(layer.directions[1].last() == layer.directions[1].output(0));
}

TEST_CASE("residual: an output and its input are added in the output's step") {
    Graph graph;
    const SimpleRnn cell(graph, hidden, hidden);
    const auto x = input_sequence(graph, "x", {hidden, batch}, steps);
    const Layer layer = unidirectional(cell, x);
    const std::vector<Expr> sums = residual(x, layer.outputs);
    Bindings values;
    bind_random(values, cell.parameters(), 1);
    bind_random(values, x, 2);
    for (std::size_t t = 0; t < steps; ++t) {
        CHECK(sums[t].step() == Step{0, static_cast<int>(t)});
        const Matrix sum = evaluate(sums[t], values), h = evaluate(layer.outputs[t], values);
        for (std::size_t i = 0; i < sum.size(); ++i)
            CHECK(sum.values()[i] == h.values()[i] + values.find(x[t])->values()[i]);
    }
    // d(h(0) + x(0)) / dx(0) = dh(0)/dx(0) + 1.
    const Expr direct = differentiate(sum(sums[0]), {x[0]})[x[0]];
    const Expr through = differentiate(sum(layer.outputs[0]), {x[0]})[x[0]];
    const Matrix all = evaluate(direct, values), part = evaluate(through, values);
    for (std::size_t i = 0; i < all.size(); ++i)
        CHECK(all.values()[i] == doctest::Approx(part.values()[i] + 1).epsilon(1e-15));
}

TEST_CASE("recurrent_net: gradients of several answers are the sums of those of each alone") {
    const std::vector<std::vector<int>> answers{{0, 1, 2, 3}, {1, 3}, {0}};
    for (const CellKind kind : cell_kinds())
        for (const bool both : {false, true})
            for (const std::vector<int>& at : answers) {
                CAPTURE(name_of(kind));
                CAPTURE(both);
                CAPTURE(at.size());
                Graph graph;
                const RecurrentNet net = recurrent_net(graph, {steps, input, hidden, 2, batch},
                                                       {.cell = kind,
                                                        .layers = 2,
                                                        .is_bidirectional = both,
                                                        .is_residual = true,
                                                        .initial = InitialState::trainable,
                                                        .answers = at});
                Bindings values;
                bind_random(values, net.variables(), 1);
                bind_random(values, net.inputs, 2);
                bind_random(values, net.read_out.targets, 3);
                const auto gradients = [&](Expr loss) {
                    const Derivative d = differentiate(loss, net.variables(), Unreachable::zeros);
                    return evaluate(d.gradients(), values);
                };
                std::vector<Matrix> total;
                for (const Expr& variable : net.variables()) total.emplace_back(variable.shape());
                REQUIRE(net.read_out.y.size() == at.size());
                for (std::size_t i = 0; i < at.size(); ++i) {
                    const auto own = gradients(mse(net.read_out.y[i], net.read_out.targets[i]));
                    for (std::size_t k = 0; k < own.size(); ++k)
                        for (std::size_t entry = 0; entry < own[k].size(); ++entry)
                            total[k].values()[entry] += own[k].values()[entry];
                }
                // The same terms, summed in another order.
                CHECK(relative(gradients(net.loss()), total) < 1e-13);
            }
}

TEST_CASE("recurrent_net: answers stand at the steps that were asked for, or at the last") {
    Graph graph;
    const RecurrentNet several = recurrent_net(graph, {.steps = steps}, {.answers = {1, 3}});
    REQUIRE(several.read_out.y.size() == 2);
    CHECK(several.read_out.y[0].step() == Step{0, 1});
    CHECK(several.read_out.y[1].step() == Step{0, 3});
    Graph other;
    const RecurrentNet one = recurrent_net(other, {.steps = steps});
    REQUIRE(one.read_out.y.size() == 1);
    const Expr product = other.at(other.operand(one.read_out.y[0].id, 0));
    CHECK(other.operand(product.id, 1) == one.layers[0].outputs.back().id);
}

TEST_CASE("SimpleRnn: the gradients of any activation agree with finite differences") {
    for (const SimpleRnn::Activation f :
         {SimpleRnn::Activation(tanh), SimpleRnn::Activation(sigmoid),
          SimpleRnn::Activation(softplus), SimpleRnn::Activation(sin),
          SimpleRnn::Activation(erf)}) {
        Graph graph;
        const SimpleRnn cell(graph, input, hidden, f);
        const auto x = input_sequence(graph, "x", {input, batch}, steps);
        const Expr loss = sum(square(unidirectional(cell, x).outputs.back()));
        Bindings values;
        bind_random(values, cell.parameters(), 1);
        bind_random(values, x, 2);
        const Derivative d = differentiate(loss, cell.parameters());
        for (const Expr& parameter : cell.parameters()) {
            const Matrix gradient = evaluate(d[parameter], values);
            CHECK(largest_entry(gradient) > 1e-3);
            CHECK(check_by_differences(loss, parameter, gradient, values).verdict ==
                  Verdict::agrees);
        }
    }
}
