// From a net to the program of its gradients, phase by phase: compile_time/STEPS; counters in
// microseconds a step, and bytes a step of the program. A simple RNN of 16 units, one input, batch
// of one; the graph is not simplified. at/STEPS: the program from the rolled form of few steps
// instead.

#include <revolute/graph/rolling/roll.hpp>

#include <hand/nets.hpp>
#include <turns.hpp>

#include <memory>
#include <optional>

namespace bench {

namespace {

using namespace revolute;
using namespace revolute::hand;
using hand::append_net;
using hand::Sizes;

constexpr Sizes sizes_of(int steps) {
    return {.steps = steps, .batch = 1, .input = 1, .hidden = 16};
}

void explicit_graph(benchmark::State& state) {
    const auto steps = static_cast<int>(state.range(0));
    double build = 0, derive = 0, fold = 0, make = 0;
    std::size_t nodes = 0, bytes = 0;
    for (auto _ : state) {
        auto graph = std::make_unique<Graph>();
        std::optional<RecurrentNet> net;
        build += microseconds([&] { net = append_net(*graph, CellKind::simple, sizes_of(steps)); });
        const std::vector<Expr> variables = net->variables();
        std::optional<Derivative> d;
        derive += microseconds([&] { d = differentiate(net->loss(), variables); });
        std::optional<Rolled> rolled;
        fold += microseconds([&] { rolled = roll(d->gradients()); });
        std::optional<Program> program;
        make += microseconds([&] { program = compile(*rolled); });
        nodes = graph->size();
        bytes = program->bytes();
    }
    const auto per_step = [&](double total) {
        return total / static_cast<double>(state.iterations()) / steps;
    };
    state.counters["build"] = per_step(build);
    state.counters["differentiate"] = per_step(derive);
    state.counters["roll"] = per_step(fold);
    state.counters["compile"] = per_step(make);
    state.counters["all"] = per_step(build + derive + fold + make);
    state.counters["nodes"] = static_cast<double>(nodes) / steps;
    state.counters["bytes"] = static_cast<double>(bytes) / steps;
}
BENCHMARK(explicit_graph)
    ->Name("compile_time")
    ->RangeMultiplier(10)
    ->Range(1000, 1'000'000)
    ->Unit(benchmark::kMillisecond);

/// The time to take the rolled form to so many steps, and to compile it.
void parametric_form(benchmark::State& state) {
    const auto steps = static_cast<int>(state.range(0));
    Gradients few(CellKind::simple, sizes_of(8));
    const Rolled rolled = roll(few.outputs);
    for (auto _ : state) benchmark::DoNotOptimize(compile(rolled.at(steps)).bytes());
}
BENCHMARK(parametric_form)
    ->Name("at")
    ->RangeMultiplier(10)
    ->Range(100, 1'000'000)
    ->Unit(benchmark::kMicrosecond);

}  // namespace

}  // namespace bench

BENCHMARK_MAIN();
