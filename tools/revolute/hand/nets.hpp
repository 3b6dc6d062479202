#pragma once

#include "block.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

// The nets that are timed: many-to-one, one output, half the mean squared error, zero initial
// state; the gradients of all parameters.

namespace revolute::hand {

/// The sizes that the project's tables name.
inline const std::vector<Sizes> all_sizes{
    {25, 1, 1, 32},  {50, 1, 8, 16},     {63, 1, 24, 32},     {100, 1, 16, 64},
    {25, 16, 1, 32}, {100, 32, 32, 128}, {100, 64, 256, 512}, {10000, 1, 16, 16}};

inline constexpr std::array cells{CellKind::simple, CellKind::gru, CellKind::lstm};

inline RecurrentNet append_net(Graph& graph, CellKind cell, const Sizes& sizes) {
    return recurrent_net(graph,
                         {.steps = sizes.steps,
                          .input = sizes.input,
                          .hidden = sizes.hidden,
                          .output = 1,
                          .batch = sizes.batch},
                         {.cell = cell});
}

/// The simplified graph of a net's gradients, in the order of its variables.
struct Gradients {
    Gradients(CellKind cell, const Sizes& sizes) {
        Graph graph;
        const RecurrentNet net = append_net(graph, cell, sizes);
        const std::vector<Expr> variables = net.variables();
        for (const Expr& variable : variables) names.emplace_back(graph.name(variable.id));
        const Derivative d = differentiate(net.loss(), variables);
        outputs = simplify(d.gradients(), simple, simplification_rules()).outputs;
    }

    Graph simple;
    std::vector<Expr> outputs;
    std::vector<std::string> names;  ///< of the variables
};

/// Numbers of order 1/sqrt(columns), different everywhere.
template <class Number>
void fill(const Block<Number>& block, double& phase) {
    for (int column = 0; column < block.columns; ++column)
        for (int row = 0; row < block.rows; ++row)
            block.data[static_cast<std::ptrdiff_t>(block.leading) * column + row] =
                static_cast<Number>(std::sin(phase += 7.3) / std::sqrt(block.columns));
}

/// Calls `bind(leaf)` for each leaf that the program needs.
void for_each_leaf(const Program& program, Graph& graph, const auto& bind) {
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (const Expr leaf = graph.at(NodeId{i}); program.needs(leaf)) bind(leaf);
}

/// Binds every leaf to such numbers.
inline void bind_numbers(Program& program, Graph& graph) {
    double phase = 1;
    for_each_leaf(program, graph, [&](const Expr& leaf) {
        Matrix value(leaf.shape().rows, leaf.shape().columns);
        fill(Block<double>{value.data(), value.rows(), value.columns(), value.rows()}, phase);
        program.bind(leaf, value);
    });
}

template <class Number>
constexpr Precision precision_of = sizeof(Number) == sizeof(double) ? Precision::float64
                                                                    : Precision::float32;

/// "lstm 25,1,1,32": steps, batch, inputs, hidden units.
inline std::string title(CellKind cell, const Sizes& sizes) {
    return fmt::format("{} {},{},{},{}", name_of(cell), sizes.steps, sizes.batch, sizes.input,
                       sizes.hidden);
}

}  // namespace revolute::hand
