#pragma once

/// @file
/// Figures of a graph: what is drawn. Where it is drawn is layout.hpp's business, how it is written
/// dot.hpp's.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/rolling/rolled.hpp>
#include <revolute/tools/figures/typeset.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// What a node of a figure shows; it decides the looks.
enum class NodeKind : std::uint8_t {
    parameter,      ///< a trainable leaf
    input,          ///< a leaf that is given
    initial_state,  ///< a leaf that a recurrence starts from
    constant,       ///< a matrix of one value
    operation,      ///< a computed value without a name
    state,          ///< a computed value with a name: z, h, y
    loss,           ///< the scalar that is differentiated
    adjoint,        ///< dL/dvalue, named after its value
    accumulate,     ///< the sum over the uses of a value, and a gradient that is not one of a step
    saved,          ///< a value of the forward pass that the backward pass reads
    omitted,        ///< stands for the steps that are left out
};

/// What an edge of a figure shows; it decides the looks, and which rows the layout gives its ends.
enum class EdgeKind : std::uint8_t {
    data,               ///< between values of one panel
    fan_out,            ///< from a value outside the steps to its users: the parameters
    carried,            ///< to another step, or between the steps and what is outside
    sum,                ///< into a sum over steps
    saved,              ///< from a value of the forward pass to its use in the backward pass
    derivative,         ///< against the flow of values, labelled with the local derivative
    shared_derivative,  ///< the same, into a value that several steps share
};

/// A place in points from the figure's upper left corner, y downwards.
struct Point {
    int x = 0;  ///< to the right
    int y = 0;  ///< downwards

    friend constexpr bool operator==(Point, Point) = default;
};

/// A rectangle, by the places of its sides.
struct Box {
    ///@{
    /// The place of that side.
    int left = 0;
    int top = 0;
    int right = 0;
    int bottom = 0;
    ///@}

    /// From the left to the right side.
    constexpr int width() const { return right - left; }
    /// From the upper to the lower side.
    constexpr int height() const { return bottom - top; }
    /// Its middle, rounded to whole points.
    constexpr Point center() const { return {(left + right) / 2, (top + bottom) / 2}; }
    friend constexpr bool operator==(Box, Box) = default;
};

/// One node of the graph.
struct FigureNode {
    /// The node's name ("h[2]"), or a number in the order of a walk from the outputs ("_3[1]");
    /// ASCII, with other letters by their numbers ("U+03B7[2]"), and unique in the figure. The
    /// graph's other nodes do not change it.
    std::string id;
    std::string name{};  ///< without the step; of a constant its id; empty where it has none
    std::string family;  ///< the name, or the operator: the same for nodes alike across steps
    /// What it shows.
    NodeKind kind = NodeKind::operation;
    /// What is written in it.
    RichText label;
    std::string tooltip;      ///< operator, shape, source line
    NodeId node{};            ///< in the graph
    std::uint32_t panel = 0;  ///< index into Figure::panels
    bool is_marked = false;   ///< drawn in red, whatever its kind
    Box box;                  ///< where it is drawn
};

/// Whether the node has a name of its own in the graph.
inline bool has_name(const FigureNode& node) { return !node.name.empty(); }

/// One operand slot of one node: x o x has two edges.
struct FigureEdge {
    std::uint32_t from = 0;           ///< index into Figure::nodes
    std::uint32_t to = 0;             ///< index into Figure::nodes
    EdgeKind kind = EdgeKind::data;   ///< what it shows
    bool is_from_other_step = false;  ///< of one that a panel that stands for all steps has
    bool is_back = false;             ///< the same, within one panel
    RichText label;                   ///< what is written at it
    bool shares_label = false;        ///< another edge of the source has it, and both run past it
    /// What it says under the mouse.
    std::string tooltip;
    std::vector<Point> path;  ///< Bezier control points, 3n + 1 of them, from boundary to boundary
    Box label_box;            ///< where the label is drawn
};

/// The nodes of one step, or, with an empty title and no frame, those that belong to none.
struct FigurePanel {
    RichText title;           ///< "t = 2", say
    std::int32_t column = 0;  ///< panels of one column stand below each other
    std::int32_t band = 0;    ///< 0: the upper row of panels
    Box box;                  ///< the frame
    Box title_box;            ///< where the title is drawn

