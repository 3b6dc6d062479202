#include "beside_hand.hpp"

#include "hand/gru.hpp"
#include "hand/lstm.hpp"
#include "hand/nets.hpp"
#include "hand/simple_rnn.hpp"
#include <revolute/graph/program/detail/machine/subnormal_mode.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/graph/values/matrix.hpp>
#include <revolute/tools/support/stopwatch.hpp>
#include <revolute/tools/training/forecast_model.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <utility>
#include <vector>

namespace revolute {

namespace {

template <class Number>
Matrix copied(const hand::Block<Number>& block) {
    Matrix matrix(block.rows, block.columns);
    for (int column = 0; column < block.columns; ++column)
        std::copy_n(block.data + static_cast<std::ptrdiff_t>(block.leading) * column, block.rows,
                    matrix.data() + static_cast<std::ptrdiff_t>(block.rows) * column);
    return matrix;
}

double microseconds(const auto& action) {
    const Stopwatch watch;
    action();
    return watch.microseconds();
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// The first runs read all memory once, and are left out where there are enough others.
void take_turns(std::optional<int> runs, const auto& program, const auto& by_hand,
                BesideHand& result) {
    constexpr double enough = 0.5;  // seconds
    constexpr std::size_t fewest = 3;
    std::vector<double> program_times, hand_times;
    const double processor_before = processor_seconds();
    const Stopwatch watch;
    const auto is_asked = [&] {
        if (runs) return program_times.size() <= static_cast<std::size_t>(*runs);
        return program_times.size() < fewest || watch.seconds() < enough;
    };
    while (is_asked()) {
        program_times.push_back(microseconds(program));
        hand_times.push_back(microseconds(by_hand));
    }
    result.elapsed = watch.seconds();
    result.processor = processor_seconds() - processor_before;
    if (runs || program_times.size() > fewest) {
        program_times.erase(program_times.begin());
        hand_times.erase(hand_times.begin());
    }
    result.runs = static_cast<int>(program_times.size());
    result.program = median(std::move(program_times));
    result.hand = median(std::move(hand_times));
}

template <class Number, class ByHand>
BesideHand time_beside(CellKind cell, const hand::Sizes& sizes, std::optional<int> runs) {
    constexpr Precision precision = hand::precision_of<Number>;
    constexpr double rounding = precision == Precision::float64 ? 1e-9 : 1e-3;
    hand::Gradients gradients(cell, sizes);
    Program program = compile(gradients.outputs, {.precision = precision});
    ByHand by_hand(sizes);
    double phase = 1;
    hand::for_each_leaf(program, gradients.simple, [&](const Expr& leaf) {
        const auto step = leaf.step();
        const auto values = by_hand.leaf(gradients.simple.name(leaf.id), step ? step->t : 0);
        hand::fill(values, phase);
        program.bind(leaf, copied(values));
    });
    BesideHand result;
    // As programs do, and what is linked with -ffast-math.
    const auto run_by_hand = [&] {
        const detail::SubnormalMode flushes(true);
        by_hand.run();
    };
    take_turns(
        runs, [&] { program.run(); }, run_by_hand, result);
    for (std::size_t i = 0; i < gradients.names.size(); ++i)
        result.difference = larger(
            result.difference,
            relative_difference(program.value(i), copied(by_hand.gradient(gradients.names[i]))));
    if (!(result.difference < rounding))
        throw Error(fmt::format(
            "bench: {}, {}: the gradients of the program and of the code by hand differ by {:.2g}",
            hand::title(cell, sizes), name_of(precision), result.difference));
    return result;
}

template <template <class> class ByHand>
BesideHand time_beside(CellKind cell, const hand::Sizes& sizes, Precision precision,
                       std::optional<int> runs) {
    return precision == Precision::float64 ? time_beside<double, ByHand<double>>(cell, sizes, runs)
                                           : time_beside<float, ByHand<float>>(cell, sizes, runs);
}

}  // namespace

BesideHand time_beside_hand(CellKind cell, const hand::Sizes& sizes, Precision precision,
                            std::optional<int> runs) {
    switch (cell) {
        case CellKind::simple:
            return time_beside<hand::SimpleRnn>(cell, sizes, precision, runs);
        case CellKind::gru:
            return time_beside<hand::Gru>(cell, sizes, precision, runs);
        case CellKind::lstm:
            return time_beside<hand::Lstm>(cell, sizes, precision, runs);
        default:
            throw Error(
                fmt::format("bench --table: {} is not written by hand: simple, gru and lstm are",
                            name_of(cell)));
    }
}

}  // namespace revolute
