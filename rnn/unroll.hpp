#pragma once

#include <revolute/graph/structure.hpp>
#include <revolute/rnn/cell.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace revolute {

/// Where h(-1) comes from.
enum class InitialState : std::uint8_t {
    zero,       ///< constant zeros
    given,      ///< a leaf [H x B], given at evaluation
    trainable,  ///< a leaf [H x 1], the same for every column of the batch
};

/// h(-1) as the recurrence reads it, and the leaves behind it (none when zero).
struct Initial {
    State state;
    std::vector<Expr> leaves;
};

/// Whether a recurrence runs from the first input to the last, or from the last to the first.
enum class Direction : std::uint8_t { forward, backward };

/// A recurrence written out step by step.
struct Unrolled {
    std::vector<Expr> inputs;   ///< x(t), [I x B] each
    Initial initial;            ///< h(-1), or h(N) of a recurrence that runs backward
    std::vector<State> states;  ///< by step
    Direction direction = Direction::forward;

    Expr output(std::size_t t) const { return states.at(t).front(); }
    /// The state after all steps.
    const State& final_state() const {
        return direction == Direction::forward ? states.back() : states.front();
    }
    Expr last() const { return final_state().front(); }
};

/// The inputs name(0), name(1), ..., one for each step, all of one shape. Throws GraphError for
/// fewer than one step.
std::vector<Expr> input_sequence(Graph& graph, std::string_view name, Shape shape, int steps,
                                 int axis = 0, SourceLine line = SourceLine::here());

/// The time axis that a recurrence runs on, and which way.
struct TimeAxis {
    int number = 0;
    Direction direction = Direction::forward;

    /// Where the state that the recurrence starts from stands: step -1, or N.
    Step start(int steps) const { return {number, direction == Direction::forward ? -1 : steps}; }
};

/// The state that a recurrence starts from, for B columns. Its leaves stand at the step `at`.
Initial initial_state(Graph& graph, std::span<const StateTensor> tensors, int batch,
                      InitialState kind, Step at = {0, -1}, SourceLine line = SourceLine::here());

/// Applies the cell at every step: states[t] = step(inputs[t], states[t-1]), or, backward in time,
/// step(inputs[t], states[t+1]). What the cell makes has the step t on the given time axis and
/// carries the line of this call. Throws GraphError when there is no input, and whatever the cell
/// throws.
template <Cell C>
Unrolled unroll(const C& cell, std::span<const Expr> inputs, Initial initial, TimeAxis time = {},
                SourceLine line = SourceLine::here()) {
    Graph& graph = common_graph("unroll", inputs);
    const Scope made_here(graph, line);
    Unrolled result{{inputs.begin(), inputs.end()}, std::move(initial), {}, time.direction};
    result.states.resize(inputs.size());
    State state = result.initial.state;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::size_t t = time.direction == Direction::forward ? i : inputs.size() - 1 - i;
        const Scope at_step(graph, Step{time.number, static_cast<int>(t)});
        state = cell.step(inputs[t], state);
        result.states[t] = state;
    }
    return result;
}

}  // namespace revolute
