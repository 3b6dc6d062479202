// Back-propagation through time: the program compiled of the graph beside the same written by hand
// against CBLAS. bptt/CELL/T,B,I,H/NUMBERS; counters program_us, hand_us, ratio, and how far the
// gradients differ, relative to the largest entry; an error where that is more than rounding.

#include <hand/gru.hpp>
#include <hand/lstm.hpp>
#include <hand/simple_rnn.hpp>
#include <nets.hpp>
#include <turns.hpp>

namespace bench {

namespace {

using namespace revolute;

template <class Number>
Matrix copied(const Block<Number>& block) {
    Matrix matrix(block.rows, block.columns);
    for (int column = 0; column < block.columns; ++column)
        std::copy_n(block.data + static_cast<std::ptrdiff_t>(block.leading) * column, block.rows,
                    matrix.data() + static_cast<std::ptrdiff_t>(block.rows) * column);
    return matrix;
}

template <class Number, class Hand>
void bptt(benchmark::State& state, CellKind cell, const Sizes& sizes) {
    Gradients gradients(cell, sizes);
    Program program = compile(gradients.outputs, {.precision = precision_of<Number>});
    Hand hand(sizes);
    double phase = 1;
    for_each_leaf(program, gradients.simple, [&](const Expr& leaf) {
        const auto step = leaf.step();
        const Block<Number> values = hand.leaf(gradients.simple.name(leaf.id), step ? step->t : 0);
        fill(values, phase);
        program.bind(leaf, copied(values));
    });
    take_turns(
        state, {"program", "hand"}, [&] { program.run(); }, [&] { hand.run(); });
    double worst = 0;
    for (std::size_t i = 0; i < gradients.names.size(); ++i)
        worst = larger(worst, relative_difference(program.value(i),
                                                  copied(hand.gradient(gradients.names[i]))));
    state.counters["differ"] = worst;
    if (!(worst < (sizeof(Number) == sizeof(double) ? 1e-9 : 1e-3)))
        state.SkipWithError("the gradients differ");
}

template <class Number, class Hand>
void add(CellKind cell, const Sizes& sizes) {
    benchmark::RegisterBenchmark(
        title<Number>("bptt", cell, sizes).c_str(),
        [=](benchmark::State& state) { bptt<Number, Hand>(state, cell, sizes); })
        ->UseManualTime();
}

template <template <class> class Hand>
void add_all(CellKind cell) {
    for (const Sizes& sizes : all_sizes) {
        add<double, Hand<double>>(cell, sizes);
        add<float, Hand<float>>(cell, sizes);
    }
}

}  // namespace

void add_everything() {
    add_all<HandSimpleRnn>(CellKind::simple);
    add_all<HandGru>(CellKind::gru);
    add_all<HandLstm>(CellKind::lstm);
}

}  // namespace bench

int main(int count, char** arguments) {
    benchmark::Initialize(&count, arguments);
    bench::add_everything();
    benchmark::RunSpecifiedBenchmarks();
}
