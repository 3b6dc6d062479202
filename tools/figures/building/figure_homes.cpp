#include <revolute/graph/leaf.hpp>
#include <revolute/tools/figures/building/figure_homes.hpp>

#include <algorithm>

namespace revolute {

namespace {

/// The home that several nodes share.
struct Shared {
    std::optional<Home> home;
    bool is_mixed = false;

    void add(const std::optional<Home>& other) {
        if (!other) return;
        if (home && *home != *other) is_mixed = true;
        home = other;
    }
    void add(const Shared& other) {
        is_mixed = is_mixed || other.is_mixed;
        add(other.home);
    }
    std::optional<Home> get() const { return is_mixed ? std::nullopt : home; }
};

}  // namespace

Homes::Homes(const Graph& graph, const Labels& labels, std::span<const StepAxis> axes,
             std::span<const Derivative* const> derivatives, std::span<const NodeId> walk)
    : graph_(graph),
      labels_(labels),
      axes_(axes),
      walk_(walk),
      last_zone_(graph.size()),
      beside_(graph.size()),
      homes_(graph.size()),
      is_before_first_(graph.size()) {
    find_terms(derivatives);
    resolve_dependent();
    resolve_timeless();
    resolve_followers();
    resolve_dependent();
    for (const NodeId node : walk_)
        if (!homes_[index(node)]) homes_[index(node)] = Home{};
}

void Homes::find_terms(std::span<const Derivative* const> derivatives) {
    for (const Derivative* derivative : derivatives) {
        const std::uint32_t end = index(derivative->loss().id) + 1;
        for (std::uint32_t i = end; i-- > 0;) {
            const Expr node{derivative->loss().graph, NodeId{i}};
            for (const Term& term : derivative->terms(node)) {
                auto& beside = beside_[index(term.value.id)];
                if (!beside && index(term.value.id) >= end) beside = term.consumer.id;
            }
        }
        // The value that an adjoint is named after stands nearer to it than the use it comes from.
        for (std::uint32_t i = 0; i < end; ++i) {
            const Expr node{derivative->loss().graph, NodeId{i}};
            if (!derivative->has_adjoint(node)) continue;
            const NodeId adjoint = derivative->adjoint(node).id;
            if (index(adjoint) >= end &&
                (!graph_.name(NodeId{i}).empty() || !beside_[index(adjoint)]))
                beside_[index(adjoint)] = NodeId{i};
        }
    }
}

std::optional<Home> Homes::home_by_step(NodeId node) const {
    const auto step = labels_.step(node);
    if (!step || &graph_.op(node) == &constant_op) return std::nullopt;
    const auto axis = std::ranges::find(axes_, step->axis, &StepAxis::number);
    const auto before = static_cast<std::int32_t>(2 * (axis - axes_.begin()));
    if (step->t < axis->steps.low) return Home{before, {}};
    if (step->t > axis->steps.high) return Home{before + 2, {}};
    return Home{before + 1, *step};
}

Home Homes::of_value(NodeId node) const {
    if (const auto& home = homes_[index(node)]) return *home;
    return home_by_step(node).value_or(Home{});
}

/// Home of a stepless node that depends on steps, when it is decided already.
std::optional<Home> Homes::dependent_home(NodeId node) const {
    if (const auto& beside = beside_[index(node)]) return homes_[index(*beside)];
    return Home{last_zone_[index(node)], {}};
}

void Homes::resolve_dependent() {
    for (const NodeId node : walk_) {
        if (homes_[index(node)]) continue;
        std::int32_t zone = 0;
        for (const NodeId operand : graph_.operands(node)) {
            const auto& home = homes_[index(operand)];
            zone = std::max(zone, last_zone_[index(operand)]);
            if (home && home->is_step()) zone = std::max(zone, home->place + 1);
        }
        last_zone_[index(node)] = zone;
        if (const auto home = home_by_step(node)) {
            homes_[index(node)] = home;
            last_zone_[index(node)] = std::max(zone, home->is_step() ? home->place + 1 : zone);
        } else if (zone > 0) {
            homes_[index(node)] = dependent_home(node);
        }
    }
}

bool Homes::follows_operand(NodeId node) const {
    return is_timeless(node) && !labels_.step(node) && graph_.operand_count(node) == 1;
}

void Homes::resolve_timeless() {
    std::vector<Shared> of_users(graph_.size());      // users that have decided
    std::vector<Shared> of_followers(graph_.size());  // what the users of followers share
    for (std::size_t i = walk_.size(); i-- > 0;) {
        const NodeId node = walk_[i];
        const Shared& users =
            of_users[index(node)].home ? of_users[index(node)] : of_followers[index(node)];
        auto& home = homes_[index(node)];
        const bool follows = !home && follows_operand(node);
        if (!home && !follows && is_timeless(node)) {
            home = users.get();
            const bool is_parameter = &graph_.op(node) == &parameter_op;
            if (!home || (is_parameter && home->is_step())) home = Home{};
            const auto axis = static_cast<std::size_t>(home->place / 2);
            if (&graph_.op(node) == &constant_op && home->is_step() &&
                home->step.t == axes_[axis].steps.low) {
                home = Home{home->place - 1, {}};
                is_before_first_[index(node)] = true;
            }
        }
        for (const NodeId operand : graph_.operands(node))
            if (follows)
                of_followers[index(operand)].add(users);
            else
                of_users[index(operand)].add(home);
    }
}

void Homes::stand_beside(NodeId node, NodeId operand) {
    homes_[index(node)] = homes_[index(operand)];
    is_before_first_[index(node)] = is_before_first_[index(operand)];
}

void Homes::resolve_followers() {
    for (const NodeId node : walk_)
        if (!homes_[index(node)] && follows_operand(node))
            stand_beside(node, graph_.operand(node, 0));
}

}  // namespace revolute
