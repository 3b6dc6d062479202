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

/// Gives each node of a listing a name of its own.
class Listing {
 public:
    Listing(const Graph& graph, const Labels& labels)
        : graph_(graph), labels_(labels), names_(graph.size()) {}

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
        if (name.empty()) {
            name = fmt::format("%{}", ++unnamed_);
            if (const auto step = graph_.step(node)) name += subscript(*step);
        } else {
            name = untaken(name);
        }
        return names_[index(node)] = std::move(name);
    }

    /// The name itself, or the first of name#2, name#3, ... that nothing is called yet.
    std::string untaken(const std::string& name) {
        int& count = taken_[name];
        if (++count == 1) return name;
        for (;; ++count) {
            std::string numbered = fmt::format("{}#{}", name, count);
            if (++taken_[numbered] == 1) return numbered;
        }
    }

    const Graph& graph_;
    const Labels& labels_;
    std::vector<std::string> names_;  // by id; empty until the node's line
    std::unordered_map<std::string, int> taken_;
    int unnamed_ = 0;
};

}  // namespace

void print(std::ostream& out, std::span<const Expr> outputs, const Labels& labels) {
    const Graph& graph = common_graph("print", outputs);
    Listing listing(graph, labels);
    for (const NodeId node : postorder(graph, ids_of(outputs))) listing.line(out, node);
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
