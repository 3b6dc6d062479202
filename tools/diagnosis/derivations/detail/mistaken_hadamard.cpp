#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/tools/diagnosis/derivations/detail/mistakes.hpp>

#include <fmt/format.h>

#include <array>
#include <cstdint>

// Mistakes in products entry by entry.

namespace revolute::detail {

namespace {

std::string factor_in_parentheses(const std::string& text) {
    return text.find(' ') == std::string::npos ? text : fmt::format("({})", text);
}

/// The other factor of a product entry by entry.
std::uint32_t other_slot(const RuleSite& site) { return 1 - site.slot; }

const std::string& other_factor(const UseFamily& family) {
    return family.operands[1 - family.uses.front().slot];
}

/// The other factor, as what its operator makes of its only operand.
RuleSite activated_factor(const RuleSite& site) { return {site.input(other_slot(site)), 0}; }

/// A product with the output of an activation.
bool has_activated_factor(const RuleSite& site) {
    return is_hadamard(site) && is_activation(activated_factor(site));
}

/// A product with a factor that belongs to a step and has a name.
bool has_factor_of_a_step(const RuleSite& site) {
    return is_hadamard(site) && is_named_at_a_step(site.input(other_slot(site)));
}

/// A product with a sigmoid: a share that 1 - sigmoid could be mistaken for.
bool has_share(const RuleSite& site) {
    return is_hadamard(site) && &activated_factor(site).op() == &sigmoid_op;
}

/// The bias that is the last summand of the node, through its spreading over the batch; nothing
/// where there is none.
std::optional<Expr> bias_of(Expr sum) {
    const RuleSite last{sum, 1};
    if (last.op().role != Role::sum || sum.graph->operand_count(sum.id) != 2) return std::nullopt;
    const RuleSite spread{last.input(), 0};
    const Expr bias = spread.op().role == Role::broadcast ? spread.input() : spread.output;
    return is_parameter(bias) ? std::optional(bias) : std::nullopt;
}

/// The x of a factor W x + b, where it has the factor's shape.
std::optional<Expr> weighted_in(Expr factor) {
    const std::optional<Expr> product = product_in(factor);
    return product ? std::optional(RuleSite{*product, 1}.input()) : std::nullopt;
}

/// A product with W x + b, for which x could be mistaken.
bool has_weighted_factor(const RuleSite& site) {
    return is_hadamard(site) && weighted_in(site.input(other_slot(site))).has_value();
}

/// A product with W x + b.
bool has_biased_factor(const RuleSite& site) {
    return is_hadamard(site) && bias_of(site.input(other_slot(site))).has_value();
}

/// The product with the factor of a neighbouring step; nothing where there is none.
template <int distance>
std::optional<Expr> shifted_factor(const MistakeSite& site) {
    const auto factor = site.neighbours.named(site.use.input(other_slot(site.use)), distance);
    if (!factor) return std::nullopt;
    return hadamard(site.use.adjoint, *factor);
}

template <int distance>
std::string shifted_factor_words(const UseFamily& family, const Neighbours&) {
    return fmt::format("a step is off: {} has the factor {} where {} belongs", term_words(family),
                       formula_moved(other_factor(family), distance), other_factor(family));
}

/// The product with gate `number` of the cell, where another factor belongs.
template <std::size_t number>
std::optional<Expr> gate_for_factor(const MistakeSite& site) {
    const auto gate = site.neighbours.gate(site.use, number);
    return gate ? hadamard(site.use.adjoint, *gate) : pull_back(site.use);
}

template <std::size_t number>
std::string gate_for_factor_words(const UseFamily& family, const Neighbours& near) {
    const Use first = family.uses.front();
    const Expr gate = near.gate({near.graph().at(first.consumer), first.slot}, number).value();
    return fmt::format("{} has the factor {}[t] where {} belongs", term_words(family),
                       near.graph().name(gate.id), factor_in_parentheses(other_factor(family)));
}

constexpr std::array hadamard_mistakes{
    MistakenRule{
        .applies = is_hadamard,
        .term = [](const MistakeSite& s) { return std::optional(s.use.adjoint); },
        .words =
            [](const UseFamily& family, const Neighbours&) {
                return fmt::format("{} lacks the factor {}", term_words(family),
                                   factor_in_parentheses(other_factor(family)));
            },
        .has_reach = true,
    },
    MistakenRule{
        .applies = is_hadamard,
        .term =
            [](const MistakeSite& s) {
                return std::optional(hadamard(s.use.adjoint, s.use.input()));
            },
        .words =
            [](const UseFamily& family, const Neighbours&) {
                return fmt::format("{} has the factor {} where {} belongs", term_words(family),
                                   factor_in_parentheses(family.operand),
                                   factor_in_parentheses(other_factor(family)));
            },
    },
    MistakenRule{
        .applies = has_activated_factor,
        .term =
            [](const MistakeSite& s) {
                return std::optional(hadamard(s.use.adjoint, activated_factor(s.use).input()));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                const Use first = family.uses.front();
                const Graph& graph = near.graph();
                const NodeId factor = graph.operand(first.consumer, 1 - first.slot);
                return fmt::format("{} lacks the activation {} in its factor {}",
                                   term_words(family), graph.op(factor).name, other_factor(family));
            },
    },
    MistakenRule{
        .applies = has_share,
        .term =
            [](const MistakeSite& s) {
                return std::optional(hadamard(s.use.adjoint, 1.0 - s.use.input(other_slot(s.use))));
            },
        .words =
            [](const UseFamily& family, const Neighbours&) {
                return fmt::format("{0} has the factor (1 - {1}) where {1} belongs",
                                   term_words(family), other_factor(family));
            },
    },
    MistakenRule{
        .applies = has_biased_factor,
        .term =
            [](const MistakeSite& s) {
                const RuleSite product{s.use.input(other_slot(s.use)), 0};
                return std::optional(hadamard(s.use.adjoint, product.input()));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                const Use first = family.uses.front();
                const RuleSite site{near.graph().at(first.consumer), first.slot};
                return fmt::format("{} lacks the bias {} in its factor {}", term_words(family),
                                   bias_of(site.input(other_slot(site)))->label(),
                                   factor_in_parentheses(other_factor(family)));
            },
    },
    MistakenRule{
        .applies = has_weighted_factor,
        .term =
            [](const MistakeSite& s) {
                return std::optional(
                    hadamard(s.use.adjoint, *weighted_in(s.use.input(other_slot(s.use)))));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                const Use first = family.uses.front();
                const RuleSite site{near.graph().at(first.consumer), first.slot};
                const Expr x = *weighted_in(site.input(other_slot(site)));
                return fmt::format("{} has the factor {} where {} belongs", term_words(family),
                                   label_at(x, site.output, other_factor(family)),
                                   factor_in_parentheses(other_factor(family)));
            },
    },
    MistakenRule{.applies = has_factor_of_a_step,
                 .term = shifted_factor<1>,
                 .words = shifted_factor_words<1>},
    MistakenRule{.applies = has_factor_of_a_step,
                 .term = shifted_factor<-1>,
                 .words = shifted_factor_words<-1>},
    MistakenRule{
        .applies = is_hadamard, .term = gate_for_factor<0>, .words = gate_for_factor_words<0>},
    MistakenRule{
        .applies = is_hadamard, .term = gate_for_factor<1>, .words = gate_for_factor_words<1>},
    MistakenRule{
        .applies = is_hadamard, .term = gate_for_factor<2>, .words = gate_for_factor_words<2>},
    MistakenRule{
        .applies = is_hadamard, .term = gate_for_factor<3>, .words = gate_for_factor_words<3>},
};

}  // namespace

std::span<const MistakenRule> mistaken_hadamards() { return hadamard_mistakes; }

bool is_hadamard(const RuleSite& site) {
    return &site.op() == &hadamard_op && site.input(0) != site.input(1);
}

std::optional<Expr> product_in(Expr factor) {
    if (!bias_of(factor)) return std::nullopt;
    const RuleSite product{RuleSite{factor, 0}.input(), 1};
    if (!is_product(product) || !is_parameter(product.input(0))) return std::nullopt;
    const Expr x = product.input();
    return x.step() && x.shape() == factor.shape() ? std::optional(product.output) : std::nullopt;
}

}  // namespace revolute::detail
