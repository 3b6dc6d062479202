#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation.hpp>
#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

#include <cmath>
#include <unordered_map>

namespace revolute {

namespace {

std::string in_parentheses(const std::string& text, Notation notation) {
    if (notation == Notation::latex) return fmt::format("\\left({}\\right)", text);
    return fmt::format("({})", text);
}

/// Whether the template already puts delimiters around the placeholder at [begin, end).
bool is_delimited(std::string_view text, std::size_t begin, std::size_t end) {
    const std::size_t before = text.find_last_not_of(' ', begin == 0 ? 0 : begin - 1);
    const std::size_t after = text.find_first_not_of(' ', end);
    if (begin == 0 || before == std::string_view::npos || after == std::string_view::npos)
        return false;
    return std::string_view("({,").find(text[before]) != std::string_view::npos &&
           (std::string_view(")},").find(text[after]) != std::string_view::npos ||
            text.substr(after).starts_with("\\right"));
}

/// Writes one node.
class Writer {
 public:
    Writer(const Graph& graph, NodeId node, Notation notation,
           const std::function<Formula(std::uint32_t)>& operand)
        : graph_(graph), node_(node), notation_(notation), operand_(operand) {}

    std::string fill(std::string_view form) {
        std::string text;
        for (std::size_t i = 0; i < form.size(); ++i) {
            const bool placeholder = (form[i] == '#' || form[i] == '@') && i + 1 < form.size();
            if (!placeholder)
                text += form[i];
            else
                text += fill_place(form, i++);
        }
        return text;
    }

    /// "name(x, y)", for an operator without a template.
    std::string as_function() const {
        std::string text(graph_.op(node_).name);
        for (std::uint32_t slot = 0; slot < graph_.operand_count(node_); ++slot) {
            text += slot == 0 ? "(" : ", ";
            text += operand_(slot).text;
        }
        if (graph_.operand_count(node_) > 0) text += ')';
        return text;
    }

 private:
    std::string fill_place(std::string_view form, std::size_t begin) {
        const char which = form[begin + 1];
        if (which == '*') return sum_of_all();
        const auto number = static_cast<std::uint32_t>(which - '1');
        if (form[begin] == '@')
            return written(number_formula(graph_.attributes(node_)[number]), begin == 0);
        const Formula x = operand_(number);
        return is_delimited(form, begin, begin + 2) ? x.text : written(x, begin == 0);
    }

    /// The first place of a formula may hold what binds as tightly as the operator itself, since
    /// text reads from the left; any other place needs what binds more tightly. So does the base of
    /// a power: LaTeX refuses two superscripts.
    std::string written(const Formula& x, bool first) const {
        const Precedence own = graph_.op(node_).precedence;
        const bool reads_on = first && x.precedence == own && own != Precedence::power;
        const bool fits = x.precedence > own || reads_on || x.precedence == Precedence::atom;
        return fits ? x.text : in_parentheses(x.text, notation_);
    }

    std::string sum_of_all() const {
        std::string text;
        for (std::uint32_t slot = 0; slot < graph_.operand_count(node_); ++slot)
            text += fmt::format("{}{}", slot == 0 ? "" : " + ", written(operand_(slot), slot == 0));
        return text;
    }

    const Graph& graph_;
    NodeId node_;
    Notation notation_;
    const std::function<Formula(std::uint32_t)>& operand_;
};

}  // namespace

Formula number_formula(double value) {
    return {fmt::format("{}", value), std::signbit(value) ? Precedence::sum : Precedence::atom};
}

Formula formula(const Graph& graph, NodeId node, Notation notation,
                const std::function<Formula(std::uint32_t)>& operand) {
    const Op& op = graph.op(node);
    if (&op == &constant_op) return number_formula(graph.attributes(node)[0]);
    const std::string_view form = notation == Notation::latex ? op.latex : op.text;
    Writer writer(graph, node, notation, operand);
    if (!form.empty()) return {writer.fill(form), op.precedence};
    return {writer.as_function(), Precedence::atom};
}

Formula expression(Expr root, Notation notation) {
    const Graph& graph = common_graph("expression", std::span(&root, 1));
    std::unordered_map<NodeId, Formula> written;
    for (const NodeId node : postorder(graph, std::span(&root.id, 1))) {
        const std::string label = node == root.id ? std::string{} : graph.label(node);
        written[node] = !label.empty() ? Formula{label, Precedence::atom}
                                       : formula(graph, node, notation, [&](std::uint32_t slot) {
                                             return written.at(graph.operand(node, slot));
                                         });
    }
    return written.at(root.id);
}

}  // namespace revolute
