#pragma once

/// @file
/// A cell applied at every step of a time axis, forward or backward.

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
    State state;               ///< by state tensor, [H x B] each
    std::vector<Expr> leaves;  ///< inputs or parameters, to be given values
};

/// Whether a recurrence runs from the first input to the last, or from the last to the first.
enum class Direction : std::uint8_t {
    forward,   ///< from step 0 on
    backward,  ///< from the last step on
};

/// A recurrence written out step by step.
struct Unrolled {
    std::vector<Expr> inputs;   ///< x(t), [I x B] each
    Initial initial;            ///< h(-1), or h(N) of a recurrence that runs backward
    std::vector<State> states;  ///< by step
    /// Which way it runs.
    Direction direction = Direction::forward;

    /// The first state tensor at step t, h(t).
    Expr output(std::size_t t) const { return states.at(t).front(); }
    /// Those of all steps.
    std::vector<Expr> outputs() const;
    /// The state after all steps.
    const State& final_state() const {
        return direction == Direction::forward ? states.back() : states.front();
    }
    /// The output after all steps: h(T), or h(0) of a recurrence that runs backward.
    Expr last() const { return final_state().front(); }
};

/// The inputs name(0), name(1), ..., one for each step, all of one shape. Throws GraphError for
/// fewer than one step.
std::vector<Expr> input_sequence(Graph& graph, std::string_view name, Shape shape, int steps,
                                 int axis = 0, SourceLine line = SourceLine::here());

/// The time axis that a recurrence runs on, and which way.
struct TimeAxis {
    int number = 0;                            ///< of the axis, from 0
    Direction direction = Direction::forward;  ///< which way the recurrence runs on it

    /// Where the state that the recurrence starts from stands: step -1, or N.
    Step start(int steps) const { return {number, direction == Direction::forward ? -1 : steps}; }
    /// The step that the recurrence does in i-th place.
    std::size_t place(std::size_t i, std::size_t steps) const {
        return direction == Direction::forward ? i : steps - 1 - i;
    }
};

/// The state that a recurrence starts from, for B columns. Its leaves stand at the step `at`.
Initial initial_state(Graph& graph, std::span<const StateTensor> tensors, int batch,
                      InitialState kind, Step at = {0, -1}, SourceLine line = SourceLine::here());

/// The state as a step with that many columns reads it: columns that have ended are left out, and
/// columns that begin, in a recurrence that runs backward, take those of the initial state.
State for_columns(const State& state, const Initial& initial, int columns);

/// Throws GraphError when the batch grows from one input to the next, ShapeError unless the state
/// to start from has a column for each of the first input.
void require_batches(std::string_view subject, std::span<const Expr> inputs, const Initial& initial,
                     SourceLine line);

/// Throws ShapeError unless there is a state to start from for each tensor of a cell, as high as
/// it; and as `require_tensors`.
void require_initial(std::string_view subject, const Initial& initial,
                     std::span<const StateTensor> tensors, SourceLine line);

/// Throws GraphError unless the state that a cell gave for a step has as many tensors as the cell
/// says, and ShapeError unless each is as high as it says and as wide as the step's input.
void require_state(std::string_view subject, const State& state,
                   std::span<const StateTensor> tensors, int columns, Step at);

/// The loop behind every way of unrolling: states[t] = step(t, states[t-1]), or, backward in time,
/// step(t, states[t+1]), with the step t open on the time axis; states are of these tensors. Throws
/// as `unroll` does.
template <class StepFunction>
Unrolled unroll_with(std::span<const Expr> inputs, Initial initial,
                     std::span<const StateTensor> tensors, TimeAxis time, SourceLine line,
                     const StepFunction& step) {
    Graph& graph = common_graph("unroll", inputs);
    const Scope made_here(graph, line);
    require_batches("unroll", inputs, initial, line);
    Unrolled result{{inputs.begin(), inputs.end()}, std::move(initial), {}, time.direction};
    result.states.resize(inputs.size());
    State state = result.initial.state;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::size_t t = time.place(i, inputs.size());
        const Step at{time.number, static_cast<int>(t)};
        const Scope at_step(graph, at);
        state = step(t, for_columns(state, result.initial, inputs[t].shape().columns));
        require_state("unroll", state, tensors, inputs[t].shape().columns, at);
        result.states[t] = state;
    }
    return result;
}

/// Applies the cell at every step: states[t] = step(inputs[t], states[t-1]), or, backward in time,
/// step(inputs[t], states[t+1]). What the cell makes has the step t on the given time axis and
/// carries the line of this call.
///
/// The batch may shrink from step to step, which is how sequences of different lengths stand beside
/// each other without padding, the longest first (lengths.hpp). Throws GraphError when there is no
/// input, the batch grows, or the cell gives another number of state tensors than it says;
/// ShapeError when the initial state, or one that the cell gives, is not as the cell's state
/// tensors and the input's columns ask; and whatever the cell throws.
template <Cell C>
Unrolled unroll(const C& cell, std::span<const Expr> inputs, Initial initial, TimeAxis time = {},
                SourceLine line = SourceLine::here()) {
    const std::vector<StateTensor> tensors = cell.state_tensors();
    require_initial("unroll", initial, tensors, line);
    return unroll_with(
        inputs, std::move(initial), tensors, time, line,
        [&](std::size_t t, const State& previous) { return cell.step(inputs[t], previous); });
}

}  // namespace revolute
