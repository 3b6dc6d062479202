#pragma once

/// @file
/// What figures write in nodes: names, formulas, shapes, tooltips.

#include <revolute/graph/notation/labels.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/tools/figures/building/figure_homes.hpp>
#include <revolute/tools/figures/building/figure_names.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <revolute/tools/figures/folding/figure_numbers.hpp>
#include <revolute/tools/figures/step_names.hpp>
#include <revolute/tools/figures/text_shapes.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// What formulas in figures write for an operand.
struct WrittenOperand {
    RichText text;                             ///< as it is written
    Precedence precedence = Precedence::atom;  ///< how tightly its outermost sign binds
    const Op* op = nullptr;                    ///< of a formula
    /// Of its glyphs those that say only how often a vector is repeated; they make nothing long.
    std::size_t repeating_glyphs = 0;
};

/// The labels and tooltips of nodes. Names come from `FigureNames`; an operand without a name is
/// written out while that is short, else it is a gap, "·". A repeated vector is written like the
/// vector where shapes agree (`TextShapes`): W x + b.
class Captions {
 public:
    static constexpr std::size_t longest_operand = 20;  ///< glyphs
    static constexpr std::size_t longest_sum = 60;      ///< glyphs

    /// For the nodes of `walk`: operands before users.
    Captions(const Graph& graph, const Labels& labels, const FigureNames& names,
             const StepNames& steps, const Homes& homes, std::span<const NodeId> walk,
             const Rolled& rolled, const FigureNumbers& numbers, const FigureOptions& options);

    /// What is written in the node, as the figure's options say.
    RichText label(NodeId node) const;
    /// Operator, shape and the line that made the node, as the options say.
    std::string tooltip(NodeId node) const;
    /// How a formula that uses the node writes it; `whole`: in its own shape.
    const WrittenOperand& written(NodeId node, bool whole = true) const {
        return form(node, whole).text;
    }
    /// Whether a formula that uses the node writes out all that it is made of, down to names and
    /// numbers.
    bool is_written_out(NodeId node, bool whole = true) const {
        return form(node, whole).is_written_out;
    }
    /// The same, but of a node whose operands are too long for a formula, an outline: "… + b",
    /// "tanh(…)".
    WrittenOperand outline(NodeId node, bool whole = true) const;
    /// The shape that a node has where formulas write it as short as they may.
    Shape text_shape(NodeId node) const { return shapes_(node); }
    /// "h₂", empty when the node has no name.
    RichText name(NodeId node) const;
    /// The same with the names that were given later: "S₃ = L".
    RichText names(NodeId node) const;
    /// "dU = 0", of the gradient of a variable that is a number or has another name.
    RichText gradient_label(NodeId gradient, NodeId variable) const;
    /// "h[2]", empty when the node has no name.
    std::string listed(NodeId node) const;

 private:
    void find_recurrences(const Rolled& rolled);
    bool goes_on(NodeId node, NodeId operand) const;
    struct Form {
        WrittenOperand text;
        bool is_written_out = false;
    };
    const Form& form(NodeId node, bool whole) const {
        const auto found = whole ? whole_.find(node) : whole_.end();
        return found == whole_.end() ? forms_[index(node)] : found->second;
    }
    const WrittenOperand& operand(NodeId node, NodeId operand, bool whole) const;
    RichText typeset_as(std::string_view name, NodeId value) const;
    void find_shared_names(std::span<const NodeId> walk);
    RichText other_gradients(NodeId node) const;
    RichText formula_of(NodeId node, bool whole = true) const;
    std::size_t repeating_glyphs(NodeId node, bool whole, const RichText& text) const;
    bool is_short(NodeId node, bool whole, const RichText& text) const;
    std::string limits(std::int32_t axis, const std::set<std::int32_t>& steps) const;
    struct StepsOfSum {
        std::int32_t axis = 0;
        std::set<std::int32_t> steps;
    };
    std::optional<StepsOfSum> steps_of_sum(NodeId node) const;
    RichText summand(NodeId node, std::int32_t axis) const;
    RichText sum_sign(NodeId node, const std::optional<StepsOfSum>& steps) const;
    RichText sum_over_steps(NodeId node, bool whole, const std::optional<StepsOfSum>& steps) const;
    RichText sum_formula(NodeId node, bool whole) const;
    RichText sum_outline(NodeId node, bool whole) const;
    bool go_through_steps(std::span<const NodeId> operands) const;
    RichText ends_of_list(NodeId node, bool whole) const;
    RichText operator_of(NodeId node) const;
    WrittenOperand write(NodeId node, bool whole) const;
    bool can_be_written_out(NodeId node, bool whole) const;

    const Graph& graph_;
    const Labels& labels_;
    const FigureNames& names_;
    const StepNames& steps_;
    const Homes& homes_;
    const FigureNumbers& numbers_;
    LabelMode mode_;
    bool source_lines_;
    bool shows_all_;  // else steps are mentions
    WrittenOperand gap_;
    std::vector<std::uint32_t>
        recurrences_;  // by id, from 1; 0: of none. Empty where steps are drawn one by one
    std::set<std::string_view> shared_names_;  // of several nodes, later names among them
    TextShapes shapes_;
    std::vector<Form> forms_;       // by id: as short as may be
    std::map<NodeId, Form> whole_;  // in their own shape, where that is another text
};

/// A number as it stands in a formula.
RichText typeset_number(const FigureNumber& number);

/// The formula of a node, with its operands written as `operand` says, and its attributes as
/// `attributes` says, or as numbers where that is empty. Products of two kinds get parentheses: (a
/// o b) c.
RichText typeset_formula(const Graph& graph, NodeId node,
                         const std::function<const WrittenOperand&(NodeId)>& operand,
                         std::span<const FigureNumber> attributes = {});

/// "[3 × 1]"
RichText typeset_shape(Shape shape);

}  // namespace revolute
