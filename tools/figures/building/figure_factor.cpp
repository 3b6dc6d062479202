#include <revolute/graph/leaf.hpp>
#include <revolute/tools/figures/building/figure_factor.hpp>

#include <algorithm>

namespace revolute {

namespace {

constexpr std::size_t longest_factor = 40;  // glyphs
/// The adjoint within a map, until it is known what stands beside it.
constexpr std::string_view adjoint_text = "(·)";

/// Writes the expression of a local derivative; what is too long to be written is left empty.
class FactorWriter {
 public:
    FactorWriter(const LocalDerivative& derivative, const Captions& captions,
                 const FactorNumbers& numbers)
        : derivative_(derivative),
          captions_(captions),
          numbers_(numbers),
          graph_(*derivative.graph),
          shapes_(graph_),
          short_(graph_.size()),
          whole_(graph_.size()),
          holds_adjoint_(graph_.size()) {}

    std::optional<RichText> write() {
        const NodeId root = derivative_.factor.id;
        for (std::uint32_t i = 0; i <= index(root); ++i) {
            const NodeId node{i};
            find_shape(node);
            short_[i] = write_node(node, false);
            whole_[i] = shapes_.is_whole(node) ? short_[i] : write_node(node, true);
        }
        // The adjoint is multiplied entry by entry, and has columns.
        const bool is_entrywise = derivative_.form == LocalDerivative::Form::entrywise;
        const std::optional<WrittenOperand>& text = written(root, !is_entrywise);
        return text ? std::optional(with_bare_dots(text->text)) : std::nullopt;
    }

 private:
    bool is_adjoint(NodeId node) const {
        return derivative_.adjoint && derivative_.adjoint->id == node;
    }

    void find_shape(NodeId node) {
        const std::span<const NodeId> operands = graph_.operands(node);
        const bool holds_adjoint = is_adjoint(node) || std::ranges::any_of(operands, [&](NodeId x) {
                                       return bool{holds_adjoint_[index(x)]};
                                   });
        holds_adjoint_[index(node)] = holds_adjoint;
        const auto original = derivative_.originals[index(node)];
        if (original)
            shapes_.add(node, captions_.text_shape(*original));
        else if (operands.empty())
            shapes_.add(node, graph_.shape(node));
        else if (holds_adjoint && graph_.op(node).role == Role::broadcast)
            shapes_.add_whole_formula(node);
        else
            shapes_.add_formula(node);
    }

    /// The adjoint as a dot, "·^T", "sum(·)". It keeps its brackets between two factors, "A (·) B":
    /// a bare dot would be read as the sign of their product.
    static RichText with_bare_dots(RichText text) {
        for (TextRun& run : text.runs)
            for (std::size_t at = 0; (at = run.text.find(adjoint_text, at)) != std::string::npos;) {
                const std::size_t end = at + adjoint_text.size();
                const bool is_between = at > 0 && run.text[at - 1] == ' ' &&
                                        end < run.text.size() && run.text[end] == ' ';
                if (!is_between) run.text.replace(at, adjoint_text.size(), "·");
                at = is_between ? end : at + std::string_view("·").size();
            }
        return text;
    }

    const std::optional<WrittenOperand>& written(NodeId node, bool whole) const {
        return (whole ? whole_ : short_)[index(node)];
    }

    std::optional<WrittenOperand> write_node(NodeId node, bool whole) const {
        if (is_adjoint(node)) {
            WrittenOperand dot;
            dot.text.add(adjoint_text);
            return dot;
        }
        if (const auto original = derivative_.originals[index(node)])
            return captions_.outline(*original, whole);
        const Op& op = graph_.op(node);
        if (&op == &constant_op) {
            const std::span<const FigureNumber> known = numbers_of(node);
            const FigureNumber number =
                known.empty() ? FigureNumber{number_formula(graph_.attributes(node)[0])} : known[0];
            return WrittenOperand{typeset_number(number), number.formula.precedence};
        }
        if (op.role == Role::broadcast && !whole && !shapes_.is_whole(node))
            return written(graph_.operand(node, 0), whole);
        return write_formula(node, whole);
    }

    std::optional<WrittenOperand> write_formula(NodeId node, bool whole) const {
        const bool has_whole = shapes_.has_whole_operands(node, whole);
        const std::span<const NodeId> operands = graph_.operands(node);
        if (std::ranges::any_of(operands, [&](NodeId x) { return !written(x, has_whole); }))
            return std::nullopt;
        RichText text = typeset_formula(
            graph_, node, [&](NodeId x) -> const WrittenOperand& { return *written(x, has_whole); },
            numbers_of(node));
        if (glyph_count(with_bare_dots(text)) > longest_factor) return std::nullopt;
        const Op& op = graph_.op(node);
        return WrittenOperand{std::move(text), op.precedence, &op};
    }

    std::span<const FigureNumber> numbers_of(NodeId node) const {
        const auto found = numbers_.find(node);
        if (found == numbers_.end()) return {};
        return found->second;
    }

    const LocalDerivative& derivative_;
    const Captions& captions_;
    const FactorNumbers& numbers_;
    const Graph& graph_;
    TextShapes shapes_;
    std::vector<std::optional<WrittenOperand>> short_;  // by id
    std::vector<std::optional<WrittenOperand>> whole_;  // by id: in their own shapes
    std::vector<bool> holds_adjoint_;                   // by id
};

/// "a, b", "…" where that is long.
RichText listed(const Graph& graph, NodeId node, const Captions& captions) {
    RichText text;
    for (const NodeId operand : graph.operands(node)) {
        if (!text.empty()) text.add(", ");
        text.add(captions.outline(operand).text);
        if (glyph_count(text) > Captions::longest_operand) return typeset("…");
    }
    return text;
}

/// "gelu′(x)", "∂huber(a, b)/∂a".
RichText named(const Graph& graph, NodeId node, std::uint32_t slot, const Captions& captions) {
    const RichText operands = listed(graph, node, captions);
    const std::string name = printable(graph.op(node).name);
    RichText text;
    if (graph.operand_count(node) == 1) return text.add(name).add("′(").add(operands).add(")");
    const WrittenOperand with = captions.outline(graph.operand(node, slot));
    text.add("∂").add(name).add("(").add(operands).add(")/∂");
    if (with.precedence == Precedence::atom) return text.add(with.text);
    return text.add("(").add(with.text).add(")");
}

}  // namespace

RichText written_factor(const LocalDerivative& derivative, const Graph& graph, NodeId node,
                        std::uint32_t slot, const Captions& captions,
                        const FactorNumbers& numbers) {
    if (derivative.is_nothing()) return {};
    std::optional<RichText> text = FactorWriter(derivative, captions, numbers).write();
    return text ? std::move(*text) : named(graph, node, slot, captions);
}

LocalDerivatives local_derivatives_of(const Graph& graph, const Captions& captions) {
    return {graph, [&captions](NodeId node) { return !captions.is_written_out(node); }};
}

}  // namespace revolute
