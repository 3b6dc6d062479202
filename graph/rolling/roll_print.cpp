#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/graph/rolling/roll.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace revolute {

namespace {

std::string written(Interval steps) {
    return steps.low == steps.high ? fmt::format("{}", steps.low)
                                   : fmt::format("{}..{}", steps.low, steps.high);
}

/// "0", "1..7", "0, 3, ..., 12", "1..3, 5..7, ..., 13..15".
std::string written(StepRange steps) {
    if (!steps.repeats()) return written(steps.first);
    return fmt::format("{}, {}, ..., {}", written(steps.first), written(steps.at(1)),
                       written(steps.at(steps.times - 1)));
}

/// Those whose steps begin earlier first.
template <class Entry, class StepsOf>
std::vector<Entry> by_beginning(std::vector<Entry> entries, const StepsOf& steps_of) {
    std::ranges::sort(entries, {}, [&](const Entry& entry) { return steps_of(entry).low(); });
    return entries;
}

/// "t", "t-1", "t+1".
std::string relative(std::int32_t axis, std::int32_t distance) {
    const std::string letter = axis_name(axis);
    return distance == 0 ? letter : fmt::format("{}{:+}", letter, -distance);
}

/// Writes one rolled graph.
class Listing {
 public:
    explicit Listing(const Rolled& rolled) : rolled_(rolled) {
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
            names_.push_back(fmt::format("{}%{}", title(rolled.parts[i]), i));
    }

    std::string text() const {
        std::string result;
        for (const Component& component : rolled_.schedule) {
            if (component.is_recurrence())
                result += component.direction > 0 ? "ascending\n" : "descending\n";
            for (const PartId part : component.parts)
                result += (component.is_recurrence() ? "  " : "") + line(part) + '\n';
        }
        result += "return";
        for (const Member& output : rolled_.outputs) result += ' ' + member(output);
        return result + '\n';
    }

 private:
    /// The part's own name, or that of an adjoint where it has one for all of its steps and no
    /// other.
    static std::string title(const Part& part) {
        if (!part.names.empty()) return part.names.front().name;
        const bool is_simple = part.labels.size() == 1 && part.labels.front().shift == 0;
        return is_simple ? part.labels.front().name : std::string{};
    }

    const std::string& name(PartId part) const { return names_[index(part)]; }

    std::string member(Member at) const {
        const Part& part = rolled_[at.part];
        return part.is_family()
                   ? fmt::format("{}({}{})", name(at.part),
                                 *part.axis == 0 ? "" : axis_name(*part.axis) + "=", at.t)
                   : name(at.part);
    }

    std::string line(PartId id) const {
        const Part& part = rolled_[id];
        std::string text = name(id);
        if (part.is_family()) text += fmt::format("({})", axis_name(*part.axis));
        text += fmt::format(" = {}", part.op->name);
        std::vector<std::string> operands;
        for (const std::vector<Segment>& slot : part.slots) operands.push_back(cases(part, slot));
        for (const Sweep& sweep : part.operands) operands.push_back(swept(sweep));
        if (!operands.empty()) text += fmt::format("({})", fmt::join(operands, ", "));
        text += attributes(part);
        text += "  " + to_string(part.shape);
        if (part.is_family()) {
            std::vector<std::string> runs;
            for (const StepRange run : by_beginning(part.runs, std::identity()))
                runs.push_back(written(run));
            text += fmt::format("  {} = {}", axis_name(*part.axis), fmt::join(runs, ", "));
        }
        return text;
    }

    /// " 0.5" of a constant, whose shape stands beside it; " {2, t}" of others. The shape of a leaf
    /// is all that its attributes say.
    static std::string attributes(const Part& part) {
        if (part.op == &constant_op) return ' ' + number_formula(part.attributes.front()).text;
        if (part.attributes.empty() || part.op->has_identity) return {};
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < part.attributes.size(); ++i)
            texts.push_back(attribute(part, i));
        return fmt::format(" {{{}}}", fmt::join(texts, ", "));
    }

    /// "3", "t", "2t+1", "0.1 (t+1)", "(t+1) / 8".
    static std::string attribute(const Part& part, std::size_t i) {
        const double at_zero = part.attributes[i], slope = part.slopes.empty() ? 0 : part.slopes[i];
        if (slope == 0) return number_formula(at_zero).text;
        const std::string factor = slope == 1 ? "" : slope == -1 ? "-" : fmt::format("{}", slope);
        std::string line =
            factor + axis_name(*part.axis) + (at_zero == 0 ? "" : fmt::format("{:+}", at_zero));
        const LineScale scale = part.scale_of(i);
        if (scale == LineScale{}) return line;
        return scale.divisor == 1 ? fmt::format("{} ({})", scale.factor, line)
                                  : fmt::format("({}) / {}", line, scale.divisor);
    }

    std::string cases(const Part& user, const std::vector<Segment>& slot) const {
        std::vector<std::string> texts;
        const auto steps_of = [](const Segment& segment) { return segment.steps; };
        for (const auto& [steps, target, distance] : by_beginning(slot, steps_of)) {
            std::string text = name(target);
            if (const auto axis = rolled_[target].axis)
                text += axis == user.axis
                            ? fmt::format("({})", relative(*axis, distance))
                            : fmt::format("({}{:+})", axis_name(*user.axis), -distance);
            if (slot.size() > 1) text = fmt::format("{}: {}", written(steps), text);
            texts.push_back(std::move(text));
        }
        return slot.size() == 1 ? texts.front() : fmt::format("{{{}}}", fmt::join(texts, "; "));
    }

    std::string swept(const Sweep& sweep) const {
        std::vector<std::string> texts;
        for (const auto& [part, offset] : sweep.elements)
            texts.push_back(sweep.rounds() == 1
                                ? member({part, sweep.first + offset})
                                : fmt::format("{}({})", name(part),
                                              offset == 0 ? "s" : fmt::format("s{:+}", offset)));
        if (sweep.rounds() == 1) return fmt::format("{}", fmt::join(texts, ", "));
        return fmt::format("{} for s = {}, {}..{}", fmt::join(texts, ", "), sweep.first,
                           sweep.first + sweep.stride, sweep.last);
    }

    const Rolled& rolled_;
    std::vector<std::string> names_;
};

}  // namespace

std::string to_text(const Rolled& rolled) { return Listing(rolled).text(); }

}  // namespace revolute
