#include <revolute/graph/rolling/detail/roll_words.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_laws.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_shapes.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace revolute::detail {

namespace {

bool is_whole(double value) { return value == std::trunc(value); }

/// An attribute that may grow by so much when there is one step more.
struct Suspect {
    PartId part{};
    std::uint32_t attribute = 0;
    double growth = 1;
};

/// By how much a whole number grows with each step if it comes from the number of steps.
std::optional<double> growth_of(double value, std::int32_t steps) {
    if (!is_whole(value) || value < 2 || value > 1e9) return std::nullopt;
    if (std::fmod(value, steps) == 0) return value / steps;
    if (std::abs(value - steps) <= 2 && value > 3) return 1;
    return std::nullopt;
}

/// Whether somebody may have typed it: 0.001, 0.375.
bool is_short(double value) {
    return value == std::strtod(fmt::format("{:.4g}", value).c_str(), nullptr);
}

/// Whether a whole number of parts, one for each step or nearly so, makes such a fraction: 1 / N, 2
/// / N, (N-1) / N, or, where simplification joined two of them, 2 / N^2; or 8 / 17, which nobody
/// types otherwise.
bool is_fraction_of(double fraction, std::int32_t steps) {
    if (fraction == 1) return false;
    const auto parts = whole(fraction * steps);
    if (parts && !is_short(fraction) && std::gcd(std::llround(*parts), std::int64_t{steps}) == 1)
        return true;
    if (parts && (*parts == 2 || (*parts > 2 && steps - *parts <= 2))) return true;
    const auto parts_of_square = whole(fraction * steps * steps);
    return parts_of_square && (*parts_of_square == 2 || *parts_of_square == 4);
}

/// Whether it is a short number over that of the steps, as 0.75 / N. What is short itself, as 0.05
/// beside 10 steps, was typed.
bool is_part_of_short(double size, std::int32_t steps) {
    const double product = size * steps;
    const double shorter = std::strtod(fmt::format("{:.3g}", product).c_str(), nullptr);
    return !is_short(size) && !whole(product) && std::abs(product - shorter) <= 1e-13 * product;
}

/// Whether a number of at most three digits to the power `steps` is it, as a discount 0.9^N is.
/// Powers of ten are numbers of their own.
bool is_power_of_short(double size, std::int32_t steps) {
    const double root = std::pow(size, 1.0 / steps);
    const double shorter = std::strtod(fmt::format("{:.3g}", root).c_str(), nullptr);
    return std::abs(root - shorter) <= 1e-13 * root && !whole(std::log10(root));
}

/// Whether it is the exponential or the logarithm of such a number.
bool is_exponential_of(double size, std::int32_t steps) {
    const double rate = std::log(size) / steps, of_one = std::exp(size);
    const double shorter = std::strtod(fmt::format("{:.2g}", rate).c_str(), nullptr);
    return (rate != 0 && std::abs(rate - shorter) <= 1e-13 * std::abs(rate)) ||
           (std::isfinite(of_one) && std::abs(of_one - steps) <= 1e-12 * of_one);
}

/// N / (N+1), (N-2) / (N-1), and the like.
bool is_part_of(double fraction, std::int32_t steps) {
    const auto parts = whole(fraction * steps);
    return parts && *parts > 2 && *parts < steps && steps - *parts <= 2;
}

/// Whether a factor may come from the number of steps: it or its reciprocal, the root of such, a
/// part of it, or its power, exponential or logarithm.
bool may_come_from(double value, std::int32_t steps) {
    const double size = std::abs(value);
    if (!std::isfinite(size) || size == 0) return false;
    const double from_one = size < 1 ? 1 / size : size;
    const auto linear = whole(from_one);
    if (linear && growth_of(*linear, steps)) return true;
    // A half of each step, or each but one.
    if (const auto halves = whole(2 * from_one); halves && !linear && growth_of(*halves, steps))
        return true;
    // A whole number is rarely meant as a root.
    if (const auto squared = whole(from_one * from_one)) {
        const bool is_root = linear ? *squared == steps : growth_of(*squared, steps).has_value();
        if (is_root) return true;
    }
    if (is_fraction_of(1 / from_one, steps)) return true;
    for (const std::int32_t near : {steps - 1, steps, steps + 1})
        if (is_part_of(1 / from_one, near) || is_power_of_short(size, near) ||
            is_exponential_of(size, near) || is_part_of_short(size, near))
            return true;
    return false;
}

/// The same of `start` + `slope` t, counted from the end in place of the beginning, or from behind
/// it: N - t, N + t.
std::optional<double> growth_of_line(double start, double slope, std::int32_t steps) {
    constexpr double nearly = 3;
    if (start == 0) return std::nullopt;
    if (std::abs(start / slope + steps) <= nearly) return -slope;
    const auto growth = growth_of(std::abs(start), steps);
    return growth ? std::optional(std::copysign(*growth, start)) : std::nullopt;
}

/// Tells which attributes of one graph depend on its number of steps.
class LawInference {
 public:
    LawInference(const Rolled& rolled, const Rolled& longer, std::int32_t axis)
        : rolled_(rolled),
          longer_(longer),
          axis_(axis),
          steps_(rolled.steps(axis)),
          count_(steps_ - rolled.first_step(axis)) {}

