#include <revolute/graph/leaf.hpp>
#include <revolute/tools/equations/detail/order/equation_division.hpp>
#include <revolute/tools/equations/detail/order/equation_order.hpp>
#include <revolute/tools/equations/detail/order/equation_passes.hpp>
#include <revolute/tools/equations/detail/planning/equation_loss.hpp>
#include <revolute/tools/equations/detail/planning/equation_plan.hpp>
#include <revolute/tools/equations/detail/planning/equation_starts.hpp>
#include <revolute/tools/equations/detail/sizes/equation_columns.hpp>
#include <revolute/tools/equations/detail/sizes/equation_sense.hpp>
#include <revolute/tools/equations/detail/writing/equation_lines.hpp>
#include <revolute/tools/equations/equations.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace revolute {

namespace {

using detail::Definition;
using detail::EquationPlan;
using detail::EquationTerms;
using detail::Piece;

/// Steps enough to have every boundary case near its own end.
constexpr std::int32_t many_steps = 1'000'000;

/// Makes the equations of a rolled graph.
class EquationMaker {
 public:
    EquationMaker(const Rolled& rolled, const EquationOptions& options)
        : rolled_(rolled), options_(options), plan_(rolled, options) {}

    std::vector<Equation> lines() {
        find_directions();
        for (std::size_t i = 0; i < rolled_.schedule.size(); ++i)
            for (const PartId part : rolled_.schedule[i].parts) define(part, directions_[i]);
        for (const Component& component : rolled_.schedule)
            if (component.is_recurrence())
                for (const PartId part : component.parts) order_steps(part, component.direction);
        define_loss();
        detail::join_forward(definitions_, plan_.names().adjoints());
        add_gradients();
        for (Definition& definition : definitions_) put_together(definition);
        definitions_ = detail::divided(std::move(definitions_),
                                       {{.axes = rolled_.axes,
                                         .is_general = options_.is_general,
                                         .has_several_axes = detail::has_several_axes(rolled_)},
                                        options_.longest_line},
                                       plan_.names());
        std::vector<Equation> lines;
        for (const EquationPart part :
             {EquationPart::forward, EquationPart::backward, EquationPart::gradients}) {
            std::vector<Equation> of_part;
            for (Definition& definition : definitions_)
                if (definition.part == part) append_lines(definition, of_part);
            std::ranges::move(detail::in_order(std::move(of_part)), std::back_inserter(lines));
        }
        return lines;
    }

    const detail::EquationNames& names() const { return plan_.names(); }

 private:
    const EquationTerms& terms() const { return plan_.terms(); }

    /// The order of the steps of what a component computes in each pass.
    struct Directions {
        std::int32_t forward = 1, later = -1;

        std::int32_t of(EquationPart part) const {
            return part == EquationPart::forward ? forward : later;
        }
    };

    /// What is parallel over time is told in the order of the recurrence that it follows, and is of
    /// the same pass: forward values ascend, unless they follow a recurrence that runs backward.
    void find_directions() {
        std::vector<Directions> of_part(rolled_.parts.size(), {0, 0});
        for (const Component& component : rolled_.schedule) {
            const PartId first = component.parts.front();
            Directions followed{component.direction, component.direction};
            if (!component.is_recurrence())
                followed = {followed_by(first, true, of_part), followed_by(first, false, of_part)};
            for (const PartId part : component.parts) of_part[index(part)] = followed;
            directions_.push_back({followed.forward != 0 ? followed.forward : 1,
                                   followed.later != 0 ? followed.later : -1});
        }
    }

    /// The direction of what members of a pass read that are of the same pass; 0: they follow none.
    std::int32_t followed_by(PartId id, bool is_forward,
                             const std::vector<Directions>& of_part) const {
        for (const std::vector<Segment>& slot : rolled_[id].slots)
            for (const auto& [own, target, distance] : slot)
                for (const auto& [part, steps] : by_pass(id, own.interval())) {
                    if ((part == EquationPart::forward) != is_forward) continue;
                    for (const auto& [read, there] :
                         by_pass(target, {steps.low - distance, steps.high - distance}))
                        if (const std::int32_t direction = of_part[index(target)].of(read);
                            direction != 0 && (read == EquationPart::forward) == is_forward)
                            return direction;
                }
        return 0;
    }

