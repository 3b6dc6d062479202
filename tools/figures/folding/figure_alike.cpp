#include <revolute/graph/values/error.hpp>
#include <revolute/tools/figures/folding/figure_sketch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

namespace {

/// What a node is, apart from its step: a member of a family that is called so and stands so far
/// from the step it was made at. No step has two of them.
struct Likeness {
    std::uint32_t part = 0;
    std::int32_t band = 0;
    std::int32_t shift = 0;
    NodeKind kind{};  // a value of the forward pass, or none
    std::string name;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of a defaulted <=> for a pointer
    friend auto operator<=>(const Likeness&, const Likeness&) = default;
};

/// Compares the steps of one time axis that an elided figure leaves out.
class LeftOut {
 public:
    LeftOut(const Sketch& sketch, Interval steps, std::int32_t axis)
        : sketch_(sketch),
          axis_(axis),
          left_out_(steps),
          at_(static_cast<std::size_t>(steps.high) + 1),
          arrows_to_(sketch.homes.size()),
          arrows_from_(sketch.homes.size()) {
        for (std::uint32_t i = 0; i < sketch.homes.size(); ++i) {
            const Home home = sketch.homes[i];
            if (home.is_step() && home.step.axis == axis && home.step.t >= steps.low - 1 &&
                home.step.t <= steps.high)
                at_[static_cast<std::size_t>(home.step.t)].emplace(likeness_of(i), i);
            members_.emplace(index(sketch.members[i].part), sketch.members[i].t);
        }
        for (std::uint32_t i = 0; i < sketch.figure.edges.size(); ++i) {
            arrows_to_[sketch.figure.edges[i].to].push_back(i);
            arrows_from_[sketch.figure.edges[i].from].push_back(i);
        }
    }

    void check() {
        for (std::int32_t t = left_out_.low; t <= left_out_.high; ++t) {
            compare_nodes(t);
            compare_users(t);
            compare_labels(t);
            if (t > left_out_.low) compare_arrows(t);
        }
    }

 private:
    using Nodes = std::map<Likeness, std::uint32_t>;

    const FigureNode& drawn(std::uint32_t node) const { return sketch_.figure.nodes[node]; }
    const FigureEdge& arrow(std::uint32_t edge) const { return sketch_.figure.edges[edge]; }
    const Nodes& at(std::int32_t t) const { return at_[static_cast<std::size_t>(t)]; }

    Likeness likeness_of(std::uint32_t node) const {
        const Home home = sketch_.homes[node];
        const Member member = sketch_.members[node];
        return {index(member.part), sketch_.bands[node],
                home.is_step() ? home.step.t - member.t : 0, drawn(node).kind, drawn(node).name};
    }

    std::string step(std::int32_t t) const { return to_string(Step{axis_, t}); }

    [[noreturn]] void refuse(const std::string& what) const {
        throw GraphError(fmt::format(
            "figure: steps that are not alike cannot be left out\n  {}\n"
            "  {}, {} and {} are drawn, and what stands between is to be alike; ShownSteps::all "
            "draws all steps",
            what, step(left_out_.low - 2), step(left_out_.low - 1), step(left_out_.high + 1)));
    }

    /// The first node at one step without a counterpart at another one. Beside the step that is
    /// drawn, it has one too in what stands elsewhere, or is called otherwise, and is of its family
    /// there.
    std::optional<std::uint32_t> first_apart(std::int32_t t, std::int32_t other) const {
        std::optional<std::uint32_t> first;
        for (const auto& [likeness, node] : at(t)) {
            const std::int32_t expected = sketch_.members[node].t + other - t;
            const bool is_beside =
                std::min(t, other) < left_out_.low && members_.contains({likeness.part, expected});
            if (!at(other).contains(likeness) && !is_beside && (!first || node < *first))
                first = node;
        }
        return first;
    }

    void compare_nodes(std::int32_t t) const {
        const auto added = first_apart(t, t - 1), missing = first_apart(t - 1, t);
        if (added && missing)
            if (const auto names = names_apart(sketch_, *missing, *added))
                refuse(fmt::format("{}\n  {}", *names, give_one_name));
        if (added && missing)
            for (const auto& [likeness, node] : at(t - 1))
                if (has_name(drawn(*added)) && !at(t).contains(likeness) &&
                    likeness.name == name_in(sketch_, *added))
                    refuse_other(*added, node, t);
        if (added)
            refuse(fmt::format("{} is there at {} and not at {}", name_in(sketch_, *added), step(t),
                               step(t - 1)));
        if (missing)
            refuse(fmt::format("{} is there at {} and not at {}", name_in(sketch_, *missing),
                               step(t - 1), step(t)));
    }

    [[noreturn]] void refuse_other(std::uint32_t node, std::uint32_t before, std::int32_t t) const {
        const std::string name = name_in(sketch_, node);
        const std::string here = std::string(sketch_.operators[node]),
                          there = std::string(sketch_.operators[before]);
        if (here == there)
            refuse(fmt::format("{} is made of other values or numbers at {} than at {}", name,
                               step(t), step(t - 1)));
        refuse(fmt::format("{} is {} at {} and {} at {}", name, here, step(t), there, step(t - 1)));
    }

    void compare_arrows(std::int32_t t) {
        for (const auto& [likeness, node] : at(t)) {
            const std::uint32_t before = at(t - 1).at(likeness);
            const auto &arrows = arrows_to_[node], &arrows_before = arrows_to_[before];
            if (arrows.size() != arrows_before.size())
                refuse(fmt::format("the number of arrows to {} is {} at {} and {} at {}",
                                   name_in(sketch_, node), arrows.size(), step(t),
                                   arrows_before.size(), step(t - 1)));
            for (std::size_t i = 0; i < arrows.size(); ++i)
                compare_sources(likeness, i, arrows[i], arrows_before[i], t);
        }
    }

