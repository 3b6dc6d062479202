#pragma once

/// @file
/// `Graph`, the store of nodes, and `Scope`, which says at which step and line nodes are made.

#include <revolute/graph/expr.hpp>
#include <revolute/graph/hash_index.hpp>
#include <revolute/graph/node_index.hpp>
#include <revolute/graph/op.hpp>
#include <revolute/graph/values/error.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

namespace detail {
class NodeCopier;
}

/// Whether equal nodes are one node (the rule), or each is kept apart, for teaching figures.
enum class Sharing : std::uint8_t {
    on,   ///< the rule
    off,  ///< for figures that show each use
};

/// An append-only store of nodes. A node is an operator with attributes, applied to operands that
/// were there before, so ids are a topological order and every pass is a loop over ids. Equal nodes
/// are one node (hash-consing), except leaves with identity: inputs, parameters, initial states.
/// Nothing is ever edited or removed. Neither copied nor moved, because an Expr holds its address.
///
/// Separate graphs may be used in separate threads. Spans and string_views that it returns are
/// valid until the next append.
class Graph {
 public:
    /// As many nodes as ids can tell apart.
    static constexpr std::uint32_t most_ids = 0xFFFFFFFF;

    /// Holds at most `limit` nodes and as many operands; beyond that, appending throws
    /// CapacityError.
    explicit Graph(Sharing sharing = Sharing::on, std::uint32_t limit = most_ids);
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;

    /// A value given at evaluation: x(t), a target. It takes the step of the open scope.
    Expr input(std::string_view name, Shape shape, SourceLine line = SourceLine::here());
    /// A trainable value, the same at every step.
    Expr parameter(std::string_view name, Shape shape, SourceLine line = SourceLine::here());
    /// h(-1): given or trainable; it takes the step of the open scope.
    Expr initial_state(std::string_view name, Shape shape, SourceLine line = SourceLine::here());
    /// A matrix of one value. It has neither name nor step.
    Expr constant(double value, Shape shape = {}, SourceLine line = SourceLine::here());

    /// Appends a node, or finds the equal one, which keeps the step of its first maker. But one
    /// that is asked for at another step, and reads no step of the axis of its own, is the same at
    /// all of them: from then on it has the one step of other axes that its operands have, or none.
    /// `operands` must not be a span into this graph. Throws as `apply` does.
    Expr append(const Op& op, std::span<const NodeId> operands, std::span<const double> attributes,
                SourceLine line);
    /// A leaf of that kind (input, parameter, initial state), as the functions above make it.
    Expr leaf(const Op& op, std::string_view name, Shape shape,
              SourceLine line = SourceLine::here());
    /// The node that is made like `node`, but of these operands of the same shapes; none when there
    /// is none, or equal nodes are kept apart.
    std::optional<NodeId> find_like(NodeId node, std::span<const NodeId> operands) const;
    /// Makes room, so that appending that many does not move what is there.
    void reserve(std::size_t nodes, std::size_t operands);

    /// Number of nodes; their ids are 0 to size - 1.
    std::uint32_t size() const { return static_cast<std::uint32_t>(nodes_.size()); }
    /// Number of operands of all nodes together.
    std::size_t operand_total() const { return operands_.size(); }
    /// The node as an expression.
    Expr at(NodeId id) { return {this, id}; }

    /// The operator's record.
    const Op& op(NodeId id) const { return *kind(id).op; }
    /// Rows and columns of the node's value.
    Shape shape(NodeId id) const { return kind(id).shape; }
    /// The numbers that the operator was applied with, by their place in it.
    std::span<const double> attributes(NodeId id) const;
    /// Number that nodes share whose op, attributes and shape are equal.
    std::uint32_t kind_number(NodeId id) const { return nodes_[index(id)].kind; }
    /// The nodes that the node reads, by slot.
    std::span<const NodeId> operands(NodeId id) const {
        return {operands_.data() + nodes_[index(id)].first_operand, operand_count(id)};
    }
    /// Number of the node's operands.
    std::uint32_t operand_count(NodeId id) const {
        const std::size_t next = index(id) + 1;
        const std::size_t end =
            next < nodes_.size() ? nodes_[next].first_operand : operands_.size();
        return static_cast<std::uint32_t>(end - nodes_[next - 1].first_operand);
    }
    /// The node that stands in an operand slot.
    NodeId operand(NodeId id, std::uint32_t slot) const {
        return operands_[nodes_[index(id)].first_operand + slot];
    }