    Definition& definition(EquationPart part, const std::string& name,
                           std::optional<std::int32_t> axis, std::int32_t direction) {
        const auto [place, is_new] = places_.try_emplace({part, name, axis}, definitions_.size());
        if (is_new)
            definitions_.push_back(
                {.part = part, .name = name, .axis = axis, .is_descending = direction < 0});
        return definitions_[place->second];
    }

    /// Of what is defined for a recurrence and beside it, the recurrence says the order of the
    /// steps.
    void order_steps(PartId id, std::int32_t direction) {
        const auto order = [&](const std::string& name, std::optional<std::int32_t> axis) {
            for (const EquationPart part : {EquationPart::forward, later_part(id)})
                if (const auto found = places_.find({part, name, axis}); found != places_.end())
                    definitions_[found->second].is_descending = direction < 0;
        };
        const Part& part = rolled_[id];
        for (std::size_t i = 0; i < part.labels.size(); ++i)
            order(plan_.names()(id, i), part.labels[i].axis);
        if (const std::string& name = terms().given_name(id); !name.empty()) order(name, part.axis);
    }

    /// What members belong to that no value depends on.
    EquationPart later_part(PartId id) const {
        return plan_.is_for_gradients(id) ? EquationPart::gradients : EquationPart::backward;
    }

    EquationPart part_of(PartId id, std::int32_t t) const {
        return plan_.forward_steps(id).within({t, t}).empty() ? later_part(id)
                                                              : EquationPart::forward;
    }

    /// The steps of a family by the pass that its members belong to.
    std::vector<std::pair<EquationPart, Interval>> by_pass(PartId id, Interval steps) const {
        std::vector<std::pair<EquationPart, Interval>> result;
        if (!rolled_[id].is_family()) return {{part_of(id, 0), {0, 0}}};
        const detail::IntervalSet& forward = plan_.forward_steps(id);
        for (const Interval there : forward.within(steps))
            result.emplace_back(EquationPart::forward, there);
        for (const Interval there : forward.outside(steps))
            result.emplace_back(later_part(id), there);
        return result;
    }

    void define(PartId id, const Directions& directions) {
        const Part& part = rolled_[id];
        if (detail::is_leaf(part)) return;
        for (std::size_t i = 0; i < part.labels.size(); ++i) define_label(id, i, directions);
        if (const std::string& name = terms().given_name(id); !name.empty())
            define_given(id, name, directions);
    }

    void define_label(PartId id, std::size_t number, const Directions& directions) {
        const Part& part = rolled_[id];
        const PartName& label = part.labels[number];
        const auto target = [&](EquationPart pass) -> Definition& {
            return definition(pass, plan_.names()(id, number), label.axis, directions.of(pass));
        };
        if (!part.is_family()) {
            target(part_of(id, 0))
                .pieces.push_back({{label.shift, label.shift}, terms().computed(id)});
            return;
        }
        for (const Interval run : intervals_of(part.runs)) {
            const Interval there{std::max(run.low, label.steps.low()),
                                 std::min(run.high, label.steps.high())};
            if (there.low > there.high) continue;
            for (const auto& [pass, steps] : by_pass(id, there))
                add(target(pass), id, steps, label.shift);
        }
    }

    /// The members of a family that have no label.
    void define_given(PartId id, const std::string& name, const Directions& directions) {
        const Part& part = rolled_[id];
        const auto target = [&](EquationPart pass) -> Definition& {
            Definition& found = definition(pass, name, part.axis, directions.of(pass));
            found.has_made_name = true;
            return found;
        };
        if (!part.is_family()) {
            target(part_of(id, 0)).pieces.push_back({{0, 0}, terms().computed(id)});
            return;
        }
        for (const Interval run : intervals_of(part.runs))
            for (const Interval there : terms().unlabelled(id, run))
                for (const auto& [pass, steps] : by_pass(id, there))
                    add(target(pass), id, steps, 0);
    }

