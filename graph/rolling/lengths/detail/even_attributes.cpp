#include <revolute/graph/hash_index.hpp>
#include <revolute/graph/rolling/lengths/detail/even_attributes.hpp>
#include <revolute/graph/rolling/lengths/detail/length_law.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>

namespace revolute::detail {

namespace {

using Line = EvenAttributes::Line;

bool is_exactly_whole(double x) { return std::abs(x) < 1e15 && x == std::trunc(x); }
bool are_whole(std::span<const double> attributes) {
    return std::ranges::all_of(attributes, is_exactly_whole);
}

/// A node that may have like ones at other steps.
struct Candidate {
    std::int32_t t = 0;
    NodeId node{};
};

/// Operator, shape and time axis.
using Family = std::tuple<const Op*, int, int, std::int32_t>;

Family family_of(const FoldedSteps& steps, NodeId node) {
    const Shape shape = steps.graph().shape(node);
    return {&steps.graph().op(node), shape.rows, shape.columns, steps.find(node)->axis};
}

/// Nodes of one family that read the same: the same nodes without step, and others of the same
/// operators at the same distances. (A mean is scaled by (t+1) / N and its adjoint by 1/2, which is
/// the former's factor at one step.)
using Reading = std::tuple<Family, std::vector<std::int64_t>, std::vector<const Op*>>;

Reading reading_of(const FoldedSteps& steps, NodeId node) {
    const Step* const at = steps.find(node);
    std::vector<std::int64_t> distances;
    std::vector<const Op*> operators;
    for (const NodeId operand : steps.graph().operands(node)) {
        const Step* const from = steps.find(operand);
        distances.push_back(from == nullptr ? -1 : from->axis);
        distances.push_back(from == nullptr ? std::int64_t{index(operand)}
                                            : std::int64_t{at->t} - from->t);
        operators.push_back(from == nullptr ? nullptr : &steps.graph().op(operand));
    }
    return {family_of(steps, node), std::move(distances), std::move(operators)};
}

std::optional<Line> line_through(const Graph& graph, const Candidate& a, const Candidate& b) {
    const auto first = graph.attributes(a.node), second = graph.attributes(b.node);
    if (first.size() != second.size() || a.t == b.t) return std::nullopt;
    const double steps = static_cast<double>(b.t) - a.t;
    Line line;
    for (std::size_t i = 0; i < first.size(); ++i) {
        line.slopes.push_back((second[i] - first[i]) / steps + 0.0);
        line.at_zero.push_back(first[i] - line.slopes[i] * a.t + 0.0);
    }
    const bool grows = std::ranges::any_of(line.slopes, [](double slope) { return slope != 0; });
    return grows && are_whole(line.slopes) && are_whole(line.at_zero)
               ? std::optional(std::move(line))
               : std::nullopt;
}

bool is_on(const Graph& graph, const Line& line, const Candidate& candidate) {
    const auto attributes = graph.attributes(candidate.node);
    if (attributes.size() != line.slopes.size()) return false;
    for (std::size_t i = 0; i < attributes.size(); ++i)
        if (!line.has(i, candidate.t, attributes[i])) return false;
    return true;
}

/// How many of the candidates are on it, from the first on.
std::size_t count_on(const Graph& graph, const Line& line, std::span<const Candidate> candidates) {
    const auto off = std::ranges::find_if(
        candidates, [&](const Candidate& candidate) { return !is_on(graph, line, candidate); });
    return static_cast<std::size_t>(off - candidates.begin());
}

double shortened(double number) {
    return std::strtod(fmt::format("{:.15g}", number).c_str(), nullptr);
}

/// The whole numbers a + p t, with the smallest p, of which numbers on a line are multiples.
std::optional<Line> whole_line(double a, double per_step) {
    constexpr int most_parts = 100;
    for (int parts = 1; parts <= most_parts; ++parts) {
        const double at_zero = a / std::abs(per_step) * parts, nearest = std::round(at_zero);
        if (std::abs(at_zero - nearest) <= 1e-9 * std::max(1.0, std::abs(at_zero)) &&
            is_exactly_whole(nearest))
            return Line{{nearest + 0.0}, {std::copysign(parts, per_step)}, {{}}};
    }
    return std::nullopt;
}

/// Looked at to find the scale of a line, so that this stays linear.
constexpr std::size_t most_members_looked_at = 32;

/// A line of multiples of whole numbers, on which as many of the candidates are as possible. It is
/// sought for operators of one attribute, which are those that scale. There are three candidates or
/// more.
std::optional<Line> scaled_line_through(const Graph& graph, std::span<const Candidate> all) {
    const auto candidates = all.first(std::min(all.size(), most_members_looked_at));
    const auto value = [&](const Candidate& x) { return graph.attributes(x.node)[0]; };
    const Candidate &first = candidates[0], &second = candidates[1];
    if (graph.attributes(first.node).size() != 1 || first.t == second.t) return std::nullopt;
    const double per_step =
        (value(second) - value(first)) / (static_cast<double>(second.t) - first.t);
    if (per_step == 0 || !std::isfinite(per_step)) return std::nullopt;
    const double at_zero = value(first) - per_step * first.t;
    const double third = at_zero + per_step * candidates[2].t;
    if (std::abs(value(candidates[2]) - third) > 1e-9 * (std::abs(at_zero) + std::abs(third)))
        return std::nullopt;
    const auto whole = whole_line(at_zero, per_step);
    if (!whole) return std::nullopt;
    std::optional<Line> best;
    std::size_t most = 0;
    const auto attempt = [&](LineScale scale, bool is_rounded = false) {
        Line line = *whole;
        line.scales = {scale};
        line.is_rounded = is_rounded;
        const std::size_t count = count_on(graph, line, candidates);
        if (count <= most) return;
        most = count;
        best = std::move(line);
    };
    for (const Candidate& candidate : candidates) {
        const double number = whole->at(0, candidate.t), there = value(candidate);
        if (number == 0 || there == 0) continue;
        attempt({1, shortened(number / there)});
        attempt({there / number, 1});
        attempt({shortened(there / number), 1});
    }
    // The same bits are better than the same numbers but for rounding.
    const Candidate& last = candidates.back();
    if (const double number = whole->at(0, last.t); number != 0)
        for (const double factor : {shortened(value(last) / number), value(last) / number})
            attempt({factor, 1}, true);
    return best;
}

/// Leaves out what has the same attributes at several steps: it is alike as it is.
void erase_constant(const Graph& graph, std::vector<Candidate>& candidates) {
    std::unordered_map<std::uint32_t, int> counts;
    for (const Candidate& candidate : candidates) ++counts[graph.kind_number(candidate.node)];
    std::erase_if(candidates, [&](const Candidate& candidate) {
        return counts[graph.kind_number(candidate.node)] > 1;
    });
}

/// The first of each step, the second of each, and so on, as in groups of nodes.
std::vector<std::vector<Candidate>> one_a_step(std::vector<Candidate> candidates) {
    std::ranges::sort(candidates, {}, [](const Candidate& candidate) {
        return std::pair(candidate.t, candidate.node);
    });
    std::vector<std::vector<Candidate>> result;
    std::size_t twin = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        twin = i > 0 && candidates[i - 1].t == candidates[i].t ? twin + 1 : 0;
        if (twin == result.size()) result.emplace_back();
        result[twin].push_back(candidates[i]);
    }
    return result;
}

/// Two steps lie on a line whatever they are; three that do are a pattern.
constexpr std::size_t least_members = 3;

/// So many lines of a family are compared with each node that is on none: this stays linear.
constexpr std::size_t most_lines = 8;

/// Finds lines of the nodes that read the same at their steps, and what else is on them.
class LineSearch {
 public:
    explicit LineSearch(const FoldedSteps& steps) : steps_(steps), graph_(steps.graph()) {}

