#include <revolute/tools/figures/folding/figure_folded_members.hpp>
#include <revolute/tools/figures/folding/figure_folded_steps.hpp>
#include <revolute/tools/figures/folding/figure_loops.hpp>
#include <revolute/tools/figures/folding/figure_sketch.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace revolute {

namespace {

/// Draws nodes that are alike across steps once.
class Folder {
 public:
    Folder(const Sketch& sketch, const StepNames& steps, const Rolled& rolled,
           const FigureOptions& options)
        : sketch_(sketch),
          steps_(steps),
          rolled_(rolled),
          said_(sketch, steps, rolled, options),
          representative_(sketch, steps, rolled, said_) {
        figure_.title = sketch.figure.title;
    }

    Figure run() {
        gather_edges();
        add_nodes();
        add_edges();
        add_cases();
        place();
        said_.refuse_noted();
        return std::move(figure_);
    }

 private:
    /// Edges between the same nodes, equally far apart, the n-th of each pair.
    using Likes = std::tuple<std::uint32_t, std::uint32_t, std::int32_t, std::uint32_t>;
    /// Of those, the ones that become one. The text is empty for what says the same as the edge of
    /// the step that stands for all; of others it is what they say, with their steps.
    using Bundle = std::pair<Likes, std::string>;
    struct Bundled {
        std::uint32_t edge = 0;            // the one that is drawn
        bool is_general = false;           // it is that of the step that stands for all
        std::set<std::int32_t> steps{};    // of the target, else of the source
        std::set<std::int32_t> sources{};  // of the source, where those are of the target
        std::set<std::int32_t> reaches{};  // of all of them, where both ends stand for all steps
        std::size_t count = 0;             // of edges
        std::size_t alike = 1;  // how many there are that differ in what labels say alone
    };

    const FigureEdge& edge(std::uint32_t i) const { return sketch_.figure.edges[i]; }
    bool is_general(std::uint32_t node) const { return representative_.is_general(node); }
    std::int32_t step_of(std::uint32_t node) const { return representative_.step_of(node); }

    void gather_edges() {
        const std::vector<Likes> likes = likes_of_edges();
        std::map<Likes, std::uint32_t> general;  // the edge of the step that stands for all
        for (std::uint32_t i = 0; i < likes.size(); ++i)
            if (stands_for_all(i) && representative_[edge(i).from] == edge(i).from)
                general.emplace(likes[i], i);
        for (std::uint32_t i = 0; i < likes.size(); ++i)
            if (stands_for_all(i)) general.emplace(likes[i], i);
        std::map<Likes, std::size_t> alike;
        for (std::uint32_t i = 0; i < likes.size(); ++i) {
            const auto found = general.find(likes[i]);
            const bool is_like = found != general.end() && says_the_same_at(found->second, i);
            const auto [place, is_new] = bundles_.try_emplace(
                Bundle{likes[i], is_like ? "" : to_plain(with_steps(sketch_.said[i]))},
                Bundled{.edge = is_like ? found->second : i, .is_general = is_like});
            if (is_new) ++alike[likes[i]];
            const std::uint32_t side = side_of(i), from = edge(i).from;
            if (is_general(representative_[side])) place->second.steps.insert(step_of(side));
            ++place->second.count;
            if (side == from || !is_general(representative_[from])) continue;
            place->second.sources.insert(step_of(from));
            place->second.reaches.insert(step_of(from) - step_of(side));
        }
        for (auto& [bundle, bundled] : bundles_) bundled.alike = alike[bundle.first];
    }

    std::vector<Likes> likes_of_edges() const {
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> parallel;
        std::vector<Likes> likes;
        for (std::uint32_t i = 0; i < sketch_.figure.edges.size(); ++i) {
            const std::uint32_t from = edge(i).from, to = edge(i).to;
            const std::uint32_t number = parallel[{from, to}]++;
            likes.emplace_back(representative_[from], representative_[to], reach(i), number);
        }
        return likes;
    }

    /// The end whose steps an edge says.
    std::uint32_t side_of(std::uint32_t i) const {
        return is_general(representative_[edge(i).to]) ? edge(i).to : edge(i).from;
    }

    bool stands_for_all(std::uint32_t i) const {
        const std::uint32_t side = side_of(i);
        return is_general(side) && representative_[side] == side;
    }

    /// Whether an edge says of its step what the one that stands for all says of it: steps counted
    /// from t move with the end that is on their axis, others are the same ones.
    bool says_the_same_at(std::uint32_t general, std::uint32_t member) const {
        const auto moved = [&](const StepMention& mention) {
            if (!steps_.is_midst(mention.step)) return 0;
            for (const auto end : {&FigureEdge::to, &FigureEdge::from}) {
                const std::uint32_t here = edge(general).*end, there = edge(member).*end;
                const std::uint32_t drawn = representative_[here];
                if (is_general(drawn) && sketch_.homes[drawn].step.axis == mention.step.axis)
                    return step_of(there) - step_of(here);
            }
            return 0;
        };
        return revolute::says_the_same(sketch_.said[general], sketch_.said[member], moved);
    }