    /// Whether the panel is drawn as one: with frame and title.
    bool has_frame() const { return !title.empty(); }
};

/// A figure: plain data. Boxes and paths are filled in by `lay_out`.
struct Figure {
    RichText title;                   ///< above the figure; empty: none
    std::vector<FigureNode> nodes;    ///< operands before users
    std::vector<FigureEdge> edges;    ///< by user, then by slot
    std::vector<FigurePanel> panels;  ///< in which nodes stand
    bool is_laid_out = false;         ///< whether boxes and paths are filled in
    Box box;                          ///< around all
    Box title_box;                    ///< where the title is drawn
};

/// The law of one attribute of one node, or of its scale: how it depends on the number of steps.
struct NumberLaw {
    NodeId node{};                ///< the node of the graph
    std::uint32_t attribute = 0;  ///< which of its attributes
    LengthLaw law;                ///< how it depends on the number of steps
    bool is_of_scale = false;     ///< of what the attribute is multiplied by, not of itself
};

/// The laws of what was rolled (`roll_any_steps`), by node of its graph.
std::vector<NumberLaw> number_laws(const Rolled& rolled);

/// What a node's label says. Values that are drawn by their name alone, in figures of backward
/// graphs and of local derivatives, have no formula; the rest holds for them too.
enum class LabelMode : std::uint8_t {
    formula,  ///< h₂ = tanh(z₂)
    op,       ///< h₂: tanh
    shape,    ///< h₂ [3 × 1]
};

/// Which steps of a time axis a figure draws.
enum class ShownSteps : std::uint8_t {
    all,     ///< every step that the graph has
    folded,  ///< one, t, that stands for all, and beside it what is different at either end
    elided,  ///< the first two and the last, with dots between them
};

/// What figures show, and for how many steps. A figure that is folded or elided shows nodes alike
/// across steps (`roll`) once, or at the steps drawn. Where a node reads something else at some
/// steps, each edge says at which. Throws GraphError for a graph whose steps are not alike, but for
/// the first and the last ones, which names a node and a step; for one of fewer than 8 steps, and
/// for one without any. What an elided figure leaves out is to be alike, and of the families that
/// it shows: what repeats every few steps, as in a clockwork net, is not.
struct FigureOptions {
    std::string title{};  ///< empty: no title
    /// What labels say.
    LabelMode labels = LabelMode::formula;
    bool source_lines = true;  ///< in tooltips: the line of the program that made the node
    /// Which steps are drawn.
    ShownSteps steps = ShownSteps::all;
    /// The number of steps that a folded or elided figure stands for, from whichever they are
    /// counted; none: any number. It is not that of the graph, which may have been built with
    /// fewer.
    std::optional<std::int32_t> step_count{};
    /// How numbers depend on the number of steps: `number_laws` of what `roll_any_steps` finds of
    /// outputs that the figure is of. It is to be built with as many steps as `roll_any_steps` says
    /// in `built_with`. A folded or elided figure writes 1 / N then. None: the graph itself tells,
    /// but for factors: one that may come from the number of steps is refused, unless `step_count`
    /// is that of the graph.
    std::optional<std::vector<NumberLaw>> laws{};
};

/// The outputs and all they depend on: one node for each of them, one edge for each operand slot.
/// One panel for each step, from left to right, parameters once at the left. Throws GraphError as
/// `common_graph` does.
Figure forward(std::span<const Expr> outputs, const FigureOptions& options = {});
/// The same of one output.
Figure forward(Expr output, const FigureOptions& options = {});

/// What the gradients depend on and the loss does not, and the gradients: one edge for each operand
/// slot of those nodes. Values of the forward pass that they read are drawn as leaves, once each,
/// without edges of their own.
Figure backward(const Derivative& derivative, const FigureOptions& options = {});

/// The loss, the gradients and all they depend on: forward above, backward below; one node for
/// each, one edge for each operand slot.
Figure joint(const Derivative& derivative, const FigureOptions& options = {});

/// The values between the variables and the loss with reversed edges, each labelled with the local
/// derivative: the factor by which the operator's pullback rule multiplies the adjoint. A value
/// without a name that has one user and hands the adjoint on unchanged (the inner sums of
/// W x + U h + b) is not drawn: the edges go through.
Figure local_derivatives(const Derivative& derivative, const FigureOptions& options = {});

}  // namespace revolute
