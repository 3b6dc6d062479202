#pragma once

/// @file
/// Sketches, figures of few steps without panels, and the folded and elided figures that are made
/// of them.

#include <revolute/tools/figures/building/figure_homes.hpp>
#include <revolute/tools/figures/step_names.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace revolute {

/// A figure of all steps, whose nodes do not stand in panels yet.
struct Sketch {
    Figure figure;                    ///< nodes and edges
    std::vector<Home> homes;          ///< by node of the figure
    std::vector<std::int32_t> bands;  ///< by node of the figure
    std::vector<Member> members;      ///< by node of the figure: which of the nodes alike it is
    /// By node of the figure: a number that the members of a part share, and another for the
    /// gradients of these that are nodes of their own, as dx = 1 is.
    std::vector<std::uint32_t> families;
    std::vector<PartId> values;               ///< by node of the figure: the part of what it shows
    std::vector<std::string_view> operators;  ///< by node of the figure
    /// By edge of the figure: its label, and behind it the names of all values that it is made of,
    /// written or not.
    std::vector<RichText> said;
};

/// Whether what `b` says is what `a` says some steps earlier. `moved` is by how many the mention in
/// `a` of a step is to move for that.
bool says_the_same(const RichText& a, const RichText& b,
                   const std::function<std::int32_t(const StepMention&)>& moved);

/// Which panel a node stands in. Panels of one band stand beside each other, those with equal
/// columns below each other; columns are in order.
struct PanelPlace {
    /// What columns are ordered by, first to last.
    using Column = std::tuple<std::int32_t, std::int32_t, std::int32_t>;

    std::int32_t band = 0;  ///< 0: the upper row of panels
    Column column;          ///< beside those with smaller ones
    std::string title;      ///< empty: no frame
};

/// What messages call a node: its name without the step; its label where it has none.
std::string name_in(const Sketch& sketch, std::uint32_t node);

/// Where two values of one family have different names, or one has none: that. None where they are
/// called alike, and for adjoints, which are called as their values.
std::optional<std::string> names_apart(const Sketch& sketch, std::uint32_t a, std::uint32_t b);

/// What helps then.
constexpr const char* give_one_name = "give it one name at each step: named()";

/// Throws GraphError where no node has a step, and for a time axis of so few steps that first, last
/// and other ones are not told apart.
void check_step_counts(const Sketch& sketch, const StepNames& steps);

/// Puts each node of a figure into its panel.
void put_in_panels(Figure& figure, std::span<const PanelPlace> places);

/// Where a node stands in a figure that draws its step.
PanelPlace place_at_step(Home home, std::int32_t band, const StepNames& steps);

/// The figure with those alike across steps drawn once. Edges say at which steps, where it is not
/// at all of them, and how far the step is that their source belongs to.
Figure fold(const Sketch& sketch, const StepNames& steps, const Rolled& rolled,
            const FigureOptions& options);

/// The last step of the time axis whose number of steps `FigureOptions::step_count` says, where it
/// does.
std::optional<Step> true_last_step(const StepNames& steps, const Rolled& rolled,
                                   const FigureOptions& options);

/// Throws GraphError unless the steps of an axis that an elided figure leaves out are alike: the
/// same families as at the step before them, and arrows from and to nodes that are equally far
/// away, or outside the steps.
void check_left_out(const Sketch& sketch, Interval steps, std::int32_t axis);

/// The figure of the first two steps and the last; dots stand for what the others hand on. Throws
/// GraphError where those are not alike. `true_last`: as `true_last_step` has it.
Figure elide(const Sketch& sketch, const StepNames& steps, std::optional<Step> true_last);

}  // namespace revolute
