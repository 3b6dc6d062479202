#pragma once

/// @file
/// The concept of a cell, one step of a recurrence, and what a cell says of its parameters.

#include <revolute/graph/graph.hpp>

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// The state tensors of a cell at one step, each [rows x B]. The first is the cell's output.
using State = std::vector<Expr>;

/// Name and number of rows of one state tensor.
struct StateTensor {
    std::string name;  ///< as figures call it
    int rows;          ///< of its values [rows x B]
};

/// Throws GraphError, beginning with the subject, unless there is a state tensor at least and each
/// has a name and a row at least.
void require_tensors(std::string_view subject, std::span<const StateTensor> tensors,
                     SourceLine line);

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

/// What a parameter does in the equations of its cell.
enum class ParameterRole : std::uint8_t {
    other,             ///< none of the others, or the cell does not say
    input_weight,      ///< multiplies x(t)
    recurrent_weight,  ///< multiplies the state at t-1
    bias,              ///< is added to every column
    recurrent_bias,    ///< is added to the product with the state, where that is not the same
    peephole,  ///< multiplies a state tensor entry by entry, and is added to what a gate sees
};

/// Whether parameters of that role are one column: biases and peepholes.
bool is_vector(ParameterRole role);

/// A parameter of a cell, and what programs that exchange weights, start a training or explain a
/// gradient need to know of it.
struct CellParameter {
    Expr expression;                            ///< the leaf of the graph
    ParameterRole role = ParameterRole::other;  ///< what it does
    /// The gate it belongs to, "i" say; empty where the cell has one equation.
    std::string gate{};
    /// The array of PyTorch's state_dict() that has its rows, "weight_ih" say, without the layer.
    /// Parameters of one array stand one below the other in the order of the table. Empty: its own,
    /// under its own name.
    std::string array{};
    /// Where training starts a bias or a peephole.
    double start = 0;
};

/// A cell that says what each of its parameters is. The expressions are those of `parameters()`, in
/// their order.
template <class C>
concept TabulatedCell = Cell<C> && requires(const C& cell) {
    { cell.parameter_table() } -> std::convertible_to<std::vector<CellParameter>>;
};

/// Throws GraphError unless a table has these parameters in this order.
void require_table(std::span<const CellParameter> table, std::span<const Expr> parameters);

/// What the cell says of its parameters; of one that says nothing, the parameters alone. Throws
/// GraphError where a table has others than `parameters()`, or another order.
template <Cell C>
std::vector<CellParameter> parameter_table(const C& cell) {
    if constexpr (TabulatedCell<C>) {
        std::vector<CellParameter> table = cell.parameter_table();
        const std::vector<Expr> parameters = cell.parameters();
        require_table(table, parameters);
        return table;
    } else {
        std::vector<CellParameter> table;
        for (const Expr& parameter : cell.parameters()) table.push_back({.expression = parameter});
        return table;
    }
}

/// The expressions of a table, for a cell whose `parameters()` are those of its table.
std::vector<Expr> expressions_of(std::span<const CellParameter> table);

/// Puts what tells the cells of a net apart, the number of a layer say, behind the letter of a name
/// and before its subscript: ("W_i", "2") -> "W2_i".
std::string with_suffix(std::string_view name, std::string_view suffix);

}  // namespace revolute
