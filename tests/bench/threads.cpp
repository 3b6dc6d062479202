// A program that may use two threads beside the same with one: threads/CELL/T,B,I,H/NUMBERS; counters
// one_us, two_us, ratio (one to two), and how many threads it chose. An error where their bits differ.

#include <nets.hpp>
#include <turns.hpp>

namespace bench {

namespace {

using namespace revolute;

void bind_numbers(Program& program, Graph& graph) {
    double phase = 1;
    for_each_leaf(program, graph, [&](const Expr& leaf) {
        Matrix value(leaf.shape().rows, leaf.shape().columns);
        fill(Block<double>{value.data(), value.rows(), value.columns(), value.rows()}, phase);
        program.bind(leaf, value);
    });
}

template <class Number>
void threads(benchmark::State& state, CellKind cell, const Sizes& sizes) {
    Gradients gradients(cell, sizes);
    const auto compiled = [&](std::size_t count) {
        Program program =
            compile(gradients.outputs, {.precision = precision_of<Number>, .threads = count});
        bind_numbers(program, gradients.simple);
        return program;
    };
    Program one = compiled(1), two = compiled(2);
    take_turns(
        state, {"one", "two"}, [&] { one.run(); }, [&] { two.run(); });
    state.counters["threads"] = static_cast<double>(two.threads());
    for (std::size_t i = 0; i < gradients.outputs.size(); ++i)
        if (!std::ranges::equal(one.value(i).values(), two.value(i).values()))
            state.SkipWithError("the gradients differ");
}

template <class Number>
void add(CellKind cell, const Sizes& sizes) {
    benchmark::RegisterBenchmark(
        title<Number>("threads", cell, sizes).c_str(),
        [=](benchmark::State& state) { threads<Number>(state, cell, sizes); })
        ->UseManualTime();
}

}  // namespace

void add_everything() {
    for (const CellKind cell : cells)
        for (const Sizes& sizes : all_sizes) {
            add<double>(cell, sizes);
            add<float>(cell, sizes);
        }
}

}  // namespace bench

int main(int count, char** arguments) {
    benchmark::Initialize(&count, arguments);
    bench::add_everything();
    benchmark::RunSpecifiedBenchmarks();
}
