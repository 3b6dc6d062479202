#include <revolute/graph/leaf.hpp>
#include <revolute/tools/figures/building/figure_factor.hpp>

#include <algorithm>

namespace revolute {

namespace {

constexpr std::size_t longest_factor = 40;  // glyphs

/// Writes the expression of a local derivative; what is too long to be written is left empty.
class FactorWriter {
 public:
    FactorWriter(const LocalDerivative& derivative, const Captions& captions,
                 const FactorNumbers& numbers)
        : derivative_(derivative),
          captions_(captions),
          numbers_(numbers),
          graph_(*derivative.graph),
          written_(graph_.size()),
          holds_adjoint_(graph_.size()) {}

    std::optional<RichText> write() {
        for (std::uint32_t i = 0; i <= index(derivative_.factor.id); ++i)
            written_[i] = write_node(NodeId{i});
        const auto& root = written_[index(derivative_.factor.id)];
        return root ? std::optional(root->text) : std::nullopt;
    }

 private:
    std::optional<WrittenOperand> write_node(NodeId node) {
        if (derivative_.adjoint && derivative_.adjoint->id == node) {
            holds_adjoint_[index(node)] = true;
            WrittenOperand dot;
            dot.text.add("·");
            return dot;
        }
        if (const auto original = derivative_.originals[index(node)])
            return captions_.outline(*original);
        const std::span<const NodeId> operands = graph_.operands(node);
        if (std::ranges::any_of(operands, [&](NodeId x) { return !written_[index(x)]; }))
            return std::nullopt;
        const bool holds_adjoint =
            std::ranges::any_of(operands, [&](NodeId x) { return bool{holds_adjoint_[index(x)]}; });
        holds_adjoint_[index(node)] = holds_adjoint;
        const Op& op = graph_.op(node);
        if (&op == &constant_op) {
            const std::span<const FigureNumber> known = numbers_of(node);
            const FigureNumber number =
                known.empty() ? FigureNumber{number_formula(graph_.attributes(node)[0])} : known[0];
            return WrittenOperand{typeset_number(number), number.formula.precedence};
        }
        // A repeated vector is written like the vector, as in other formulas.
        if (op.role == Role::broadcast && !holds_adjoint) return written_[index(operands[0])];
        RichText text = typeset_formula(
            graph_, node, [&](NodeId x) -> const WrittenOperand& { return *written_[index(x)]; },
            numbers_of(node));
        if (glyph_count(text) > longest_factor) return std::nullopt;
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
    std::vector<std::optional<WrittenOperand>> written_;  // by id
    std::vector<bool> holds_adjoint_;                     // by id
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
