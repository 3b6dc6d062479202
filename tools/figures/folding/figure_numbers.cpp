#include <revolute/graph/rolling/detail/roll_words.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_laws.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_shapes.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/equations/detail/writing/equation_number.hpp>
#include <revolute/tools/figures/folding/figure_numbers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace revolute {

namespace {

/// By part and attribute, and whether it is the law of the scale.
using Laws = std::map<std::tuple<PartId, std::uint32_t, bool>, LengthLaw>;

const LengthLaw* find_law(const Laws& laws, PartId part, std::uint32_t attribute,
                          bool is_of_scale) {
    const auto found = laws.find({part, attribute, is_of_scale});
    return found == laws.end() ? nullptr : &found->second;
}

std::map<NodeId, PartId> parts_of_nodes(const Rolled& rolled) {
    std::map<NodeId, PartId> parts;
    for (std::uint32_t i = 0; i < rolled.nodes.size(); ++i)
        for (const NodeId node : rolled.nodes[i]) parts.emplace(node, PartId{i});
    return parts;
}

/// The laws are those of numbers of steps that are counted from 0, as `Rolled::steps` counts them.
Laws given_laws(const Rolled& rolled, AxisSteps axis, const StepNames& steps,
                const std::vector<NumberLaw>& given) {
    const std::map<NodeId, PartId> parts = parts_of_nodes(rolled);
    Laws laws;
    for (const auto& [node, attribute, law, is_of_scale] : given) {
        const auto found = parts.find(node);
        if (found == parts.end()) continue;
        const Part& part = rolled[found->second];
        const bool fits =
            attribute < part.attributes.size() &&
            detail::is_foretold(law.at(axis.steps), is_of_scale ? part.scale_of(attribute).value()
                                                                : part.attributes[attribute]);
        if (!fits)
            throw GraphError(fmt::format(
                "figure: the laws of numbers are of another graph\n  attribute {} of {} is not {}, "
                "as they say of {} steps\n  draw the graph whose rolled form has the laws: it has "
                "as many steps as roll_any_steps says in built_with, no fewer than its fewest",
                attribute, detail::name_and_shape(part, part.step_of(0)), law.at(axis.steps),
                steps.count(axis.axis)));
        laws[{found->second, attribute, is_of_scale}] = law;
    }
    return laws;
}

/// The sizes of stacks, as far as the graph itself tells.
std::optional<Laws> laws_of_sizes(const Rolled& rolled, AxisSteps axis) {
    try {
        const Rolled longer = rolled.at(axis.steps + 1, axis.axis);
        Laws laws;
        if (longer.laws)
            for (const auto& [part, attribute, law, is_of_scale] : longer.laws->attributes)
                laws[{part, attribute, is_of_scale}] = law;
        return laws;
    } catch (const GraphError&) {
        return std::nullopt;  // it does not grow
    }
}

/// Whether a factor is a multiple of the number of steps, or half of one, or of one more or less,
/// one over such a number, or a root of these. Others that may come from it, such as 0.1 beside 8
/// steps, are taken for what they are.
bool is_like_count(double factor, std::int32_t count) {
    const double size = std::abs(factor);
    if (!std::isfinite(size) || size == 0) return false;
    const double from_one = size < 1 ? 1 / size : size;
    return std::ranges::any_of(
        std::array{from_one, 2 * from_one, from_one * from_one}, [&](double value) {
            const double whole = std::round(value);
            const bool is_whole = std::abs(value - whole) <= 1e-9 * value;
            return is_whole && (std::fmod(whole, count) == 0 || std::abs(whole - count) == 1);
        });
}

/// By name, which may be empty, and operator: how many values of an axis are alone with their
/// numbers.
using AloneCounts = std::map<std::tuple<std::string, const Op*, std::int32_t>, std::int32_t>;

std::optional<AloneCounts::key_type> called_alone(const Part& part) {
    if (!part.is_family() || part.size() != 1 || part.attributes.empty()) return std::nullopt;
    const PartName* const name = detail::find_label(part, part.step_of(0));
    return AloneCounts::key_type{name == nullptr ? "" : name->name, part.op, *part.axis};
}

/// Numbers of values that have another one at most steps come from the step, and are refused as
/// such.
bool is_of_step(const Rolled& rolled, const Part& part, const AloneCounts& counts) {
    const auto called = called_alone(part);
    return called && 2 * counts.at(*called) >= rolled.steps(*part.axis);
}

void refuse_unknown_factors(const Rolled& rolled, std::int32_t count) {
    AloneCounts alone;
    for (const Part& part : rolled.parts)
        if (const auto called = called_alone(part)) ++alone[*called];
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const Part& part = rolled.parts[i];
        const std::int32_t t = part.step_of(0);
        for (std::uint32_t k = 0; k < part.attributes.size(); ++k) {
            const bool grows = !part.slopes.empty() && part.slopes[k] != 0;
            const double factor = grows ? part.scale_of(k).value() : part.attributes[k];
            if (factor == 1 || !is_like_count(factor, count) ||
                detail::is_size(rolled, {PartId{i}, t}, k) || is_of_step(rolled, part, alone))
                continue;
            throw GraphError(fmt::format(
                "figure: attribute {} of {} is {}, which may come from the number of steps ({})\n"
                "  one graph cannot tell: give FigureOptions::laws, which number_laws has of what "
                "roll_any_steps finds, or a step_count of {}",
                k, detail::name_and_shape(part, t), part.attribute_at(k, t), count, count));
        }
    }
}