    /// The step of the source as seen from the target, where both stand for all steps.
    std::int32_t reach(std::uint32_t i) const {
        const std::uint32_t from = representative_[edge(i).from];
        const std::uint32_t to = representative_[edge(i).to];
        const bool are_general = is_general(from) && is_general(to);
        const bool same_axis =
            are_general && sketch_.homes[from].step.axis == sketch_.homes[to].step.axis;
        return same_axis ? step_of(edge(i).from) - step_of(edge(i).to) : 0;
    }

    void add_nodes() {
        place_of_.resize(representative_.size());
        for (std::uint32_t i = 0; i < representative_.size(); ++i) {
            if (representative_[i] != i) continue;
            place_of_[i] = static_cast<std::uint32_t>(figure_.nodes.size());
            figure_.nodes.push_back(sketch_.figure.nodes[i]);
            drawn_.push_back(i);
        }
    }

    /// Where the label of the one that stands for all is not that of a member, the member's own
    /// stands behind it: "z_t = W x_t + U h_{t-1} + b; z_0 = W x_0 + b".
    void add_cases() {
        std::map<std::uint32_t, std::map<std::int32_t, std::uint32_t>> unlike;
        for (std::uint32_t i = 0; i < representative_.size(); ++i)
            if (is_general(representative_[i]) && !says_the_same(representative_[i], i))
                unlike[representative_[i]].emplace(step_of(i), i);
        for (std::size_t i = 0; i < drawn_.size(); ++i) {
            RichText label = said_of(drawn_[i], figure_.nodes[i].label);
            for (const auto& [t, member] : unlike[drawn_[i]]) {
                const Step step{sketch_.homes[drawn_[i]].step.axis, t};
                const std::string at =
                    said_.limit(step, "the label of {} says something else at {}", drawn_[i],
                                unlike[drawn_[i]].size());
                label.add(";  ");
                if (!has_name(figure_.nodes[i]))
                    label.add(typeset(fmt::format("{} = {}: ", axis_name(step.axis), at)));
                label.add(of_one_step(sketch_.figure.nodes[member].label));
            }
            figure_.nodes[i].label = std::move(label);
        }
    }

    /// The label of a node that is drawn; t is there where the node stands for all steps of its
    /// axis alone.
    RichText said_of(std::uint32_t node, RichText label) const {
        if (!is_general(node)) return of_one_step(std::move(label));
        return of_one_step(std::move(label), sketch_.homes[node].step.axis);
    }

    /// The label of one step, which no step t stands for, but for those of an axis that has one.
    RichText of_one_step(RichText label, std::optional<std::int32_t> general = {}) const {
        const StepNames names = steps_.counted_from_ends();
        for (StepMention& mention : label.mentions)
            if (mention.number == 0 && mention.step.axis != general &&
                steps_.is_midst(mention.step))
                mention.runs = {{with_minus(names.below(mention.step))}};
        return with_steps(label);
    }

    /// Whether the label of the one that stands for all says of the member's step what the member's
    /// own label says: steps counted from t move with it, others are the same ones.
    bool says_the_same(std::uint32_t general, std::uint32_t member) const {
        const Step own = sketch_.homes[general].step;
        const std::int32_t later = step_of(member) - own.t;
        const auto moved = [&](const StepMention& mention) {
            const bool moves = mention.step.axis == own.axis && steps_.is_midst(mention.step);
            return moves ? later : 0;
        };
        return revolute::says_the_same(sketch_.figure.nodes[general].label,
                                       sketch_.figure.nodes[member].label, moved);
    }

    void add_edges() {
        std::map<std::uint32_t, const Bundled*> in_order;
        for (const auto& [_, bundled] : bundles_) in_order.emplace(bundled.edge, &bundled);
        for (const auto& [number, bundled] : in_order) {
            FigureEdge added = edge(number);
            const std::uint32_t from = representative_[added.from], to = representative_[added.to];
            reach_.push_back(reach(number));
            added.from = place_of_[from];
            added.to = place_of_[to];
            added.label = bundled->is_general ? with_steps(added.label) : of_one_step(added.label);
            if (!bundled->is_general && !bundled->sources.empty()) check_ends(from, *bundled);
            add_note(added, where(from, to, *bundled));
            figure_.edges.push_back(std::move(added));
        }
    }

    /// Where edges that say something of their own come from steps in the midst.
    void check_ends(std::uint32_t from, const Bundled& bundled) {
        said_.condition(from, bundled.sources, representative_.steps_of(from), bundled.alike);
    }

    /// What to write to an edge: how far its source is, and at which steps of its target it is
    /// there, or, where that does not stand for all, of its source; nothing where it is there at
    /// all of those. Of two time axes, at which steps of each.
    std::string where(std::uint32_t from, std::uint32_t to, const Bundled& bundled) {
        const std::int32_t axis_reach = reach(bundled.edge);
        const std::uint32_t side = is_general(to) ? to : from;
        const std::int32_t axis = sketch_.homes[to].step.axis;
        std::vector<std::string> texts;
        if (axis_reach != 0) texts.push_back(fmt::format("{}{:+}", axis_name(axis), axis_reach));
        if (is_general(to) && is_general(from) && sketch_.homes[from].step.axis != axis)
            texts = of_another_axis(from, bundled);
        if (is_general(side))
            texts.push_back(said_.condition(side, bundled.steps, representative_.steps_of(side),
                                            bundled.alike));
        std::erase(texts, "");
        return fmt::format("{}", fmt::join(texts, ", "));
    }

