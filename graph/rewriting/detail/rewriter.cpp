#include <revolute/graph/rewriting/detail/rewriter.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace revolute::detail {

namespace {

// Ids that no node of a graph of at most most_ids - 1 nodes has.
constexpr NodeId unknown{Graph::most_ids};
constexpr NodeId in_progress{Graph::most_ids - 1};

}  // namespace

NodeId Rewriter::normal_form(NodeId node, const Op* only_user) {
    if (const NodeId normal = known(node); normal != unknown) return normal;
    most_depth_ = least_depth + 4 * std::size_t{graph_.size()};
    enter(node, only_user, true);
    while (!visits_.empty()) step();
    return known(node);
}

// What is asked for again from another step may lose its step, and what was made of it then has to
// be asked for again, too: else what is the same at all steps would keep the first of them.
NodeId Rewriter::known(NodeId node) const {
    if (index(node) >= normal_.size()) return unknown;
    const NodeId normal = normal_[index(node)];
    if (normal == unknown || normal == in_progress || steps_[index(node)] == step_of(node))
        return normal;
    return unknown;
}

Step Rewriter::step_of(NodeId node) const {
    constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
    constexpr Step none{lowest, lowest};
    const Step* const step = graph_.find_step(node);
    return step != nullptr ? *step : none;
}

void Rewriter::enter(NodeId node, const Op* only_user, bool knows_uses) {
    if (normal_.size() < graph_.size()) {
        normal_.resize(graph_.size(), unknown);
        steps_.resize(graph_.size());
        uses_.is_single.resize(graph_.size(), false);
    }
    visits_.push_back({node, node, only_user, no_rule, knows_uses, false});
    if (normal_[index(node)] == in_progress)  // it becomes itself, or a part of itself
        fail(static_cast<std::size_t>(std::ranges::find(visits_, node, &Visit::node) -
                                      visits_.begin()));
    if (visits_.size() > most_depth_) fail(visits_.size() - least_depth);
    normal_[index(node)] = in_progress;
}

void Rewriter::leave(NodeId normal) {
    const NodeId node = visits_.back().node;
    normal_[index(node)] = normal;
    steps_[index(node)] = step_of(node);
    visits_.pop_back();
}

/// Takes the last visit one step further.
void Rewriter::step() {
    if (visits_.back().has_successor) return leave(known(visits_.back().successor));
    if (enter_operands()) return;
    Visit& visit = visits_.back();
    visit.successor = on_normal_operands(visit.node);
    if (visit.successor == visit.node) {
        const std::optional<Expr> made = rewrite(visit);
        if (!made) return leave(visit.node);
        visit.successor = made->id;
    }
    visit.has_successor = true;
    const NodeId normal = known(visit.successor);
    if (normal != unknown && normal != in_progress) return leave(normal);
    const bool knows_uses =
        visit.knows_uses && (visit.rule == no_rule || rules_.keeps_uses(visit.rule));
    enter(visit.successor, visit.only_user, knows_uses);
}

/// Enters the operands whose normal form is not known, if any.
bool Rewriter::enter_operands() {
    const Visit visit = visits_.back();
    const std::size_t before = visits_.size();
    for (std::uint32_t slot = 0; slot < graph_.operand_count(visit.node); ++slot) {
        const NodeId operand = graph_.operand(visit.node, slot);
        const NodeId normal = known(operand);
        if (normal == unknown || normal == in_progress) {
            enter(operand, nullptr, visit.knows_uses);
            break;
        }
    }
    return visits_.size() > before;
}

NodeId Rewriter::on_normal_operands(NodeId node) {
    operands_.clear();
    bool is_same = true;
    for (const NodeId operand : graph_.operands(node)) {
        operands_.push_back(known(operand));
        is_same = is_same && operands_.back() == operand;
    }
    if (is_same) return node;
    const auto attributes = graph_.attributes(node);
    const std::vector<double> copied(attributes.begin(), attributes.end());
    return graph_.append(graph_.op(node), operands_, copied, {}).id;
}

std::optional<Expr> Rewriter::rewrite(Visit& visit) {
    if (graph_.operand_count(visit.node) == 0) return std::nullopt;
    const Site site{graph_.at(visit.node), &uses_, visit.knows_uses, visit.only_user};
    for (const std::uint32_t rule : rules_.rules_for(graph_.op(visit.node))) {
        const std::optional<Expr> made = rules_.rewrite(rule, site);
        if (!made) continue;
        ++fired_[rule];
        visit.rule = rule;
        return made;
    }
    return std::nullopt;
}

void Rewriter::fail(std::size_t from) const {
    std::vector<std::string_view> names;
    for (const Visit& visit : std::span(visits_).subspan(from))
        if (visit.rule != no_rule)
            if (const auto name = rules_.name(visit.rule);
                std::ranges::find(names, name) == names.end())
                names.push_back(name);
    throw InternalError(fmt::format("simplify: the rules come to no end: {}\n  at {}",
                                    fmt::join(names, ", "), graph_.describe(visits_[from].node)));
}

}  // namespace revolute::detail
