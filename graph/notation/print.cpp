#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

#include <ostream>
#include <sstream>
#include <unordered_map>
#include <vector>

namespace revolute {

namespace {

/// Gives each of these nodes a name of its own. The first node of a label has it as it is, so no
/// name that is made up for another is one of the labels.
class Listing {
 public:
    Listing(const Graph& graph, const Labels& labels, std::span<const NodeId> nodes)
        : graph_(graph), labels_(labels), names_(graph.size()) {
        for (const NodeId node : nodes)
            if (const std::string label = labels(node); !label.empty()) counts_.try_emplace(label);
    }

    void line(std::ostream& out, NodeId node) {
        if (is_constant(node)) return;
        const std::string text = formula(graph_, node, Notation::text, [&](std::uint32_t slot) {
                                     return written(graph_.operand(node, slot));
                                 }).text;
        out << define(node) << " = " << text << "  " << to_string(graph_.shape(node)) << '\n';
    }

    Formula written(NodeId node) const {
        if (is_constant(node)) return number_formula(graph_.attributes(node)[0], Notation::text);
        return {names_[index(node)], Precedence::atom};
    }

 private:
    bool is_constant(NodeId node) const { return &graph_.op(node) == &constant_op; }

    const std::string& define(NodeId node) {
        std::string name = labels_(node);
        if (name.empty())
            name = unlabelled(node);
        else if (int& count = counts_.at(name); ++count > 1)
            name = numbered(name, count);
        return names_[index(node)] = std::move(name);
    }

    /// "%1[3]", with the first number that makes it no label.
    std::string unlabelled(NodeId node) {
        const auto step = graph_.step(node);
        std::string name;
        do name = fmt::format("%{}{}", ++unnamed_, step ? subscript(*step) : "");
        while (counts_.contains(name));
        return name;
    }

    /// "h#2", or with the first number from there on that makes it no label.
    std::string numbered(const std::string& label, int& number) const {
        std::string name = fmt::format("{}#{}", label, number);
        while (counts_.contains(name)) name = fmt::format("{}#{}", label, ++number);
        return name;
    }

    const Graph& graph_;
    const Labels& labels_;
    std::vector<std::string> names_;               // by id; empty until the node's line
    std::unordered_map<std::string, int> counts_;  // of each label, how far its nodes are numbered
    int unnamed_ = 0;
};

}  // namespace

void print(std::ostream& out, std::span<const Expr> outputs, const Labels& labels) {
    const Graph& graph = common_graph("print", outputs);
    const std::vector<NodeId> nodes = postorder(graph, ids_of(outputs));
    Listing listing(graph, labels, nodes);
    for (const NodeId node : nodes) listing.line(out, node);
    out << "return";
    for (std::size_t i = 0; i < outputs.size(); ++i)
        out << (i == 0 ? " " : ", ") << listing.written(outputs[i].id).text;
    out << '\n';
}

void print(std::ostream& out, std::span<const Expr> outputs) {
    print(out, outputs, Labels(common_graph("print", outputs)));
}

std::string to_text(std::span<const Expr> outputs) {
    std::ostringstream out;
    print(out, outputs);
    return out.str();
}

std::string to_text(Expr output) { return to_text(std::span(&output, 1)); }

std::string to_text(const Derivative& derivative) {
    std::ostringstream out;
    print(out, derivative.gradients(), Labels(derivative));
    return out.str();
}

}  // namespace revolute
