#pragma once

/// @file
/// `Op`, the record of one operator, and what its rules receive.

#include <revolute/graph/expr.hpp>
#include <revolute/graph/kernels/kernel.hpp>
#include <revolute/graph/values/matrix.hpp>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace revolute {

struct Op;

/// The structural facts that rolling and planning use. The list is closed; everything else about an
/// operator is in its rules.
enum class Role : std::uint8_t {
    none,           ///< nothing that anybody need know
    elementwise,    ///< entry (r, c) of the output depends on entry (r, c) of each operand alone
    sum,            ///< elementwise, and no more than the sum of the operands
    product,        ///< the matrix product
    transpose,      ///< m x n of n x m
    reshape,        ///< the same entries in another shape
    row_sum,        ///< n x m -> n x 1, each row summed
    column_sum,     ///< n x m -> 1 x m, each column summed
    broadcast,      ///< the same entry, column or row again and again
    stop_gradient,  ///< the value itself, whose derivative is cut
};

/// Whether entry (r, c) of the output depends on entry (r, c) of each operand alone.
inline bool is_elementwise(Role role) { return role == Role::elementwise || role == Role::sum; }

/// Whether operators of the role only place entries: each entry of the output is an entry of the
/// operand.
bool places_entries(Role role);

/// How tightly an operator's text form binds; operands that bind less tightly get parentheses.
enum class Precedence : std::uint8_t {
    sum,      ///< a sign before or between terms
    product,  ///< factors beside each other
    prefix,   ///< a sign before its operand
    power,    ///< a raised operand, or a sign behind it
    atom,     ///< a name, a call, a bracket
};

/// What a shape rule sees: the operands' shapes and the attributes of the node to be made.
struct ShapeArguments {
    const Graph& graph;                  ///< where the node is to be made
    const Op& op;                        ///< its operator
    std::span<const NodeId> operands;    ///< by slot
    std::span<const double> attributes;  ///< by their place
    SourceLine line;                     ///< the user's, for the text of errors

    /// Shape of the operand in that slot.
    Shape operator[](std::size_t slot) const;
    /// Throws ShapeError: "op: requirement, in step t = 4", then the operands, a line each.
    [[noreturn]] void fail(std::string_view requirement) const;
};

/// A place in the graph where a derivative rule is applied: operand `slot` of the node `output`.
/// Nothing here is a view into the graph, so a rule may append while it reads.
struct RuleSite {
    Expr output;             ///< the node y
    std::uint32_t slot = 0;  ///< which operand of y the rule is asked for

    /// The operand of y in that slot.
    Expr input(std::uint32_t operand_slot) const;
    /// The operand that the rule is asked for, x.
    Expr input() const { return input(slot); }
    /// An attribute of y, by its place.
    double attribute(std::size_t i) const;
    /// The operator of y.
    const Op& op() const;
};

/// For y = op(..., x, ...) a pullback rule returns x_bar = J' y_bar, the term that y adds to x's
/// adjoint.
struct Pullback : RuleSite {
    Expr adjoint;  ///< y_bar, of y's shape
};

/// For y = op(..., x, ...) a pushforward rule returns J x_dot, the term that x adds to y's tangent.
struct Pushforward : RuleSite {
    Expr tangent;  ///< x_dot, of x's shape
};

/// Gives the shape of the node to be made, or throws by `ShapeArguments::fail`.
using ShapeRule = Shape (*)(const ShapeArguments&);

/// A place in an expression of several operators: an operator, whose operands follow; the
/// expression's operand of that number; or a constant.
struct ExpressionToken {
    /// What a token is.
    enum class Kind : std::uint8_t {
        op,       ///< an operator
        operand,  ///< an operand of the expression
        number,   ///< a constant
    };

    /// An operator; its operands follow.
    constexpr ExpressionToken(const Op& o) : kind(Kind::op), op(&o) {}
    /// The expression's operand of that number.
    static constexpr ExpressionToken operand_at(std::uint32_t slot) {
        return {Kind::operand, slot, 0};
    }
    /// A constant.
    static constexpr ExpressionToken constant(double value) { return {Kind::number, 0, value}; }

    Kind kind;               ///< which of the others is meant
    const Op* op = nullptr;  ///< of an operator
    std::uint32_t slot = 0;  ///< of an operand
    double number = 0;       ///< of a constant

 private:
    constexpr ExpressionToken(Kind k, std::uint32_t s, double n) : kind(k), slot(s), number(n) {}
};

/// Fast kernels of an elementwise expression, in which no value between its operators is written.
/// They give the bits that the operators give one after another.
struct ExpressionKernels {
    std::string_view name;                        ///< for listings
    std::span<const ExpressionToken> expression;  ///< each operator before its operands
    std::uint32_t operands = 0;                   ///< how many operands the expression has
    FastKernels fast;                             ///< one pass for the whole expression
};

/// Appends the term x_bar and returns it.
using PullbackRule = Expr (*)(const Pullback&);
/// Appends the term J x_dot and returns it.
using PushforwardRule = Expr (*)(const Pushforward&);

/// One rule for each operand. An empty one throws DerivativeError when it is asked for.
template <class Rule>
class PerOperand {
 public:
    /// Most operands that may have rules of their own.
    static constexpr std::size_t limit = 4;

    constexpr PerOperand() = default;
    /// Rules of operand 0, 1, ...
    constexpr PerOperand(std::initializer_list<Rule> rules) {
        std::size_t slot = 0;
        for (const Rule rule : rules) rules_[slot++] = rule;
    }
    /// The same rule for every operand, however many there are.
    static constexpr PerOperand every(Rule rule) {
        PerOperand result;
        result.every_ = rule;
        return result;
    }

