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

/// A recurrence written out step by step.
struct Unrolled {
    std::vector<Expr> inputs;   ///< x(t), [I x B] each
    Initial initial;            ///< h(-1)
    std::vector<State> states;  ///< by step

    Expr output(std::size_t t) const { return states.at(t).front(); }
    Expr last() const { return states.back().front(); }
};

/// The inputs name(0), name(1), ..., one for each step, all of one shape. Throws GraphError for
/// fewer than one step.
std::vector<Expr> input_sequence(Graph& graph, std::string_view name, Shape shape, int steps,
                                 int axis = 0, SourceLine line = SourceLine::here());

/// The state before the first step, for B columns.
Initial initial_state(Graph& graph, std::span<const StateTensor> tensors, int batch,
                      InitialState kind, int axis = 0, SourceLine line = SourceLine::here());

/// Applies the cell at every step: states[t] = step(inputs[t], states[t-1]). What the cell makes
/// has the step t on the given time axis and carries the line of this call. Throws GraphError when
/// there is no input, and whatever the cell throws.
template <Cell C>
Unrolled unroll(const C& cell, std::span<const Expr> inputs, Initial initial, int axis = 0,
                SourceLine line = SourceLine::here()) {
    Graph& graph = common_graph("unroll", inputs);
    const Scope made_here(graph, line);
    Unrolled result{{inputs.begin(), inputs.end()}, std::move(initial), {}};
    State state = result.initial.state;
    for (std::size_t t = 0; t < inputs.size(); ++t) {
        const Scope at_step(graph, Step{axis, static_cast<int>(t)});
        state = cell.step(inputs[t], state);
        result.states.push_back(state);
    }
    return result;
}

}  // namespace revolute
