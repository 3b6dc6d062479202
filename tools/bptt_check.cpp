#include <revolute/graph/differentiate.hpp>
#include <revolute/tools/bptt_check.hpp>
#include <revolute/tools/random.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace revolute {

namespace {

/// Uniform in +-1/sqrt(n), n the number of terms of each sum: keeps z of the order of 1 for any size.
Matrix weights(Random& random, Shape shape) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(shape.columns));
    return random.matrix(shape, -bound, bound);
}

double norm(const Matrix& x) {
    return std::sqrt(
        std::inner_product(x.values().begin(), x.values().end(), x.values().begin(), 0.0));
}

/// The closed form's gradients, in the order of ManyToOne::variables().
std::vector<Matrix> in_order(const closed_form::SimpleRnnGradients& g) {
    return {g.dW, g.dU, g.db, g.dV, g.dc, g.dinitial};
}

CheckRow compare(Expr variable, const Matrix& engine, const Matrix& by_hand) {
    CheckRow row;
    row.name = variable.step() ? "h0" : variable.label();
    row.shape = engine.shape();
    row.norm = norm(engine);
    row.closed_form_relative = relative_difference(engine, by_hand);
    row.closed_form_agrees = row.closed_form_relative <= closed_form_tolerance;
    return row;
}

}  // namespace

RandomNet::RandomNet(const Sizes& sizes, InitialState initial, std::uint64_t seed)
    : net(many_to_one(SimpleRnn(graph, sizes.input, sizes.hidden), sizes, initial)) {
    Random random(seed);
    const auto give = [&](Expr leaf, Matrix value) {
        values.bind(leaf, value);
        return value;
    };
    plain.W = give(net.parameters[0], weights(random, net.parameters[0].shape()));
    plain.U = give(net.parameters[1], weights(random, net.parameters[1].shape()));
    plain.b = give(net.parameters[2], random.matrix(net.parameters[2].shape(), -0.5, 0.5));
    plain.V = give(net.V, weights(random, net.V.shape()));
    plain.c = give(net.c, random.matrix(net.c.shape(), -0.5, 0.5));
    for (const Expr& x : net.unrolled.inputs) plain.x.push_back(give(x, random.matrix(x.shape())));
    for (const Expr& leaf : net.unrolled.initial.leaves)
        plain.initial = give(leaf, random.matrix(leaf.shape()));
    plain.target = give(net.target, random.matrix(net.target.shape()));
}

bool BpttCheck::passes() const {
    return loss_relative <= closed_form_tolerance && std::ranges::all_of(rows, &CheckRow::passes);
}

BpttCheck check_simple_rnn(const Sizes& sizes, InitialState initial, std::uint64_t seed,
                           bool with_differences) {
    const RandomNet random(sizes, initial, seed);
    const std::vector<Expr> variables = random.net.variables();
    const Derivative derivative = differentiate(random.net.loss, variables);
    std::vector<Expr> outputs(derivative.gradients().begin(), derivative.gradients().end());
    outputs.push_back(random.net.loss);
    const std::vector<Matrix> engine = evaluate(outputs, random.values, check_finite);
    const closed_form::SimpleRnnGradients by_hand = closed_form::gradients(random.plain);

    BpttCheck check;
    check.loss = engine.back()(0, 0);
    check.loss_relative = std::abs(check.loss - by_hand.loss) / by_hand.loss;
    const std::vector<Matrix> expected = in_order(by_hand);
    for (std::size_t i = 0; i < variables.size(); ++i) {
        CheckRow row = compare(variables[i], engine[i], expected[i]);
        if (with_differences)
            row.differences = check_by_differences(random.net.loss, variables[i], engine[i],
                                                   random.values, seed + i);
        check.rows.push_back(std::move(row));
    }
    return check;
}

}  // namespace revolute
