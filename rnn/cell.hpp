#pragma once

#include <revolute/graph/graph.hpp>

#include <concepts>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// The state tensors of a cell at one step, each [rows x B]. The first is the cell's output.
using State = std::vector<Expr>;

/// Name and number of rows of one state tensor.
struct StateTensor {
    std::string name;
    int rows;
};

/// "h with 3 rows, c with 3 rows".
std::string to_string(std::span<const StateTensor> tensors);

/// One step of a recurrence. `step` computes the state at t from x(t) [I x B] and the state at t-1;
/// it builds with ordinary operators, in whatever graph its parameters belong to. It does not know
/// the step: `unroll` opens the scopes.
template <class C>
concept Cell = requires(const C& cell, Expr x, const State& previous) {
    { cell.state_tensors() } -> std::convertible_to<std::vector<StateTensor>>;
    { cell.parameters() } -> std::convertible_to<std::vector<Expr>>;
    { cell.step(x, previous) } -> std::convertible_to<State>;
};

/// Puts what tells the cells of a net apart, the number of a layer say, behind the letter of a name
/// and before its subscript: ("W_i", "2") -> "W2_i".
std::string with_suffix(std::string_view name, std::string_view suffix);

}  // namespace revolute
