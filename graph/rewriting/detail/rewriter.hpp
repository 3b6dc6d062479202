#pragma once

#include <revolute/graph/rewriting/rewrite_rules.hpp>

#include <cstdint>
#include <vector>

namespace revolute::detail {

/// Brings nodes of one graph into their normal form: the equal node that no rule applies to, on
/// operands in normal form. What rules make is brought into normal form in turn. Keeps the form of
/// every node that it has met, and walks with a stack of its own.
class Rewriter {
 public:
    Rewriter(Graph& graph, const RuleSet& rules)
        : graph_(graph), rules_(rules), fired_(rules.size(), 0) {}

    /// The normal form of a node that stands where one node of operator `only_user` uses it, or
    /// several do (none). Throws InternalError naming the rules when they come to no end.
    NodeId normal_form(NodeId node, const Op* only_user);

    KnownUses& uses() { return uses_; }
    /// By number of the rule, how often it was applied.
    const std::vector<std::uint64_t>& fired() const { return fired_; }

 private:
    static constexpr std::uint32_t no_rule = 0xFFFFFFFF;
    static constexpr std::size_t least_depth = 1000;  // that is taken for endless

    /// A node whose normal form is looked for: that of `successor`, once a rule or new operands
    /// gave one.
    struct Visit {
        NodeId node;
        NodeId successor;
        const Op* only_user;
        std::uint32_t rule;  // that gave the successor
        bool knows_uses;
        bool has_successor;
    };

    NodeId known(NodeId node) const;
    Step step_of(NodeId node) const;
    void enter(NodeId node, const Op* only_user, bool knows_uses);
    void leave(NodeId normal);
    bool enter_operands();
    NodeId on_normal_operands(NodeId node);
    std::optional<Expr> rewrite(Visit& visit);
    void step();
    [[noreturn]] void fail(std::size_t from) const;

    Graph& graph_;
    const RuleSet& rules_;
    KnownUses uses_;
    std::vector<std::uint64_t> fired_;
    std::vector<NodeId> normal_;  // by id; or one of the marks of rewriter.cpp
    std::vector<Step> steps_;     // by id, when the normal form was found
    std::vector<Visit> visits_;
    std::vector<NodeId> operands_;
    std::size_t most_depth_ = 0;
};

}  // namespace revolute::detail
