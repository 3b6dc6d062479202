#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/program/detail/lowering/reads.hpp>
#include <revolute/graph/program/detail/machine/machine.hpp>
#include <revolute/graph/program/detail/machine/member_sources.hpp>
#include <revolute/graph/program/program.hpp>

#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace revolute::detail {

/// What a program and its clones have in common: nothing in it changes. Its parts refer to each
/// other, so it stays where it was made.
struct ProgramCode {
    /// Leaves and outputs are known by the expressions too, where there are any.
    ProgramCode(Rolled rolled_graph, const CompileOptions& how, std::span<const Expr> expressions);
    ProgramCode(const ProgramCode&) = delete;
    ProgramCode& operator=(const ProgramCode&) = delete;

    /// The leaf's member, if it is one of the program.
    const Member* find_leaf(Expr leaf) const;

    Rolled rolled;
    CompileOptions options;
    Reads reads;
    MemberSources sources;  // of a program that checks what is finite
    Code compiled;

    const Graph* graph = nullptr;  // of the expressions; not read, it need not live any longer
    std::vector<std::pair<NodeId, Member>> leaves;  // ascending
    std::vector<NodeId> outputs;
};

/// What a program holds alone.
struct ProgramState {
    explicit ProgramState(std::shared_ptr<const ProgramCode> shared);
    /// With the values that are in the other.
    ProgramState(const ProgramState& other);
    ProgramState& operator=(const ProgramState&) = delete;

    // `who` asks, for errors.
    void require_leaf(std::string_view who, Member leaf) const;
    void require_output(std::string_view who, std::size_t output) const;
    void require_values() const;
    bool is_carried(Member leaf) const;
    void note_value(Member leaf);  ///< the leaf has one now

    std::shared_ptr<const ProgramCode> code;
    std::variant<Machine<double>, Machine<float>> machine;
    std::vector<std::vector<bool>> is_bound;              // by part, of leaves, by member
    std::size_t missing = 0;                              // how many are not
    std::vector<std::pair<std::size_t, Member>> carried;  // from an output to a leaf
    bool has_run = false;
};

}  // namespace revolute::detail
