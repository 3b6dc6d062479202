// A program that may use two threads beside the same with one: threads/CELL/T,B,I,H/NUMBERS;
// counters one_us, two_us, ratio (one to two), and how many threads it chose. An error where their
// bits differ.

#include <hand/nets.hpp>
#include <turns.hpp>

namespace bench {

namespace {

using namespace revolute;
using namespace revolute::hand;
using hand::Sizes;

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
        fmt::format("threads/{}/{},{},{},{}/{}", name_of(cell), sizes.steps, sizes.batch,
                    sizes.input, sizes.hidden, sizeof(Number) == sizeof(double) ? "f64" : "f32")
            .c_str(),
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
