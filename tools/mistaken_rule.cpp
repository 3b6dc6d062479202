#include <revolute/graph/derivative_rule.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/tools/mistaken_rule.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace revolute {

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

const KnownActivation& activation_of(const UseFamily& family, const Graph& graph) {
    return *find_activation(graph.op(family.uses.front().consumer));
}

/// The derivative that would stand there for another of tanh and sigmoid.
const KnownActivation& other(const KnownActivation& activation) {
    return activations[activation.op == &tanh_op ? 1 : 0];
}

bool is_activation(const RuleSite& site) { return find_activation(site.op()) != nullptr; }
bool is_smooth_activation(const RuleSite& site) {
    return is_activation(site) && site.op().role == Role::elementwise && &site.op() != &relu_op;
}
bool is_tanh(const RuleSite& site) { return &site.op() == &tanh_op; }

std::string derivative_text(const KnownActivation& activation, std::string_view y) {
    return fmt::format(fmt::runtime(activation.text), y);
}

/// "1 - h[t]^2" of the family itself.
std::string own_derivative(const UseFamily& family, const Graph& graph) {
    return derivative_text(activation_of(family, graph), family.consumer);
}

/// What the activation is applied to, when it has a name short enough to read.
std::string argument(const UseFamily& family) {
    return family.operand.find(' ') == std::string::npos ? family.operand : "z";
}

bool is_product(const RuleSite& site) { return site.op().role == Role::product; }

bool is_weight(Expr x) { return &x.graph->op(x.id) == &parameter_op; }

/// The adjoint of x in W x, where W could be mistaken for its transpose.
bool passes_square_weight(const RuleSite& site) {
    return is_product(site) && site.slot == 1 && is_weight(site.input(0)) &&
           site.input(0).shape().rows == site.input(0).shape().columns &&
           site.input(0).shape().rows > 1;
}

/// The gradient of W in W x, where x belongs to a step.
bool is_weight_of_a_step(const RuleSite& site) {
    return is_product(site) && site.slot == 0 && is_weight(site.input(0)) &&
           site.input(1).step().has_value() && !site.input(1).label().empty();
}

/// dW with x of a neighbouring step; nothing where there is none.
template <int distance>
std::optional<Expr> shifted_operand(const MistakeSite& site) {
    const auto x = site.neighbours.named(site.use.input(1), distance);
    if (!x) return std::nullopt;
    return site.use.adjoint * transpose(*x);
}

/// f' of the same activation at a neighbouring step; the right one where there is none.
template <int distance>
std::optional<Expr> shifted_derivative(const MistakeSite& site) {
    const auto y = site.neighbours.consumer(site.use, site.family, distance);
    return pull_back({{y.value_or(site.use.output), site.use.slot}, site.use.adjoint});
}

/// A formula some steps on: "tanh(c[t-1])" -> "tanh(c[t])".
std::string moved(std::string_view formula, int distance) {
    constexpr std::string_view opening = "[t";
    std::string result;
    for (std::size_t at = 0; at < formula.size();) {
        if (!formula.substr(at).starts_with(opening)) {
            result += formula[at++];
            continue;
        }
        const std::size_t end = formula.find(']', at);
        const std::string offset(formula.substr(at + 2, end - at - 2));
        const int t = (offset.empty() ? 0 : std::stoi(offset)) + distance;
        result += t == 0 ? "[t]" : fmt::format("[t{:+}]", t);
        at = end + 1;
    }
    return result;
}

template <int distance>
std::string shifted_operand_words(const UseFamily& family, const Graph&) {
    return fmt::format("a step is off: the gradient of {} takes {} where {} belongs",
                       family.operand, moved(family.operands[1], distance), family.operands[1]);
}

template <int distance>
std::string shifted_derivative_words(const UseFamily& family, const Graph& graph) {
    const KnownActivation& f = activation_of(family, graph);
    return fmt::format("f' is that of another step: {} where {} belongs",
                       derivative_text(f, moved(family.consumer, distance)),
                       own_derivative(family, graph));
}

bool is_hadamard(const RuleSite& site) {
    return &site.op() == &hadamard_op && site.input(0) != site.input(1);
}

std::string factor_in_parentheses(const std::string& text) {
    return text.find(' ') == std::string::npos ? text : fmt::format("({})", text);
}

/// "the term that f[t] o c[t-1] adds to the adjoint of c[t-1]".
std::string term_words(const UseFamily& family) {
    return fmt::format("the term that {} adds to the adjoint of {}", family.described(),
                       family.operand);
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
    return is_hadamard(site) && site.input(other_slot(site)).step().has_value() &&
           !site.input(other_slot(site)).label().empty();
}

/// The product with the factor of a neighbouring step; nothing where there is none.
template <int distance>
std::optional<Expr> shifted_factor(const MistakeSite& site) {
    const auto factor = site.neighbours.named(site.use.input(other_slot(site.use)), distance);
    if (!factor) return std::nullopt;
    return hadamard(site.use.adjoint, *factor);
}

template <int distance>
std::string shifted_factor_words(const UseFamily& family, const Graph&) {
    return fmt::format("a step is off: {} has the factor {} where {} belongs", term_words(family),
                       moved(other_factor(family), distance), other_factor(family));
}

/// What stands under the key, `distance` steps after the node.
template <class Key, class ByStep>
std::optional<Expr> later(const ByStep& nodes, Key key, Expr node, int distance) {
    const auto step = node.step();
    if (!step) return std::nullopt;
    const auto found = nodes.find({std::move(key), step->axis, step->t + distance});
    return found == nodes.end() ? std::nullopt : std::optional(Expr{node.graph, found->second});
}

