#pragma once

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/unroll.hpp>

#include <string>
#include <vector>

// The LSTM of ADBench, a benchmark of tools for automatic differentiation (Srajer, Kukelova and
// Fitzgibbon, "A benchmark of selected algorithmic differentiation tools on some problems in
// computer vision and machine learning", 2018), whose layers have diagonal weights: every product
// is entry by entry.

namespace adbench {

using namespace revolute;

/// What an input file holds: l layers, c characters of b bits. `file` has `size()` and
/// `vectors(count, size)`.
struct Input {
    explicit Input(auto file)
        : layers(file.size()),
          characters(file.size()),
          bits(file.size()),
          main_parameters(file.vectors(2 * layers, 4 * bits)),
          extra_parameters(file.vectors(3, bits)),
          state(file.vectors(2 * layers, bits)),
          sequence(file.vectors(characters, bits)) {}

    int layers, characters, bits;
    std::vector<Matrix> main_parameters;   ///< weights, then biases of each layer
    std::vector<Matrix> extra_parameters;  ///< in_weight, out_weight, out_bias
    std::vector<Matrix> state;             ///< hidden, then cell of each layer
    std::vector<Matrix> sequence;
};

/// The stack of layers as one cell. In a layer, w and b hold forget, ingate, outgate and change
/// below each other:
///
///     forget = sigmoid(w_f o x + b_f)          ingate = sigmoid(w_i o h(t-1) + b_i)
///     outgate = sigmoid(w_o o x + b_o)         change = tanh(w_c o h(t-1) + b_c)
///     c(t) = forget o c(t-1) + ingate o change           h(t) = outgate o tanh(c(t))
///
/// and h(t) is the next layer's x.
struct DiagonalLstm {
    DiagonalLstm(Graph& graph, int layers, int bits_) : bits(bits_) {
        for (std::size_t layer = 0; layer < static_cast<std::size_t>(layers); ++layer) {
            weights.push_back(graph.parameter(name('w', layer), {4 * bits, 1}));
            biases.push_back(graph.parameter(name('b', layer), {4 * bits, 1}));
        }
    }

    /// h and c of each layer, from the last layer, whose h is the output, to the first.
    std::vector<StateTensor> state_tensors() const {
        std::vector<StateTensor> tensors;
        for (std::size_t layer = weights.size(); layer-- > 0;) {
            tensors.push_back({name('h', layer), bits});
            tensors.push_back({name('c', layer), bits});
        }
        return tensors;
    }
    std::vector<Expr> parameters() const {
        std::vector<Expr> all;
        for (std::size_t layer = 0; layer < weights.size(); ++layer)
            all.insert(all.end(), {weights[layer], biases[layer]});
        return all;
    }
    State step(Expr x, const State& previous) const {
        State next(previous.size());
        for (std::size_t layer = 0; layer < weights.size(); ++layer) {
            const std::size_t top = 2 * (weights.size() - 1 - layer);
            const Expr h = previous[top], c = previous[top + 1];
            const Expr forget = sigmoid(gate(layer, 0, x)), ingate = sigmoid(gate(layer, 1, h));
            const Expr outgate = sigmoid(gate(layer, 2, x)), change = tanh(gate(layer, 3, h));
            const Expr kept = hadamard(forget, c), added = hadamard(ingate, change);
            next[top + 1] = (kept + added).named(name('c', layer));
            next[top] = hadamard(outgate, tanh(next[top + 1])).named(name('h', layer));
            x = next[top];
        }
        return next;
    }

    std::vector<Expr> weights, biases;
    int bits;

 private:
    static std::string name(char letter, std::size_t layer) {
        return letter + std::to_string(layer + 1);
    }
    Expr gate(std::size_t layer, int number, Expr value) const {
        const Expr w = rows(weights[layer], number * bits, bits);
        const Expr b = rows(biases[layer], number * bits, bits);
        return hadamard(w, value) + b;
    }
};

/// The graph of the loss, and values for its leaves.
struct Net {
    explicit Net(const Input& input)
        : cell(graph, input.layers, input.bits),
          in_weight(graph.parameter("in_weight", shape(input))),
          out_weight(graph.parameter("out_weight", shape(input))),
          out_bias(graph.parameter("out_bias", shape(input))) {
        const std::vector<Expr> characters =
            input_sequence(graph, "s", shape(input), input.characters);
        std::vector<Expr> inputs;
        for (const Expr& character : std::span(characters).first(characters.size() - 1)) {
            const Scope scope =
                Scope::step_of(character);  // made outside `unroll`, it belongs to a step
            inputs.push_back(hadamard(character, in_weight));
        }
        const Initial initial = initial_state(graph, cell.state_tensors(), 1, InitialState::given);
        const Unrolled unrolled = unroll(cell, inputs, initial);

        // ynorm = y - log(2 + sum exp(y)); the loss is the mean of -s(t+1) o ynorm(t) over bits and
        // steps.
        std::vector<Expr> products;
        for (std::size_t t = 0; t < inputs.size(); ++t) {
            const Scope scope = Scope::step_of(inputs[t]);
            const Expr y = (hadamard(unrolled.output(t), out_weight) + out_bias).named("y");
            const Expr shift = log(2.0 + sum(exp(y)));
            const Expr ynorm = y - broadcast(shift, input.bits, 1);
            products.push_back(sum(hadamard(characters[t + 1], ynorm)));
        }
        const Expr total = products.size() == 1 ? products.front() : accumulate(products);
        loss = -1.0 / (input.bits * static_cast<double>(inputs.size())) * total;

        bind(parameters(), input.main_parameters);
        bind({in_weight, out_weight, out_bias}, input.extra_parameters);
        bind(characters, input.sequence);
        for (std::size_t i = 0; i < initial.leaves.size(); i += 2) {
            const std::size_t layer = input.state.size() - 2 - i;
            values.bind(initial.leaves[i], input.state[layer]);
            values.bind(initial.leaves[i + 1], input.state[layer + 1]);
        }
    }

    static Shape shape(const Input& input) { return {input.bits, 1}; }
    std::vector<Expr> parameters() const {
        std::vector<Expr> all = cell.parameters();
        all.insert(all.end(), {in_weight, out_weight, out_bias});
        return all;
    }
    void bind(const std::vector<Expr>& leaves, const std::vector<Matrix>& matrices) {
        for (std::size_t i = 0; i < matrices.size(); ++i) values.bind(leaves[i], matrices[i]);
    }

    Graph graph;
    DiagonalLstm cell;
    Expr in_weight, out_weight, out_bias, loss;
    Bindings values;
};

}  // namespace adbench
