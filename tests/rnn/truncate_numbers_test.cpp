// Truncated gradients beside the algorithms as the literature states them, in plain loops without a
// graph.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/truncate.hpp>
#include <revolute/tools/support/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <complex>

using namespace revolute;

namespace {

using Number = std::complex<double>;
using Numbers = std::vector<Number>;

constexpr int steps = 7;
constexpr std::size_t hidden = 2;

constexpr Truncation all_cuts[] = {{1, 1}, {1, 3}, {2, 3}, {2, 6}, {3, 3}, {3, 1},
                                   {4, 2}, {7, 2}, {3, 7}, {9, 9}, {5, 1}};

/// Reads a list of numbers matrix by matrix, as the variables stand in it.
class Reader {
 public:
    explicit Reader(const Numbers& all) : next_(all.data()) {}
    const Number* take(std::size_t count) {
        const Number* taken = next_;
        next_ += count;
        return taken;
    }
    /// W x + U h + b with the next three matrices, for one input.
    Numbers gate(double x, const Numbers& h) {
        const Number *W = take(hidden), *U = take(hidden * hidden), *b = take(hidden);
        Numbers z(hidden);
        for (std::size_t r = 0; r < hidden; ++r) {
            z[r] = W[r] * x + b[r];
            for (std::size_t k = 0; k < hidden; ++k) z[r] += U[r + hidden * k] * h[k];
        }
        return z;
    }

 private:
    const Number* next_;
};

Number sigmoid_of(Number z) { return 1.0 / (1.0 + std::exp(-z)); }

/// One step, from the state (h, then c) to the next, the parameters read one after another.
using PlainStep = Numbers (*)(Reader& parameters, double x, const Numbers& state);

Numbers lstm_step(Reader& parameters, double x, const Numbers& state) {
    const Numbers h(state.begin(), state.begin() + hidden);
    const Numbers i = parameters.gate(x, h), f = parameters.gate(x, h), g = parameters.gate(x, h),
                  o = parameters.gate(x, h);
    Numbers next(2 * hidden);
    for (std::size_t r = 0; r < hidden; ++r) {
        const Number c = sigmoid_of(f[r]) * state[hidden + r] + sigmoid_of(i[r]) * std::tanh(g[r]);
        next[hidden + r] = c;
        next[r] = sigmoid_of(o[r]) * std::tanh(c);
    }
    return next;
}

Numbers gru_step(Reader& parameters, double x, const Numbers& h) {
    const Numbers r = parameters.gate(x, h), z = parameters.gate(x, h);
    const Number *W = parameters.take(hidden), *U = parameters.take(hidden * hidden),
                 *b = parameters.take(hidden), *b_h = parameters.take(hidden);
    Numbers next(hidden);
    for (std::size_t k = 0; k < hidden; ++k) {
        Number from_state = b_h[k];
        for (std::size_t j = 0; j < hidden; ++j) from_state += U[k + hidden * j] * h[j];
        const Number n = std::tanh(W[k] * x + b[k] + sigmoid_of(r[k]) * from_state);
        const Number keep = sigmoid_of(z[k]);
        next[k] = (1.0 - keep) * n + keep * h[k];
    }
    return next;
}

/// A net with a loss at some steps, and its numbers as plain lists. Variables in the order: the
/// cell's parameters, V, c, h(-1), c(-1).
struct Net {
    template <Cell C>
    Net(Graph& graph, const C& cell, Truncation truncation, std::vector<int> at)
        : cuts(truncation), answers(std::move(at)) {
        inputs = input_sequence(graph, "x", {1, 1}, steps);
        const Unrolled run = truncate(
            cell, inputs, initial_state(graph, cell.state_tensors(), 1, InitialState::given), cuts);
        std::vector<Expr> outputs;
        for (const int t : answers) outputs.push_back(run.output(static_cast<std::size_t>(t)));
        head = read_out(outputs, 1);
        variables = cell.parameters();
        variables.insert(variables.end(), {head.V, head.c});
        state_size = 0;
        for (const Expr& leaf : run.initial.leaves) {
            variables.push_back(leaf);
            state_size += hidden;
        }
        Random random(7);
        for (const Expr& leaf : variables) {
            values.bind(leaf, random.matrix(leaf.shape()));
            for (const double number : values.find(leaf)->values()) point.emplace_back(number);
        }
        for (const Expr& leaf : inputs) x.push_back(bound(leaf, random));
        for (const Expr& leaf : head.targets) targets.push_back(bound(leaf, random));
    }