Laws laws_of(const Rolled& rolled, AxisSteps axis, const StepNames& steps,
             const FigureOptions& options) {
    if (options.laws) return given_laws(rolled, axis, steps, *options.laws);
    if (const auto sizes = laws_of_sizes(rolled, axis)) return *sizes;
    const std::int32_t count = steps.count(axis.axis);
    if (options.step_count != count) refuse_unknown_factors(rolled, count);
    return {};
}

/// Writes the attributes of one part's members.
class MemberNumbers {
 public:
    MemberNumbers(const Rolled& rolled, PartId part, const StepNames& steps,
                  std::optional<std::int32_t> step_count)
        : part_(rolled[part]),
          number_(index(part)),
          axis_(rolled.axes.front().axis),
          steps_(steps),
          length_(rolled.axes.front(), steps, step_count) {}

    std::vector<FigureNumber> at(std::int32_t t, const std::vector<EquationGrowth>& growing) const {
        std::vector<FigureNumber> written;
        for (const double number : part_.attributes) written.push_back({number_formula(number)});
        for (EquationGrowth growth : growing) {
            if (growth.slope != 0) growth.step = step_at(t);
            FigureNumber& number = written[growth.attribute];
            number.formula = length_.number(part_.attributes[growth.attribute], growth);
            if (growth.slope != 0) number.mention = {{}, {axis_, t}, number_of(growth.attribute)};
        }
        return written;
    }

 private:
    EquationStep step_at(std::int32_t t) const {
        const Step step{axis_, t};
        const std::int32_t middle = steps_.middle(axis_).t;
        if (steps_.is_midst(step)) return {axis_, false, t - middle};
        return {axis_, true, t < middle ? t : t + length_.added()};
    }

    /// Of an attribute of the part; 0 is none of any.
    std::uint64_t number_of(std::uint32_t attribute) const {
        return (std::uint64_t{number_} + 1) << 32U | attribute;
    }

    const Part& part_;
    std::uint32_t number_;
    std::int32_t axis_;
    const StepNames& steps_;
    FigureLength length_;
};

}  // namespace

std::optional<std::string> numbers_apart(const Rolled& rolled, Member a, Member b) {
    const Part &first = rolled[a.part], &second = rolled[b.part];
    if (a.part == b.part || first.op != second.op || first.shape != second.shape)
        return std::nullopt;
    const auto numbers = first.attributes_at(a.t), others = second.attributes_at(b.t);
    for (std::size_t k = 0; k < std::min(numbers.size(), others.size()); ++k)
        if (numbers[k] != others[k])
            return fmt::format("{} at {} and {} at {}", numbers[k],
                               to_string(Step{*first.axis, a.t}), others[k],
                               to_string(Step{*second.axis, b.t}));
    return std::nullopt;
}

std::vector<NumberLaw> number_laws(const Rolled& rolled) {
    std::vector<NumberLaw> laws;
    if (!rolled.laws || rolled.nodes.empty()) return laws;
    for (const auto& [part, attribute, law, is_of_scale] : rolled.laws->attributes)
        for (const NodeId node : rolled.nodes[index(part)])
            laws.push_back({node, attribute, law, is_of_scale});
    return laws;
}

FigureLength::FigureLength(AxisSteps axis, const StepNames& steps,
                           std::optional<std::int32_t> step_count)
    : is_general_(!step_count),
      axis_(axis.axis),
      added_(step_count ? *step_count - steps.count(axis_) : 0),
      length_(axis.steps + added_) {
    style_.axes = {{axis_, length_, steps.first(axis_).t}};
    style_.is_general = is_general_;
    style_.first_step = steps.first(axis_).t;
}

Formula FigureLength::number(double value, EquationGrowth growth) const {
    if (growth.law && !is_general_) value = growth.law->at(length_);
    if (growth.scale_law && !is_general_) growth.scale = growth.scale_law->at(length_);
    return detail::growing_number(value, growth, axis_, style_);
}

FigureNumbers::FigureNumbers(const Rolled& rolled, const StepNames& steps,
                             const FigureOptions& options) {
    if (options.steps == ShownSteps::all || rolled.axes.empty()) return;
    const AxisSteps axis = rolled.axes.front();
    const Laws laws = laws_of(rolled, axis, steps, options);
    laws_.axis = axis.axis;
    for (const auto& [place, law] : laws) {
        const auto& [part, attribute, is_of_scale] = place;
        laws_.attributes.push_back({part, attribute, law, is_of_scale});
    }
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const Part& part = rolled.parts[i];
        std::vector<EquationGrowth> growing;
        bool has_factor = false;
        for (std::uint32_t k = 0; k < part.attributes.size(); ++k) {
            EquationGrowth growth{.attribute = k};
            if (!part.slopes.empty() && part.axis == axis.axis) {
                growth.slope = part.slopes[k];
                growth.scale = part.scale_of(k).value();
            }
            if (const LengthLaw* const law = find_law(laws, PartId{i}, k, true))
                growth.scale_law = *law;
            if (const LengthLaw* const law = find_law(laws, PartId{i}, k, false)) growth.law = *law;
            if (growth.law || growth.scale_law)
                has_factor |= !detail::is_size(rolled, {PartId{i}, part.step_of(0)}, k);
            if (growth.slope != 0 || growth.law) growing.push_back(growth);
        }
        if (growing.empty()) continue;
        const MemberNumbers numbers(rolled, PartId{i}, steps, options.step_count);
        for (std::size_t place = 0; place < rolled.nodes[i].size(); ++place) {
            written_[rolled.nodes[i][place]] = numbers.at(part.step_of(place), growing);
            if (has_factor) factors_.insert(rolled.nodes[i][place]);
        }
    }
}

std::span<const FigureNumber> FigureNumbers::attributes(NodeId node) const {
    const auto found = written_.find(node);
    if (found == written_.end()) return {};
    return found->second;
}

}  // namespace revolute
