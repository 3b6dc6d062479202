#pragma once

#include <revolute/tools/diagnosis/derivations/mistaken_rule.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

// The kinds of mistaken rules, and words they share.

namespace revolute::detail {

std::span<const MistakenRule> mistaken_activations();
std::span<const MistakenRule> mistaken_products();
std::span<const MistakenRule> mistaken_hadamards();

/// Whether the operator is one whose derivative people write with its output (its record says so):
/// tanh, sigmoid, relu.
bool is_activation(const RuleSite& site);

bool is_product(const RuleSite& site);
/// A product entry by entry, of two nodes.
bool is_hadamard(const RuleSite& site);
bool is_parameter(Expr x);
bool is_named_at_a_step(Expr x);

/// The product W x of a factor W x + b, where x belongs to a step and has the factor's shape.
std::optional<Expr> product_in(Expr factor);

/// Whether it belongs to no step, such as a bias, but for its spreading over the batch: of a net of
/// one step, where nothing else reads that, it belongs to the step.
bool is_parameter_spread(const Graph& graph, NodeId node);

/// A formula some steps on: "tanh(c[t-1])" -> "tanh(c[t])".
std::string formula_moved(std::string_view formula, int distance);
/// What x is called beside a formula, which says t where it is for all steps, of the node `at`.
std::string label_at(Expr x, Expr at, std::string_view formula);
/// "the term that f[t] o c[t-1] adds to the adjoint of c[t-1]".
std::string term_words(const UseFamily& family);

}  // namespace revolute::detail
