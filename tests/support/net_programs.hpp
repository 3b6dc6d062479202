#pragma once

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <support/nets.hpp>
#include <support/program_check.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <span>
#include <vector>

// For the tests that programs of nets compute what the evaluator does. They are several files, as
// with sanitizers each file is one process.

namespace revolute::test {

// Products are summed in another order than by the evaluator: at most some thousand roundings of
// 1.1e-16 (double) or 6e-8 (float), which mostly cancel out.
inline constexpr double rounding_of_doubles = 1e-12;
inline constexpr double rounding_of_floats = 1e-4;

/// For leaves of at most `largest`.
inline ProgramDifference difference(std::span<const Expr> outputs, Precision precision,
                                    double largest = 1) {
    Random random(7);
    LeafValues values = random_leaf_values(outputs, random);
    for (auto& [leaf, value] : values)
        for (double& entry : value.values()) entry *= largest;
    return program_difference(outputs, values, precision);
}

inline void check_program(std::span<const Expr> outputs, double largest = 1) {
    CHECK(difference(outputs, Precision::float64, largest) <= rounding_of_doubles);
    CHECK(difference(outputs, Precision::float32, largest) <= rounding_of_floats);
}

/// The same, simplified too.
inline void check_programs(std::span<const Expr> outputs, double largest = 1) {
    check_program(outputs, largest);
    Graph simple;
    check_program(simplify(outputs, simple, simplification_rules()).outputs, largest);
}

/// Every cell, number of layers, direction, and place of the losses; initial states and batches are
/// drawn with them.
inline std::vector<NetKind> net_kinds() {
    std::vector<NetKind> all;
    int drawn = 0;
    for (Architecture architecture : architectures())
        for (const bool every : {false, true}) {
            architecture.initial = static_cast<InitialState>(drawn % 3);
            all.push_back({architecture, every, drawn / 2 % 2 == 0 ? 1 : 3});
            ++drawn;
        }
    return all;
}

inline std::vector<Expr> loss_and_gradients(const RecurrentNet& net) {
    return differentiate(net.loss(), net.variables()).loss_and_gradients();
}

/// The loss and the gradients of every net, over each of those numbers of steps.
inline void check_gradients_of_every_net(std::initializer_list<int> numbers_of_steps,
                                         double largest = 1) {
    for (const NetKind& kind : net_kinds())
        for (const int steps : numbers_of_steps) {
            CAPTURE(kind.text());
            CAPTURE(steps);
            Graph graph;
            const RecurrentNet net = net_of(graph, kind, steps);
            check_programs(loss_and_gradients(net), largest);
        }
}

}  // namespace revolute::test
