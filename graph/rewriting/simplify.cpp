#include <revolute/graph/detail/node_copier.hpp>
#include <revolute/graph/rewriting/detail/rewriter.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace revolute {

namespace {

using Images = std::vector<std::optional<NodeId>>;

/// The one user of each node of a graph, as far as the outputs need it.
class OnlyUsers {
 public:
    OnlyUsers(const Graph& graph, const std::vector<bool>& needed, std::span<const NodeId> outputs)
        : graph_(graph), users_(graph.size(), nobody) {
        for (std::uint32_t i = 0; i < graph.size(); ++i)
            if (needed[i])
                for (const NodeId operand : graph.operands(NodeId{i})) add(operand, NodeId{i});
        for (const NodeId output : outputs) users_[index(output)] = several;
    }

    bool is_single(NodeId node) const {
        return users_[index(node)] != several && users_[index(node)] != nobody;
    }
    const Op* op(NodeId node) const {
        return is_single(node) ? &graph_.op(users_[index(node)]) : nullptr;
    }

 private:
    // No user has such an id: operands come before it.
    static constexpr NodeId nobody{0};
    static constexpr NodeId several{Graph::most_ids};

    void add(NodeId operand, NodeId user) {
        NodeId& first = users_[index(operand)];
        first = first == nobody ? user : several;
    }

    const Graph& graph_;
    std::vector<NodeId> users_;  // by id
};

/// One pass over a graph: every node is copied on simplified operands and brought into normal form.
class SimplifyPass {
 public:
    SimplifyPass(const Graph& from, std::span<const NodeId> outputs, const RuleSet& rules)
        : from_(from),
          needed_(ancestors(from, outputs)),
          only_users_(from, needed_, outputs),
          to_(std::make_unique<Graph>(Sharing::on, Graph::most_ids - 1)),
          rewriter_(*to_, rules),
          copier_(from, *to_) {
        to_->reserve(from.size(), from.operand_total());
    }

    void run() {
        for (std::uint32_t i = 0; i < from_.size(); ++i)
            if (needed_[i]) simplify(NodeId{i});
    }

    const Images& images() const { return copier_.images(); }
    const detail::Rewriter& rewriter() const { return rewriter_; }
    std::uint32_t needed_count() const {
        return static_cast<std::uint32_t>(std::ranges::count(needed_, true));
    }
    /// Whether another pass may find more to do: rules wanted to know how often values are used,
    /// which changes as nodes die.
    bool may_go_on() {
        return rewriter_.uses().was_asked &&
               std::ranges::any_of(rewriter_.fired(), [](auto times) { return times > 0; });
    }
    std::unique_ptr<Graph> take() { return std::move(to_); }

 private:
    void simplify(NodeId node) {
        const Scope as_it_was = copier_.scope_of(node);
        const std::uint32_t before = to_->size();
        const NodeId image = rewriter_.normal_form(copier_.copy(node), only_users_.op(node));
        copier_.set_image(node, image);
        // What was there before is used where the node was, too; another pass counts who is left.
        rewriter_.uses().is_single[index(image)] =
            index(image) >= before && only_users_.is_single(node);
    }

    const Graph& from_;
    std::vector<bool> needed_;
    OnlyUsers only_users_;
    std::unique_ptr<Graph> to_;
    detail::Rewriter rewriter_;
    detail::NodeCopier copier_;
};

/// What became of old ids: first `first`, then `second`.
void follow(Images& first, const Images& second) {
    for (std::optional<NodeId>& image : first)
        if (image) image = second[index(*image)];
}

SimplifyReport report_of(const RuleSet& rules, std::span<const std::uint64_t> fired,
                         std::uint32_t nodes_before) {
    SimplifyReport report;
    report.nodes_before = nodes_before;
    for (std::size_t rule = 0; rule < fired.size(); ++rule)
        if (fired[rule] > 0) report.fired.push_back({std::string(rules.name(rule)), fired[rule]});
    return report;
}

/// What the passes left, without the nodes that nothing uses, in the destination.
Simplified moved(Graph& simpler, std::span<const NodeId> ids, Graph& destination, Images images,
                 SimplifyReport report) {
    std::vector<Expr> outputs;
    outputs.reserve(ids.size());
    for (const NodeId id : ids) outputs.push_back(simpler.at(id));
    Extracted extracted = extract(outputs, destination);
    follow(images, extracted.copies);
    report.nodes_after = static_cast<std::uint32_t>(
        std::ranges::count_if(extracted.copies, [](const auto& copy) { return copy.has_value(); }));
    return {std::move(extracted.outputs), std::move(images), std::move(report)};
}

}  // namespace

Simplified simplify(std::span<const Expr> outputs, Graph& destination, const RuleSet& rules) {
    const Graph& graph = common_graph("simplify", outputs);
    if (&graph == &destination)
        throw GraphError("simplify: the destination must not be the graph that is simplified");

    std::vector<std::uint64_t> fired(rules.size(), 0);
    std::vector<NodeId> ids = ids_of(outputs);
    std::unique_ptr<Graph> simpler;
    Images images;
    std::uint32_t nodes_before = 0;
    for (bool goes_on = true; goes_on;) {
        SimplifyPass pass(simpler ? *simpler : graph, ids, rules);
        pass.run();
        for (NodeId& id : ids) id = *pass.images()[index(id)];
        for (std::size_t rule = 0; rule < fired.size(); ++rule)
            fired[rule] += pass.rewriter().fired()[rule];
        if (simpler) {
            follow(images, pass.images());
        } else {
            images = pass.images();
            nodes_before = pass.needed_count();
        }
        goes_on = pass.may_go_on();
        simpler = pass.take();
    }

    return moved(*simpler, ids, destination, std::move(images),
                 report_of(rules, fired, nodes_before));
}

SimplifiedDerivative simplify(const Derivative& derivative, Graph& destination,
                              const RuleSet& rules) {
    Simplified outputs = simplify(derivative.outputs(), destination, rules);
    return {derivative.carried_over(outputs.images, destination), std::move(outputs.images),
            std::move(outputs.report)};
}

std::string to_string(const SimplifyReport& report) {
    std::string text = fmt::format("{} nodes became {}", report.nodes_before, report.nodes_after);
    for (const SimplifyReport::Fired& fired : report.fired)
        text += fmt::format("\n  {} {}", fired.rule, fired.times);
    return text;
}

std::string to_line(const SimplifyReport& report) {
    std::vector<std::string_view> rules;
    for (const SimplifyReport::Fired& fired : report.fired) rules.push_back(fired.rule);
    return fmt::format("{} nodes became {} by {}", report.nodes_before, report.nodes_after,
                       rules.empty() ? "no rule" : fmt::format("{}", fmt::join(rules, ", ")));
}

}  // namespace revolute
