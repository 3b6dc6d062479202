// What docs/programs.md shows: a net's training step compiled into a program.

#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/tools/support/random.hpp>

#include <algorithm>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <vector>

using namespace revolute;

namespace {

constexpr Sizes sizes{.steps = 8, .input = 1, .hidden = 6, .batch = 32};

/// Sequences of random numbers, each step behind the one before; to be recalled: the number of step
/// 5.
void fill(Random& random, std::vector<double>& x, std::vector<double>& target) {
    for (double& number : x) number = random.uniform(-1, 1);
    const auto batch = static_cast<std::ptrdiff_t>(sizes.batch);
    std::copy_n(x.begin() + 5 * batch, batch, target.begin());
}

void train() {
    Graph graph;
    const SimpleRnn cell(graph, sizes.input, sizes.hidden);
    const ManyToOne net = many_to_one(cell, sizes);
    const Derivative d = differentiate(net.loss, net.variables());

    std::vector<Expr> outputs{net.loss};
    for (const Expr& weight : net.parameters) outputs.push_back(weight - 0.1 * d[weight]);
    Program step = compile(outputs);
    for (std::size_t i = 0; i < net.parameters.size(); ++i)
        step.carry(outputs[i + 1], net.parameters[i]);

    Random random(1);
    for (const Expr& weight : net.parameters) step.bind(weight, random.matrix(weight.shape()));

    std::vector<double> x(8 * 32), target(32);
    for (std::size_t t = 0; t < 8; ++t) step.refer(net.unrolled.inputs[t], x.data() + t * 32);
    step.refer(net.target, target.data());

    for (int i = 0; i <= 300; ++i) {
        fill(random, x, target);
        step.run();
        if (i % 100 == 0) std::cout << "step " << i << ": loss " << step.scalar(net.loss) << '\n';
    }
}

void compute_long_sequence() {
    Graph graph;
    const SimpleRnn cell(graph, 1, 4);
    const ManyToOne net = many_to_one(cell, {.steps = 8, .input = 1, .hidden = 4});
    const Derivative d = differentiate(net.loss, net.parameters);

    const Rolled rolled = roll(d.gradients());
    Program program = compile(rolled.at(1'000'000), {.precision = Precision::float32});
    std::cout << "a million steps: " << program.bytes() / 1'000'000 << " bytes a step\n";
}

}  // namespace

int main() {
    std::cout << std::fixed << std::setprecision(3);
    train();
    compute_long_sequence();
}
