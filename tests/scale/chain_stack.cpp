// x(t) = tanh(w x(t-1) + u(t)) over a million steps, through everything that walks a graph, on a
// stack of 512 kB: nothing may recurse over the graph.

#include "phases.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/figures/dot.hpp>
#include <revolute/tools/figures/figure.hpp>

#include <cmath>
#include <cstdio>
#include <memory>
#include <ostream>
#include <streambuf>
#include <vector>

using namespace revolute;

namespace {

constexpr std::size_t steps = 1'000'000;
constexpr std::size_t written_steps =
    100'000;  // their text is 200 MB; recursion would take the stack ten times over
constexpr double weight = 0.9;
constexpr double start_value = 0.5;

double input_at(std::size_t t) { return 0.3 * std::sin(0.01 * static_cast<double>(t)); }

/// Counts what is written to it and keeps nothing.
class CountingBuffer : public std::streambuf {
 public:
    std::size_t count = 0;

 private:
    int overflow(int c) override {
        ++count;
        return c;
    }
    std::streamsize xsputn(const char*, std::streamsize n) override {
        count += static_cast<std::size_t>(n);
        return n;
    }
};

struct Chain {
    Graph graph;
    Expr w, start, loss;
    std::vector<Expr> inputs;
};

/// The loss is the sum of all x(t), so that every step counts in the gradient.
void build(Chain& chain, std::size_t length) {
    Graph& graph = chain.graph;
    chain.w = graph.parameter("w", {1, 1});
    Expr x = chain.start = graph.initial_state("x", {1, 1});
    std::vector<Expr> states;
    for (std::size_t t = 0; t < length; ++t) {
        const Scope at_step(graph, Step{0, static_cast<int>(t)});
        const Expr u = graph.input("u", {1, 1});
        const Expr product = chain.w * x;
        x = tanh(product + u).named("x");
        chain.inputs.push_back(u);
        states.push_back(x);
    }
    chain.loss = accumulate(states).named("L");
}

struct Gradients {
    double loss = 0, w = 0, start = 0;
};

/// The same by hand. Sums run in the engine's order, so that only the roundings of the formulas
/// differ.
Gradients by_hand() {
    std::vector<double> x{start_value};
    Gradients result;
    for (std::size_t t = 0; t < steps; ++t) {
        x.push_back(std::tanh(weight * x[t] + input_at(t)));
        result.loss += x.back();
    }
    double dx = 0;
    for (std::size_t t = steps; t-- > 0;) {
        dx += 1.0;
        const double dz = dx * (1.0 - x[t + 1] * x[t + 1]);
        result.w += dz * x[t];
        dx = dz * weight;
    }
    result.start = dx;
    return result;
}

Bindings values_for(const Chain& chain) {
    Bindings values;
    values.bind(chain.w, Matrix(1, 1, weight)).bind(chain.start, Matrix(1, 1, start_value));
    for (std::size_t t = 0; t < steps; ++t) values.bind(chain.inputs[t], Matrix(1, 1, input_at(t)));
    return values;
}

bool agree(const char* what, double engine, double hand) {
    // A contraction forgets roundings, and sums of a million terms of one order of magnitude added
    // in one order have equal errors: 1e-12 leaves a factor of a thousand over what remains.
    const double difference = std::abs(engine - hand) / std::abs(hand);
    const bool fits = difference <= 1e-12;
    std::printf("%-14s engine %.17g, by hand %.17g, relative difference %.1e%s\n", what, engine,
                hand, difference, fits ? "" : ": MISSED");
    return fits;
}

/// The gradients of reverse and of forward accumulation against those by hand.
bool check_values(Chain& chain, std::span<const Expr> outputs, Phases& phases) {
    const Bindings values = values_for(chain);
    const std::vector<Matrix> results = evaluate(outputs, values, check_finite);
    phases.done("evaluated");
    const std::vector<Seed> direction{{chain.w, chain.graph.constant(1.0)}};
    const Expr tangent = pushforward(std::span(&chain.loss, 1), direction).front();
    phases.done("pushed forward");
    const double forward_w = evaluate(tangent, values)(0, 0);
    phases.done("evaluated");
    const Gradients hand = by_hand();
    phases.done("by hand");

    bool good = agree("L", results[0](0, 0), hand.loss);
    good = agree("dL/dw", results[1](0, 0), hand.w) && good;
    good = agree("dL/dx(-1)", results[2](0, 0), hand.start) && good;
    return agree("dL/dw forward", forward_w, hand.w) && good;
}

/// Writes the listing of all of a shorter chain and the DOT of its forward graph; whether each step
/// can be in them.
bool write_all(Phases& phases) {
    Chain chain;
    build(chain, written_steps);
    const Derivative derivative = differentiate(chain.loss, {chain.w, chain.start});
    const std::vector<Expr> outputs = derivative.loss_and_gradients();
    const auto written = [&](const char* what, std::size_t least, auto&& write) {
        CountingBuffer sink;
        std::ostream out(&sink);
        write(out);
        phases.done(what);
        const bool complete = sink.count >= least * written_steps;
        std::printf("%-14s %zu bytes%s\n", what, sink.count, complete ? "" : ": MISSED");
        return complete;
    };
    // A step has four nodes forward and more backward: a line of ten characters each, at the least.
    const bool listed =
        written("printed", 40, [&](std::ostream& out) { print(out, outputs, Labels(derivative)); });
    const bool exported = written("exported", 40, [&](std::ostream& out) {
        write_dot(out, forward(std::span(&chain.loss, 1)), {.positions = false});
    });
    return listed && exported;
}

bool run() {
    Phases phases;
    auto chain = std::make_unique<Chain>();
    build(*chain, steps);
    phases.done("built");
    const Derivative derivative = differentiate(chain->loss, {chain->w, chain->start});
    const std::vector<Expr> outputs{chain->loss, derivative[chain->w], derivative[chain->start]};
    phases.done("differentiated");

    const bool right = check_values(*chain, outputs, phases);
    const bool complete = write_all(phases);

    auto copy = std::make_unique<Graph>();
    extract(outputs, *copy);
    phases.done("extracted");
    verify(chain->graph);
    verify(*copy);
    phases.done("verified");

    std::printf("%u nodes, %zu operands\n", chain->graph.size(), chain->graph.operand_total());
    chain.reset();
    copy.reset();
    phases.done("destroyed");
    return right && complete;
}

}  // namespace

int main() {
    note_stack_limit();
    return run() ? 0 : 1;
}
