#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/tools/diagnosis/derivations/detail/mistakes.hpp>

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string_view>

// Mistakes in products of matrices.

namespace revolute::detail {

namespace {

/// The adjoint of x in W x, where it could be that of W x itself.
bool passes_square_weight(const RuleSite& site) {
    return is_product(site) && site.slot == 1 && is_parameter(site.input(0)) &&
           site.input(0).shape().rows == site.input(0).shape().columns;
}

/// And where W could be mistaken for its transpose.
bool passes_weight_to_transpose(const RuleSite& site) {
    return passes_square_weight(site) && site.input(0).shape().rows > 1;
}

/// Where W x reads what belongs to a step: x, or the factor of x that is of another step, such as
/// h[t-1] in r[t] o h[t-1].
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
    return is_product(site) && site.slot == 0 && is_parameter(site.input(0)) &&
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
    return is_product(site) && site.slot == 0 && is_parameter(site.input(0)) &&
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
    return is_product(site) && is_parameter(site.input(0)) && site.output.step();
}

/// The gradient of W in W x of a step.
bool is_weight_gradient(const RuleSite& site) {
    return is_product(site) && site.slot == 0 && is_parameter(site.input(0)) && site.output.step();
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
};

}  // namespace

std::span<const MistakenRule> mistaken_products() { return product_mistakes; }

bool is_product(const RuleSite& site) { return site.op().role == Role::product; }

bool is_parameter(Expr x) { return &x.graph->op(x.id) == &parameter_op; }

bool is_named_at_a_step(Expr x) { return x.step().has_value() && !x.label().empty(); }

std::string label_at(Expr x, Expr at, std::string_view formula) {
    if (formula.find("[t") == std::string_view::npos) return x.label();
    return formula_moved(fmt::format("{}[t]", x.graph->name(x.id)), x.step()->t - at.step()->t);
}

}  // namespace revolute::detail