    /// At which steps of its own axis the source is: "t = T", or, where each step of the other axis
    /// reads one, "t = s".
    std::vector<std::string> of_another_axis(std::uint32_t from, const Bundled& bundled) {
        const Step source = sketch_.homes[from].step;
        const std::uint32_t target = representative_[edge(bundled.edge).to];
        const std::string letter = axis_name(sketch_.homes[target].step.axis);
        if (bundled.count == bundled.steps.size() * bundled.sources.size())
            return {said_.condition(from, bundled.sources, representative_.steps_of(from),
                                    bundled.alike)};
        if (bundled.reaches.size() == 1) {
            const std::int32_t by = *bundled.reaches.begin();
            return {fmt::format("{} = {}{}", axis_name(source.axis), letter,
                                by == 0 ? "" : fmt::format("{:+}", by))};
        }
        said_.note(fmt::format("what {} reads of {} is of other steps at each step",
                               name_in(sketch_, target), name_in(sketch_, from)),
                   sketch_.homes[target].step, bundled.steps.size());
        return {};
    }

    static void add_note(FigureEdge& edge, const std::string& note) {
        if (note.empty()) return;
        if (edge.label.empty()) {
            edge.label = typeset(note);
            return;
        }
        edge.label.add(typeset(fmt::format(" ({})", note)));
    }

    void place() {
        const auto loops = find_loops(figure_, loop_nodes(), reach_);
        std::vector<PanelPlace> places;
        std::map<std::pair<std::int32_t, PanelPlace::Column>, std::set<std::int32_t>> frames;
        for (std::size_t i = 0; i < drawn_.size(); ++i) {
            const Home home = sketch_.homes[drawn_[i]];
            places.push_back(place_at_step(home, sketch_.bands[drawn_[i]], steps_));
            auto& [zone, part, number] = places.back().column;
            if (home.is_step()) {
                number = part;
                part = number < steps_.middle(home.step.axis).t ? 0 : 2;
            }
            if (!loops[i]) continue;
            part = 1;
            number = loops[i]->column;
            const std::set<std::int32_t>& steps = representative_.steps_of(drawn_[i]);
            frames[{places.back().band, places.back().column}].insert(steps.begin(), steps.end());
        }
        for (std::size_t i = 0; i < drawn_.size(); ++i) {
            if (!loops[i]) continue;
            const std::set<std::int32_t>& steps = frames.at({places[i].band, places[i].column});
            places[i].title =
                said_.loop(drawn_[i], {*steps.begin(), *steps.rbegin()}, loops[i]->direction);
            add_steps(figure_.nodes[i],
                      said_.condition(drawn_[i], representative_.steps_of(drawn_[i]), steps));
        }
        put_in_panels(figure_, places);
        for (std::size_t i = 0; i < figure_.edges.size(); ++i)
            mark_back(figure_.edges[i], reach_[i]);
    }

    /// What is not there at all steps of its frame says at which.
    static void add_steps(FigureNode& node, const std::string& when) {
        if (!when.empty()) node.label.add(typeset(fmt::format("  ({})", when)));
    }

    void mark_back(FigureEdge& edge, std::int32_t reach) const {
        const bool together = figure_.nodes[edge.from].panel == figure_.nodes[edge.to].panel;
        edge.is_from_other_step = reach != 0;
        edge.is_back = together && edge.is_from_other_step;
        if (!together && edge.kind == EdgeKind::data) edge.kind = EdgeKind::carried;
    }

    std::vector<LoopNode> loop_nodes() const {
        std::vector<std::uint32_t> component_of(rolled_.parts.size());
        for (std::uint32_t i = 0; i < rolled_.schedule.size(); ++i)
            for (const PartId part : rolled_.schedule[i].parts) component_of[index(part)] = i;
        std::vector<LoopNode> nodes;
        for (const std::uint32_t i : drawn_)
            nodes.push_back({component_of[index(sketch_.values[i])], sketch_.bands[i],
                             is_general(i) ? std::optional(sketch_.homes[i].place) : std::nullopt});
        return nodes;
    }

    const Sketch& sketch_;
    const StepNames& steps_;
    const Rolled& rolled_;
    FoldedSteps said_;
    FoldedMembers representative_;  // by node of the sketch
    std::map<Bundle, Bundled> bundles_;
    std::vector<std::uint32_t> place_of_;  // by node of the sketch that is drawn
    std::vector<std::uint32_t> drawn_;     // by node of the figure
    std::vector<std::int32_t> reach_;      // by edge of the figure
    Figure figure_;
};

}  // namespace

Figure fold(const Sketch& sketch, const StepNames& steps, const Rolled& rolled,
            const FigureOptions& options) {
    check_step_counts(sketch, steps);
    return Folder(sketch, steps, rolled, options).run();
}

}  // namespace revolute
