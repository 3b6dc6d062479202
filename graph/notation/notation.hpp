#pragma once

/// @file
/// Formulas as text and LaTeX, by the operators' notation.

#include <revolute/graph/graph.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>

namespace revolute {

/// In which language a formula is written.
enum class Notation : std::uint8_t {
    text,   ///< plain ASCII
    latex,  ///< for mathematics mode
};

/// A written expression, how tightly it binds, and the operator whose sign joins its parts.
struct Formula {
    std::string text;                          ///< as it is written
    Precedence precedence = Precedence::atom;  ///< how tightly its outermost sign binds
    const Op* op = nullptr;                    ///< none: one thing, such as a name
};

/// Two whole numbers, the second of which is above 1.
struct Quotient {
    int above = 0;  ///< the numerator
    int below = 1;  ///< the denominator

    friend constexpr bool operator==(Quotient, Quotient) = default;
};

/// The quotient of two whole numbers of up to three digits that a number is to the last bit; none
/// where there is none, or four digits say the number as well: 1/3 and 1/64, but not 0.25.
std::optional<Quotient> quotient_of(double value);

/// A number as short as reads back to the same double: 0.1, 1 / 3; one with a minus sign binds like
/// a sum.
Formula number_formula(double value, Notation notation = Notation::text);

/// An operator applied to operands: what the notation of the operator needs to know.
struct Application {
    const Op& op;                        ///< the operator
    std::span<const double> attributes;  ///< its numbers, by their place
    std::uint32_t operand_count = 0;     ///< how many operands it is applied to
    /// What is written for the attributes where it is not their numbers: "t", "1 / N"; empty, or
    /// all.
    std::span<const Formula> written_attributes{};
    bool is_scalar = false;  ///< the value is 1 x 1, so that its entry is not told from it
};

/// The formula of an operator's application by its notation: each operand is written as
/// `operand(slot)` says, in parentheses where it binds less tightly than its place needs. Leaves
/// other than constants have no formula and give their op's name ("input").
Formula formula(const Application& application, Notation notation,
                const std::function<Formula(std::uint32_t slot)>& operand);
/// The same for one node.
Formula formula(const Graph& graph, NodeId node, Notation notation,
                const std::function<Formula(std::uint32_t slot)>& operand);

/// What the operator computes, filled in likewise; empty where its text form says it.
std::string definition(const Application& application,
                       const std::function<Formula(std::uint32_t slot)>& operand);

/// The whole expression below a node as one formula: operands are written out down to leaves and
/// nodes with a name of their own, which stand as their labels. An operand of more than 4000
/// characters is written as an ellipsis.
Formula expression(Expr root, Notation notation);

}  // namespace revolute