    /// The variable is the step of the name, which is the member's own plus `shift`.
    void add(Definition& target, PartId id, Interval steps, std::int32_t shift) {
        for (Piece& piece : terms().computed(id, -shift, {steps.low + shift, steps.high + shift}))
            target.pieces.push_back(std::move(piece));
    }

    /// The loss where it is a value of another name, or a number.
    void define_loss() {
        if (options_.loss.empty()) return;
        const auto [part, t] = rolled_.outputs.front();
        definition(EquationPart::forward, plan_.names().loss(), std::nullopt, 1)
            .pieces.push_back({{0, 0}, said(part, t)});
    }

    /// A value as what it is called, or the number that it is.
    EquationTerm said(PartId part, std::int32_t t) const {
        return detail::is_number(rolled_[part]) ? terms().computed(part) : terms().member(part, t);
    }

    /// Moves the gradients that were asked for to their place; what is the gradient of two
    /// variables is said for both. Those that other adjoints read stay among them.
    void add_gradients() {
        const std::size_t first = rolled_.outputs.size() - 2 * options_.variables;
        const detail::BackwardReads reads(definitions_);
        for (std::size_t i = 0; i < options_.variables; ++i) {
            const auto [part, t] = rolled_.outputs[first + i];
            const Member variable = rolled_.outputs[first + options_.variables + i];
            const std::string& name = plan_.names().gradient(i);
            const auto at = step_of(variable);
            Definition& target = definition(EquationPart::gradients, name, axis_of(at), -1);
            ordered_.emplace_back(name, axis_of(at));
            const bool is_own = is_called(part, t, name);
            if (is_own && reads.contains(name, axis_of(at), at ? at->t : t)) continue;
            if (const auto own = take(part, t, name, at)) {
                target.pieces.push_back(*own);
            } else if (std::ranges::none_of(target.pieces, [&](const Piece& piece) {
                           return !at || piece.steps.contains(at->t);
                       })) {
                const std::int32_t v = at ? at->t : 0;
                target.pieces.push_back({{v, v}, said(part, t)});
            }
        }
        order_gradients();
    }

    static std::optional<std::int32_t> axis_of(const std::optional<Step>& at) {
        return at ? std::optional(at->axis) : std::nullopt;
    }

    /// The step that the label of a member says.
    std::optional<Step> step_of(Member member) const {
        const Part& part = rolled_[member.part];
        const PartName& label = part.labels[*terms().label_at(member.part, member.t)];
        if (!label.axis) return std::nullopt;
        return Step{*label.axis, member.t + label.shift};
    }

    bool is_called(PartId id, std::int32_t t, const std::string& name) const {
        const auto label = terms().label_at(id, t);
        return label && plan_.names()(id, *label) == name;
    }

    /// Takes the gradient's own line out of the adjoints: of dh(t) that of h(-1).
    std::optional<Piece> take(PartId id, std::int32_t t, const std::string& name,
                              const std::optional<Step>& at) {
        if (!is_called(id, t, name) || plan_.is_for_gradients(id)) return std::nullopt;
        const auto found = places_.find({part_of(id, t), name, axis_of(at)});
        if (found == places_.end()) return std::nullopt;
        std::vector<Piece>& pieces = definitions_[found->second].pieces;
        // A name without step is that of the member, at whatever step it is.
        const std::int32_t v = at ? at->t : t;
        const auto piece =
            std::ranges::find_if(pieces, [v](const Piece& x) { return x.steps.contains(v); });
        if (piece == pieces.end()) return std::nullopt;
        const std::int32_t of_own = at ? v : 0;
        Piece own{{of_own, of_own}, at_step(piece->term, v)};
        Piece behind{{v + 1, piece->steps.high}, piece->term};
        piece->steps.high = v - 1;
        if (behind.steps.low <= behind.steps.high) pieces.push_back(std::move(behind));
        std::erase_if(pieces, [](const Piece& x) { return x.steps.high < x.steps.low; });
        return own;
    }

