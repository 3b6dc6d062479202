#include <revolute/graph/rolling/lengths/detail/length_law.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/figures/folding/figure_growth.hpp>

#include <algorithm>
#include <utility>

namespace revolute {

namespace {

/// But for the numbers. What stands for a value of the graph is written as that is.
bool have_one_factor(const LocalDerivative& a, const LocalDerivative& b) {
    if (a.factor.id != b.factor.id || a.adjoint.has_value() != b.adjoint.has_value() ||
        a.originals != b.originals)
        return false;
    if (a.adjoint && a.adjoint->id != b.adjoint->id) return false;
    for (std::uint32_t i = 0; i <= index(a.factor.id); ++i) {
        const NodeId node{i};
        if (a.originals[i]) continue;
        if (&a.graph->op(node) != &b.graph->op(node) ||
            a.graph->attributes(node).size() != b.graph->attributes(node).size() ||
            !std::ranges::equal(a.graph->operands(node), b.graph->operands(node)))
            return false;
    }
    return true;
}

bool have_one_form(const LocalDerivative& a, const LocalDerivative& b) {
    return a.form == b.form && have_one_factor(a, b);
}

std::size_t operand_count(const Part& part) {
    std::size_t count = part.slots.size();  // of each member, or none
    for (const Sweep& sweep : part.operands) count += sweep.rounds() * sweep.elements.size();
    return count;
}

}  // namespace

FigureGrowth::FigureGrowth(const Rolled& rolled, const StepNames& steps,
                           const FigureNumbers& numbers, const FigureOptions& options)
    : rolled_(rolled), steps_(steps), numbers_(numbers) {
    if (options.steps == ShownSteps::all || rolled.axes.empty()) return;
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        for (std::size_t place = 0; place < rolled.nodes[i].size(); ++place)
            members_[rolled.nodes[i][place]] = {PartId{i}, rolled.parts[i].step_of(place)};
    const AxisSteps axis = rolled.axes.front();
    if (options.step_count == steps.count(axis.axis)) return;
    is_of_graph_ = false;
    axis_ = axis;
    length_.emplace(axis, steps, options.step_count);
    std::vector<Rolled> longer{rolled};
    longer.front().laws = numbers.laws();
    try {
        for (std::int32_t more = 1; std::cmp_less(more, lengths); ++more)
            longer.push_back(longer.front().at(axis.steps + more, axis.axis));
    } catch (const GraphError&) {
        return;  // it does not grow
    }
    longer_ = std::move(longer);
}

/// Steps behind the midst are counted from the last.
NodeNumbers FigureGrowth::at(NodeId node, std::size_t more) const {
    const Member member = members_.at(node);
    const Part& part = longer_[more][member.part];
    const Step step{axis_->axis, member.t};
    const bool moves = part.axis == axis_->axis && !steps_.is_midst(step) &&
                       member.t > steps_.middle(axis_->axis).t;
    return {part.shape,
            part.attributes_at(member.t + (moves ? static_cast<std::int32_t>(more) : 0)),
            operand_count(part)};
}

/// Of values that stand for themselves, the shape alone matters.
bool FigureGrowth::depends(const LocalDerivatives::Place& place) const {
    for (std::size_t i = 0; i < place.values.size(); ++i) {
        const NodeId node = place.values[i];
        if (longer_.empty() && place.has_numbers(i) && numbers_.has_factor(node)) return true;
        for (std::size_t more = 1; more < longer_.size(); ++more) {
            const NodeNumbers now = at(node, 0), then = at(node, more);
            if (place.has_numbers(i) ? now != then : now.shape != then.shape) return true;
        }
    }
    return false;
}

/// Whether a number of a step in the midst depends on the step and on the number of steps, as (t+1)
/// / N does.
bool FigureGrowth::depends_on_both(NodeId node) const {
    const Member member = members_.at(node);
    const Part& part = longer_.front()[member.part];
    return numbers_.has_factor(node) && part.axis == axis_->axis &&
           steps_.is_midst({axis_->axis, member.t}) &&
           std::ranges::any_of(part.slopes, [](double slope) { return slope != 0; });
}

std::optional<FigureNumber> FigureGrowth::written(const std::array<double, lengths>& values) const {
    if (std::ranges::count(values, values.front()) == std::ssize(values))
        return FigureNumber{number_formula(values.front())};
    EquationGrowth growth;
    growth.law = detail::fit_law(axis_->steps, values);
    if (!growth.law) return std::nullopt;
    return FigureNumber{length_->number(values.front(), growth)};
}

std::optional<FactorNumbers> FigureGrowth::numbers_in(LocalDerivatives& derivatives, NodeId node,
                                                      std::uint32_t slot) const {
    if (members_.empty()) return FactorNumbers{};  // all steps are drawn
    const LocalDerivatives::Place place = derivatives.place(node, slot);
    if (is_of_graph_ || !depends(place)) return numbers_of_step(derivatives, node, slot);
    if (std::ranges::none_of(place.values,
                             [&](NodeId value) { return numbers_.has_factor(value); }))
        if (FactorNumbers numbers = numbers_of_step(derivatives, node, slot); !numbers.empty())
            return numbers;
    if (longer_.empty()) return std::nullopt;
    for (std::size_t i = 0; i < place.values.size(); ++i)
        if (place.has_numbers(i) && depends_on_both(place.values[i])) return std::nullopt;
    std::array<LocalDerivative, lengths> by_length;
    for (std::size_t more = 0; more < lengths; ++more)
        by_length[more] =
            derivatives.with(node, slot, [&](NodeId value) { return at(value, more); });
    return numbers_in(by_length);
}

std::optional<FactorNumbers> FigureGrowth::numbers_in(
    const std::array<LocalDerivative, lengths>& derivatives) const {
    FactorNumbers numbers;
    const LocalDerivative& first = derivatives.front();
    if (first.is_nothing()) return numbers;
    for (const LocalDerivative& other : derivatives)
        if (!have_one_form(first, other)) return std::nullopt;
    for (std::uint32_t i = 0; i <= index(first.factor.id); ++i) {
        const NodeId node{i};
        if (first.originals[i]) continue;
        for (std::size_t k = 0; k < first.graph->attributes(node).size(); ++k) {
            std::array<double, lengths> values{};
            for (std::size_t more = 0; more < lengths; ++more)
                values[more] = derivatives[more].graph->attributes(node)[k];
            const std::optional<FigureNumber> number = written(values);
            if (!number) return std::nullopt;
            numbers[node].push_back(*number);
        }
    }
    return numbers;
}

bool FigureGrowth::has_number_of_step(NodeId node) const {
    return std::ranges::any_of(numbers_.attributes(node), [](const FigureNumber& number) {
        return number.mention.has_value();
    });
}

double FigureGrowth::attribute_next(NodeId node, std::size_t attribute) const {
    const Member member = members_.at(node);
    return rolled_[member.part].attributes_at(member.t + 1)[attribute];
}

/// What is at the next step what an attribute is there is that attribute.
std::optional<FigureNumber> FigureGrowth::number_of_step(const LocalDerivatives::Place& place,
                                                         double here, double next) const {
    if (here == next) return FigureNumber{number_formula(here)};
    for (std::size_t i = 0; i < place.values.size(); ++i) {
        const NodeId value = place.values[i];
        if (!place.has_numbers(i) || !has_number_of_step(value)) continue;
        const std::span<const FigureNumber> written = numbers_.attributes(value);
        const Part& part = rolled_[members_.at(value).part];
        const std::vector<double> attributes = part.attributes_at(members_.at(value).t);
        for (std::size_t k = 0; k < written.size(); ++k)
            if (attributes[k] == here && attribute_next(value, k) == next) return written[k];
    }
    return std::nullopt;
}

/// Read off the next step too. Empty where a number comes from one of the step in a way that is not
/// known.
FactorNumbers FigureGrowth::numbers_of_step(LocalDerivatives& derivatives, NodeId node,
                                            std::uint32_t slot) const {
    const LocalDerivatives::Place place = derivatives.place(node, slot);
    if (std::ranges::none_of(place.values, [&](NodeId value) { return has_number_of_step(value); }))
        return {};
    const auto with = [&](std::int32_t later) {
        return derivatives.with(node, slot, [&](NodeId value) {
            const Member member = members_.at(value);
            const Part& part = rolled_[member.part];
            const std::int32_t t = has_number_of_step(value) ? member.t + later : member.t;
            return NodeNumbers{part.shape, part.attributes_at(t), operand_count(part)};
        });
    };
    const LocalDerivative here = with(0), next = with(1);
    if (here.is_nothing() || next.is_nothing() || !have_one_factor(here, next)) return {};
    FactorNumbers numbers;
    for (std::uint32_t i = 0; i <= index(here.factor.id); ++i) {
        if (here.originals[i]) continue;
        const std::span<const double> before = here.graph->attributes(NodeId{i});
        for (std::size_t k = 0; k < before.size(); ++k) {
            const auto number =
                number_of_step(place, before[k], next.graph->attributes(NodeId{i})[k]);
            if (!number) return {};
            numbers[NodeId{i}].push_back(*number);
        }
    }
    return numbers;
}

}  // namespace revolute
