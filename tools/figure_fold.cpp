#include <revolute/tools/figure_folded_steps.hpp>
#include <revolute/tools/figure_loops.hpp>
#include <revolute/tools/figure_sketch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace revolute {

namespace {

/// Draws nodes that are alike across steps once: the one in the midst stands for all. What has none
/// there, and what stands outside the steps, is drawn by itself.
class Folder {
 public:
    Folder(const Sketch& sketch, const StepNames& steps, const Rolled& rolled,
           const FigureOptions& options)
        : sketch_(sketch), steps_(steps), rolled_(rolled), said_(sketch, steps, rolled, options) {
        figure_.title = sketch.figure.title;
    }

    Figure run() {
        check_step_counts(sketch_, steps_);
        find_representatives();
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
    /// Of those, the ones that become one. The text is empty for what says the same as the edge of the step that stands
    /// for all; of others it is what they say, with their steps.
    using Bundle = std::pair<Likes, std::string>;
    struct Bundled {
        std::uint32_t edge = 0;            // the one that is drawn
        bool is_general = false;           // it is that of the step that stands for all
        std::set<std::int32_t> steps{};    // of the target, else of the source
        std::set<std::int32_t> sources{};  // of the source, where those are of the target
        std::size_t alike = 1;  // how many there are that differ in what labels say alone
    };

    const FigureEdge& edge(std::uint32_t i) const { return sketch_.figure.edges[i]; }
    /// Whether a node stands for all steps.
    bool is_general(std::uint32_t node) const { return steps_of_.contains(node); }
    bool is_in_the_middle(std::uint32_t node) const {
        const Home home = sketch_.homes[node];
        return home.is_step() && home.step == steps_.middle(home.step.axis);
    }
    /// The step of a node, as counted at the node that stands for it.
    std::int32_t step_of(std::uint32_t node) const {
        const std::uint32_t general = representative_[node];
        return sketch_.members[node].t - sketch_.members[general].t + sketch_.homes[general].step.t;
    }

    /// Whether one drawing is that of two members of a family: one name, at the steps of each, or none of either,
    /// and both of the forward pass or of the backward pass. Where dm(T-1) is what is a term of dm(t) at other
    /// steps, it is drawn by its name; where the loss reads x' of the last step, that stands in the forward panel.
    bool are_drawn_alike(std::uint32_t a, std::uint32_t b) const {
        const auto shift = [&](std::uint32_t node) {
            return sketch_.homes[node].step.t - sketch_.members[node].t;
        };
        const FigureNode &first = sketch_.figure.nodes[a], &second = sketch_.figure.nodes[b];
        return first.name == second.name && shift(a) == shift(b) &&
               sketch_.bands[a] == sketch_.bands[b] && first.kind == second.kind;
    }

    void find_representatives() {
        const auto count = static_cast<std::uint32_t>(sketch_.homes.size());
        // By part. An adjoint stands beside what it comes from, so one step can have several of a part that comes
        // again every so many steps: one stands for all, the others are not like it.
        std::map<std::uint32_t, std::uint32_t> general;
        for (std::uint32_t i = 0; i < count; ++i)
            if (is_in_the_middle(i)) general[index(sketch_.members[i].part)] = i;
        for (std::uint32_t i = 0; i < count; ++i) {
            const Home home = sketch_.homes[i];
            const auto found = general.find(index(sketch_.members[i].part));
            const bool is_member =
                home.is_step() && found != general.end() && are_drawn_alike(i, found->second);
            representative_.push_back(is_member ? found->second : i);
            if (is_member) steps_of_[found->second].insert(step_of(i));
        }
        note_lonely();
    }

    /// Where a step in the midst has a node that is not like the one that stands for all.
    void note_lonely() {
        std::map<std::uint32_t, std::set<std::int32_t>> steps_of_part;  // in the midst
        std::vector<std::uint32_t> lonely;
        std::optional<std::uint32_t> only;
        for (std::uint32_t i = 0; i < representative_.size(); ++i) {
            const Home home = sketch_.homes[i];
            if (!home.is_step() || !steps_.is_midst(home.step)) continue;
            steps_of_part[index(sketch_.members[i].part)].insert(home.step.t);
            if (!is_general(representative_[i])) lonely.push_back(i);
        }
        if (lonely.empty()) return;
        refuse_other_names();
        std::set<std::int32_t> times;
        for (std::uint32_t i = 0; i < representative_.size(); ++i) {
            const Home home = sketch_.homes[i];
            const auto found = steps_of_part.find(index(sketch_.members[i].part));
            const bool is_only = home.is_step() && steps_.is_midst(home.step) &&
                                 found != steps_of_part.end() && found->second.size() == 1;
            if (is_only) times.insert(home.step.t);
            if (is_only && !only) only = i;
        }
        const auto note = [&](std::uint32_t node) {
            const Step at = sketch_.homes[node].step;
            said_.note(fmt::format("{} stands alone at {}", name_in(sketch_, node), to_string(at)),
                       at, times.size());
        };
        note(only.value_or(lonely.front()));
        for (const std::uint32_t node : lonely) note(node);
    }

    /// Throws where values of one family in the midst are called otherwise.
    void refuse_other_names() const {
        std::map<std::uint32_t, std::uint32_t> first;  // by part
        for (std::uint32_t i = 0; i < representative_.size(); ++i) {
            const Home home = sketch_.homes[i];
            if (!home.is_step() || !steps_.is_midst(home.step)) continue;
            const auto found = first.try_emplace(index(sketch_.members[i].part), i).first;
            if (const auto names = names_apart(sketch_, found->second, i))
                FoldedSteps::refuse(*names);
        }
    }

    void gather_edges() {
        const std::vector<Likes> likes = likes_of_edges();
        std::map<Likes, std::uint32_t> general;  // the edge of the step that stands for all
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
            if (side != from && is_general(representative_[from]))
                place->second.sources.insert(step_of(from));
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

    /// Whether an edge says of its step what the one that stands for all says of it: steps counted from t move with
    /// the end that is on their axis, others are the same ones.
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

    /// Where the label of the one that stands for all is not that of a member, the member's own stands behind
    /// it: "z_t = W x_t + U h_{t-1} + b; z_0 = W x_0 + b".
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

    /// The label of a node that is drawn; t is there where the node stands for all steps of its axis alone.
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

    /// Whether the label of the one that stands for all says of the member's step what the member's own label
    /// says: steps counted from t move with it, others are the same ones.
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
        said_.condition(from, bundled.sources, steps_of_.at(from), bundled.alike);
    }

    /// What to write to an edge: how far its source is, and at which steps of its target it is there, or, where that
    /// does not stand for all, of its source; nothing where it is there at all of those.
    std::string where(std::uint32_t from, std::uint32_t to, const Bundled& bundled) {
        const std::int32_t axis_reach = reach(bundled.edge);
        const std::uint32_t side = is_general(to) ? to : from;
        std::string text;
        if (axis_reach != 0)
            text = fmt::format("{}{:+}", axis_name(sketch_.homes[to].step.axis), axis_reach);
        if (!is_general(side)) return text;
        const std::string when =
            said_.condition(side, bundled.steps, steps_of_.at(side), bundled.alike);
        return text.empty() || when.empty() ? text + when : text + ", " + when;
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
            const std::set<std::int32_t>& steps = steps_of_.at(drawn_[i]);
            frames[{places.back().band, places.back().column}].insert(steps.begin(), steps.end());
        }
        for (std::size_t i = 0; i < drawn_.size(); ++i) {
            if (!loops[i]) continue;
            const std::set<std::int32_t>& steps = frames.at({places[i].band, places[i].column});
            places[i].title =
                said_.loop(drawn_[i], {*steps.begin(), *steps.rbegin()}, loops[i]->direction);
            add_steps(figure_.nodes[i], said_.condition(drawn_[i], steps_of_.at(drawn_[i]), steps));
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
        edge.is_back = together && reach != 0;
        if (!together && edge.kind == EdgeKind::data) edge.kind = EdgeKind::carried;
    }

    std::vector<LoopNode> loop_nodes() const {
        std::vector<std::uint32_t> component_of(rolled_.parts.size());
        for (std::uint32_t i = 0; i < rolled_.schedule.size(); ++i)
            for (const PartId part : rolled_.schedule[i].parts) component_of[index(part)] = i;
        std::vector<LoopNode> nodes;
        for (const std::uint32_t i : drawn_)
            nodes.push_back({component_of[index(sketch_.members[i].part)], sketch_.bands[i],
                             is_general(i) ? std::optional(sketch_.homes[i].place) : std::nullopt});
        return nodes;
    }

    const Sketch& sketch_;
    const StepNames& steps_;
    const Rolled& rolled_;
    FoldedSteps said_;
    std::vector<std::uint32_t> representative_;                 // by node of the sketch
    std::map<std::uint32_t, std::set<std::int32_t>> steps_of_;  // by node that stands for all
    std::map<Bundle, Bundled> bundles_;
    std::vector<std::uint32_t> place_of_;  // by node of the sketch that is drawn
    std::vector<std::uint32_t> drawn_;     // by node of the figure
    std::vector<std::int32_t> reach_;      // by edge of the figure
    Figure figure_;
};

}  // namespace

Figure fold(const Sketch& sketch, const StepNames& steps, const Rolled& rolled,
            const FigureOptions& options) {
    return Folder(sketch, steps, rolled, options).run();
}

}  // namespace revolute
