#pragma once

#include <revolute/graph/differentiate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/simplify.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <fmt/format.h>
#include <hand/block.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

// The nets that are timed: many-to-one, one output, half the mean squared error, zero initial state;
// the gradients of all parameters.

namespace bench {

/// The sizes that the project's tables name.
inline const std::vector<Sizes> all_sizes{
    {25, 1, 1, 32},  {50, 1, 8, 16},     {63, 1, 24, 32},     {100, 1, 16, 64},
    {25, 16, 1, 32}, {100, 32, 32, 128}, {100, 64, 256, 512}, {10000, 1, 16, 16}};

inline constexpr std::array cells{revolute::CellKind::simple, revolute::CellKind::gru,
                                  revolute::CellKind::lstm};

inline revolute::RecurrentNet append_net(revolute::Graph& graph, revolute::CellKind cell,
                                         const Sizes& sizes) {
    return revolute::recurrent_net(graph,
                                   {.steps = sizes.steps,
                                    .input = sizes.input,
                                    .hidden = sizes.hidden,
                                    .output = 1,
                                    .batch = sizes.batch},
                                   {.cell = cell});
}

/// The simplified graph of a net's gradients, in the order of its variables.
struct Gradients {
    Gradients(revolute::CellKind cell, const Sizes& sizes) {
        revolute::Graph graph;
        const revolute::RecurrentNet net = append_net(graph, cell, sizes);
        const std::vector<revolute::Expr> variables = net.variables();
        for (const revolute::Expr& variable : variables)
            names.emplace_back(graph.name(variable.id));
        const revolute::Derivative d = revolute::differentiate(net.loss(), variables);
        outputs =
            revolute::simplify(d.gradients(), simple, revolute::simplification_rules()).outputs;
    }

    revolute::Graph simple;
    std::vector<revolute::Expr> outputs;
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
void for_each_leaf(const revolute::Program& program, revolute::Graph& graph, const auto& bind) {
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (const revolute::Expr leaf = graph.at(revolute::NodeId{i}); program.needs(leaf))
            bind(leaf);
}

template <class Number>
constexpr revolute::Precision precision_of = sizeof(Number) == sizeof(double)
                                                 ? revolute::Precision::float64
                                                 : revolute::Precision::float32;

/// "bptt/lstm/25,1,1,32/double".
template <class Number>
std::string title(const std::string& what, revolute::CellKind cell, const Sizes& sizes) {
    return fmt::format("{}/{}/{},{},{},{}/{}", what, revolute::name_of(cell), sizes.steps,
                       sizes.batch, sizes.input, sizes.hidden,
                       sizeof(Number) == sizeof(double) ? "double" : "float");
}

}  // namespace bench
