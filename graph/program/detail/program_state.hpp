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

namespace revolute {

/// What a program and its clones have in common: nothing in it changes. Its parts refer to each other,
/// so it stays where it was made.
struct Program::Code {
    /// Leaves and outputs are known by the expressions too, where there are any.
    Code(Rolled rolled_graph, const CompileOptions& how, std::span<const Expr> expressions);
    Code(const Code&) = delete;
    Code& operator=(const Code&) = delete;

    /// The leaf's member, if it is one of the program.
    const Member* find_leaf(Expr leaf) const;

    Rolled rolled;
    CompileOptions options;
    detail::Reads reads;
    detail::MemberSources sources;  // of a program that checks what is finite
    detail::Code code;

    const Graph* graph = nullptr;  // of the expressions; not read, it need not live any longer
    std::vector<std::pair<NodeId, Member>> leaves;  // ascending
    std::vector<NodeId> outputs;
};

/// What a program holds alone.
struct Program::State {
    explicit State(std::shared_ptr<const Code> shared);
    /// With the values that are in the other.
    State(const State& other);
    State& operator=(const State&) = delete;

    // `who` asks, for errors.
    void require_leaf(std::string_view who, Member leaf) const;
    void require_output(std::string_view who, std::size_t output) const;
    void require_values() const;
    bool is_carried(Member leaf) const;
    void note_value(Member leaf);  ///< the leaf has one now

    std::shared_ptr<const Code> code;
    std::variant<detail::Machine<double>, detail::Machine<float>> machine;
    std::vector<std::vector<bool>> is_bound;              // by part, of leaves, by member
    std::size_t missing = 0;                              // how many are not
    std::vector<std::pair<std::size_t, Member>> carried;  // from an output to a leaf
    bool has_run = false;
};

}  // namespace revolute
