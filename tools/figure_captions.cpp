#include <revolute/graph/leaf.hpp>
#include <revolute/tools/figure_captions.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

bool is_constant(const Graph& graph, NodeId node) { return &graph.op(node) == &constant_op; }

/// A sum sign, over t where terms of several steps of one axis make something that belongs to none.
RichText sum_sign(const Graph& graph, NodeId node) {
    RichText text;
    text.add("Σ");
    if (graph.step(node)) return text;
    const auto step = graph.step(graph.operand(node, 0));
    const auto terms = graph.operands(node);
    if (step && std::ranges::any_of(terms, [&](NodeId term) {
            const auto other = graph.step(term);
            return other && other->axis == step->axis && other->t != step->t;
        }))
        text.add(axis_name(step->axis), Script::subscript);
    return text;
}

}  // namespace

RichText typeset_formula(const Graph& graph, NodeId node,
                         const std::function<const WrittenOperand&(NodeId)>& operand) {
    std::vector<RichText> atoms;
    const Formula written = formula(graph, node, Notation::text, [&](std::uint32_t slot) {
        const WrittenOperand& x = operand(graph.operand(node, slot));
        atoms.push_back(x.text);
        return Formula{atom_mark(atoms.size() - 1), x.precedence, x.op};
    });
    return typeset(written.text, atoms);
}

RichText typeset_shape(Shape shape) {
    RichText text;
    return text.add(fmt::format("[{} × {}]", shape.rows, shape.columns));
}

Captions::Captions(const Graph& graph, const Labels& labels, std::span<const NodeId> walk,
                   const FigureOptions& options)
    : graph_(graph),
      labels_(labels),
      mode_(options.labels),
      source_lines_(options.source_lines),
      written_(graph.size()) {
    for (const NodeId node : walk) written_[index(node)] = write(node);
}

RichText Captions::name(NodeId node) const {
    const std::string name = labels_.name(node);
    return name.empty() ? RichText{} : typeset_name(name, labels_.step(node));
}

RichText Captions::formula_of(NodeId node) const {
    if (&graph_.op(node) == &accumulate_op) return sum_sign(graph_, node);
    return typeset_formula(
        graph_, node, [&](NodeId operand) -> const WrittenOperand& { return written(operand); });
}

WrittenOperand Captions::write(NodeId node) const {
    if (is_constant(graph_, node)) {
        const Formula number = number_formula(graph_.attributes(node)[0]);
        return {typeset(number.text), number.precedence};
    }
    if (RichText text = name(node); !text.empty()) return {std::move(text), Precedence::atom};
    const Op& op = graph_.op(node);
    if (op.role == Role::broadcast) return written(graph_.operand(node, 0));
    RichText text = formula_of(node);
    if (glyph_count(text) <= longest_operand) return {std::move(text), op.precedence, &op};
    RichText gap;
    return {gap.add("·"), Precedence::atom};
}

RichText Captions::label(NodeId node) const {
    RichText text = name(node);
    const Op& op = graph_.op(node);
    const bool is_leaf = is_given(op);
    if (mode_ == LabelMode::shape && text.empty() && is_constant(graph_, node))
        text = formula_of(node);
    if (mode_ == LabelMode::shape)
        return text.add(text.empty() ? std::string(op.name) + " " : " ")
            .add(typeset_shape(graph_.shape(node)));
    if (is_leaf) return text;
    const bool is_formula = mode_ == LabelMode::formula || is_constant(graph_, node);
    if (!text.empty() && is_formula)
        for (const Expr& leaf : labels_.other_leaves(node))
            text.add(" = ").add(
                typeset_name(fmt::format("d{}", labels_.name(leaf.id)), labels_.step(leaf.id)));
    if (!text.empty()) text.add(is_formula ? " = " : ": ");
    if (is_formula) return text.add(formula_of(node));
    return text.add(printable(op.name));
}

std::string Captions::tooltip(NodeId node) const {
    const std::string label = labels_(node);
    std::string text = label.empty() ? std::string{} : label + ": ";
    text += fmt::format("{} {}", graph_.op(node).name, to_string(graph_.shape(node)));
    if (&graph_.op(node) == &accumulate_op)
        text += fmt::format(" of {} terms", graph_.operand_count(node));
    const std::string origin = graph_.origin(node);
    if (source_lines_ || !origin.starts_with("made at ")) text += ", " + origin;
    return printable(text);
}

}  // namespace revolute
