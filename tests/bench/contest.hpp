#pragma once

#include <revolute/graph/differentiate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/simplify.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <fmt/format.h>
#include <hand/block.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

// The gradient of a net, many-to-one: the program compiled of the graph beside back-propagation
// through time written by hand, in turns, one thread.

namespace bench {

inline double median(std::vector<double> times) {
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

inline double microseconds(const auto& action) {
    const auto start = std::chrono::steady_clock::now();
    action();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
        .count();
}

template <class Number>
revolute::Matrix copied(const Block<Number>& block) {
    revolute::Matrix matrix(block.rows, block.columns);
    for (int column = 0; column < block.columns; ++column)
        std::copy_n(block.data + static_cast<std::ptrdiff_t>(block.leading) * column, block.rows,
                    matrix.data() + static_cast<std::ptrdiff_t>(block.rows) * column);
    return matrix;
}

/// Numbers of order 1/sqrt(columns), different everywhere.
template <class Number>
void fill(const Block<Number>& block, double& phase) {
    for (int column = 0; column < block.columns; ++column)
        for (int row = 0; row < block.rows; ++row)
            block.data[static_cast<std::ptrdiff_t>(block.leading) * column + row] =
                static_cast<Number>(std::sin(phase += 7.3) / std::sqrt(block.columns));
}

template <class Number>
constexpr revolute::Precision precision_of = sizeof(Number) == sizeof(double)
                                                 ? revolute::Precision::float64
                                                 : revolute::Precision::float32;

/// Times the net's program beside `Hand`, gives both the same values, and prints medians and their
/// ratio. Returns whether the gradients agree.
template <class Number, class Hand>
bool compare(revolute::CellKind cell, const Sizes& sizes, int rounds) {
    using namespace revolute;
    Graph graph, simple;
    const RecurrentNet net = recurrent_net(graph,
                                           {.steps = sizes.steps,
                                            .input = sizes.input,
                                            .hidden = sizes.hidden,
                                            .output = 1,
                                            .batch = sizes.batch},
                                           {.cell = cell});
    const std::vector<Expr> variables = net.variables();
    const Derivative d = differentiate(net.loss(), variables);
    const Simplified s = simplify(d.gradients(), simple, simplification_rules());
    Program program = compile(s.outputs, {.precision = precision_of<Number>});

    Hand hand(sizes);
    double phase = 1;
    for (std::uint32_t i = 0; i < simple.size(); ++i) {
        const Expr leaf = simple.at(NodeId{i});
        if (!program.needs(leaf)) continue;
        const auto step = leaf.step();
        const Block<Number> values = hand.leaf(simple.name(leaf.id), step ? step->t : 0);
        fill(values, phase);
        program.bind(leaf, copied(values));
    }

    std::vector<double> by_program, by_hand;
    for (int round = 0; round < rounds; ++round) {
        by_program.push_back(microseconds([&] { program.run(); }));
        by_hand.push_back(microseconds([&] { hand.run(); }));
    }
    double worst = 0;
    for (std::size_t i = 0; i < variables.size(); ++i)
        worst =
            larger(worst, relative_difference(program.value(i),
                                              copied(hand.gradient(graph.name(variables[i].id)))));
    const double ours = median(by_program), theirs = median(by_hand);
    fmt::print("{:>16} {:6} {:12.1f} {:12.1f} {:6.2f} {:8.1e}\n",
               fmt::format("{},{},{},{}", sizes.steps, sizes.batch, sizes.input, sizes.hidden),
               sizeof(Number) == sizeof(double) ? "double" : "float", ours, theirs, ours / theirs,
               worst);
    std::fflush(stdout);
    return worst < (sizeof(Number) == sizeof(double) ? 1e-9 : 1e-3);
}

/// bench [T B I H [rounds]]: those sizes, or some that are common.
template <template <class> class Hand>
int main_of(revolute::CellKind cell, std::span<char* const> arguments) {
    std::vector<Sizes> all{{25, 1, 1, 32},  {50, 1, 8, 16},     {100, 1, 16, 64},
                           {25, 16, 1, 32}, {100, 32, 32, 128}, {1000, 1, 16, 16}};
    if (arguments.size() > 4)
        all = {{std::atoi(arguments[1]), std::atoi(arguments[2]), std::atoi(arguments[3]),
                std::atoi(arguments[4])}};
    fmt::print("         T,B,I,H numbers   program us   by hand us  ratio  differ\n");
    bool agree = true;
    for (const Sizes& sizes : all) {
        const bool is_large = double(sizes.steps) * sizes.batch * sizes.hidden > 1e5;
        const int rounds = arguments.size() > 5 ? std::atoi(arguments[5]) : is_large ? 21 : 401;
        agree &= compare<double, Hand<double>>(cell, sizes, rounds);
        agree &= compare<float, Hand<float>>(cell, sizes, rounds);
    }
    return agree ? 0 : 1;
}

}  // namespace bench