    double bound(Expr leaf, Random& random) {
        values.bind(leaf, random.matrix({1, 1}));
        return (*values.find(leaf))(0, 0);
    }
    std::vector<double> gradient() const {
        const Derivative d = differentiate(head.loss, variables, Unreachable::zeros);
        std::vector<double> all;
        for (const Matrix& matrix : evaluate(d.gradients(), values))
            all.insert(all.end(), matrix.values().begin(), matrix.values().end());
        return all;
    }

    Truncation cuts;
    std::vector<int> answers;
    std::vector<Expr> inputs, variables;
    ReadOut head;
    Bindings values;
    Numbers point;
    std::vector<double> x, targets;
    std::size_t state_size = 0;
};

/// The states that the net runs through from the initial state in `point`.
std::vector<Numbers> forward(const Net& net, PlainStep step, const Numbers& point) {
    std::vector<Numbers> states{
        Numbers(point.end() - static_cast<std::ptrdiff_t>(net.state_size), point.end())};
    for (const double x : net.x) {
        Reader parameters(point);
        states.push_back(step(parameters, x, states.back()));
    }
    return states;  // states[t + 1] stands for step t
}

/// Half the squared error of the answer to h at a place in the list.
Number loss_at(const Net& net, const Numbers& point, std::size_t place, const Numbers& h) {
    const Number* V = point.data() + point.size() - net.state_size - hidden - 1;
    Number error = V[hidden] - net.targets[place];
    for (std::size_t k = 0; k < hidden; ++k) error += V[k] * h[k];
    return 0.5 * error * error;
}

/// The losses of a chunk as one function of the variables: the states before the window are
/// numbers, taken from `fixed`.
Number chunk_loss(const Net& net, PlainStep step, const Numbers& point,
                  const std::vector<Numbers>& fixed, int begin, int end) {
    const int first = std::max(0, end - net.cuts.window);
    std::vector<Numbers> states = fixed;
    if (first == 0)
        states[0] = Numbers(point.end() - static_cast<std::ptrdiff_t>(net.state_size), point.end());
    for (int t = first; t < end; ++t) {
        Reader parameters(point);
        const auto at = static_cast<std::size_t>(t);
        states[at + 1] = step(parameters, net.x[at], states[at]);
    }
    Number loss = 0;
    for (std::size_t place = 0; place < net.answers.size(); ++place) {
        const int t = net.answers[place];
        if (t >= begin && t < end)
            loss += loss_at(net, point, place, states[static_cast<std::size_t>(t) + 1]);
    }
    return loss;
}

/// The truncated gradient by the complex step (Squire and Trapp 1998): the derivatives of all
/// chunks' losses, added.
std::vector<double> by_complex_step(const Net& net, PlainStep step) {
    constexpr double tiny = 1e-30;
    const std::vector<Numbers> fixed = forward(net, step, net.point);
    std::vector<double> gradient;
    for (std::size_t k = 0; k < net.point.size(); ++k) {
        Numbers moved = net.point;
        moved[k] += Number(0, tiny);
        double slope = 0;
        for (int begin = 0; begin < steps; begin += net.cuts.every) {
            const int end = std::min(begin + net.cuts.every, steps);
            slope += chunk_loss(net, step, moved, fixed, begin, end).imag() / tiny;
        }
        gradient.push_back(slope);
    }
    return gradient;
}

Matrix column(const std::vector<double>& numbers) {
    return {static_cast<int>(numbers.size()), 1, numbers};
}

const std::vector<std::vector<int>> all_answers{{0, 1, 2, 3, 4, 5, 6}, {1, 2, 5}, {6}};
/// A gradient is a sum of a few hundred rounded products.
constexpr double tolerance = 1e-13;

template <class MakeCell>
void check_cell(const MakeCell& make, PlainStep step) {
    for (const std::vector<int>& answers : all_answers)
        for (const Truncation& cuts : all_cuts) {
            CAPTURE(cuts.every);
            CAPTURE(cuts.window);
            CAPTURE(answers.size());
            Graph graph;
            const Net net(graph, make(graph), cuts, answers);
            CHECK(relative_difference(column(net.gradient()), column(by_complex_step(net, step))) <
                  tolerance);
        }
}

}  // namespace

TEST_CASE(
    "truncate: an Lstm's gradients are those of the chunks with the state before the window held "
    "fixed") {
    check_cell([](Graph& graph) { return Lstm(graph, 1, hidden); }, lstm_step);
}

TEST_CASE(
    "truncate: a Gru's gradients are those of the chunks with the state before the window held "
    "fixed") {
    check_cell([](Graph& graph) { return Gru(graph, 1, hidden); }, gru_step);
}
