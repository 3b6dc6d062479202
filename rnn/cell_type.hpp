#pragma once

/// @file
/// Types of cells, the library's and users': a name, and how a cell is made.

#include <revolute/rnn/any_cell.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// The cells that come with the library.
enum class CellKind : std::uint8_t {
    simple,         ///< SimpleRnn with tanh
    simple_relu,    ///< SimpleRnn with relu
    gru,            ///< Gru, reset after the product
    gru_before,     ///< Gru, reset before the product
    lstm,           ///< Lstm
    lstm_peephole,  ///< Lstm with peepholes
};

/// All kinds, in the order above.
std::span<const CellKind> cell_kinds();
/// What commands and files call a kind: "simple", "simple-relu", "gru", "gru-before", "lstm",
/// "lstm-peephole".
std::string_view name_of(CellKind kind);
/// The kind with that name, if there is one.
std::optional<CellKind> cell_kind(std::string_view name);

/// A type of cell, known at run time only: its name, and how a cell of it is made. Nets, files,
/// checks and trainings take any type, one of the library's or one of the user's alike. Copies
/// share what they are.
class CellType {
 public:
    /// Makes the parameters of a cell for inputs [input x B]. `hidden` is what a net calls its
    /// hidden units, `suffix` tells the names of the cell from those of the net's other cells
    /// (`with_suffix`).
    using Make = std::function<AnyCell(Graph& graph, int input, int hidden, std::string_view suffix,
                                       SourceLine line)>;

    /// One of the library's.
    CellType(CellKind kind);
    /// A user's. Throws GraphError for a name that is empty, one of the library's, or not of
    /// printable ASCII characters without blanks (it goes into files); and without a function.
    CellType(std::string name, Make make, SourceLine line = SourceLine::here());

    /// What files and errors call it.
    const std::string& name() const { return definition_->name; }
    /// What a title calls it: "GRU with the reset before the product"; a user's by its name.
    const std::string& title() const { return definition_->title; }
    /// Which of the library's it is, if it is one.
    std::optional<CellKind> kind() const { return definition_->kind; }

    friend AnyCell make_cell(const CellType& type, Graph& graph, int input, int hidden,
                             std::string_view suffix, SourceLine line);
    /// Whether both come from one definition.
    friend bool operator==(const CellType& a, const CellType& b) {
        return a.definition_ == b.definition_;
    }

 private:
    struct Definition {
        std::string name, title;
        std::optional<CellKind> kind;
        Make make;
    };
    static std::vector<std::shared_ptr<const Definition>> library();

    std::shared_ptr<const Definition> definition_;
};

/// Makes the parameters of a cell of that type. Throws GraphError unless the cell has state tensors
/// of different names, each of a row at least, and its `parameters()` are leaves of the graph, each
/// once, with all parameters among them that were made here; and whatever its function throws.
AnyCell make_cell(const CellType& type, Graph& graph, int input, int hidden,
                  std::string_view suffix = {}, SourceLine line = SourceLine::here());

/// The type of a cell that is made as C(graph, input, hidden, suffix):
/// `cell_type<MinimalGatedUnit>("mgu")`.
template <Cell C>
    requires std::constructible_from<C, Graph&, int, int, std::string_view> CellType
    cell_type(std::string name, SourceLine line = SourceLine::here()) {
        return CellType(
            std::move(name),
            [](Graph& graph, int input, int hidden, std::string_view suffix,
               SourceLine) -> AnyCell { return C(graph, input, hidden, suffix); },
            line);
    }

/// The type with that name, among the user's `own` and the library's.
std::optional<CellType> cell_type_named(std::string_view name, std::span<const CellType> own = {});

/// The names of the library's types and of `own`: "\"simple\", \"gru\", \"mgu\"".
std::string names_of_cell_types(std::span<const CellType> own = {});

}  // namespace revolute
