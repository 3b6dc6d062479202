#pragma once

#include <revolute/graph/expr.hpp>
#include <revolute/graph/graph.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace revolute::test {

/// A net drawn at random that can be built with any number of steps: its recurrences run forwards,
/// backwards or in no direction, read each other at distances in time, and sums, stacks and states
/// become one loss.
class RandomNet {
 public:
    explicit RandomNet(std::uint32_t seed);

    /// The loss and its gradients, if there are any.
    std::vector<Expr> outputs(Graph& graph, int steps) const;
    /// And the states of all steps that are drawn for outputs.
    std::vector<Expr> all_outputs(Graph& graph, int steps) const;

    /// How often it is differentiated: 0, 1 or 2.
    std::uint32_t order() const { return order_; }
    bool has_stack() const;
    /// What is drawn, in a line.
    std::string text() const;

 private:
    friend class RandomNetBuilder;

    /// Where an operand comes from.
    enum class Source : std::uint8_t { value, input, weight, total };
    struct Operand {
        Source source = Source::input;
        std::uint32_t number = 0;   ///< of the value, weight or total
        std::int32_t distance = 0;  ///< in time, of a value
    };
    /// What each step computes; `number` says which operator.
    struct Value {
        std::uint32_t number = 0;
        std::array<Operand, 2> operands{};
        bool adds_input = false;
    };
    struct Recurrence {
        std::int32_t direction = 1;  ///< 1 or -1; 0: a step reads no other of the same recurrence
        std::uint32_t first = 0, end = 0;  ///< its values
    };
    /// One value of those of all steps; `number` says how.
    struct Total {
        std::uint32_t number = 0;
        std::uint32_t value = 0;
    };

    std::vector<Value> values_;
    std::vector<Recurrence> recurrences_;
    std::vector<Total> totals_;                 ///< one behind each recurrence
    std::vector<std::uint32_t> output_values_;  ///< all members of these are outputs
    std::uint32_t order_ = 0;
};

}  // namespace revolute::test
