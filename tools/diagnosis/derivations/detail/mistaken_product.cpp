#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/tools/diagnosis/derivations/detail/mistakes.hpp>

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string_view>

// Mistakes in products of matrices, and in products entry by entry.

namespace revolute::detail {

namespace {

bool is_product(const RuleSite& site) { return site.op().role == Role::product; }

bool is_weight(Expr x) { return &x.graph->op(x.id) == &parameter_op; }

/// The adjoint of x in W x, where it could be that of W x itself.
bool passes_square_weight(const RuleSite& site) {
    return is_product(site) && site.slot == 1 && is_weight(site.input(0)) &&
           site.input(0).shape().rows == site.input(0).shape().columns;
}

/// And where W could be mistaken for its transpose.
bool passes_weight_to_transpose(const RuleSite& site) {
    return passes_square_weight(site) && site.input(0).shape().rows > 1;
}

bool is_hadamard(const RuleSite& site) {
    return &site.op() == &hadamard_op && site.input(0) != site.input(1);
}

bool is_named_at_a_step(Expr x) { return x.step().has_value() && !x.label().empty(); }

/// Where W x reads what belongs to a step: x, or the factor of x that is of another step, such as h[t-1] in
/// r[t] o h[t-1].
struct StepOperand {
    Expr x;
    std::optional<std::uint32_t> slot{};  ///< of a factor

