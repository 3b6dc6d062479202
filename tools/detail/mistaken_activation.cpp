#include <revolute/graph/derivative_rule.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/tools/detail/mistakes.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

// Mistakes in f' of an activation.

namespace revolute::detail {

namespace {

/// An activation whose derivative people write with its output y.
struct KnownActivation {
    const Op* op;
    Expr (*derivative)(Expr y);
    const char* text;  ///< {0} stands for y
};

constexpr std::array activations{
    KnownActivation{&tanh_op, [](Expr y) { return 1.0 - square(y); }, "1 - {0}^2"},
    KnownActivation{&sigmoid_op, [](Expr y) { return hadamard(y, 1.0 - y); }, "{0} (1 - {0})"},
    KnownActivation{&relu_op, [](Expr y) { return heaviside(y); }, "[{0} > 0]"},
};

const KnownActivation* find_activation(const Op& op) {
    const auto found = std::ranges::find(activations, &op, &KnownActivation::op);
    return found == activations.end() ? nullptr : found;
}

const KnownActivation& activation_of(const RuleSite& site) { return *find_activation(site.op()); }

const KnownActivation& activation_of(const UseFamily& family, const Neighbours& near) {
    return *find_activation(near.graph().op(family.uses.front().consumer));
}

/// The derivative that would stand there for another of tanh and sigmoid.
const KnownActivation& other(const KnownActivation& activation) {
    return activations[activation.op == &tanh_op ? 1 : 0];
}

bool is_smooth_activation(const RuleSite& site) {
    return is_activation(site) && site.op().role == Role::elementwise && &site.op() != &relu_op;
}
bool is_tanh(const RuleSite& site) { return &site.op() == &tanh_op; }

std::string derivative_text(const KnownActivation& activation, std::string_view y) {
    return fmt::format(fmt::runtime(activation.text), y);
}

/// "1 - h[t]^2" of the family itself.
std::string own_derivative(const UseFamily& family, const Neighbours& near) {
    return derivative_text(activation_of(family, near), family.consumer);
}

/// What the activation is applied to, when it has a name short enough to read.
std::string argument(const UseFamily& family) {
    return family.operand.find(' ') == std::string::npos ? family.operand : "z";
}

/// f' of the same activation at a neighbouring step; the right one where there is none.
template <int distance>
std::optional<Expr> shifted_derivative(const MistakeSite& site) {
    const auto y = site.neighbours.consumer(site.use, site.family, distance);
    return pull_back({{y.value_or(site.use.output), site.use.slot}, site.use.adjoint});
}

template <int distance>
std::string shifted_derivative_words(const UseFamily& family, const Neighbours& near) {
    const KnownActivation& f = activation_of(family, near);
    return fmt::format("f' is that of another step: {} where {} belongs",
                       derivative_text(f, formula_moved(family.consumer, distance)),
                       own_derivative(family, near));
}

constexpr std::array activation_mistakes{
    MistakenRule{
        .applies = is_activation,
        .term = [](const MistakeSite& s) { return std::optional(s.use.adjoint); },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                return fmt::format("a factor f' is missing: {} for {}",
                                   own_derivative(family, near), family.described());
            },
        .is_shared = true,
        .has_reach = true,
        .at_one_step = true,
    },
    MistakenRule{
        .applies = is_smooth_activation,
        .term =
            [](const MistakeSite& s) {
                const Expr y = s.use.output;
                const Expr f = activation_of(s.use).derivative(apply(s.use.op(), {y}));
                return std::optional(hadamard(s.use.adjoint, f));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                const KnownActivation& f = activation_of(family, near);
                return fmt::format(
                    "f' is taken at {} instead of {}: {} where {} belongs", family.consumer,
                    argument(family),
                    derivative_text(f, fmt::format("{}({})", f.op->name, family.consumer)),
                    own_derivative(family, near));
            },
        .is_shared = true,
        .has_reach = true,
        .at_one_step = true,
    },
    MistakenRule{
        .applies = is_smooth_activation,
        .term =
            [](const MistakeSite& s) {
                const Expr f = activation_of(s.use).derivative(s.use.input());
                return std::optional(hadamard(s.use.adjoint, f));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                const KnownActivation& f = activation_of(family, near);
                return fmt::format("f' is written for {0} but taken at {1}: {2} where {3} belongs",
                                   family.consumer, argument(family),
                                   derivative_text(f, argument(family)),
                                   own_derivative(family, near));
            },
        .is_shared = true,
        .has_reach = true,
        .at_one_step = true,
    },
    MistakenRule{
        .applies = is_smooth_activation,
        .term =
            [](const MistakeSite& s) {
                const Expr f = other(activation_of(s.use)).derivative(s.use.output);
                return std::optional(hadamard(s.use.adjoint, f));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                const KnownActivation& f = activation_of(family, near);
                return fmt::format(
                    "the derivative of {} stands where that of {} belongs: {} for {}",
                    other(f).op->name, f.op->name, derivative_text(other(f), family.consumer),
                    own_derivative(family, near));
            },
        .is_shared = true,
        .has_reach = true,
    },
    MistakenRule{
        .applies = is_tanh,
        .term =
            [](const MistakeSite& s) {
                return std::optional(hadamard(s.use.adjoint, 1.0 - s.use.output));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                return fmt::format("a square is missing in f': 1 - {} where {} belongs",
                                   family.consumer, own_derivative(family, near));
            },
        .is_shared = true,
        .has_reach = true,
    },
    MistakenRule{
        .applies = is_smooth_activation,
        .term =
            [](const MistakeSite& s) {
                const Expr f = activation_of(s.use).derivative(s.use.output);
                return std::optional(hadamard(s.use.adjoint, square(f)));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                return fmt::format("a factor f' is there twice: {} for {}",
                                   own_derivative(family, near), family.described());
            },
        .is_shared = true,
        .has_reach = true,
    },
    MistakenRule{.applies = is_activation,
                 .term = shifted_derivative<-1>,
                 .words = shifted_derivative_words<-1>,
                 .is_shared = true,
                 .has_reach = true},
    MistakenRule{.applies = is_activation,
                 .term = shifted_derivative<1>,
                 .words = shifted_derivative_words<1>,
                 .is_shared = true,
                 .has_reach = true},
};

}  // namespace

bool is_activation(const RuleSite& site) { return find_activation(site.op()) != nullptr; }

std::span<const MistakenRule> mistaken_activations() { return activation_mistakes; }

}  // namespace revolute::detail
