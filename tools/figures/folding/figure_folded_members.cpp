#include <revolute/tools/figures/folding/figure_folded_members.hpp>
#include <revolute/tools/figures/folding/figure_numbers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace revolute {

FoldedMembers::FoldedMembers(const Sketch& sketch, const StepNames& steps, const Rolled& rolled,
                             FoldedSteps& said)
    : sketch_(sketch), steps_(steps), rolled_(rolled), said_(said) {
    find();
    set_fixed_apart();
    note_lonely();
}

std::int32_t FoldedMembers::step_of(std::uint32_t node) const {
    const std::uint32_t general = representative_[node];
    return sketch_.members[node].t - sketch_.members[general].t + sketch_.homes[general].step.t;
}

bool FoldedMembers::is_in_the_middle(std::uint32_t node) const {
    const Home home = sketch_.homes[node];
    return home.is_step() && home.step == steps_.middle(home.step.axis);
}

/// Whether one drawing is that of two members of a family: one name, at the steps of each, or none
/// of either, and both of the forward pass or of the backward pass. Where dm(T-1) is what is a term
/// of dm(t) at other steps, it is drawn by its name; where the loss reads x' of the last step, that
/// stands in the forward panel.
bool FoldedMembers::are_drawn_alike(std::uint32_t a, std::uint32_t b) const {
    const auto shift = [&](std::uint32_t node) {
        return sketch_.homes[node].step.t - sketch_.members[node].t;
    };
    const FigureNode &first = sketch_.figure.nodes[a], &second = sketch_.figure.nodes[b];
    return first.name == second.name && shift(a) == shift(b) &&
           sketch_.bands[a] == sketch_.bands[b] && first.kind == second.kind;
}

void FoldedMembers::find() {
    const auto count = static_cast<std::uint32_t>(sketch_.homes.size());
    // By family. An adjoint stands beside what it comes from, so one step can have several of a
    // part that comes again every so many steps: one stands for all, the others are not like it.
    std::map<std::uint32_t, std::uint32_t> general;
    for (std::uint32_t i = 0; i < count; ++i)
        if (is_in_the_middle(i)) general[sketch_.families[i]] = i;
    for (std::uint32_t i = 0; i < count; ++i) {
        const Home home = sketch_.homes[i];
        const auto found = general.find(sketch_.families[i]);
        const bool is_member =
            home.is_step() && found != general.end() && are_drawn_alike(i, found->second);
        representative_.push_back(is_member ? found->second : i);
        if (is_member) steps_of_[found->second].insert(step_of(i));
    }
}

/// A value of the first steps or the last ones that all in the midst read, as each h(t) may read
/// h(0), is no step before or behind: it stands by itself.
void FoldedMembers::set_fixed_apart() {
    std::map<std::uint32_t, std::set<std::int32_t>>
        midst;  // steps, by the node that stands for them
    for (std::uint32_t i = 0; i < representative_.size(); ++i)
        if (is_member_in_midst(i)) midst[representative_[i]].insert(sketch_.homes[i].step.t);
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::set<std::int32_t>> beside;
    const auto add = [&](std::uint32_t end, std::uint32_t other) {
        const Home home = sketch_.homes[end], there = sketch_.homes[other];
        const bool may_be_fixed = home.is_step() && !steps_.is_midst(home.step);
        if (may_be_fixed && is_member_in_midst(other) && there.step.axis == home.step.axis)
            beside[{end, representative_[other]}].insert(there.step.t);
    };
    for (const FigureEdge& edge : sketch_.figure.edges) {
        add(edge.from, edge.to);
        add(edge.to, edge.from);
    }
    for (const auto& [nodes, steps] : beside) {
        const std::uint32_t fixed = nodes.first;
        if (!is_general(representative_[fixed]) || steps.size() < 2 ||
            steps != midst.at(nodes.second))
            continue;
        steps_of_.at(representative_[fixed]).erase(step_of(fixed));
        representative_[fixed] = fixed;
    }
}