    std::variant<AxisLaws, std::string> run() {
        for (const Part& part : rolled_.parts) note_terms(part);
        for (const Part& part : rolled_.parts)
            if (const auto reason = repetition_in(part)) return *reason;
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i)
            for (std::uint32_t k = 0; k < rolled_.parts[i].attributes.size(); ++k)
                if (!sort_out(PartId{i}, k)) return cannot_tell({PartId{i}, k});
        const auto fewest = solution(false), most = solution(true);
        if (const auto* misfit = std::get_if<std::string>(&fewest)) return *misfit;
        const auto& growing = std::get<std::vector<bool>>(fewest);
        for (std::size_t i = 0; i < suspects_.size(); ++i) {
            const auto* other = std::get_if<std::vector<bool>>(&most);
            if (other == nullptr || growing[i] != (*other)[i]) return cannot_tell(suspects_[i]);
        }
        Rolled longer = with(growing);
        set_shapes(longer);
        if (const auto place = place_in_what_grows(longer)) return cannot_tell(*place);
        return laws_of(growing);
    }

 private:
    /// Where all steps add the same to something it is added once for each: what is read as often
    /// as there are steps. Operands that are members at different steps become more by themselves.
    std::optional<std::string> repetition_in(const Part& part) const {
        std::map<std::pair<PartId, std::int32_t>, std::int32_t> times;
        for (const Sweep& sweep : part.operands)
            if (sweep.first == sweep.last)
                for (const Sweep::Element& element : sweep.elements)
                    ++times[{element.part, sweep.first + element.offset}];
        for (const std::vector<Segment>& slot : part.slots)
            ++times[{slot.front().target, part.step_of(0) - slot.front().distance}];
        // Three may be one for each second or third step, and two are no pattern.
        constexpr std::int32_t least_count = 3;
        for (const auto& [member, count] : times)
            if (count >= least_count)
                return cannot_tell(
                    fmt::format("{} reads {} {} times", name_and_shape(part, part.step_of(0)),
                                name_and_shape(rolled_[member.first], member.second), count));
        return std::nullopt;
    }

    /// Of a sum that becomes longer the number of terms may be a factor, as in a mean over every
    /// third step.
    void note_terms(const Part& part) {
        for (const Sweep& sweep : part.operands)
            if (sweep.rounds() >= least_terms)
                term_counts_.insert(static_cast<double>(sweep.rounds()));
    }

    bool may_come_from_steps(double value) const {
        return may_come_from(value, steps_) || may_come_from(value, count_);
    }

    bool may_come_from_terms(double value) const {
        const double size = std::abs(value);
        const auto from_one = size > 0 ? whole(size < 1 ? 1 / size : size) : std::nullopt;
        return from_one && *from_one < most_terms &&
               std::ranges::any_of(term_counts_,
                                   [&](double count) { return std::fmod(*from_one, count) == 0; });
    }

    bool changes_with_the_step(const Part& part, std::uint32_t attribute) const {
        return !part.slopes.empty() && part.slopes[attribute] != 0;
    }

    /// Keeps an attribute that may grow and that shapes may tell about; false: they cannot.
    bool sort_out(PartId id, std::uint32_t attribute) {
        const Part& part = rolled_[id];
        const double value = part.attributes[attribute];
        const bool is_line = changes_with_the_step(part, attribute);
        if (const double scale = part.scale_of(attribute).value();
            scale != 1 && (may_come_from_steps(scale) || may_come_from_terms(scale)))
            return false;
        const auto growth_from = [&](std::int32_t steps) {
            return is_line ? growth_of_line(value, part.slopes[attribute], steps)
                           : growth_of(value, steps);
        };
        const auto of_last = growth_from(steps_);
        const auto growth = of_last ? of_last : growth_from(count_);
        if (!growth && (is_line || (!may_come_from_steps(value) && !may_come_from_terms(value))))
            return true;
        if (!is_size(rolled_, {id, part.step_of(0)}, attribute)) return false;
        if (growth) suspects_.push_back({id, attribute, *growth});
        return true;
    }

    Rolled with(const std::vector<bool>& growing) const {
        Rolled longer = longer_;
        for (std::size_t i = 0; i < suspects_.size(); ++i)
            if (growing[i])
                longer.parts[index(suspects_[i].part)].attributes[suspects_[i].attribute] +=
                    suspects_[i].growth * (longer.steps(axis_) - steps_);
        return longer;
    }

    std::optional<Misfit> misfit_with(const std::vector<bool>& growing) const {
        Rolled longer = with(growing);
        return set_shapes(longer);
    }

