#include <revolute/graph/leaf.hpp>
#include <revolute/tools/figure_factor.hpp>

#include <algorithm>
#include <map>

namespace revolute {

namespace {

constexpr std::size_t longest_factor = 40;  // glyphs

RichText plain(std::string_view text) {
    RichText result;
    return result.add(text);
}

/// The node's operator alone in a graph of its own, its rule applied to a symbol.
class Experiment {
 public:
    Experiment(const Graph& graph, NodeId node, std::uint32_t slot, const Captions& captions) {
        const Expr output = copy(graph, node, captions);
        seed_ = scratch_.input("adjoint", output.shape()).id;
        write(seed_, {plain("·"), Precedence::atom});
        write(output.id, captions.written(node));
        const PullbackRule rule = graph.op(node).pullback[slot];
        term_ = rule(Pullback{{output, slot}, scratch_.at(seed_)}).id;
        write_rest();
    }

    Factor read() const {
        std::vector<Level> levels;
        NodeId at = term_;
        for (; at != seed_; at = levels.back().inner) {
            const auto level = level_of(at);
            if (!level) return {written(term_)};
            levels.push_back(*level);
        }
        Factor factor{{plain("1"), Precedence::atom}, true};
        for (std::size_t i = levels.size(); i-- > 0;) factor = multiplied(factor, levels[i]);
        return factor;
    }

 private:
    /// A product of something and an expression that holds the symbol, or a minus sign before one.
    struct Level {
        NodeId inner{};
        std::optional<WrittenOperand> other;  ///< none: a minus sign
        bool other_first = false;
        std::string between;
    };

    Expr copy(const Graph& graph, NodeId node, const Captions& captions) {
        std::map<NodeId, NodeId> leaves;
        std::vector<NodeId> operands;
        for (const NodeId operand : graph.operands(node)) {
            const auto [leaf, is_new] = leaves.try_emplace(operand);
            if (is_new) {
                const bool is_constant = &graph.op(operand) == &constant_op;
                const Shape shape = graph.shape(operand);
                leaf->second = is_constant
                                   ? scratch_.constant(graph.attributes(operand)[0], shape).id
                                   : scratch_.input("operand", shape).id;
                write(leaf->second, captions.written(operand));
            }
            operands.push_back(leaf->second);
        }
        return scratch_.append(graph.op(node), operands, graph.attributes(node), SourceLine{});
    }

    void write(NodeId node, WrittenOperand written) {
        if (written_.size() <= index(node)) written_.resize(index(node) + 1);
        written_[index(node)] = std::move(written);
    }
    const WrittenOperand& written(NodeId node) const { return *written_[index(node)]; }

    void write_rest() {
        written_.resize(scratch_.size());
        for (std::uint32_t i = 0; i < scratch_.size(); ++i) {
            if (written_[i]) continue;
            RichText text = typeset_formula(
                scratch_, NodeId{i}, [&](NodeId x) -> const WrittenOperand& { return written(x); });
            if (glyph_count(text) > longest_factor)
                written_[i] = {plain("…"), Precedence::atom};
            else
                written_[i] = {std::move(text), scratch_.op(NodeId{i}).precedence,
                               &scratch_.op(NodeId{i})};
            if (&scratch_.op(NodeId{i}) == &constant_op) written_[i]->precedence = Precedence::atom;
        }
        holds_seed_.resize(scratch_.size());
        for (std::uint32_t i = 0; i < scratch_.size(); ++i)
            holds_seed_[i] = NodeId{i} == seed_ ||
                             std::ranges::any_of(scratch_.operands(NodeId{i}),
                                                 [&](NodeId x) { return holds_seed_[index(x)]; });
    }

    std::optional<Level> level_of(NodeId node) const {
        const Op& op = scratch_.op(node);
        if (op.text == "-#1") return Level{scratch_.operand(node, 0), {}, false, ""};
        const std::string_view form = op.text;
        const auto is_place = [&](std::size_t i) { return form[i] == '#' || form[i] == '@'; };
        if (op.precedence != Precedence::product || form.size() < 5) return std::nullopt;
        const std::size_t last = form.size() - 2;
        const std::string_view between = form.substr(2, last - 2);
        if (!is_place(0) || !is_place(last) ||
            between.find_first_of("#@") != std::string_view::npos)
            return std::nullopt;
        const auto holds = [&](std::size_t i) {
            return form[i] == '#' && holds_seed_[index(place(node, i))];
        };
        if (holds(0) == holds(last)) return std::nullopt;
        const std::size_t other = holds(0) ? last : 0;
        return Level{place(node, holds(0) ? 0 : last), written_place(node, other), other == 0,
                     std::string(between)};
    }

    NodeId place(NodeId node, std::size_t at) const {
        return scratch_.operand(node,
                                static_cast<std::uint32_t>(scratch_.op(node).text[at + 1] - '1'));
    }
    WrittenOperand written_place(NodeId node, std::size_t at) const {
        const std::string_view form = scratch_.op(node).text;
        if (form[at] == '#') return written(place(node, at));
        const auto number = static_cast<std::size_t>(form[at + 1] - '1');
        const Formula formula = number_formula(scratch_.attributes(node)[number]);
        return {typeset(formula.text), formula.precedence};
    }

    static RichText within_product(const WrittenOperand& x) {
        if (x.precedence >= Precedence::product) return x.text;
        RichText text;
        return text.add("(").add(x.text).add(")");
    }

    static Factor multiplied(const Factor& factor, const Level& level) {
        RichText text;
        if (!level.other) {
            text.add("−").add(within_product(factor.written));
            return {{std::move(text), Precedence::sum}};
        }
        if (factor.is_one) return {*level.other};
        const RichText inner = within_product(factor.written), other = within_product(*level.other);
        text.add(level.other_first ? other : inner).add(typeset(level.between));
        return {{text.add(level.other_first ? inner : other), Precedence::product}};
    }

    Graph scratch_;
    NodeId seed_{};
    NodeId term_{};
    std::vector<std::optional<WrittenOperand>> written_;  // by id
    std::vector<bool> holds_seed_;                        // by id
};

}  // namespace

Factor local_derivative(const Graph& graph, NodeId node, std::uint32_t slot,
                        const Captions& captions) {
    const PullbackRule rule = graph.op(node).pullback[slot];
    if (rule == nullptr || contributes_nothing(rule)) return {{}, false, true};
    return Experiment(graph, node, slot, captions).read();
}

}  // namespace revolute