/// Whether a step in the midst has the node, and one drawing stands for it and others.
bool FoldedMembers::is_member_in_midst(std::uint32_t node) const {
    const Home home = sketch_.homes[node];
    return home.is_step() && steps_.is_midst(home.step) && is_general(representative_[node]);
}

/// Where a step in the midst has a node that is not like the one that stands for all.
void FoldedMembers::note_lonely() {
    std::map<std::uint32_t, std::set<std::int32_t>> steps_of_family;  // in the midst
    std::vector<std::uint32_t> lonely;
    std::optional<std::uint32_t> only;
    for (std::uint32_t i = 0; i < representative_.size(); ++i) {
        const Home home = sketch_.homes[i];
        if (!home.is_step() || !steps_.is_midst(home.step)) continue;
        steps_of_family[sketch_.families[i]].insert(home.step.t);
        if (!is_general(representative_[i])) lonely.push_back(i);
    }
    if (lonely.empty()) return;
    note_other_names();
    std::set<std::int32_t> times;
    for (std::uint32_t i = 0; i < representative_.size(); ++i) {
        const Home home = sketch_.homes[i];
        const auto found = steps_of_family.find(sketch_.families[i]);
        const bool is_only = home.is_step() && steps_.is_midst(home.step) &&
                             found != steps_of_family.end() && found->second.size() == 1;
        if (is_only) times.insert(home.step.t);
        if (is_only && !only) only = i;
    }
    const auto note = [&](std::uint32_t node) {
        const Step at = sketch_.homes[node].step;
        said_.note(fmt::format("{} stands alone at {}", name_in(sketch_, node), to_string(at)), at,
                   times.size());
    };
    const std::uint32_t first = only.value_or(lonely.front());
    note_number(first, times.size());
    note(first);
    for (const std::uint32_t node : lonely) note(node);
}

/// Where a node is alone because what it is like beside it has another number.
void FoldedMembers::note_number(std::uint32_t node, std::size_t times) {
    const FigureNode& drawn = sketch_.figure.nodes[node];
    const Step at = sketch_.homes[node].step;
    for (std::uint32_t i = 0; i < representative_.size(); ++i) {
        const Home home = sketch_.homes[i];
        const bool is_beside =
            home.place == sketch_.homes[node].place && std::abs(home.step.t - at.t) == 1;
        if (!is_beside || sketch_.figure.nodes[i].family != drawn.family) continue;
        const auto numbers = numbers_apart(rolled_, sketch_.members[node], sketch_.members[i]);
        if (!numbers) continue;
        said_.note(fmt::format("a number in {} is {}", name_in(sketch_, node), *numbers), at, times,
                   "give such numbers as an input of each step, or draw the graph before it is "
                   "simplified");
        return;
    }
}

/// Where values of one family in the midst are called otherwise than the one that stands for all.
void FoldedMembers::note_other_names() {
    std::map<std::uint32_t, std::vector<std::uint32_t>> nodes;  // by family
    for (std::uint32_t i = 0; i < representative_.size(); ++i) {
        const Home home = sketch_.homes[i];
        if (home.is_step() && steps_.is_midst(home.step)) nodes[sketch_.families[i]].push_back(i);
    }
    for (const auto& [family, of_family] : nodes) {
        const auto general = std::ranges::find_if(
            of_family, [&](std::uint32_t node) { return is_in_the_middle(node); });
        const std::uint32_t first = general == of_family.end() ? of_family.front() : *general;
        std::set<std::int32_t> steps;
        std::optional<std::pair<std::uint32_t, std::string>> apart;
        for (const std::uint32_t node : of_family)
            if (const auto names = names_apart(sketch_, first, node)) {
                steps.insert(sketch_.homes[node].step.t);
                if (!apart) apart = {node, *names};
            }
        if (apart)
            said_.note(apart->second, sketch_.homes[apart->first].step, steps.size(),
                       give_one_name);
    }
}

}  // namespace revolute
