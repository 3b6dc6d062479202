#pragma once

#include <revolute/graph/cost/cost.hpp>
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/rnn/truncate.hpp>
#include <revolute/tools/equations/equations.hpp>
#include <revolute/tools/figures/dot.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <revolute/tools/support/random.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// Nets that bytes say, and what must hold of all of them.

namespace revolute::test {

/// Numbers that bytes say, one each; zeros where they have ended.
class Choices {
 public:
    explicit Choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    /// 0 to `count` - 1.
    int below(int count) {
        const int byte = next_ < bytes_.size() ? bytes_[next_] : 0;
        ++next_;
        return byte % count;
    }
    bool flag() { return below(2) == 1; }

 private:
    std::span<const std::uint8_t> bytes_;
    std::size_t next_ = 0;
};

/// A cell of its own: a few operators on products with its input and state, drawn once, the same at
/// every step.
class DrawnCell {
 public:
    DrawnCell(Graph& graph, int input, int hidden, Choices& choices)
        : has_second_(choices.flag()),
          hidden_(hidden),
          W_(graph.parameter("W", {hidden, input})),
          U_(graph.parameter("U", {hidden, hidden})),
          b_(graph.parameter("b", {hidden, 1})) {
        const int count = choices.below(6);
        for (int i = 0; i < count; ++i)
            drawn_.push_back({choices.below(11), choices.below(256), choices.below(256)});
        start_ = choices.below(4);
    }

    std::vector<StateTensor> state_tensors() const {
        std::vector<StateTensor> tensors{{"h", hidden_}};
        if (has_second_) tensors.push_back({"c", hidden_});
        return tensors;
    }
    std::vector<Expr> parameters() const { return {W_, U_, b_}; }

    State step(Expr x, const State& previous) const {
        std::vector<Expr> values(previous.begin(), previous.end());
        const Expr read = W_ * x, kept = U_ * previous.front();
        values.push_back(start_ == 0 ? add_bias(read + kept, b_) : read);
        if (start_ > 1) values.push_back(start_ == 2 ? kept : read - kept);
        for (const auto& [op, a, b] : drawn_) {
            const auto at = [&](int i) {
                return values[static_cast<std::size_t>(i) % values.size()];
            };
            values.push_back(result(op, at(a), at(b)));
        }
        State state{values.back()};
        if (has_second_) state.push_back(values[values.size() / 2]);
        return state;
    }

 private:
    static Expr add_bias(Expr x, Expr b) { return x + broadcast_columns(b, x.shape().columns); }

    static Expr result(int op, Expr a, Expr b) {
        switch (op) {
            case 0:
                return tanh(a);
            case 1:
                return sigmoid(a);
            case 2:
                return hadamard(tanh(a), sigmoid(b));
            case 3:
                return a + b;
            case 4:
                return a - b;
            case 5:
                return relu(a);
            case 6:
                return hadamard(sigmoid(a), b);
            case 7:
                return softmax(a);
            case 8:
                return maximum(a, b);
            case 9:
                return stop_gradient(a) + tanh(b);
            default:
                return 0.5 * a;
        }
    }

    struct Drawn {
        int op, a, b;
    };
    bool has_second_;
    int hidden_;
    Expr W_, U_, b_;
    std::vector<Drawn> drawn_;
    int start_ = 0;
};

/// What bytes say of a net; the number of steps is free.
struct DrawnNet {
    enum class Kind : std::uint8_t { layers, truncated, masked, shrinking, cell };

    explicit DrawnNet(std::span<const std::uint8_t> all) : bytes(all) {
        Choices choices(bytes);
        kind = static_cast<Kind>(choices.below(5));
        steps = 1 + choices.below(6);
        sizes = {.steps = steps,
                 .input = 1 + choices.below(3),
                 .hidden = 1 + choices.below(3),
                 .output = 1 + choices.below(2),
                 .batch = 1 + choices.below(3)};
        architecture = {.cell = static_cast<CellKind>(choices.below(6)),
                        .layers = 1 + choices.below(3),
                        .is_bidirectional = choices.flag(),
                        .is_residual = choices.flag(),
                        .initial = static_cast<InitialState>(choices.below(3))};
        answers = choices.below(3);
        cuts = {1 + choices.below(4), 1 + choices.below(4)};
        seed = static_cast<std::uint64_t>(choices.below(256));
        rest = 16;
    }