constexpr std::array rules{
    MistakenRule{
        .applies = is_activation,
        .term = [](const MistakeSite& s) { return std::optional(s.use.adjoint); },
        .words =
            [](const UseFamily& family, const Graph& graph) {
                return fmt::format("a factor f' is missing: {} for {}",
                                   own_derivative(family, graph), family.described());
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
            [](const UseFamily& family, const Graph& graph) {
                const KnownActivation& f = activation_of(family, graph);
                return fmt::format(
                    "f' is taken at {} instead of {}: {} where {} belongs", family.consumer,
                    argument(family),
                    derivative_text(f, fmt::format("{}({})", f.op->name, family.consumer)),
                    own_derivative(family, graph));
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
            [](const UseFamily& family, const Graph& graph) {
                const KnownActivation& f = activation_of(family, graph);
                return fmt::format("f' is written for {0} but taken at {1}: {2} where {3} belongs",
                                   family.consumer, argument(family),
                                   derivative_text(f, argument(family)),
                                   own_derivative(family, graph));
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
            [](const UseFamily& family, const Graph& graph) {
                const KnownActivation& f = activation_of(family, graph);
                return fmt::format(
                    "the derivative of {} stands where that of {} belongs: {} for {}",
                    other(f).op->name, f.op->name, derivative_text(other(f), family.consumer),
                    own_derivative(family, graph));
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
            [](const UseFamily& family, const Graph& graph) {
                return fmt::format("a square is missing in f': 1 - {} where {} belongs",
                                   family.consumer, own_derivative(family, graph));
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
            [](const UseFamily& family, const Graph& graph) {
                return fmt::format("a factor f' is there twice: {} for {}",
                                   own_derivative(family, graph), family.described());
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
    MistakenRule{
        .applies = passes_square_weight,
        .term = [](const MistakeSite& s) { return std::optional(s.use.input(0) * s.use.adjoint); },
        .words =
            [](const UseFamily& family, const Graph&) {
                return fmt::format(
                    "a matrix is not transposed: {0} stands where {0}' belongs, in {1}",
                    family.operands[0], term_words(family));
            },
        .is_shared = true,
        .at_one_step = true,
    },
    MistakenRule{.applies = is_weight_of_a_step,
                 .term = shifted_operand<1>,
                 .words = shifted_operand_words<1>,
                 .is_shared = true},
    MistakenRule{.applies = is_weight_of_a_step,
                 .term = shifted_operand<-1>,
                 .words = shifted_operand_words<-1>,
                 .is_shared = true},
    MistakenRule{
        .applies = is_hadamard,
        .term = [](const MistakeSite& s) { return std::optional(s.use.adjoint); },
        .words =
            [](const UseFamily& family, const Graph&) {
                return fmt::format("{} lacks the factor {}", term_words(family),
                                   factor_in_parentheses(other_factor(family)));
            },
    },
    MistakenRule{
        .applies = is_hadamard,
        .term =
            [](const MistakeSite& s) {
                return std::optional(hadamard(s.use.adjoint, s.use.input()));
            },
        .words =
            [](const UseFamily& family, const Graph&) {
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
            [](const UseFamily& family, const Graph& graph) {
                const Use first = family.uses.front();
                const NodeId factor = graph.operand(first.consumer, 1 - first.slot);
                return fmt::format("{} lacks the activation {} in its factor {}",
                                   term_words(family), graph.op(factor).name, other_factor(family));
            },
    },
    MistakenRule{.applies = has_factor_of_a_step,
                 .term = shifted_factor<1>,
                 .words = shifted_factor_words<1>},
    MistakenRule{.applies = has_factor_of_a_step,
                 .term = shifted_factor<-1>,
                 .words = shifted_factor_words<-1>},
    MistakenRule{
        .applies = [](const RuleSite&) { return true; },
        .term = [](const MistakeSite&) { return std::optional<Expr>(); },
        .words = [](const UseFamily& family,
                    const Graph&) { return fmt::format("{} is missing", term_words(family)); },
        .at_one_step = true,
    },
    MistakenRule{
        .applies = [](const RuleSite&) { return true; },
        .term = [](const MistakeSite& s) { return std::optional(-pull_back(s.use)); },
        .words =
            [](const UseFamily& family, const Graph&) {
                return fmt::format("{} has the wrong sign", term_words(family));
            },
    },
    MistakenRule{
        .applies = [](const RuleSite&) { return true; },
        .term = [](const MistakeSite& s) { return std::optional(2.0 * pull_back(s.use)); },
        .words =
            [](const UseFamily& family, const Graph&) {
                return fmt::format("{} is counted twice", term_words(family));
            },
        .at_one_step = true,
    },
};

}  // namespace

Neighbours::Neighbours(const Graph& graph, std::span<const UseFamily> families) {
    for (std::size_t family = 0; family < families.size(); ++family)
        for (const Use& use : families[family].uses)
            if (const auto step = graph.step(use.consumer))
                consumers_.emplace(std::tuple(family, step->axis, step->t), use.consumer);
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (const auto step = graph.step(NodeId{i}); step && !graph.name(NodeId{i}).empty())
            named_.emplace(std::tuple(graph.name(NodeId{i}), step->axis, step->t), NodeId{i});
}

std::optional<Expr> Neighbours::consumer(const RuleSite& site, std::size_t family,
                                         int distance) const {
    return later(consumers_, family, site.output, distance);
}

std::optional<Expr> Neighbours::named(Expr node, int distance) const {
    return later(named_, std::string(node.graph->name(node.id)), node, distance);
}

std::span<const MistakenRule> mistaken_rules() { return rules; }

}  // namespace revolute
