#include <plain/adbench_objective.hpp>

#include <algorithm>
#include <cmath>

namespace bench {

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// One step of a layer: weights and biases are forget, ingate, outgate and change, b of each.
void layer_step(int b, const double* weights, const double* biases, const double* x, double* hidden,
                double* cell) {
    for (int i = 0; i < b; ++i) {
        const double forget = sigmoid(weights[i] * x[i] + biases[i]);
        const double ingate = sigmoid(weights[b + i] * hidden[i] + biases[b + i]);
        const double outgate = sigmoid(weights[2 * b + i] * x[i] + biases[2 * b + i]);
        const double change = std::tanh(weights[3 * b + i] * hidden[i] + biases[3 * b + i]);
        cell[i] = cell[i] * forget + ingate * change;
        hidden[i] = outgate * std::tanh(cell[i]);
    }
}

}  // namespace

double adbench_objective(const AdbenchArrays& arrays, std::span<double> room) {
    const int b = arrays.bits;
    const double* const in_weight = arrays.extra_parameters.data();
    const double *const out_weight = in_weight + b, *const out_bias = out_weight + b;
    double* const state = room.data();
    std::ranges::copy(arrays.state, state);
    double* const x = state + arrays.state.size();
    double* const y = x + b;
    double total = 0;
    for (int t = 0; t + 1 < arrays.characters; ++t) {
        const double* const character = &arrays.sequence[static_cast<std::size_t>(t * b)];
        for (int i = 0; i < b; ++i) x[i] = character[i] * in_weight[i];
        const double* input = x;
        for (int layer = 0; layer < arrays.layers; ++layer) {
            const double* const weights =
                &arrays.main_parameters[static_cast<std::size_t>(8 * layer * b)];
            double* const hidden = state + 2 * layer * b;
            layer_step(b, weights, weights + 4 * b, input, hidden, hidden + b);
            input = hidden;
        }
        double sum = 2;
        for (int i = 0; i < b; ++i) {
            y[i] = input[i] * out_weight[i] + out_bias[i];
            sum += std::exp(y[i]);
        }
        const double shift = std::log(sum);
        for (int i = 0; i < b; ++i) total += character[b + i] * (y[i] - shift);
    }
    return -total / (b * (arrays.characters - 1.0));
}

}  // namespace bench
