#include <revolute/tools/figures/folding/figure_sketch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace revolute {

namespace {

/// Leaves out all but the first two steps and the last. What the steps left out hand on to those
/// drawn, and get from them, comes from dots, one for each value that travels.
class Elider {
 public:
    Elider(const Sketch& sketch, const StepNames& steps, std::optional<Step> true_last)
        : sketch_(sketch), steps_(steps), true_last_(true_last) {
        figure_.title = sketch.figure.title;
    }

    Figure run() {
        check_step_counts(sketch_, steps_);
        for (const std::int32_t axis : axes_of(sketch_))
            check_left_out(sketch_, {first_left_out(axis), steps_.last(axis).t - 1}, axis);
        add_nodes();
        for (const FigureEdge& edge : sketch_.figure.edges) add_edge(edge);
        put_in_panels(figure_, places_);
        return std::move(figure_);
    }

 private:
    /// The time axis and the name, or the part.
    using Key = std::tuple<std::int32_t, std::string, std::uint32_t>;

    static std::set<std::int32_t> axes_of(const Sketch& sketch) {
        std::set<std::int32_t> axes;
        for (const Home home : sketch.homes)
            if (home.is_step()) axes.insert(home.step.axis);
        return axes;
    }

    std::int32_t first_left_out(std::int32_t axis) const { return steps_.first(axis).t + 2; }

    bool is_left_out(std::uint32_t node) const {
        const Home home = sketch_.homes[node];
        return home.is_step() && home.step.t >= first_left_out(home.step.axis) &&
               home.step.t < steps_.last(home.step.axis).t;
    }

    void add_nodes() {
        place_of_.resize(sketch_.homes.size());
        for (std::uint32_t i = 0; i < sketch_.homes.size(); ++i) {
            if (is_left_out(i)) continue;
            place_of_[i] = static_cast<std::uint32_t>(figure_.nodes.size());
            figure_.nodes.push_back(sketch_.figure.nodes[i]);
            figure_.nodes.back().label = with_steps(figure_.nodes.back().label);
            places_.push_back(place_at_step(sketch_.homes[i], sketch_.bands[i], steps_));
            if (sketch_.homes[i].is_step()) name_last(places_.back(), sketch_.homes[i].step);
        }
    }

    /// "t = T = 999"
    void name_last(PanelPlace& place, Step step) const {
        if (step == steps_.last(step.axis) && true_last_ && true_last_->axis == step.axis)
            place.title += fmt::format(" = {}", true_last_->t);
    }

    /// One arrow stands for all from or to the same dots. It says what each of them says, or
    /// nothing.
    void add_edge(const FigureEdge& edge) {
        FigureEdge added = edge;
        const bool starts_there = is_left_out(edge.from), ends_there = is_left_out(edge.to);
        if (starts_there && ends_there && are_of_one_axis(edge)) return;
        if (ends_there && passes_by(edge)) return;
        added.from = starts_there ? dots(edge.from, edge.from) : place_of_[edge.from];
        added.to = ends_there ? dots(travels_to(edge), edge.to) : place_of_[edge.to];
        added.label = with_steps(added.label);
        if (starts_there || ends_there) {
            const auto [found, is_new] = arrows_.try_emplace(
                std::tuple(added.from, added.to, place_among_alike(edge)), figure_.edges.size());
            if (!is_new) return keep_common(figure_.edges[found->second], added);
        }
        figure_.edges.push_back(std::move(added));
    }

    /// How many edges between the same two values came before: of x o x each slot has its own, and
    /// the derivative is what both say together.
    std::uint32_t place_among_alike(const FigureEdge& edge) {
        return between_[std::pair(edge.from, edge.to)]++;
    }

    static void keep_common(FigureEdge& arrow, const FigureEdge& other) {
        if (to_plain(arrow.label) != to_plain(other.label)) arrow.label = {};
        if (arrow.tooltip != other.tooltip) arrow.tooltip.clear();
    }

    bool are_of_one_axis(const FigureEdge& edge) const {
        const Home from = sketch_.homes[edge.from], to = sketch_.homes[edge.to];
        return from.is_step() && to.is_step() && from.step.axis == to.step.axis;
    }

    /// What depends on no step, as parameters, is read by all steps alike.
    bool passes_by(const FigureEdge& edge) const {
        return edge.kind == EdgeKind::fan_out || sketch_.homes[edge.from].place == 0;
    }

    /// What the dots stand for that an arrow into the steps left out ends at: the value that goes
    /// on from step to step, of which those left out have their own, or, where it does not come
    /// from a step of their axis, what reads it. A local derivative is one with respect to the
    /// value that it points to, and to no other.
    std::uint32_t travels_to(const FigureEdge& edge) const {
        const bool is_derivative =
            edge.kind == EdgeKind::derivative || edge.kind == EdgeKind::shared_derivative;
        return are_of_one_axis(edge) && !is_derivative ? edge.from : edge.to;
    }

    /// The dots that stand for the values like `value` of the steps left out.
    std::uint32_t dots(std::uint32_t value, std::uint32_t left_out) {
        const Step step = sketch_.homes[left_out].step;
        const FigureNode& of = sketch_.figure.nodes[value];
        const Key key{step.axis, of.name, has_name(of) ? 0 : index(sketch_.members[value].part)};
        const auto [found, is_new] =
            dots_.try_emplace(key, static_cast<std::uint32_t>(figure_.nodes.size()));
        if (is_new) {
            FigureNode node;
            node.id = of.id.substr(0, of.id.find('[')) + id_ending(step.axis);
            node.name = of.name;
            node.family = of.family;
            node.kind = NodeKind::omitted;
            node.label.add("· · ·");
            node.tooltip = "steps left out";
            node.node = of.node;
            figure_.nodes.push_back(std::move(node));
            Home home = sketch_.homes[left_out];
            home.step.t = first_left_out(step.axis);
            places_.push_back(place_at_step(home, sketch_.bands[left_out], steps_));
            places_.back().title =
                fmt::format("{} = {}..{}", axis_name(step.axis), first_left_out(step.axis),
                            steps_({step.axis, steps_.last(step.axis).t - 1}));
        }
        return found->second;
    }

    /// "[...]", "[s=...]": values of two time axes can have one name.
    static std::string id_ending(std::int32_t axis) {
        return axis == 0 ? "[...]" : fmt::format("[{}=...]", axis_name(axis));
    }

    const Sketch& sketch_;
    const StepNames& steps_;
    std::optional<Step> true_last_;
    std::vector<std::uint32_t> place_of_;  // by node of the sketch that is drawn
    std::map<Key, std::uint32_t> dots_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> between_;  // of the sketch
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::size_t>
        arrows_;  // from and to dots, by place among alike
    std::vector<PanelPlace> places_;
    Figure figure_;
};

}  // namespace

Figure elide(const Sketch& sketch, const StepNames& steps, std::optional<Step> true_last) {
    return Elider(sketch, steps, true_last).run();
}

}  // namespace revolute