    /// The rule of the operand in that slot; null when there is none.
    constexpr Rule operator[](std::size_t slot) const {
        return slot < limit && rules_[slot] != nullptr ? rules_[slot] : every_;
    }

 private:
    std::array<Rule, limit> rules_{};
    Rule every_ = nullptr;
};

/// Values that an operand may have: real numbers of an interval, or whole ones (indices).
struct Domain {
    double low = -2.0;      ///< the least value
    double high = 2.0;      ///< the greatest value
    bool is_whole = false;  ///< indices: low, low + 1, ..., high
};

/// Operands and attributes that an operator accepts: what the catalogue's tests and the generated
/// docs apply it to. Every size differs from the others where the operator lets it.
struct Example {
    /// Shapes, by slot; of an operand that is not there, the default.
    std::array<Shape, 4> operands{};
    std::array<Domain, 4> domains{};     ///< values that the operands may have, by slot
    std::array<double, 4> attributes{};  ///< by their place
    std::uint32_t attribute_count = 0;   ///< how many of them are there
};

/// Pullback rule of an operand that gives the node its shape only: its value does not matter, so it
/// gets no term. A mark that the pass recognises by its address; it is never called.
Expr shape_only(const Pullback&);

/// Pullback rule of an operand that the node depends on by jumps alone (sign, an index), or whose
/// derivative is cut: its derivative is zero wherever there is one, so it gets no term. A mark,
/// too.
Expr zero_derivative(const Pullback&);

/// Whether the rule is one of the two marks: the operand gets no term and passes no tangent on.
inline bool contributes_nothing(PullbackRule rule) {
    return rule == shape_only || rule == zero_derivative;
}

/// Pushforward rule of an operator that is linear in that operand when the others are fixed
/// (matmul, transpose, sums): the operator itself, with the tangent in the operand's place.
Expr multilinear(const Pushforward& p);

/// As `Op::arity`: any number of operands.
inline constexpr std::uint32_t variadic = 0xFFFFFFFF;

/// The record of one operator. Records are `constinit` objects; the address is the identity.
struct Op {
    std::string_view name;      ///< by which texts and listings call it
    std::uint32_t arity = 1;    ///< number of operands, or `variadic`
    ShapeRule shape = nullptr;  ///< the shape of a node by those of its operands
    Role role = Role::none;     ///< what rolling and planning know of it
    bool has_identity =
        false;             ///< two nodes are never the same node, though all about them is equal
    bool is_loss = false;  ///< it compares an answer with a target
    /// Floating-point operations for each entry of the largest operand, where the role does not say
    /// (`operation_count`): none where values are moved only.
    std::uint8_t operations_per_entry = 1;
    /// Optional, where they grow faster than the entries: operations for each entry of the first
    /// operand, by its shape and the output's. It takes the place of the number above.
    std::int64_t (*operations_by_size)(Shape first, Shape output) = nullptr;
    Kernel evaluate = nullptr;  ///< writes every entry of the output; never reads it
    FastKernels fast{};         ///< optional, of elementwise operators
    /// Optional, of other operators. Programs call `evaluate` where there are neither, in a program
    /// of floats on copies in double.
    MatrixKernels fast_matrix{};
    /// Optional, where `evaluate` keeps digits that the formula loses when it is computed as it is
    /// written, such as those of p - 1 for a p next to 1: writes how large the largest term of each
    /// entry is. Only estimates of rounding ask.
    Kernel term_sizes = nullptr;
    /// Optional: of expressions whose last operator is this one.
    std::span<const ExpressionKernels> combined{};
    /// Optional, of an activation y = f(x): f'(x) by the output y, as people write it. Diagnoses of
    /// derivations by hand look for mistakes in it.
    Expr (*derivative_by_output)(Expr y) = nullptr;
    /// By operand, the term that it gets of the adjoint.
    PerOperand<PullbackRule> pullback{};
    /// May be left empty by elementwise operators: their Jacobian is diagonal, hence its own
    /// transpose, and the pullback rule serves.
    PerOperand<PushforwardRule> pushforward{};
    /// Text form: #1, #2 stand for operands, #* for all of them with " + " between, "#," "#;" "#&"
    /// "#/" for all with that sign between (#/ gives the line break of LaTeX), @1, @2 for
    /// attributes; empty means name(#1, #2). Plain ASCII: juxtaposition is the matrix product, o
    /// the elementwise product, ' the transpose.
    std::string_view text{};
    /// What it computes, where the text form is but a name ("1 / (1 + exp(-#1))"): of one entry
    /// where it is elementwise. In the same form; operands are taken to be single symbols.
    std::string_view definition{};
    /// How tightly the text form binds.
    Precedence precedence = Precedence::atom;
    std::string_view latex{};                      ///< the same for LaTeX
    std::optional<Precedence> latex_precedence{};  ///< where LaTeX binds unlike the text form
    /// What the tests of the catalogue apply it to.
    Example example{};
};

/// Appends a node for `op`, or finds the equal one. Throws GraphError for operands that are empty,
/// of different graphs or of the wrong number, and what the shape rule throws.
Expr apply(const Op& op, std::initializer_list<Operand> operands,
           std::initializer_list<double> attributes = {});
/// The same for operands whose number is known at run time only. It has a name of its own because
/// an unqualified `apply` would find std::apply for a span or vector.
Expr apply_to_all(const Op& op, std::span<const Operand> operands,
                  std::span<const double> attributes = {});

/// The expressions as operands that were all handed over at that line.
std::vector<Operand> operands_of(std::span<const Expr> expressions, SourceLine line);

/// The constant of x's shape: what a number beside an expression means.
Operand constant_like(const Operand& x, double value);

}  // namespace revolute