    /// The step that the node was made at; none of a node without one.
    std::optional<Step> step(NodeId id) const {
        const Step* const step = find_step(id);
        return step == nullptr ? std::nullopt : std::optional(*step);
    }
    /// The same, or null, until a node is made: for passes that look at millions of steps.
    const Step* find_step(NodeId id) const {
        const std::uint32_t step = nodes_[index(id)].step;
        return step > stepless ? &steps_[step] : nullptr;
    }
    /// Whether the node has a step or depends on one that has: the loss does, a parameter does not.
    bool depends_on_time(NodeId id) const { return nodes_[index(id)].step != none; }
    /// Whether a pullback rule made the node.
    bool is_made_by_adjoint(NodeId id) const;
    /// By axis, the steps of what this graph was made from: of a text, or of the graph that it was
    /// copied or simplified from. This one may lack the last of them, which nothing read, and the
    /// first, which were found to be zero.
    const std::map<std::int32_t, Interval>& steps_of_source() const { return source_steps_; }
    /// Says it of one axis; what was said of it before remains, with the steps between.
    void note_steps_of_source(std::int32_t axis, Interval steps);
    /// Name without step, empty when there is none.
    std::string_view name(NodeId id) const;
    /// A name that a node was given after its first one.
    struct Alias {
        std::string_view name;     ///< without step
        std::optional<Step> step;  ///< of the scope in which it was given, else the node's own

        friend bool operator==(const Alias&, const Alias&) = default;
    };
    /// Names given after the first one.
    std::vector<Alias> aliases(NodeId id) const;
    /// Name with step, "h[3]"; empty when there is no name.
    std::string label(NodeId id) const;
    /// "made at train.cpp:31", or "made by the adjoint of h[3]".
    std::string origin(NodeId id) const;
    /// "h[3] [32 x 1], made at train.cpp:40": a node as errors print it.
    std::string describe(NodeId id) const;
    /// Gives a node its name, or another one, which is an alias. A node that has a step belongs to
    /// the open scope's from its first name on: U h(t) was perhaps first asked for in step t + 1,
    /// and is g(t). Throws GraphError for a constant, and for an empty name.
    void set_name(NodeId id, std::string_view name);
    /// Whether a node that has a step has been given the name.
    bool is_name_of_steps(std::string_view name) const;

    /// Whether equal nodes are one node in this graph.
    Sharing sharing() const { return sharing_; }
    /// Step of the innermost open scope that sets one.
    std::optional<Step> open_step() const;
    /// "at train.cpp:31", or "by the adjoint of h[3]": the source that the open scopes set; empty
    /// when none does.
    std::string open_origin() const;

 private:
    friend class Scope;
    friend class detail::NodeCopier;
    friend void verify(const Graph& graph);

    /// What hash-consing compares, apart from operands: op and attributes; the shape follows.
    struct Kind {
        const Op* op;
        Shape shape;
        std::uint32_t first_attribute;
        std::uint32_t attribute_count;
    };
    /// Step and source are indices into side tables; the operands end where the next node's begin.
    struct Node {
        std::uint32_t kind;
        std::uint32_t first_operand;
        std::uint32_t step;
        std::uint32_t source;
    };
    static_assert(sizeof(Node) == 16);
    /// A line of the user's program, or the node whose pullback rule made the node.
    struct Source {
        std::uint32_t file;  ///< index into strings_, or `adjoint_mark`
        std::uint32_t line;  ///< line, or node id
        friend bool operator==(Source, Source) = default;
    };
    static constexpr std::uint32_t adjoint_mark = 0xFFFFFFFF;
    static constexpr std::uint32_t none = 0;
    /// Index into steps_ of a node that depends on time and has no step: the head, the loss.
    static constexpr std::uint32_t stepless = 1;

    /// What the open scopes say of nodes to be made: `none`, or indices into the side tables.
    struct Context {
        std::uint32_t step = none;
        std::uint32_t source = none;
        /// The step at which a pass was called that opens scopes of its own.
        std::uint32_t called_at = none;
    };

