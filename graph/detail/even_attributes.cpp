#include <revolute/graph/detail/even_attributes.hpp>
#include <revolute/graph/hash_index.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

namespace revolute::detail {

namespace {

using Line = EvenAttributes::Line;

bool are_whole(std::span<const double> attributes) {
    return std::ranges::all_of(attributes,
                               [](double x) { return std::abs(x) < 1e15 && x == std::trunc(x); });
}

/// A node that may have like ones at other steps.
struct Candidate {
    std::int32_t t = 0;
    NodeId node{};
};

/// Operator, shape and time axis.
using Family = std::tuple<const Op*, int, int, std::int32_t>;

Family family_of(const Graph& graph, NodeId node) {
    const Shape shape = graph.shape(node);
    return {&graph.op(node), shape.rows, shape.columns, graph.find_step(node)->axis};
}

/// Nodes of one family that read the same: the same nodes without step, and others at the same
/// distances.
using Reading = std::pair<Family, std::vector<std::int64_t>>;

Reading reading_of(const Graph& graph, NodeId node) {
    const Step* const at = graph.find_step(node);
    Reading reading{family_of(graph, node), {}};
    for (const NodeId operand : graph.operands(node)) {
        const Step* const from = graph.find_step(operand);
        reading.second.push_back(from == nullptr ? -1 : from->axis);
        reading.second.push_back(from == nullptr ? std::int64_t{index(operand)}
                                                 : std::int64_t{at->t} - from->t);
    }
    return reading;
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
    return grows && are_whole(line.slopes) ? std::optional(std::move(line)) : std::nullopt;
}

bool is_on(const Graph& graph, const Line& line, const Candidate& candidate) {
    const auto attributes = graph.attributes(candidate.node);
    if (attributes.size() != line.slopes.size()) return false;
    for (std::size_t i = 0; i < attributes.size(); ++i)
        if (attributes[i] != line.at_zero[i] + line.slopes[i] * candidate.t) return false;
    return true;
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

}  // namespace

EvenAttributes::EvenAttributes(const Graph& graph, const std::vector<bool>& needed) {
    std::map<Reading, std::vector<Candidate>> readings;
    for (std::uint32_t i = 0; i < needed.size(); ++i) {
        const NodeId node{i};
        const Step* const at = needed[i] ? graph.find_step(node) : nullptr;
        if (at == nullptr || graph.operand_count(node) == 0 || graph.attributes(node).empty() ||
            !are_whole(graph.attributes(node)))
            continue;
        readings[reading_of(graph, node)].push_back({at->t, node});
    }
    std::map<Family, std::vector<std::uint32_t>> lines_of_families;
    std::map<std::tuple<Family, std::vector<double>, std::vector<double>>, std::uint32_t> numbers;
    std::vector<Candidate> alone;
    const auto add_line = [&](Line line, NodeId like) {
        const Family family = family_of(graph, like);
        const auto next = static_cast<std::uint32_t>(lines_.size());
        const auto [found, is_new] =
            numbers.emplace(std::tuple(family, line.at_zero, line.slopes), next);
        if (is_new) {
            lines_of_families[family].push_back(next);
            lines_.push_back(std::move(line));
        }
        return found->second;
    };
    for (auto& [reading, candidates] : readings) {
        erase_constant(graph, candidates);
        for (const std::vector<Candidate>& sequence : one_a_step(std::move(candidates)))
            for (std::size_t begin = 0, end = 0; begin < sequence.size(); begin = end) {
                end = begin + 1;
                const auto line = end < sequence.size()
                                      ? line_through(graph, sequence[begin], sequence[end])
                                      : std::nullopt;
                while (line && end < sequence.size() && is_on(graph, *line, sequence[end])) ++end;
                if (end - begin < least_members) {
                    alone.push_back(sequence[begin]);
                    end = begin + 1;
                    continue;
                }
                const std::uint32_t number = add_line(*line, sequence[begin].node);
                for (std::size_t i = begin; i < end; ++i)
                    line_of_.emplace(index(sequence[i].node), number);
            }
    }
    // What reads something else at a boundary is alike all the same.
    for (const Candidate& candidate : alone) {
        const std::vector<std::uint32_t>& lines =
            lines_of_families[family_of(graph, candidate.node)];
        for (const std::uint32_t line : std::span(lines).first(std::min(lines.size(), most_lines)))
            if (is_on(graph, lines_[line], candidate))
                line_of_.emplace(index(candidate.node), line);
    }
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
