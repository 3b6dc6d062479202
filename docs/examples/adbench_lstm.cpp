// The LSTM of ADBench, a benchmark of tools for automatic differentiation (Srajer, Kukelova and Fitzgibbon,
// "A benchmark of selected algorithmic differentiation tools on some problems in computer vision and machine
// learning", 2018), whose layers have diagonal weights: every product is entry by entry.
//
//     adbench_lstm [INPUT EXPECTED]
//
// INPUT is in ADBench's format, EXPECTED holds the loss, then its gradient by main_params and extra_params. Prints
// both beside what the graph gives; the exit status is 1 unless they agree to 1e-10 of the largest entry.

#include <revolute/graph/differentiate.hpp>
#include <revolute/graph/error.hpp>
#include <revolute/graph/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/unroll.hpp>

#include <cmath>
#include <fstream>
#include <iostream>
#include <string>

using namespace revolute;

/// Reads numbers, whatever white space is between them.
class Reader {
 public:
    explicit Reader(const std::string& path) : path_(path), file_(path) {
        if (!file_) throw FileError(path + ": cannot be read");
    }
    double number() {
        double value = 0;
        if (!(file_ >> value)) throw ParseError(path_ + ": a number is missing or wrong");
        return value;
    }
    Matrix vector(int size) {
        Matrix values(size, 1);
        for (double& value : values.values()) value = number();
        return values;
    }
    /// A size that leaves room for products of sizes.
    int size() {
        const double value = number();
        if (!(value >= 1 && value <= 10000) || value != static_cast<int>(value))
            throw ParseError(path_ + ": a size must be a whole number from 1 to 10000");
        return static_cast<int>(value);
    }
    std::vector<Matrix> vectors(int count, int size) {
        std::vector<Matrix> rows;
        for (int i = 0; i < count; ++i) rows.push_back(vector(size));
        return rows;
    }

 private:
    std::string path_;
    std::ifstream file_;
};

/// What an input file holds: l layers, c characters of b bits.
struct Input {
    explicit Input(Reader file)
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

/// The stack of layers as one cell. In a layer, w and b hold forget, ingate, outgate and change below each other:
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
        for (const Expr& character : std::span(characters).first(characters.size() - 1))
            inputs.push_back(hadamard(character, in_weight));
        const Initial initial = initial_state(graph, cell.state_tensors(), 1, InitialState::given);
        const Unrolled unrolled = unroll(cell, inputs, initial);

        // ynorm = y - log(2 + sum exp(y)); the loss is the mean of -s(t+1) o ynorm(t) over bits and steps.
        std::vector<Expr> products;
        for (std::size_t t = 0; t < inputs.size(); ++t) {
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

/// Loss, then gradient, as one column.
Matrix loss_and_gradient(const Input& input) {
    Net net(input);
    const Derivative derivative = differentiate(net.loss, net.parameters());
    std::vector<Expr> outputs{net.loss};
    const auto gradients = derivative.gradients();
    outputs.insert(outputs.end(), gradients.begin(), gradients.end());
    std::vector<double> all;
    for (const Matrix& value : evaluate(outputs, net.values))
        all.insert(all.end(), value.values().begin(), value.values().end());
    std::cout << input.layers << " layers, " << input.characters << " characters of " << input.bits
              << " bits\n";
    const int count = static_cast<int>(all.size());
    return {count, 1, std::move(all)};
}

bool agrees(const std::string& input, const std::string& expected_path) {
    const Matrix actual = loss_and_gradient(Input(Reader(input)));
    const int entries = actual.rows() - 1;
    Reader file(expected_path);
    const double expected_loss = file.number();
    const Matrix expected = file.vector(entries);
    const Matrix gradient(entries, 1, {actual.data() + 1, actual.data() + actual.size()});
    const double loss_difference = std::abs(actual(0, 0) / expected_loss - 1);
    const double difference = relative_difference(gradient, expected);
    const bool is_right = loss_difference <= 1e-10 && difference <= 1e-10;
    std::cout << "loss " << actual(0, 0) << ", expected " << expected_loss << '\n'
              << entries << " entries of the gradient, the largest " << largest_entry(gradient)
              << ": " << (is_right ? "agree to 1e-10" : "DIFFER") << '\n';
    if (!is_right)
        std::cout << "relative differences " << loss_difference << " of the loss, " << difference
                  << " of the gradient\n";
    return is_right;
}

int main(int count, char** arguments) {
    try {
        if (count == 3) return agrees(arguments[1], arguments[2]) ? 0 : 1;
        bool all_agree = true;
        for (const std::string name : {"lstm_l3_c6", "lstm_l2_c1024"}) {
            const std::string path = REVOLUTE_TEST_DATA "/adbench/" + name;
            all_agree = agrees(path + ".txt", path + ".expected.txt") && all_agree;
        }
        return all_agree ? 0 : 1;
    } catch (const Error& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