    std::span<const std::uint8_t> bytes;
    Kind kind = Kind::layers;
    int steps = 1;
    Sizes sizes{};
    Architecture architecture{};
    int answers = 0;  // 0: the last step; 1: every one; 2: every second one
    Truncation cuts{};
    std::uint64_t seed = 0;
    std::size_t rest = 0;  // bytes from there on say the cell
};

/// Loss and gradients of the net with so many steps.
inline Derivative build(const DrawnNet& net, int steps, Graph& graph) {
    Sizes sizes = net.sizes;
    sizes.steps = steps;
    if (net.kind == DrawnNet::Kind::layers) {
        Architecture architecture = net.architecture;
        for (int t = steps - 1; net.answers > 0 && t >= 0; t -= net.answers)
            architecture.answers.insert(architecture.answers.begin(), t);
        const RecurrentNet built = recurrent_net(graph, sizes, architecture);
        std::vector<Expr> variables = built.variables();
        variables.insert(variables.end(), built.inputs.begin(), built.inputs.end());
        return differentiate(built.loss(), variables, Unreachable::zeros);
    }
    Choices choices(net.bytes.subspan(std::min(net.rest, net.bytes.size())));
    const AnyCell cell = net.kind == DrawnNet::Kind::cell
                             ? AnyCell(DrawnCell(graph, sizes.input, sizes.hidden, choices))
                             : make_cell(net.architecture.cell, graph, sizes.input, sizes.hidden);
    std::vector<Expr> variables = cell.parameters();
    std::vector<Expr> inputs;
    if (net.kind == DrawnNet::Kind::shrinking) {
        std::vector<int> lengths;
        for (int column = 0; column < sizes.batch; ++column)
            lengths.push_back(std::max(1, steps - column * (1 + net.answers)));
        inputs = shrinking_input_sequence(graph, "x", sizes.input, lengths);
    } else {
        inputs = input_sequence(graph, "x", {sizes.input, sizes.batch}, steps);
    }
    Initial initial =
        initial_state(graph, cell.state_tensors(), sizes.batch, net.architecture.initial);
    variables.insert(variables.end(), initial.leaves.begin(), initial.leaves.end());
    ReadOut answer;
    if (net.kind == DrawnNet::Kind::masked) {
        const Lengths lengths = input_lengths(graph, sizes.batch, steps);
        const Unrolled unrolled = unroll_masked(cell, inputs, lengths, std::move(initial));
        answer = read_out_masked(unrolled.outputs(), lengths, sizes.output);
    } else {
        const Unrolled unrolled = net.kind == DrawnNet::Kind::truncated
                                      ? truncate(cell, inputs, std::move(initial), net.cuts)
                                      : unroll(cell, inputs, std::move(initial));
        const std::vector<Expr> outputs = unrolled.outputs();
        const std::size_t count = net.answers == 0 ? 1 : outputs.size();
        answer = read_out(std::span(outputs).last(count), sizes.output);
    }
    variables.insert(variables.end(), {answer.V, answer.c});
    return differentiate(answer.loss, variables, Unreachable::zeros);
}

/// What must hold does not.
struct Broken : std::logic_error {
    using std::logic_error::logic_error;
};

inline void require_equal(std::string_view what, const std::vector<Matrix>& expected,
                          const std::vector<Matrix>& got) {
    if (got.size() != expected.size())
        throw Broken(fmt::format("{}: another number of outputs", what));
    double largest = 1;
    for (const Matrix& matrix : expected)
        for (const double entry : matrix.values()) largest = std::max(largest, std::abs(entry));
    if (largest > 1e6) return;  // rounding may have grown without bounds
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (got[i].shape() != expected[i].shape())
            throw Broken(fmt::format("{}: another shape of output {}", what, i));
        for (std::size_t k = 0; k < expected[i].size(); ++k)
            if (!(std::abs(got[i].values()[k] - expected[i].values()[k]) <= 1e-9 * largest))
                throw Broken(fmt::format("{}: output {} is {} in place of {}", what, i,
                                         got[i].values()[k], expected[i].values()[k]));
    }
}