    std::unordered_map<std::uint32_t, std::uint32_t> line_of;  // by id
    std::vector<Line> lines;

    void run(const std::vector<bool>& needed) {
        std::map<Reading, std::vector<Candidate>> readings;
        for (std::uint32_t i = 0; i < needed.size(); ++i) {
            const NodeId node{i};
            const Step* const at = needed[i] ? steps_.find(node) : nullptr;
            if (at == nullptr || graph_.operand_count(node) == 0 || graph_.attributes(node).empty())
                continue;
            readings[reading_of(steps_, node)].push_back({at->t, node});
        }
        for (auto& [reading, candidates] : readings) {
            erase_constant(graph_, candidates);
            for (const std::vector<Candidate>& sequence : one_a_step(std::move(candidates)))
                follow(sequence);
        }
        add_those_alone();
    }

 private:
    /// One line after the other through candidates of ascending steps.
    void follow(std::span<const Candidate> sequence) {
        for (std::size_t begin = 0, end = 0; begin < sequence.size(); begin = end) {
            end = begin + 1;
            const auto rest = sequence.subspan(begin);
            std::optional<Line> line;
            if (rest.size() >= least_members) line = line_through(graph_, rest[0], rest[1]);
            if (!line && rest.size() >= least_members) line = scaled_line_through(graph_, rest);
            if (line) end = std::max(end, begin + count_on(graph_, *line, rest));
            if (end - begin < least_members) {
                alone_.push_back(sequence[begin]);
                end = begin + 1;
                continue;
            }
            const std::uint32_t number = number_of(*std::move(line), sequence[begin].node);
            for (std::size_t i = begin; i < end; ++i)
                line_of.emplace(index(sequence[i].node), number);
        }
    }

