#pragma once

/// @file
/// Rules that replace a node by another one of equal value: equations between expressions, or
/// functions where attributes are computed. `simplify` applies them.

#include <revolute/graph/graph.hpp>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace revolute {

/// What is known, while a graph is simplified, of how often its values are used.
struct KnownUses {
    std::vector<bool> is_single;  ///< by id: there is one user, and the value was made for it
    bool was_asked = false;       ///< answers may be others once what is unused is gone
};

/// A node that a rule may replace. Its operands are simplified already.
struct Site {
    Expr node;  ///< what may be replaced
    /// Where rules ask how often values are used; null when that is not known.
    KnownUses* uses = nullptr;
    /// Whether the values below the node are used by no more nodes than before simplification.
    bool knows_uses = false;
    /// The operator of the one node that uses this one; none when there are several, or it is not
    /// known.
    const Op* only_user = nullptr;

    /// The graph that the node belongs to.
    Graph& graph() const { return *node.graph; }
    /// The node's operator.
    const Op& op() const { return node.graph->op(node.id); }
    /// The node's shape.
    Shape shape() const { return node.shape(); }
    /// Number of the node's operands.
    std::uint32_t operand_count() const { return node.graph->operand_count(node.id); }
    /// The node's operand in that slot.
    Expr operand(std::uint32_t slot) const {
        return {node.graph, node.graph->operand(node.id, slot)};
    }
    /// An attribute of the node, by its place.
    double attribute(std::size_t i) const { return node.graph->attributes(node.id)[i]; }
    /// Whether a value below the node is used for nothing but the node, so that replacing the node
    /// saves computing it. False when that is not known.
    bool is_for_node_only(Expr value) const;
    /// Whether one node alone uses this one, and is of the operator. False when that is not known.
    bool is_only_for(const Op& op) const;
};

/// What to put in the node's place, in the same graph and of the same shape; none when the rule
/// does not apply. It may append, but only when it applies.
using Rewrite = std::optional<Expr> (*)(const Site&);

/// Whether an equation holds for any values in the inside of its left side, or is applied only
/// where they are used for nothing else, because otherwise it would add work.
enum class Inside : std::uint8_t {
    may_be_shared,  ///< it holds in any case
    used_once,      ///< their values are for the left side alone
};

/// A set of rules. It owns the graph that the equations are written in.
///
///     const Expr x = rules.any("x");
///     rules.add("add-zero", x + 0.0, x);
class RuleSet {
 public:
    /// Most nodes that the left side of an equation may have.
    static constexpr std::size_t most_pattern_nodes = 16;

    /// An empty set.
    RuleSet();

    /// A leaf that stands for any value. A size of 1 in its shape stands for 1, any other for any
    /// size; a leaf that is used twice stands for one value.
    Expr any(std::string_view name, Shape shape = {2, 2});
    /// A constant of this value; sizes as for `any`.
    Expr number(double value, Shape shape = {2, 2});

    /// Adds an equation: what matches `left` becomes `right`. A number beside an expression matches
    /// a constant of that value and any shape. On the right, it must stand on the left too, or be
    /// all that stands there, and then gets the shape of the left side. Other attributes are
    /// matched and copied.
    ///
    /// Throws GraphError for a second rule of the name, for expressions of another graph, a left
    /// side that is a leaf, more than `most_pattern_nodes` nodes, and for what stands on the right
    /// only; ShapeError unless both sides have one shape.
    void add(std::string_view name, Expr left, Expr right, Inside inside = Inside::may_be_shared);
    /// Adds a rule for nodes of these operators. `equation` says in mathematics what the rule does.
    /// Throws GraphError for a second rule of the name.
    void add(std::string_view name, std::initializer_list<const Op*> roots,
             std::string_view equation, Rewrite function);
    /// Adds a rule that is tried on computed nodes of any operator, before those for certain ones.
    /// Throws GraphError for a second rule of the name.
    void add_everywhere(std::string_view name, std::string_view equation, Rewrite function);

    /// Takes care that a rule is not applied. Throws GraphError when there is none of the name.
    void leave_out(std::string_view name);

    /// Number of rules. They are numbered in the order in which they were added.
    std::size_t size() const { return rules_.size(); }
    /// The name of a rule.
    std::string_view name(std::size_t rule) const { return rules_[rule].name; }
    /// "x + 0 = x", or what the rule was added with.
    std::string_view equation(std::size_t rule) const { return rules_[rule].equation; }
    /// Sides of an equation, in the graph of patterns; none for a rule that is a function.
    std::optional<Expr> left(std::size_t rule) const { return rules_[rule].left; }
    /// The right side, likewise.
    std::optional<Expr> right(std::size_t rule) const { return rules_[rule].right; }
    /// The rules to try on a node of the operator, in order.
    std::span<const std::uint32_t> rules_for(const Op& op) const;

    /// What the rule puts in the place of the node, if it applies. Throws InternalError when that
    /// is not an expression of the node's graph and shape.
    std::optional<Expr> rewrite(std::size_t rule, const Site& site) const;
    /// Whether the rule uses each value below the node at most once in what it puts in its place,
    /// so that what was used once stays so.
    bool keeps_uses(std::size_t rule) const { return rules_[rule].keeps_uses; }

 private:
    /// Operand `slot` of what stands for pattern node number `user` must fit the pattern node
    /// `node`, and is from then on what stands for node number `number`; or it must be what does
    /// already.
    struct Check {
        std::uint32_t user;
        std::uint32_t slot;
        NodeId node;
        std::uint32_t number;
        bool stands_already;
    };
    /// Pattern node number `number` is made of what stands for its operands.
    struct Build {
        NodeId node;
        std::uint32_t number;
        std::vector<std::uint32_t> operands;
    };
    struct Rule {
        std::string name;
        std::string equation;
        Rewrite function = nullptr;
        std::optional<Expr> left{}, right{};
        Inside inside = Inside::may_be_shared;
        bool keeps_uses = false;
        std::vector<Check> checks{};
        std::vector<std::uint32_t>
            insides{};  // numbers of the computed nodes of the left below its root
        std::vector<Build> builds{};
        std::uint32_t result = 0;  // number of the pattern node that the right side is
    };
    using Numbering = std::unordered_map<std::uint32_t, std::uint32_t>;  // pattern id to number
    using Bindings = std::array<NodeId, most_pattern_nodes>;             // by number

    Rule& append(std::string_view name, std::string_view equation);
    void require_new(std::string_view name) const;
    void require_sides(std::string_view name, Expr left, Expr right) const;
    void require_left_has(std::string_view name, Expr left, Expr right) const;
    void compile_left(Rule& rule, Numbering& numbers) const;
    void compile_right(Rule& rule, Numbering& numbers) const;
    bool has_leaves_once(Expr side) const;
    bool fits(NodeId pattern, const Graph& graph, NodeId node) const;
    bool match(const Rule& rule, const Site& site, Bindings& bindings) const;
    Expr build(const Rule& rule, const Site& site, Bindings& bindings) const;

    std::unique_ptr<Graph> patterns_;
    std::vector<Rule> rules_;
    std::vector<std::uint32_t> everywhere_;
    std::unordered_map<const Op*, std::vector<std::uint32_t>>
        by_root_;  // with those of everywhere_
};

}  // namespace revolute