    Expr node() const { return slot ? RuleSite{x, *slot}.input() : x; }
    /// x with another node there.
    Expr with(Expr other) const {
        return slot ? hadamard(RuleSite{x, 1 - *slot}.input(), other) : other;
    }
};

std::optional<StepOperand> step_operand(const RuleSite& site) {
    const StepOperand whole{site.input(1)};
    if (is_named_at_a_step(whole.x)) return whole;
    if (!is_hadamard({whole.x, 0})) return std::nullopt;
    for (const std::uint32_t slot : {0U, 1U})
        if (const StepOperand factor{whole.x, slot};
            is_named_at_a_step(factor.node()) && factor.node().step() != site.output.step())
            return factor;
    return std::nullopt;
}

/// The gradient of W in W x, where x belongs to a step.
bool is_weight_of_a_step(const RuleSite& site) {
    return is_product(site) && site.slot == 0 && is_weight(site.input(0)) &&
           step_operand(site).has_value();
}

/// What is read beyond the first step or the last.
enum class Beyond : std::uint8_t {
    nothing,  ///< the term is left out
    around,   ///< the step at the other end, as where an index of -1 is the last
    own,      ///< what belongs there
};

/// dW with x of a neighbouring step.
template <int distance, Beyond beyond>
std::optional<Expr> shifted_operand(const MistakeSite& site) {
    const StepOperand operand = *step_operand(site.use);
    const Expr own = operand.node();
    std::optional<Expr> x = site.neighbours.named(own, distance);
    if (!x && beyond == Beyond::nothing) return std::nullopt;
    if (!x) x = own;
    if (beyond == Beyond::around && *x == own)
        for (int far = -distance; const auto next = site.neighbours.named(own, far);
             far -= distance)
            x = next;
    return site.use.adjoint * transpose(operand.with(*x));
}

/// What x is called beside a formula, which says t where it is for all steps, of the node `at`.
std::string label_at(Expr x, Expr at, std::string_view formula) {
    if (formula.find("[t") == std::string_view::npos) return x.label();
    return formula_moved(fmt::format("{}[t]", x.graph->name(x.id)), x.step()->t - at.step()->t);
}

/// The formula of the operand with what belongs to a step moved.
std::string operand_moved(const UseFamily& family, const Neighbours& near, int distance) {
    const Use first = family.uses.front();
    const RuleSite use{near.graph().at(first.consumer), first.slot};
    const std::string& formula = family.operands[1];
    const StepOperand operand = *step_operand(use);
    if (!operand.slot) return formula_moved(formula, distance);
    const std::string factor = label_at(operand.node(), use.output, formula);
    std::string moved = formula;
    if (const std::size_t place = moved.find(factor); place != std::string::npos)
        moved.replace(place, factor.size(), formula_moved(factor, distance));
    return moved;
}

template <int distance, Beyond beyond>
std::string shifted_operand_words(const UseFamily& family, const Neighbours& near) {
    constexpr std::string_view end = distance < 0 ? "first" : "last",
                               other_end = distance < 0 ? "last" : "first";
    return fmt::format("a step is off: the gradient of {} takes {} where {} belongs{}",
                       family.operand, operand_moved(family, near, distance), family.operands[1],
                       beyond == Beyond::around
                           ? fmt::format(" (at the {} step that of the {})", end, other_end)
                       : beyond == Beyond::own ? fmt::format(" (at the {} step its own)", end)
                                               : "");
}

template <int distance, Beyond beyond>
constexpr MistakenRule shifted_operand_rule{.applies = is_weight_of_a_step,
                                            .term = shifted_operand<distance, beyond>,
                                            .words = shifted_operand_words<distance, beyond>,
                                            .is_shared = true};

/// The gradient of W in W (a o b).
bool is_weight_of_a_product(const RuleSite& site) {
    return is_product(site) && site.slot == 0 && is_weight(site.input(0)) &&
           &RuleSite{site.input(1), 0}.op() == &hadamard_op;
}

/// That gradient with one of the factors alone.
template <std::uint32_t slot>
std::optional<Expr> one_factor_of_operand(const MistakeSite& site) {
    const RuleSite product{site.use.input(1), slot};
    return site.use.adjoint * transpose(product.input());
}

template <std::uint32_t slot>
std::string one_factor_words(const UseFamily& family, const Neighbours& near) {
    const Use first = family.uses.front();
    const RuleSite use{near.graph().at(first.consumer), first.slot};
    const RuleSite product{use.input(1), slot};
    return fmt::format("the gradient of {} takes {} where {} belongs", family.operand,
                       label_at(product.input(), use.output, family.operands[1]),
                       family.operands[1]);
}

bool is_product_with_weight(const RuleSite& site) {
    return is_product(site) && is_weight(site.input(0)) && site.output.step();
}

/// The gradient of W in W x of a step.
bool is_weight_gradient(const RuleSite& site) {
    return is_product(site) && site.slot == 0 && is_weight(site.input(0)) && site.output.step();
}

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

/// The bias that is the last summand of the node, through its spreading over the batch; nothing where there is none.
std::optional<Expr> bias_of(Expr sum) {
    const RuleSite last{sum, 1};
    if (last.op().role != Role::sum || sum.graph->operand_count(sum.id) != 2) return std::nullopt;
    const RuleSite spread{last.input(), 0};
    const Expr bias = spread.op().role == Role::broadcast ? spread.input() : spread.output;
    return is_weight(bias) ? std::optional(bias) : std::nullopt;
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

constexpr std::array product_mistakes{
    MistakenRule{
        .applies = passes_weight_to_transpose,
        .term = [](const MistakeSite& s) { return std::optional(s.use.input(0) * s.use.adjoint); },
        .words =
            [](const UseFamily& family, const Neighbours&) {
                return fmt::format(
                    "a matrix is not transposed: {0} stands where {0}' belongs, in {1}",
                    family.operands[0], term_words(family));
            },
        .is_shared = true,
    },
    MistakenRule{
        .applies = passes_square_weight,
        .term = [](const MistakeSite& s) { return std::optional(s.use.adjoint); },
        .words =
            [](const UseFamily& family, const Neighbours&) {
                return fmt::format("{} lacks the factor {}'", term_words(family),
                                   family.operands[0]);
            },
        .is_shared = true,
    },
    MistakenRule{.applies = is_weight_of_a_product,
                 .term = one_factor_of_operand<0>,
                 .words = one_factor_words<0>},
    MistakenRule{.applies = is_weight_of_a_product,
                 .term = one_factor_of_operand<1>,
                 .words = one_factor_words<1>},
    MistakenRule{
        .applies = is_weight_gradient,
        .term =
            [](const MistakeSite& s) {
                const auto factor = s.neighbours.factor(s.use.output);
                return factor ? std::optional((s.use.adjoint / *factor) * transpose(s.use.input(1)))
                              : pull_back(s.use);
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                const Expr product = near.graph().at(family.uses.front().consumer);
                return fmt::format("the gradient of {} lacks the factor {}", family.operand,
                                   label_at(*near.factor(product), product, "[t]"));
            },
    },
    MistakenRule{
        .applies = is_product_with_weight,
        .term =
            [](const MistakeSite& s) {
                const auto factor = s.neighbours.factor_beside(s.use.output);
                return std::optional(factor ? pull_back({s.use, hadamard(s.use.adjoint, *factor)})
                                            : pull_back(s.use));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                const Expr product = near.graph().at(family.uses.front().consumer);
                return fmt::format(
                    "{} has the factor {}, which belongs to the term of the state alone",
                    term_words(family), label_at(*near.factor_beside(product), product, "[t]"));
            },
        .is_shared = true,
    },
    shifted_operand_rule<1, Beyond::nothing>,
    shifted_operand_rule<-1, Beyond::nothing>,
    shifted_operand_rule<1, Beyond::around>,
    shifted_operand_rule<-1, Beyond::around>,
    shifted_operand_rule<1, Beyond::own>,
    shifted_operand_rule<-1, Beyond::own>,
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

std::span<const MistakenRule> mistaken_products() { return product_mistakes; }

std::optional<Expr> product_in(Expr factor) {
    if (!bias_of(factor)) return std::nullopt;
    const RuleSite product{RuleSite{factor, 0}.input(), 1};
    if (!is_product(product) || !is_weight(product.input(0))) return std::nullopt;
    const Expr x = product.input();
    return x.step() && x.shape() == factor.shape() ? std::optional(product.output) : std::nullopt;
}

}  // namespace revolute::detail
