#pragma once

#include <revolute/graph/program/detail/instructions.hpp>
#include <revolute/graph/program/detail/machine.hpp>
#include <revolute/graph/program/detail/reads.hpp>
#include <revolute/graph/program/program.hpp>

#include <utility>
#include <variant>
#include <vector>

namespace revolute {

/// What a program holds. Its parts refer to each other, so it stays where it was made.
struct Program::State {
    State(Rolled rolled_graph, const CompileOptions& options);
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    /// Makes leaves and outputs known by their expressions too.
    void know(std::span<const Expr> expressions);
    /// The leaf's member, if it is one of the program.
    const Member* find_leaf(Expr leaf) const;

    Rolled rolled;
    CompileOptions options;
    detail::Reads reads;
    detail::Code code;
    std::variant<detail::Machine<double>, detail::Machine<float>> machine;

    std::vector<std::vector<bool>> is_bound;  // by part, of leaves, by member
    std::size_t missing = 0;                  // how many are not
    bool has_run = false;

    const Graph* graph = nullptr;  // of the expressions; not read, it need not live any longer
    std::vector<std::pair<NodeId, Member>> leaves;  // ascending
    std::vector<NodeId> outputs;
};

}  // namespace revolute
