#pragma once

/// @file
/// An operator's pullback rule read as a factor.

#include <revolute/graph/graph.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace revolute {

/// What the pullback rule of one operand slot does to an adjoint, as an expression in a graph of
/// its own: x_bar = J' y_bar, for y = op(..., x, ...).
struct LocalDerivative {
    /// What the factor is to the adjoint.
    enum class Form : std::uint8_t {
        nothing,    ///< the operand gets no term, and there is no factor
        identity,   ///< x_bar = y_bar; the factor is 1
        entrywise,  ///< x_bar = y_bar o factor
        multiple,   ///< y is [1 x 1], and x_bar = y_bar factor
        left,       ///< x_bar = factor y_bar
        right,      ///< x_bar = y_bar factor
        map,        ///< x_bar = factor, an expression of the adjoint
    };

    Form form = Form::nothing;  ///< how x_bar is made of factor and adjoint
    Expr factor{};              ///< empty where there is none
    std::optional<Expr>
        adjoint{};  ///< the symbol for y_bar in the factor of a map, where it occurs
    /// By id of the factor's graph: the value of the other graph that the node stands for. All
    /// leaves but the adjoint have one.
    std::vector<std::optional<NodeId>> originals{};
    std::shared_ptr<Graph> graph{};  ///< owns the factor

    /// Whether the operand gets no term.
    bool is_nothing() const { return form == Form::nothing; }
};

/// What a node is made with, beside its operator and operands.
struct NodeNumbers {
    Shape shape;                     ///< rows and columns of the value
    std::vector<double> attributes;  ///< of the operator
    std::size_t operand_count = 0;   ///< how many operands it has

    friend bool operator==(const NodeNumbers&, const NodeNumbers&) = default;
};

/// The local derivatives of a graph, which is left as it is.
///
/// The operator alone is applied to symbols, and its rule to a symbol for the adjoint. What comes
/// of it is simplified, and taken apart by the roles of its operators: where it is entry by entry,
/// or the adjoint is [1 x 1], the factor is what comes of an adjoint of ones; where it is a chain
/// of matrix products, the product of the other factors. Anything else is a map. It works for every
/// operator that has a rule, and knows none. Places that are alike are looked at once.
class LocalDerivatives {
 public:
    /// `is_symbol` says which values stand for themselves, besides leaves. Others are written out:
    /// what the rule makes of them is simplified together with them, so that they should be few
    /// operations. `graph` must outlive this.
    LocalDerivatives(const Graph& graph, std::function<bool(NodeId)> is_symbol)
        : graph_(graph), is_symbol_(std::move(is_symbol)) {}

    /// Of operand `slot` of the node. Throws what the operator's rule throws.
    LocalDerivative operator()(NodeId node, std::uint32_t slot);
    /// What it is in a graph that is the same but for the numbers and shapes of its nodes, and for
    /// more operands in the midst, like the one there.
    LocalDerivative with(NodeId node, std::uint32_t slot,
                         const std::function<NodeNumbers(NodeId)>& numbers);
    /// An operator's application with what is written out of its operands.
    struct Place {
        std::vector<NodeId> values;        ///< operands before users; the node last
        std::vector<bool> is_symbol;       ///< as values
        std::vector<NodeNumbers> numbers;  ///< as values
        std::vector<std::uint32_t> key;    ///< the same for places that are alike
        std::uint32_t slot = 0;            ///< of the operand that the derivative is by

        /// Whether the numbers of a value are read, besides its shape.
        bool has_numbers(std::size_t value) const {
            return !is_symbol[value] || value + 1 == values.size();
        }
    };
    /// What a local derivative is read off, without numbers.
    Place place(NodeId node, std::uint32_t slot) const;

 private:
    bool is_symbol(NodeId value) const;
    LocalDerivative read(const Place& place);

    const Graph& graph_;
    std::function<bool(NodeId)> is_symbol_;
    /// Originals are indices into the values of a place.
    std::map<std::vector<std::uint32_t>, LocalDerivative> known_;
};

}  // namespace revolute