    const Kind& kind(NodeId id) const { return kinds_[nodes_[index(id)].kind]; }
    std::uint32_t intern_kind(const Op& op, Shape shape, std::span<const double> attributes);
    std::uint32_t intern_string(std::string_view text);
    std::uint32_t intern_source(Source source);
    std::uint32_t intern_source(SourceLine line);
    std::string origin_text(std::uint32_t source) const;
    std::uint32_t append_step(Step step);
    void set_name(NodeId id, std::string_view name, std::uint32_t step);
    std::uint32_t step_for(const Op& op, std::span<const NodeId> operands) const;
    bool reads_only(std::uint32_t step, std::span<const NodeId> operands) const;
    bool depend_on_time(std::span<const NodeId> operands) const;
    void ask_again(NodeId id, std::span<const NodeId> operands);
    NodeId push(Node node, std::span<const NodeId> operands);
    void check_operands(const Op& op, std::span<const NodeId> operands) const;
    static std::uint64_t hash_of_node(std::uint32_t kind, std::span<const NodeId> operands);
    std::optional<NodeId> find(std::uint64_t hash, std::uint32_t kind,
                               std::span<const NodeId> operands) const;
    bool is_same(NodeId id, std::uint32_t kind, std::span<const NodeId> operands) const;

    Sharing sharing_;
    std::uint32_t limit_;
    Context context_;

    std::vector<Node> nodes_;
    std::vector<NodeId> operands_;
    NodeIndex node_index_;

    std::vector<Kind> kinds_;
    std::vector<double> attributes_;
    HashIndex kind_index_;

    std::vector<Step> steps_;      // entries `none` and `stepless` stand for no step
    std::vector<Source> sources_;  // entry 0 stands for no source
    HashIndex source_index_;
    SourceLine last_line_;
    std::uint32_t last_source_ = none;

    std::vector<std::string> strings_;  // entry 0 is the empty string: no name
    HashIndex string_index_;
    std::vector<std::uint32_t>
        names_;  // index into strings_; shorter than nodes_: the rest has no name
    struct NumberedAlias {
        std::uint32_t name;  // in strings_
        std::uint32_t step;  // in steps_; none: the node's own
    };
    std::map<NodeId, std::vector<NumberedAlias>> aliases_;  // few nodes have any
    std::vector<bool> names_steps_;  // as strings_; the rest, where it is shorter, does not

    std::map<std::int32_t, Interval> source_steps_;  // by axis
};

/// While it lives, nodes appended to the graph get the step, or the source, that it was opened
/// with, whether what they read depends on time or not. A transpose or reshape has its operand's
/// step, a constant and a parameter none. Scopes nest; a line that is set stays set inside, so that
/// everything an outer call makes carries that call's line. Only a pass's adjoint_of takes its
/// place.
class [[nodiscard]] Scope {
 public:
    /// Sets the step.
    Scope(Graph& graph, Step step);
    /// Sets the line of the user's program.
    Scope(Graph& graph, SourceLine line);
    /// The step of `node`, or none when it has none.
    static Scope step_of(Expr node) { return Scope(node); }
    /// For what a pass derives of `node`: its step. What depends on time by the step alone at which
    /// the pass was called belongs to that one: in a step of gradient descent, the gradient with
    /// respect to the weights of the step before.
    static Scope tangent_of(Expr node) { return Scope(node, Derived{}); }
    /// The same, and "adjoint of node" for a source.
    static Scope adjoint_of(Expr node) { return Scope(node, AdjointSource{}); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    /// Closes the scope: what the outer one said holds again.
    ~Scope() { graph_.context_ = outer_; }

 private:
    friend class detail::NodeCopier;
    struct Derived {};
    struct AdjointSource {};
    Scope(Graph& graph, Graph::Context context) : graph_(graph), outer_(graph.context_) {
        graph.context_ = context;
    }
    explicit Scope(Expr node);
    Scope(Expr node, Derived);
    Scope(Expr node, AdjointSource);

    Graph& graph_;
    Graph::Context outer_;
};

}  // namespace revolute
