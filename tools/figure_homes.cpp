#include <revolute/graph/leaf.hpp>
#include <revolute/tools/figure_homes.hpp>

#include <algorithm>
#include <limits>

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

Homes::Homes(const Graph& graph, const Labels& labels,
             std::span<const Derivative* const> derivatives, std::span<const NodeId> walk)
    : graph_(graph),
      labels_(labels),
      walk_(walk),
      last_zone_(graph.size()),
      beside_(graph.size()),
      homes_(graph.size()),
      is_before_first_(graph.size()) {
    find_axes();
    find_last_steps(derivatives);
    find_terms(derivatives);
    resolve_dependent();
    resolve_timeless();
    resolve_followers();
    resolve_dependent();
    for (const NodeId node : walk_)
        if (!homes_[index(node)]) homes_[index(node)] = Home{};
}

void Homes::find_axes() {
    for (const NodeId node : walk_)
        if (const auto step = labels_.step(node))
            if (axes_.empty() || axes_.back() != step->axis) axes_.push_back(step->axis);
    std::ranges::sort(axes_);
    axes_.erase(std::unique(axes_.begin(), axes_.end()), axes_.end());
    first_step_.assign(axes_.size(), std::numeric_limits<std::int32_t>::max());
    for (const NodeId node : walk_)
        if (const auto step = labels_.step(node); step && step->t >= 0) {
            const auto axis = std::ranges::lower_bound(axes_, step->axis) - axes_.begin();
            std::int32_t& first = first_step_[static_cast<std::size_t>(axis)];
            first = std::min(first, step->t);
        }
}

/// A recurrence that runs backward in time starts from a state behind the last step: that is no step.
void Homes::find_last_steps(std::span<const Derivative* const> derivatives) {
    constexpr std::int32_t none = std::numeric_limits<std::int32_t>::min();
    last_step_.assign(axes_.size(), none);
    std::vector<bool> is_start(graph_.size());
    for (const NodeId node : walk_) {
        const auto operands = graph_.operands(node);
        is_start[index(node)] = &graph_.op(node) == &initial_state_op ||
                                (!operands.empty() && std::ranges::all_of(operands, [&](NodeId x) {
                                    return is_start[index(x)];
                                }));
        const bool is_adjoint =
            !derivatives.empty() && index(node) > index(derivatives.front()->loss().id);
        const auto step = graph_.step(node);
        if (!step || is_start[index(node)] || is_adjoint) continue;
        const auto axis = std::ranges::lower_bound(axes_, step->axis) - axes_.begin();
        std::int32_t& last = last_step_[static_cast<std::size_t>(axis)];
        last = std::max(last, step->t);
    }
    for (std::int32_t& last : last_step_)
        if (last == none) last = std::numeric_limits<std::int32_t>::max();
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
    const auto axis =
        static_cast<std::int32_t>(std::ranges::lower_bound(axes_, step->axis) - axes_.begin());
    if (step->t < 0) return Home{2 * axis, {}};
    if (step->t > last_step_[static_cast<std::size_t>(axis)]) return Home{2 * axis + 2, {}};
    return Home{2 * axis + 1, *step};
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
                home->step.t == first_step_[axis]) {
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
