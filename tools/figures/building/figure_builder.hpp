#pragma once

/// @file
/// The figure of all steps, made node by node as a view asks for it.

#include <revolute/tools/figures/building/figure_names.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <revolute/tools/figures/figure_captions.hpp>
#include <revolute/tools/figures/folding/figure_numbers.hpp>
#include <revolute/tools/figures/folding/figure_sketch.hpp>

#include <string>
#include <vector>

namespace revolute {

/// Makes a figure of some of the ancestors of `outputs`. What it is asked to draw decides the view.
class FigureBuilder {
 public:
    /// `derivative` may be null: then nothing is a value of the backward pass.
    FigureBuilder(std::span<const Expr> outputs, const Derivative* derivative,
                  const FigureOptions& options);

    /// The graph that is drawn.
    const Graph& graph() const { return graph_; }
    /// What is written in its nodes.
    const Captions& captions() const { return captions_; }
    /// How numbers that depend on steps are written.
    const FigureNumbers& numbers() const { return numbers_; }
    /// The graph rolled, by which nodes are alike.
    const Rolled& rolled() const { return rolled_; }
    /// How steps are written.
    const StepNames& steps() const { return steps_; }
    /// The outputs' ancestors, operands before users.
    std::span<const NodeId> walk() const { return walk_; }
    /// Whether the loss depends on the node, or is it.
    bool is_forward(NodeId node) const { return is_forward_.empty() || is_forward_[index(node)]; }
    /// Whether the node is one of the derivative's gradients.
    bool is_gradient(NodeId node) const { return is_gradient_[index(node)]; }
    /// Whether the node is one of the outputs.
    bool is_output(NodeId node) const { return is_output_[index(node)]; }

    /// Draws a node, once: asked again, it returns the same index. Call it in the order of the
    /// walk.
    std::uint32_t draw(NodeId node, std::int32_t band = 0);
    /// Draws the edge of an operand slot. Both ends are drawn already.
    void connect(NodeId operand, NodeId user);
    /// Draws a node by its name alone, without its formula, when it has one.
    std::uint32_t draw_name(NodeId node);
    /// A computed value of the forward pass as a leaf.
    void draw_saved(NodeId node);
    /// Draws the gradients that are numbers, or have another name, as values of the forward pass
    /// have: each is a node called after its variable, dU = 0. What they are equal to must be drawn
    /// before, but for numbers. In figures that do not draw all steps, gradients of values of a
    /// step are left out.
    void draw_gradients(std::int32_t band = 0);
    /// Whether a node need not be drawn by itself: a number that gradients are equal to and that is
    /// no operand of the view. `is_read`: by id, what operands of it are.
    bool is_gradient_alone(NodeId node, const std::vector<bool>& is_read) const;
    /// Draws a local derivative, from the value to what it is computed from. `values`: what it is
    /// made of.
    void connect_derivative(NodeId user, NodeId operand, RichText label,
                            std::span<const NodeId> values);
    /// Whether the node is drawn already.
    bool is_drawn(NodeId node) const { return drawn_[index(node)] != nowhere; }

    /// Paints a node that is drawn already in red.
    void mark(NodeId node) { figure_.nodes[drawn_[index(node)]].is_marked = true; }
    /// Adds to what the tooltip of a node says that is drawn already.
    void say(NodeId node, std::string_view text) {
        figure_.nodes[drawn_[index(node)]].tooltip += text;
    }
    /// The figure of what was drawn; of all steps, or folded, or elided.
    Figure finish();

 private:
    static constexpr std::uint32_t nowhere = 0xFFFFFFFF;

    NodeKind kind_of(NodeId node) const;
    NodeKind backward_kind(NodeId node) const;
    EdgeKind edge_kind(NodeId operand, NodeId user) const;
    bool leaves_its_home(NodeId node) const { return leaves_home_[index(node)]; }

    /// The gradient of a variable that is a number, or has another name.
    struct OtherGradient {
        NodeId gradient;
        NodeId variable;
        std::string id;  ///< of the figure's node
    };

    void find_states();
    void find_other_gradients(const Derivative& derivative);
    void connect_to(std::uint32_t value, std::uint32_t gradient);
    Home home_of(std::uint32_t drawn) const { return homes_.of_value(stands_by_[drawn]); }
    Sketch sketch();

    const Graph& graph_;
    std::vector<const Derivative*> derivatives_;
    FigureOptions options_;
    Labels labels_;
    Rolled rolled_;  // the outputs, or all of the derivative
    std::vector<StepAxis> axes_;
    FigureNames names_;
    std::vector<NodeId> walk_;
    Homes homes_;
    StepNames steps_;
    FigureNumbers numbers_;
    Captions captions_;
    std::vector<bool> is_forward_;      // by id; empty: all
    std::vector<bool> is_gradient_;     // by id
    std::vector<bool> is_output_;       // by id
    std::vector<bool> leaves_home_;     // by id
    std::vector<std::uint32_t> drawn_;  // by id: index into figure_.nodes
    std::vector<OtherGradient> other_gradients_;
    std::vector<NodeId> stands_by_;    // by index into figure_.nodes: what it has its home of
    std::vector<std::int32_t> bands_;  // by index into figure_.nodes
    std::vector<RichText> said_;       // by index into figure_.edges
    std::vector<std::string> ids_;     // by id
    Figure figure_;
};

}  // namespace revolute