/// The values of all leaves that outputs need, by their names and the seed; lengths of sequences
/// are whole numbers.
inline Bindings values_of_leaves(std::span<const Expr> outputs, std::uint64_t seed, int steps) {
    Graph& graph = common_graph("fuzz", outputs);
    const std::vector<bool> needed = ancestors(graph, ids_of(outputs));
    Bindings values;
    for (std::uint32_t id = 0; id < graph.size(); ++id) {
        if (!needed[id] || !is_given(graph.op(NodeId{id}))) continue;
        const Expr leaf = graph.at(NodeId{id});
        const std::string name = leaf.label();
        std::uint64_t hash = seed + 14695981039346656037U;  // FNV-1a
        for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
        Random random(static_cast<std::uint32_t>(hash));
        Matrix value = random.matrix(leaf.shape());
        if (name == "lengths")
            for (double& entry : value.values()) entry = std::floor((entry + 1) / 2 * (steps + 1));
        values.bind(leaf, value);
    }
    return values;
}

inline std::vector<Matrix> evaluated(std::span<const Expr> outputs, const DrawnNet& net,
                                     int steps) {
    return evaluate(outputs, values_of_leaves(outputs, net.seed, steps));
}

inline std::vector<Matrix> by_program(std::span<const Expr> outputs, const DrawnNet& net,
                                      int steps) {
    const Graph& graph = *outputs.front().graph;
    const Bindings values = values_of_leaves(outputs, net.seed, steps);
    Program program = compile(outputs);
    for (std::uint32_t id = 0; id < graph.size(); ++id)
        if (const Matrix* value = values.find(outputs.front().graph->at(NodeId{id})))
            program.bind(outputs.front().graph->at(NodeId{id}), *value);
    program.run();
    std::vector<Matrix> results;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const ConstMatrixView value = program.value(i);
        const auto entries = value.values();
        results.emplace_back(value.rows, value.columns,
                             std::vector<double>(entries.begin(), entries.end()));
    }
    return results;
}

/// The rolled graph with other numbers of steps is the net that is built with them, or is refused.
inline void check_other_steps(const DrawnNet& net, const Rolled& rolled) {
    // Lengths say nothing of other numbers of steps, nor do cuts where no window has two.
    if (net.kind == DrawnNet::Kind::shrinking) return;
    if (net.kind == DrawnNet::Kind::truncated && net.steps <= net.cuts.window + net.cuts.every)
        return;
    for (const int steps : {net.steps + 1, net.steps + 3}) {
        Graph again, graph;
        std::vector<Expr> outputs;
        try {
            // An axis has the steps of its recurrences, and these may end before the net does.
            if (rolled.steps() != net.steps) return;
            outputs = unroll_again(rolled, steps, again);
        } catch (const GraphError&) {
            continue;
        }
        require_equal(fmt::format("at({})", steps),
                      evaluated(build(net, steps, graph).loss_and_gradients(), net, steps),
                      evaluated(outputs, net, steps));
    }
}

/// What is printed and drawn of a derivative.
inline void check_texts(const Derivative& derivative) {
    for (const Simplification simplification : {Simplification::off, Simplification::on}) {
        const Equations all = equations(derivative, simplification);
        to_text(all);
        to_latex(all);
    }
    std::ostringstream drawn;
    write_dot(drawn, joint(derivative));
    write_dot(drawn, local_derivatives(derivative));
}

/// Builds the net that bytes say, and computes its loss and gradients in every way. Throws where
/// ways differ; whatever else it throws is a defect too.
inline void check_drawn_net(std::span<const std::uint8_t> bytes) {
    const DrawnNet net(bytes);
    Graph graph;
    const Derivative derivative = build(net, net.steps, graph);
    const std::vector<Expr> outputs = derivative.loss_and_gradients();
    verify(graph);
    const std::vector<Matrix> expected = evaluated(outputs, net, net.steps);
    require_equal("program", expected, by_program(outputs, net, net.steps));

    Graph simple;
    const std::vector<Expr> simplified = simplify(outputs, simple, simplification_rules()).outputs;
    verify(simple);
    require_equal("simplified", expected, evaluated(simplified, net, net.steps));
    require_equal("simplified program", expected, by_program(simplified, net, net.steps));

    for (const std::vector<Expr>* const some : {&outputs, &simplified}) {
        const Rolled rolled = roll(*some);
        verify(rolled);
        Graph again;
        require_equal("unrolled again", expected,
                      evaluated(unroll_again(rolled, again), net, net.steps));
        cost(rolled);
        // Simplification makes numbers of steps: 2 (2 (2 x)) is 8 x, which says nothing of other
        // steps.
        if (some == &outputs) check_other_steps(net, rolled);
    }
    check_texts(derivative);
}

}  // namespace revolute::test
