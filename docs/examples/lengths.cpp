// nets.md, "Sequences of different lengths": three sequences in one batch, in both forms.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/tools/support/random.hpp>

#include <array>
#include <cmath>
#include <iostream>

using namespace revolute;

/// The same numbers for the same parameters, whatever the net.
void bind_parameters(Bindings& values, const Gru& cell, const ReadOut& head) {
    Random random(1);
    for (const Expr& parameter : cell.parameters())
        values.bind(parameter, random.matrix(parameter.shape()));
    values.bind(head.V, random.matrix(head.V.shape())).bind(head.c, Matrix(1, 1));
}

/// The loss of sequences of ones, 4, 2 and 1 steps long, without padding.
double loss_without_padding() {
    Graph graph;
    const Gru cell(graph, 1, 3);
    const auto x = shrinking_input_sequence(graph, "x", 1, std::array{4, 2, 1});
    const Initial zero = initial_state(graph, cell.state_tensors(), 3, InitialState::zero);
    const Unrolled net = unroll(cell, x, zero);
    const Expr last = last_outputs(net.outputs());  // each sequence's at its own last step
    const ReadOut head = read_out(std::array{last}, 1);

    for (const Expr& at_step : x)
        std::cout << at_step.label() << ' ' << to_string(at_step.shape()) << '\n';
    Bindings values;
    bind_parameters(values, cell, head);
    for (const Expr& at_step : x) values.bind(at_step, Matrix(at_step.shape(), 1.0));
    values.bind(head.targets.front(), Matrix(1, 3, 0.5));
    return evaluate(head.loss, values)(0, 0);
}

/// The same with lengths that are values, and padding of NaN.
double loss_with_mask() {
    Graph graph;
    const Gru cell(graph, 1, 3);
    const auto x = input_sequence(graph, "x", {1, 3}, 4);
    const Lengths lengths = input_lengths(graph, 3, 4);
    const Initial zero = initial_state(graph, cell.state_tensors(), 3, InitialState::zero);
    const Unrolled net = unroll_masked(cell, x, lengths, zero);
    const ReadOut head = read_out(std::array{net.last()}, 1);

    Bindings values;
    bind_parameters(values, cell, head);
    values.bind(lengths.lengths, Matrix::from_rows({{4, 2, 1}}));
    values.bind(x[0], Matrix::from_rows({{1, 1, 1}}));
    values.bind(x[1], Matrix::from_rows({{1, 1, NAN}}));
    for (const std::size_t t : {2U, 3U}) values.bind(x[t], Matrix::from_rows({{1, NAN, NAN}}));
    values.bind(head.targets.front(), Matrix(1, 3, 0.5));
    const Derivative d = differentiate(head.loss, x);
    const Matrix dx = evaluate(d[x[1]], values);
    std::cout << "dx[1] is zero in the columns:";
    for (int b = 0; b < 3; ++b) std::cout << (dx(0, b) == 0.0 ? " yes" : " no");
    std::cout << '\n';
    return evaluate(head.loss, values)(0, 0);
}

int main() {
    const double without = loss_without_padding();
    const double masked = loss_with_mask();
    std::cout << "losses " << without << " and " << masked << '\n';
    return std::abs(without - masked) <= 1e-12 * std::abs(without) ? 0 : 1;
}
