#include <revolute/graph/rolling/detail/roll_chains.hpp>
#include <revolute/graph/rolling/detail/roll_words.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_growth.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_laws.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_shapes.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

namespace revolute::detail {

namespace {

std::vector<Shape> shapes_of(const Rolled& rolled) {
    std::vector<Shape> shapes;
    for (const Part& part : rolled.parts) shapes.push_back(part.shape);
    return shapes;
}

/// A size that grows evenly with each period, so many of them further; 0 beyond the range of sizes.
int size_after(std::int64_t periods, int size, int next) {
    const std::int64_t grown = size + std::int64_t{next - size} * periods;
    return grown < 1 || grown > std::numeric_limits<int>::max() ? 0 : static_cast<int>(grown);
}

/// "steps are not alike from step ..." of the text "roll: steps are not alike ...".
std::string without_finder(std::string_view text) {
    constexpr std::string_view finder = "roll: ";
    if (text.starts_with(finder)) text.remove_prefix(finder.size());
    return std::string(text);
}

/// Graphs of more steps than this are not looked at: what is said of growth takes no longer for
/// more.
constexpr std::int32_t most_looked_at = 64;

/// How a rolled graph grows, or why it cannot be told.
class GrowthSearch {
 public:
    GrowthSearch(const Rolled& rolled, std::int32_t axis)
        : rolled_(rolled), axis_(axis), now_(rolled.steps(axis)) {}

    std::variant<Growth, std::string> run() {
        Growth growth;
        growth.stretch = stretch_of(rolled_, axis_);
        const std::int32_t period = growth.stretch.period;
        if (const auto unread = unread_steps()) return *unread;
        growth.least = now_ - periods_to_spare(growth.stretch) * period;
        if (const auto difference = not_alike(growth.stretch)) return *difference;
        if (!is_known_of_other_lengths() && !has_members_in(growth.stretch))
            return fmt::format(
                "rolled: nothing is computed in its midst, so no step can be put in ({} on axis "
                "{})",
                now_, axis_name(axis_));
        if (!is_known_of_other_lengths())
            if (const auto chain = find_chain(rolled_))
                return fmt::format(
                    "rolled: {} has no step and is at least the third in a row that is made of the "
                    "one before in the same way, of which there may be as many as steps ({} on "
                    "axis {})\n  one graph cannot tell: roll_for compares graphs of several "
                    "numbers of steps",
                    name_and_shape(rolled_[*chain], 0), now_, axis_name(axis_));
        const std::int32_t fewer = std::max(0, now_ - std::max(most_looked_at, growth.least));
        growth.steps = now_ + (1 - fewer / period) * period;
        Rolled known = rolled_;
        if (!is_known_of_other_lengths()) {
            const auto longer = stretched(rolled_, axis_, growth.stretch, period);
            auto found = infer_laws(rolled_, *longer, axis_);
            if (const auto* refusal = std::get_if<std::string>(&found)) return *refusal;
            known.laws = std::get<AxisLaws>(std::move(found));
        }
        growth.laws = known.laws;
        for (const std::int32_t more : {0, 1}) {
            const std::int32_t steps = growth.steps + more * period;
            Rolled other = *stretched(known, axis_, growth.stretch, steps - now_);
            if (const auto misfit = set_shapes(other)) return misfit_text(other, *misfit, axis_);
            (more == 0 ? growth.shapes : growth.next) = shapes_of(other);
        }
        return even(std::move(growth));
    }

 private:
    /// Whether graphs of several numbers of steps told what depends on it.
    bool is_known_of_other_lengths() const { return rolled_.laws && rolled_.laws->axis == axis_; }

    /// What keeps steps from being put in, where they are not alike. A step apart that stands where
    /// it does in graphs of other lengths, or as far from their ends, keeps none.
    std::optional<std::string> not_alike(const StepStretch& stretch) const {
        const auto found = is_known_of_other_lengths() ? std::nullopt : first_break(rolled_);
        if (!found && stretched(rolled_, axis_, stretch, stretch.period)) return std::nullopt;
        return fmt::format(
            "rolled: the steps in its midst are not alike, so none can be put in ({} on axis {})\n"
            "  {}",
            now_, axis_name(axis_),
            found ? without_finder(found->text) : why_not_stretched(rolled_, axis_, stretch));
    }

    /// Whether the last steps were left out because nothing reads them. Then the rolled graph is
    /// that of fewer steps, too, and neither is known to be meant.
    std::optional<std::string> unread_steps() const {
        const auto found = std::ranges::find(rolled_.unread, axis_, &AxisSteps::axis);
        if (found == rolled_.unread.end()) return std::nullopt;
        return fmt::format(
            "rolled: nothing that was rolled reads the last steps of the graph, so how many there "
            "are cannot be told ({} or {} on axis {})\n  roll_for takes a function that builds the "
            "graph of any number of steps",
            now_, found->steps, axis_name(axis_));
    }

    /// How many periods fewer there can be: of what repeats, three remain.
    static std::int32_t periods_to_spare(const StepStretch& stretch) {
        const std::int64_t remaining = stretch.period == 1 ? 1 : std::int64_t{4} * stretch.period;
        const std::int64_t least = std::max<std::int64_t>(stretch.least_length, remaining);
        const std::int64_t spare = std::max<std::int64_t>(0, stretch.length - least);
        return static_cast<std::int32_t>(spare / stretch.period);
    }

    /// Where no family has members, what is computed at each step has none, as it is the same at
    /// several: a chain of nodes without steps, of which nobody knows how many there are for each
    /// step.
    bool has_members_in(const StepStretch& stretch) const {
        return std::ranges::any_of(rolled_.parts, [&](const Part& part) {
            if (part.axis != axis_) return false;
            for (std::int32_t t = stretch.first; t < stretch.first + stretch.period; ++t)
                if (part.has_member(t)) return true;
            return false;
        });
    }

    /// Refuses shapes that do not grow evenly, as those of a product of two numbers that grow.
    std::variant<Growth, std::string> even(Growth growth) const {
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
            const Part& part = rolled_.parts[i];
            const Shape expected = shape_at(growth, i, now_);
            if (part.shape != expected)
                return fmt::format(
                    "rolled: the shape of {} does not grow evenly with the number of steps\n  in "
                    "{} it is {}, in {} {}",
                    name_and_shape(part, part.step_of(0)), count_of_steps(growth.steps),
                    to_string(growth.shapes[i]),
                    count_of_steps(growth.steps + growth.stretch.period),
                    to_string(growth.next[i]));
        }
        return growth;
    }

    const Rolled& rolled_;
    std::int32_t axis_;
    std::int32_t now_;
};

}  // namespace

Shape shape_at(const Growth& growth, std::size_t part, std::int32_t steps) {
    const Shape shape = growth.shapes[part], next = growth.next[part];
    const std::int64_t periods =
        (std::int64_t{steps} - std::int64_t{growth.steps}) / growth.stretch.period;
    return {size_after(periods, shape.rows, next.rows),
            size_after(periods, shape.columns, next.columns)};
}

std::variant<Growth, std::string> find_growth(const Rolled& rolled, std::int32_t axis) {
    return GrowthSearch(rolled, axis).run();
}

}  // namespace revolute::detail