    /// Lines of one family that have the same numbers are one; it is rounded where any of them is.
    std::uint32_t number_of(Line line, NodeId like) {
        const Family family = family_of(steps_, like);
        const auto next = static_cast<std::uint32_t>(lines.size());
        const LineScale scale = line.scales.empty() ? LineScale{} : line.scales.front();
        const auto [found, is_new] = numbers_.emplace(
            std::tuple(family, line.at_zero, line.slopes, scale.factor, scale.divisor), next);
        if (is_new) {
            lines_of_families_[family].push_back(next);
            lines.push_back(std::move(line));
        } else if (line.is_rounded) {
            lines[found->second].is_rounded = true;
        }
        return found->second;
    }

    /// What reads something else at a boundary is alike all the same.
    void add_those_alone() {
        for (const Candidate& candidate : alone_) {
            const std::vector<std::uint32_t>& of_family =
                lines_of_families_[family_of(steps_, candidate.node)];
            for (const std::uint32_t line :
                 std::span(of_family).first(std::min(of_family.size(), most_lines)))
                if (is_on(graph_, lines[line], candidate))
                    line_of.emplace(index(candidate.node), line);
        }
    }

    const FoldedSteps& steps_;
    const Graph& graph_;
    std::map<Family, std::vector<std::uint32_t>> lines_of_families_;
    std::map<std::tuple<Family, std::vector<double>, std::vector<double>, double, double>,
             std::uint32_t>
        numbers_;
    std::vector<Candidate> alone_;
};

}  // namespace

double EvenAttributes::Line::at(std::size_t attribute, std::int32_t t) const {
    const double number = at_zero[attribute] + slopes[attribute] * t;
    return scales.empty() ? number : scales[attribute].times(number);
}

bool EvenAttributes::Line::has(std::size_t attribute, std::int32_t t, double value) const {
    const double number = at(attribute, t);
    return number == value || (is_rounded && is_foretold(number, value));
}

EvenAttributes::EvenAttributes(const FoldedSteps& steps, const std::vector<bool>& needed) {
    LineSearch search(steps);
    search.run(needed);
    line_of_ = std::move(search.line_of);
    lines_ = std::move(search.lines);
}

const EvenAttributes::Line* EvenAttributes::line_of(NodeId node) const {
    const auto found = line_of_.find(index(node));
    return found == line_of_.end() ? nullptr : &lines_[found->second];
}

std::uint32_t EvenAttributes::kind_of(const Graph& graph, NodeId node) const {
    const auto found = line_of_.find(index(node));
    // The graph numbers its kinds from 0 on.
    return found == line_of_.end() ? graph.kind_number(node)
                                   : HashIndex::absent - 1 - found->second;
}

}  // namespace revolute::detail
