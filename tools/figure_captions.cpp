#include <revolute/graph/leaf.hpp>
#include <revolute/tools/figure_captions.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace revolute {

namespace {

bool is_constant(const Graph& graph, NodeId node) { return &graph.op(node) == &constant_op; }

}  // namespace

RichText typeset_formula(const Graph& graph, NodeId node,
                         const std::function<const WrittenOperand&(NodeId)>& operand,
                         std::span<const Formula> attributes) {
    std::vector<RichText> atoms;
    const Application application{graph.op(node), graph.attributes(node), graph.operand_count(node),
                                  attributes};
    const Formula written = formula(application, Notation::text, [&](std::uint32_t slot) {
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

Captions::Captions(const Graph& graph, const Labels& labels, const StepNames& steps,
                   const Homes& homes, std::span<const NodeId> walk, const FigureNumbers& numbers,
                   const FigureOptions& options)
    : graph_(graph),
      labels_(labels),
      steps_(steps),
      homes_(homes),
      numbers_(numbers),
      mode_(options.labels),
      source_lines_(options.source_lines),
      shows_all_(options.steps == ShownSteps::all),
      written_(graph.size()),
      is_written_out_(graph.size()) {
    for (const NodeId node : walk) {
        written_[index(node)] = write(node);
        is_written_out_[index(node)] = can_be_written_out(node);
    }
}

RichText Captions::typeset_at(std::string_view name, std::optional<Step> step) const {
    return typeset_name(name, step ? steps_.below(*step) : "");
}

RichText Captions::name(NodeId node) const {
    const std::string name = labels_.name(node);
    return name.empty() ? RichText{} : typeset_at(name, labels_.step(node));
}

std::string Captions::listed(NodeId node) const {
    const std::string name = labels_.name(node);
    const auto step = labels_.step(node);
    return name.empty() || !step ? name : fmt::format("{}[{}]", name, steps_.below(*step));
}

/// A sum sign, over t where terms of several steps of one axis make something that belongs to none;
/// with its limits where steps are not drawn one by one.
RichText Captions::sum_sign(NodeId node) const {
    RichText text;
    text.add("Σ");
    if (graph_.step(node)) return text;
    std::optional<Step> first, last;
    for (const NodeId term : graph_.operands(node)) {
        if (!homes_[term].is_step()) continue;
        const Step step = homes_[term].step;
        if (!first) first = last = step;
        if (first->axis != step.axis) return text;
        if (step.t < first->t) first = step;
        if (step.t > last->t) last = step;
    }
    if (!first || first == last) return text;
    const std::string axis = axis_name(first->axis);
    if (shows_all_) return text.add(axis, Script::subscript);
    return text.add(fmt::format("{} = {}..{}", axis, steps_(*first), steps_(*last)),
                    Script::subscript);
}

RichText Captions::formula_of(NodeId node) const {
    if (&graph_.op(node) == &accumulate_op) return sum_sign(node);
    if (!shows_all_ && graph_.op(node).arity == variadic && graph_.operand_count(node) > 3)
        return ends_of_list(node);
    return typeset_formula(
        graph_, node, [&](NodeId operand) -> const WrittenOperand& { return written(operand); },
        numbers_.attributes(node));
}

/// "[h₀, …, h_T]": of operands of steps that are not drawn one by one, the first and the last.
RichText Captions::ends_of_list(NodeId node) const {
    WrittenOperand dots;
    dots.text.add("…");
    const std::array operands{written(graph_.operand(node, 0)), dots,
                              written(graph_.operand(node, graph_.operand_count(node) - 1))};
    const Application application{graph_.op(node), graph_.attributes(node), 3,
                                  numbers_.attributes(node)};
    std::vector<RichText> atoms;
    const Formula listed = formula(application, Notation::text, [&](std::uint32_t slot) {
        atoms.push_back(operands[slot].text);
        return Formula{atom_mark(atoms.size() - 1), operands[slot].precedence, operands[slot].op};
    });
    return typeset(listed.text, atoms);
}

WrittenOperand Captions::write(NodeId node) const {
    if (is_constant(graph_, node)) {
        const std::span<const Formula> attributes = numbers_.attributes(node);
        const Formula number =
            attributes.empty() ? number_formula(graph_.attributes(node)[0]) : attributes.front();
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

bool Captions::can_be_written_out(NodeId node) const {
    if (is_constant(graph_, node)) return true;
    if (!labels_.name(node).empty() || &graph_.op(node) == &accumulate_op) return false;
    return glyph_count(formula_of(node)) <= longest_operand &&
           std::ranges::all_of(graph_.operands(node), [&](NodeId x) {
               return !labels_.name(x).empty() || is_written_out(x);
           });
}

WrittenOperand Captions::outline(NodeId node) const {
    const Op& op = graph_.op(node);
    const bool stands_whole = is_constant(graph_, node) || !labels_.name(node).empty() ||
                              is_written_out(node) || &op == &accumulate_op;
    if (stands_whole) return written(node);
    WrittenOperand gap;
    gap.text.add("…");
    const auto is_gap = [&](NodeId x) {
        return labels_.name(x).empty() && !is_written_out(x) && &graph_.op(x) != &accumulate_op;
    };
    RichText text = typeset_formula(
        graph_, node,
        [&](NodeId x) -> const WrittenOperand& { return is_gap(x) ? gap : written(x); },
        numbers_.attributes(node));
    const bool says_something = !std::ranges::all_of(graph_.operands(node), is_gap);
    if (says_something && glyph_count(text) <= longest_operand)
        return {std::move(text), op.precedence, &op};
    RichText named;
    return {named.add(printable(op.name)).add("(…)"), Precedence::atom};
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
                typeset_at(fmt::format("d{}", labels_.name(leaf.id)), labels_.step(leaf.id)));
    if (!text.empty()) text.add(is_formula ? " = " : ": ");
    if (is_formula) return text.add(formula_of(node));
    return text.add(printable(op.name));
}

std::string Captions::tooltip(NodeId node) const {
    const std::string label = listed(node);
    std::string text = label.empty() ? std::string{} : label + ": ";
    text += fmt::format("{} {}", graph_.op(node).name, to_string(graph_.shape(node)));
    if (!shows_all_) return printable(text);  // the graph may have been built with fewer steps
    if (&graph_.op(node) == &accumulate_op)
        text += fmt::format(" of {} terms", graph_.operand_count(node));
    std::string origin = graph_.origin(node);
    if (!source_lines_) origin = origin.substr(0, origin.find(", made at "));
    if (source_lines_ || !origin.starts_with("made at ")) text += ", " + origin;
    return printable(text);
}

}  // namespace revolute
