#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/softmax.hpp>
#include <revolute/tools/diagnosis/derivations/detail/mistakes.hpp>

#include <fmt/format.h>

#include <array>
#include <string_view>

// Mistakes in f' of an activation.

namespace revolute::detail {

namespace {

const Op& activation_of(const UseFamily& family, const Neighbours& near) {
    return near.graph().op(family.uses.front().consumer);
}

/// tanh and sigmoid are taken for each other, and another activation for tanh.
const Op& other(const Op& activation) { return &activation == &tanh_op ? sigmoid_op : tanh_op; }

/// Whether f' changes with its argument: that of relu is a constant in pieces.
bool has_curve(const Op& activation) {
    Graph graph;
    const Expr y = graph.input("y", {1, 1});
    const NodeId derivative = activation.derivative_by_output(y).id;
    return differentiable_nodes(graph, std::array{y}, index(derivative) + 1)[index(derivative)];
}

bool is_smooth_activation(const RuleSite& site) {
    return is_activation(site) && has_curve(site.op());
}
bool is_tanh(const RuleSite& site) { return &site.op() == &tanh_op; }

/// "1 - h[t]^2" of h[t] = tanh(...).
std::string derivative_text(const Op& activation, std::string_view y) {
    Graph graph;
    return expression(activation.derivative_by_output(graph.input(y, {2, 1})), Notation::text).text;
}

/// "1 - h[t]^2" of the family itself.
std::string own_derivative(const UseFamily& family, const Neighbours& near) {
    return derivative_text(activation_of(family, near), family.consumer);
}

/// What the activation is applied to, when it has a name short enough to read.
std::string argument(const UseFamily& family) {
    return family.operand.find(' ') == std::string::npos ? family.operand : "z";
}

/// The output of the same activation at a neighbouring step. Before the first step stands an
/// initial state: h(-1) itself, or tanh of c(-1).
std::optional<Expr> shifted_output(const MistakeSite& site, int distance) {
    const Neighbours& near = site.neighbours;
    if (const auto y = near.consumer(site.use, site.family, distance)) return y;
    if (const auto state = near.named(site.use.output, distance)) return state;
    if (const auto x = near.named(site.use.input(), distance)) return apply(site.use.op(), {*x});
    return std::nullopt;
}

/// f' of the same activation at a neighbouring step; the right one where there is none.
template <int distance>
std::optional<Expr> shifted_derivative(const MistakeSite& site) {
    const Expr y = shifted_output(site, distance).value_or(site.use.output);
    return hadamard(site.use.adjoint, site.use.op().derivative_by_output(y));
}

template <int distance>
std::string shifted_derivative_words(const UseFamily& family, const Neighbours& near) {
    const Op& f = activation_of(family, near);
    return fmt::format("f' is that of another step: {} where {} belongs",
                       derivative_text(f, formula_moved(family.consumer, distance)),
                       own_derivative(family, near));
}

/// f' of gate `number` of the cell, where that of another belongs.
template <std::size_t number>
std::optional<Expr> derivative_of_gate(const MistakeSite& site) {
    const auto gate = site.neighbours.gate(site.use, number);
    if (!gate) return pull_back(site.use);
    return hadamard(site.use.adjoint, gate->graph->op(gate->id).derivative_by_output(*gate));
}

template <std::size_t number>
std::string derivative_of_gate_words(const UseFamily& family, const Neighbours& near) {
    const Use first = family.uses.front();
    const NodeId gate = near.gate({near.graph().at(first.consumer), first.slot}, number).value().id;
    return fmt::format(
        "f' is that of another gate: {} where {} belongs",
        derivative_text(near.graph().op(gate), fmt::format("{}[t]", near.graph().name(gate))),
        own_derivative(family, near));
}

bool is_softmax_loss(const RuleSite& site) {
    return &site.op() == &softmax_cross_entropy_op && site.slot == 0;
}

std::string softmax_words(const UseFamily& family, std::string_view what) {
    return fmt::format(
        "the derivative of softmax is there once more{}: softmax({}) - one_hot({}) is that of the "
        "whole loss",
        what, family.operand, family.operands[1]);
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
    },
    MistakenRule{
        .applies = is_activation,
        .term =
            [](const MistakeSite& s) {
                return std::optional(hadamard(s.use.adjoint, s.use.output));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                return fmt::format("f stands where f' belongs: {} where {} belongs",
                                   family.consumer, own_derivative(family, near));
            },
        .is_shared = true,
        .has_reach = true,
    },
    MistakenRule{
        .applies = is_smooth_activation,
        .term =
            [](const MistakeSite& s) {
                const Expr y = s.use.output;
                return std::optional(hadamard(s.use.adjoint, apply(s.use.op(), {y})));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                return fmt::format(
                    "f stands where f' belongs, and taken at {0}: {1}({0}) where {2} "
                    "belongs",
                    family.consumer, activation_of(family, near).name,
                    own_derivative(family, near));
            },
        .is_shared = true,
        .has_reach = true,
    },
    MistakenRule{
        .applies = is_smooth_activation,
        .term =
            [](const MistakeSite& s) {
                const Expr y = s.use.output;
                const Expr f = s.use.op().derivative_by_output(apply(s.use.op(), {y}));
                return std::optional(hadamard(s.use.adjoint, f));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                const Op& f = activation_of(family, near);
                return fmt::format(
                    "f' is taken at {} instead of {}: {} where {} belongs", family.consumer,
                    argument(family),
                    derivative_text(f, fmt::format("{}({})", f.name, family.consumer)),
                    own_derivative(family, near));
            },
        .is_shared = true,
        .has_reach = true,
    },
    MistakenRule{
        .applies = is_smooth_activation,
        .term =
            [](const MistakeSite& s) {
                const Expr f = s.use.op().derivative_by_output(s.use.input());
                return std::optional(hadamard(s.use.adjoint, f));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                const Op& f = activation_of(family, near);
                return fmt::format("f' is written for {0} but taken at {1}: {2} where {3} belongs",
                                   family.consumer, argument(family),
                                   derivative_text(f, argument(family)),
                                   own_derivative(family, near));
            },
        .is_shared = true,
        .has_reach = true,
    },
    MistakenRule{
        .applies = is_smooth_activation,
        .term =
            [](const MistakeSite& s) {
                const Expr f = other(s.use.op()).derivative_by_output(s.use.output);
                return std::optional(hadamard(s.use.adjoint, f));
            },
        .words =
            [](const UseFamily& family, const Neighbours& near) {
                const Op& f = activation_of(family, near);
                return fmt::format(
                    "the derivative of {} stands where that of {} belongs: {} for {}",
                    other(f).name, f.name, derivative_text(other(f), family.consumer),
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
                const Expr f = s.use.op().derivative_by_output(s.use.output);
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
    MistakenRule{.applies = is_activation,
                 .term = derivative_of_gate<0>,
                 .words = derivative_of_gate_words<0>},
    MistakenRule{.applies = is_activation,
                 .term = derivative_of_gate<1>,
                 .words = derivative_of_gate_words<1>},
    MistakenRule{.applies = is_activation,
                 .term = derivative_of_gate<2>,
                 .words = derivative_of_gate_words<2>},
    MistakenRule{.applies = is_activation,
                 .term = derivative_of_gate<3>,
                 .words = derivative_of_gate_words<3>},
    MistakenRule{
        .applies = is_softmax_loss,
        .term =
            [](const MistakeSite& s) {
                const Expr z = s.use.input();
                return std::optional(
                    multiply(s.use.adjoint, (1.0 / z.shape().columns) * softmax(z)));
            },
        .words =
            [](const UseFamily& family, const Neighbours&) {
                return fmt::format(
                    "one_hot({0}) is not subtracted: softmax({1}) where softmax({1}) - "
                    "one_hot({0}) belongs",
                    family.operands[1], family.operand);
            },
    },
    MistakenRule{
        .applies = is_softmax_loss,
        .term =
            [](const MistakeSite& s) {
                return std::optional(pull_back({{softmax(s.use.input()), 0}, pull_back(s.use)}));
            },
        .words = [](const UseFamily& family,
                    const Neighbours&) { return softmax_words(family, ""); },
    },
    MistakenRule{
        .applies = is_softmax_loss,
        .term =
            [](const MistakeSite& s) {
                const Expr p = softmax(s.use.input());
                return std::optional(hadamard(pull_back(s.use), hadamard(p, 1.0 - p)));
            },
        .words = [](const UseFamily& family,
                    const Neighbours&) { return softmax_words(family, ", as p (1 - p)"); },
    },
};

}  // namespace

bool is_activation(const RuleSite& site) { return site.op().derivative_by_output != nullptr; }

std::span<const MistakenRule> mistaken_activations() { return activation_mistakes; }

}  // namespace revolute::detail