    /// The sources are equally far away at all steps, or one node at all steps.
    void compare_sources(const Likeness& likeness, std::size_t number, std::uint32_t here,
                         std::uint32_t before, std::int32_t t) {
        const std::uint32_t from = arrow(here).from, other = arrow(before).from;
        const std::string to = name_in(sketch_, arrow(here).to);
        const bool is_one = from == other;
        const bool is_fixed =
            is_one_node_.try_emplace(std::pair(likeness, number), is_one).first->second;
        if (is_fixed ? !is_one : !are_as_far(other, from))
            refuse(fmt::format("an arrow points to {} from {} at {} and from {} at {}", to,
                               placed(from), step(t), placed(other), step(t - 1)));
    }

    /// Local derivatives by values that are equally far away are the same ones.
    void compare_labels(std::int32_t t) const {
        for (const auto& [node, other] : pairs(t)) {
            const auto &here = arrows_to_[node], &before = arrows_to_[other];
            for (std::size_t i = 0; i < std::min(here.size(), before.size()); ++i)
                if (are_as_far(arrow(before[i]).from, arrow(here[i]).from) &&
                    !says_the_same(sketch_.said[before[i]], sketch_.said[here[i]], later(1)))
                    refuse(fmt::format(
                        "the derivative of {} with respect to {} is another one at {} than at {}",
                        name_in(sketch_, arrow(here[i]).from), name_in(sketch_, node), step(t),
                        step(t - 1)));
        }
    }

    /// Whether the second of two nodes is at the next step what the first is at its own. One that
    /// is drawn shows itself how it is made, and has only to be called so.
    bool are_as_far(std::uint32_t first, std::uint32_t second) const {
        const Home home = sketch_.homes[first], next = sketch_.homes[second];
        if (!home.is_step() || home.place != next.place || next.step.t != home.step.t + 1)
            return false;
        const Likeness a = likeness_of(first), b = likeness_of(second);
        const bool is_drawn = next.step.axis != axis_ || next.step.t > left_out_.high;
        return a == b || (is_drawn && a.name == b.name);
    }

    /// The nodes of a step, each with that of the step before it that it is like.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs(std::int32_t t) const {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
        for (const auto& [likeness, node] : at(t))
            if (const auto found = at(t - 1).find(likeness); found != at(t - 1).end())
                pairs.emplace_back(node, found->second);
        return pairs;
    }

    /// What stands outside the steps is reached from each of them or from none.
    void compare_users(std::int32_t t) const {
        for (const auto& [node, before] : pairs(t)) {
            refuse_more(node, t, before, t - 1);
            refuse_more(before, t - 1, node, t);
        }
    }

    /// Throws where an arrow goes from the first node to one outside the steps, and none from the
    /// other.
    void refuse_more(std::uint32_t node, std::int32_t t, std::uint32_t other,
                     std::int32_t other_t) const {
        const std::vector<std::uint32_t> arrows = arrows_outside(node);
        const std::vector<std::uint32_t> others = arrows_outside(other);
        for (const std::uint32_t edge : arrows) {
            const RichText& said = sketch_.said[edge];
            const auto is_like = [&](std::int32_t moved) {
                return [&, moved](std::uint32_t one) {
                    return arrow(one).to == arrow(edge).to &&
                           says_the_same(said, sketch_.said[one], later(moved));
                };
            };
            if (std::ranges::count_if(arrows, is_like(0)) >
                std::ranges::count_if(others, is_like(other_t - t)))
                refuse(fmt::format("an arrow{} points to {} from {} at {} and not at {}",
                                   said.empty() ? "" : " of another derivative",
                                   name_in(sketch_, arrow(edge).to), name_in(sketch_, node),
                                   step(t), step(other_t)));
        }
    }

    /// Those from a node to what stands outside the steps.
    std::vector<std::uint32_t> arrows_outside(std::uint32_t node) const {
        std::vector<std::uint32_t> arrows;
        for (const std::uint32_t edge : arrows_from_[node])
            if (!sketch_.homes[arrow(edge).to].is_step()) arrows.push_back(edge);
        return arrows;
    }

    /// By how many steps a mention moves from one step to another one.
    std::function<std::int32_t(const StepMention&)> later(std::int32_t steps) const {
        return [this, steps](const StepMention& mention) {
            return mention.step.axis == axis_ ? steps : 0;
        };
    }

    /// "h[3]"
    std::string placed(std::uint32_t node) const {
        const Home home = sketch_.homes[node];
        return name_in(sketch_, node) +
               (home.is_step() && has_name(drawn(node)) ? subscript(home.step) : "");
    }

    const Sketch& sketch_;
    std::int32_t axis_;
    Interval left_out_;
    std::set<std::pair<std::uint32_t, std::int32_t>> members_;  // part and step of all nodes
    std::vector<Nodes> at_;                                     // by step
    std::vector<std::vector<std::uint32_t>> arrows_to_;         // by node, edges in order
    std::vector<std::vector<std::uint32_t>> arrows_from_;       // by node
    /// By target and number of the arrow: whether it comes from one node at all steps.
    std::map<std::pair<Likeness, std::size_t>, bool> is_one_node_;
};

}  // namespace

void check_left_out(const Sketch& sketch, Interval steps, std::int32_t axis) {
    LeftOut(sketch, steps, axis).check();
}

}  // namespace revolute
