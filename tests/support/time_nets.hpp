#pragma once

#include <revolute/graph/expr.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/rolling/roll.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace revolute::test {

/// What makes one value of the states of all steps.
enum class OverTime : std::uint8_t {
    last,           ///< the last state alone
    sum,            ///< one accumulate
    mean,           ///< the same times 1/N
    chain_inside,   ///< a binary operator, step by step, each in its step
    chain_outside,  ///< the same after all steps
    stack_rows,
    stack_columns,
    attention,       ///< softmax over a stack, which weighs its rows
    parts_of_stack,  ///< a stack that steps read again, each its own part
    reversed_stack,  ///< a stack from the last step to the first
    mean_of_stack,   ///< whose derivative has a factor that depends on the size
};

/// A net for tests of numbers of steps: what a step computes goes through one operator, on operands
/// of the shapes of its example, and becomes a state [2 x 1].
struct TimeNet {
    OverTime over_time = OverTime::sum;
    const Op* step = nullptr;      ///< none: tanh alone
    const Op* chain = nullptr;     ///< the binary operator of a chain
    const Op* of_stack = nullptr;  ///< applied to a stack
    bool is_recurrent = true;
    bool has_gradients = false;
    bool has_second_axis = false;  ///< states on time axis 1 that read the value

    std::string text() const;
};

/// The outputs of the net: the loss, and the gradients of its weights.
std::vector<Expr> outputs_of(Graph& graph, const TimeNet& net, int steps, int second_steps = 8);

/// Whether an operator takes a stack as each of its operands, and then is differentiable.
bool takes_stack(const Op& op);

}  // namespace revolute::test
