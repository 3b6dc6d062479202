// x(t) = tanh(w x(t-1) + u(t)) over a million steps, through everything that walks a graph, on a
// stack of 512 kB: nothing may recurse over the graph.

#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <ostream>
#include <streambuf>
#include <vector>

#include <revolute/graph/differentiate.hpp>
#include <revolute/graph/evaluate.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/print.hpp>
#include <revolute/graph/pushforward.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>

using namespace revolute;

namespace {

constexpr std::size_t steps = 1'000'000;
constexpr double weight = 0.9;
constexpr double start_value = 0.5;

double input_at(std::size_t t) { return 0.3 * std::sin(0.01 * static_cast<double>(t)); }

/// Prints what each phase took.
class Phases {
 public:
    void done(const char* name) {
        const auto now = std::chrono::steady_clock::now();
        std::printf("%-14s %6.2f s\n", name, std::chrono::duration<double>(now - last_).count());
        std::fflush(stdout);
        last_ = std::chrono::steady_clock::now();
    }

 private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

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
void build(Chain& chain) {
    Graph& graph = chain.graph;
    chain.w = graph.parameter("w", {1, 1});
    Expr x = chain.start = graph.initial_state("x", {1, 1});
    std::vector<Expr> states;
    for (std::size_t t = 0; t < steps; ++t) {
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
    for (std::size_t t = 0; t < steps; ++t)
        values.bind(chain.inputs[t], Matrix(1, 1, input_at(t)));
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

bool run() {
    Phases phases;
    auto chain = std::make_unique<Chain>();
    build(*chain);
    phases.done("built");

    const Derivative derivative = differentiate(chain->loss, {chain->w, chain->start});
    const std::vector<Expr> outputs{chain->loss, derivative[chain->w], derivative[chain->start]};
    phases.done("differentiated");

    const Bindings values = values_for(*chain);
    const std::vector<Matrix> results = evaluate(outputs, values, check_finite);
    phases.done("evaluated");

    const Gradients hand = by_hand();
    phases.done("by hand");
    bool good = agree("L", results[0](0, 0), hand.loss);
    good = agree("dL/dw", results[1](0, 0), hand.w) && good;
    good = agree("dL/dx(-1)", results[2](0, 0), hand.start) && good;

    CountingBuffer sink;
    std::ostream out(&sink);
    print(out, outputs, Labels(derivative));
    phases.done("printed");
    const bool printed = sink.count > 10 * steps;  // at least ten characters a step
    if (!printed) std::printf("printed only %zu bytes: MISSED\n", sink.count);

    // Exporting as DOT belongs here.

    auto copy = std::make_unique<Graph>();
    const Extracted extracted = extract(outputs, *copy);
    phases.done("extracted");

    verify(chain->graph);
    verify(*copy);
    phases.done("verified");

    const std::vector<Seed> direction{{chain->w, chain->graph.constant(1.0)}};
    const Expr tangent = pushforward(std::span(&chain->loss, 1), direction).front();
    phases.done("pushed forward");
    // Forward and reverse sum different roundings of the same million terms.
    good = agree("dL/dw forward", evaluate(tangent, values)(0, 0), hand.w) && good;
    phases.done("evaluated");

    std::printf("%u nodes, %zu operands, %zu bytes of listing, %zu outputs copied\n",
                chain->graph.size(), chain->graph.operand_total(), sink.count,
                extracted.outputs.size());
    chain.reset();
    copy.reset();
    phases.done("destroyed");
    return good && printed;
}

}  // namespace

int main() {
    rlimit stack{};
    getrlimit(RLIMIT_STACK, &stack);
    if (stack.rlim_cur > 512 * 1024)
        std::printf("note: the stack is not limited to 512 kB (run under ulimit -s 512)\n");
    return run() ? 0 : 1;
}