    /// The gradients in the order of the variables, behind what they are made of.
    void order_gradients() {
        std::map<std::pair<std::string, std::optional<std::int32_t>>, std::ptrdiff_t> ranks;
        for (std::size_t i = 0; i < ordered_.size(); ++i)
            ranks.try_emplace(ordered_[i], static_cast<std::ptrdiff_t>(i));
        const auto rank = [&](const Definition& x) {
            if (x.part != EquationPart::gradients) return std::ptrdiff_t{-2};
            const auto found = ranks.find({x.name, x.axis});
            return found == ranks.end() ? std::ptrdiff_t{-1} : found->second;
        };
        std::ranges::stable_sort(definitions_, {}, rank);
    }

    static void put_together(Definition& definition) {
        std::ranges::stable_sort(definition.pieces, {}, [](const Piece& x) { return x.steps.low; });
        definition.pieces = detail::merged(std::move(definition.pieces));
    }

    /// Parts of neighbouring pieces can be alike where the pieces are not.
    static void append_lines(Definition& definition, std::vector<Equation>& lines) {
        put_together(definition);
        if (definition.is_descending) std::ranges::reverse(definition.pieces);
        for (const Piece& piece : definition.pieces)
            lines.push_back(detail::line_of(definition, piece));
    }

    const Rolled& rolled_;
    const EquationOptions& options_;
    EquationPlan plan_;
    std::vector<Directions> directions_;  // by component
    std::vector<Definition> definitions_;
    /// By part, name and axis: c(t) is not c.
    std::map<std::tuple<EquationPart, std::string, std::optional<std::int32_t>>, std::size_t>
        places_;
    /// Names of the gradients that were asked for, with their axes.
    std::vector<std::pair<std::string, std::optional<std::int32_t>>> ordered_;
};

Equations made(const Rolled& any, EquationOptions options, std::int32_t least_steps) {
    Rolled rolled = spelled_out(any);
    if (options.has_loss()) options.loss = detail::name_loss(rolled, options.loss);
    EquationMaker maker(rolled, options);
    Equations result;
    result.lines = maker.lines();
    result.starts = detail::starts_of(rolled, maker.names());
    result.axes = rolled.axes;
    result.unfolded = detail::unfolded_steps(rolled);
    result.is_general = options.is_general;
    result.columns = options.columns;
    result.columns_of_losses = options.columns_of_losses;
    result.adjoints = maker.names().adjoints();
    result.with_signs = maker.names().with_signs();
    if (options.is_general)
        least_steps = detail::least_steps_of(result, rolled, maker.names(), least_steps);
    result.least_steps = least_steps - result.first_step();
    return result;
}

/// Of how many columns the means are. Those of a batch of any number are known by comparison.
void add_columns_of_losses(const Rolled& rolled, EquationOptions& options) {
    if (options.columns == BatchColumns::any) return;
    for (const auto& [part, columns] : detail::columns_of_signs(rolled))
        if (options.columns != BatchColumns::one || columns != 1)
            options.columns_of_losses.insert(columns);
}

}  // namespace

Equations equations(const Rolled& rolled, const EquationOptions& options) {
    EquationOptions of_graph = options;
    add_columns_of_losses(rolled, of_graph);
    if (options.is_general && !rolled.axes.empty()) {
        const std::int32_t axis = rolled.axes.front().axis;
        if (const auto least = rolled.least_steps(axis); least && rolled.period(axis) == 1) {
            const Rolled many = rolled.at(many_steps, axis);
            add_columns_of_losses(many, of_graph);  // a mean over all steps is over others there
            return made(many, of_graph, *least);
        }
    }
    of_graph.is_general = false;
    return made(rolled, of_graph, rolled.axes.empty() ? 1 : rolled.steps(rolled.axes.front().axis));
}

}  // namespace revolute
