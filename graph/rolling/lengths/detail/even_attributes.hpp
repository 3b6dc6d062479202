#pragma once

#include <revolute/graph/rolling/detail/folded_steps.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace revolute::detail {

/// Nodes that differ from step to step in their attributes alone, which are whole numbers that grow
/// evenly with the step, or multiples of such: the column that a step takes of a stack, or a weight
/// (t+1) / 8. Nothing else is known of them.
class EvenAttributes {
 public:
    EvenAttributes() = default;
    EvenAttributes(const FoldedSteps& steps, const std::vector<bool>& needed);

    /// How the attributes of some nodes follow from their steps.
    struct Line {
        std::vector<double> at_zero;    ///< at step 0
        std::vector<double> slopes;     ///< from one step to the next
        std::vector<LineScale> scales;  ///< what these are multiplied by; empty: nothing
        /// Whether what is on it may differ by rounding, as (t+1) / N times 1 / B does.
        bool is_rounded = false;

        double at(std::size_t attribute, std::int32_t t) const;
        bool has(std::size_t attribute, std::int32_t t, double value) const;
    };
    /// That of a node; none when its attributes stay what they are.
    const Line* line_of(NodeId node) const;
    /// Equal for nodes of one operator, shape and attributes, or of one line of attributes.
    std::uint32_t kind_of(const Graph& graph, NodeId node) const;

 private:
    std::unordered_map<std::uint32_t, std::uint32_t> line_of_;  // by id
    std::vector<Line> lines_;
};

}  // namespace revolute::detail