    /// All suspects grow or none does; then, for as long as something does not fit, some are found
    /// that must be otherwise: what does not fit without them is farther on, or nothing is.
    std::variant<std::vector<bool>, std::string> solution(bool start) const {
        std::vector<bool> growing(suspects_.size(), start);
        auto misfit = misfit_with(growing);
        while (misfit)
            if (!turn_some(growing, misfit, start)) return misfit_text(longer_, *misfit, axis_);
        return growing;
    }

    /// Turns one suspect, and those that do not fit it then: the sizes of two summands go together.
    bool turn_some(std::vector<bool>& growing, std::optional<Misfit>& misfit, bool start) const {
        for (std::size_t i = 0; i < suspects_.size(); ++i) {
            if (growing[i] != start) continue;
            std::vector<bool> turned = growing;
            turned[i] = !start;
            auto rest = misfit_with(turned);
            while (rest && rest->passed <= misfit->passed)
                if (!turn_one(turned, rest, start)) break;
            if (rest && rest->passed <= misfit->passed) continue;
            growing = std::move(turned);
            misfit = std::move(rest);
            return true;
        }
        return false;
    }

    bool turn_one(std::vector<bool>& growing, std::optional<Misfit>& misfit, bool start) const {
        for (std::size_t i = 0; i < suspects_.size(); ++i) {
            if (growing[i] != start) continue;
            growing[i] = !start;
            auto rest = misfit_with(growing);
            if (!rest || rest->passed > misfit->passed) {
                misfit = std::move(rest);
                return true;
            }
            growing[i] = start;
        }
        return false;
    }

    /// A whole number with which something that grows is read, in the second half or behind it: it
    /// may be counted from the end. That of the second state is small, that of the last one is not.
    std::optional<Suspect> place_in_what_grows(const Rolled& longer) const {
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
            const Part& part = rolled_.parts[i];
            if (part.attributes.empty() || !reads_what_grows(part, longer)) continue;
            for (std::uint32_t k = 0; k < part.attributes.size(); ++k) {
                const double value = part.attributes[k];
                const bool is_known =
                    changes_with_the_step(part, k) ||
                    std::ranges::any_of(suspects_, [&](const Suspect& suspect) {
                        return suspect.part == PartId{i} && suspect.attribute == k;
                    });
                if (!is_known && is_whole(value) && value > 1 && 2 * value >= steps_ - 1)
                    return Suspect{PartId{i}, k};
            }
        }
        return std::nullopt;
    }

    bool reads_what_grows(const Part& part, const Rolled& longer) const {
        const auto grows = [&](PartId operand) {
            return rolled_[operand].shape != longer[operand].shape;
        };
        for (const std::vector<Segment>& slot : part.slots)
            if (grows(slot.front().target)) return true;
        return std::ranges::any_of(part.operands, [&](const Sweep& sweep) {
            return std::ranges::any_of(sweep.elements, grows, &Sweep::Element::part);
        });
    }

    AxisLaws laws_of(const std::vector<bool>& growing) const {
        AxisLaws laws{axis_, {}};
        for (std::size_t i = 0; i < suspects_.size(); ++i) {
            if (!growing[i]) continue;
            const auto [part, attribute, growth] = suspects_[i];
            const double now = rolled_[part].attributes[attribute];
            laws.attributes.push_back(
                {part, attribute, {1, now - growth * steps_, growth, 1}, false});
        }
        return laws;
    }

    std::string cannot_tell(const Suspect& suspect) const {
        const Part& part = rolled_[suspect.part];
        return cannot_tell(fmt::format("attribute {} of {} is {}", suspect.attribute,
                                       name_and_shape(part, part.step_of(0)),
                                       part.attribute_at(suspect.attribute, part.step_of(0))));
    }
    std::string cannot_tell(std::string_view what) const {
        return fmt::format(
            "rolled: {}, which may come from the number of steps ({} on axis {})\n  one graph "
            "cannot tell: roll_for compares graphs of several numbers of steps",
            what, count_, axis_name(axis_));
    }

    const Rolled& rolled_;
    const Rolled& longer_;
    std::int32_t axis_;
    std::int32_t steps_;                           // one more than the last
    std::int32_t count_;                           // of them: fewer where they are counted from 1
    static constexpr std::size_t least_terms = 4;  // fewer are often factors of their own
    static constexpr double most_terms = 1e9;
    std::set<double> term_counts_;
    std::vector<Suspect> suspects_;
};

}  // namespace

std::variant<AxisLaws, std::string> infer_laws(const Rolled& rolled, const Rolled& longer,
                                               std::int32_t axis) {
    return LawInference(rolled, longer, axis).run();
}

std::string misfit_text(const Rolled& rolled, const Misfit& misfit, std::int32_t axis) {
    const auto& [part, t] = misfit.member;
    return fmt::format("rolled: {} does not fit a graph of {}\n  {}",
                       name_and_shape(rolled[part], t), count_of_steps(rolled.steps(axis)),
                       misfit.text);
}

}  // namespace revolute::detail
