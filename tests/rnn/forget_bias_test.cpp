#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/tools/support/random.hpp>

#include <doctest/doctest.h>

using namespace revolute;

namespace {

/// Loss and gradient of b_f of an LSTM with random values, b_f moved by `moved`.
std::vector<Matrix> loss_and_gradient(double forget_bias, double moved) {
    Graph graph;
    const Lstm cell(graph, 2, 3, {.forget_bias = forget_bias});
    const ManyToOne net = many_to_one(cell, {.steps = 3, .input = 2, .hidden = 3, .batch = 2});
    Random random(1);
    Bindings values;
    for (const auto& leaves : {net.parameters, net.unrolled.inputs, std::vector<Expr>{net.target}})
        for (const Expr& leaf : leaves) values.bind(leaf, random.matrix(leaf.shape()));
    Matrix b = *values.find(cell.f.b);
    for (double& value : b.values()) value += moved;
    values.bind(cell.f.b, b);
    const Derivative d = differentiate(net.loss, {cell.f.b});
    return evaluate(std::vector<Expr>{net.loss, d[cell.f.b]}, values);
}

}  // namespace

TEST_CASE("lstm: a forget bias is added to b_f") {
    const std::vector<Matrix> built_in = loss_and_gradient(1.0, 0.0);
    const std::vector<Matrix> by_hand = loss_and_gradient(0.0, 1.0);
    const std::vector<Matrix> without = loss_and_gradient(0.0, 0.0);
    for (std::size_t i = 0; i < built_in.size(); ++i)  // the order of a sum differs
        CHECK(relative_difference(built_in[i], by_hand[i]) <= 1e-14);
    CHECK(relative_difference(built_in[0], without[0]) > 1e-3);
}
