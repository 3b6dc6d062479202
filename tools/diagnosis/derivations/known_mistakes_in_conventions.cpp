#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/structure.hpp>
#include <revolute/tools/diagnosis/derivations/detail/mistakes.hpp>
#include <revolute/tools/diagnosis/derivations/known_mistakes.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

// Derivations of another convention than that of the forward pass.

namespace revolute {

namespace {

/// Whether r, which the site is about, multiplies U h + b: the product with U h, of which the gate
/// is none.
std::optional<Expr> product_that_is_reset(const RuleSite& site) {
    if (&site.op() != &hadamard_op || site.input(0) == site.input(1)) return std::nullopt;
    return detail::product_in(site.input(1 - site.slot));
}

/// Whether the product is U (r o h).
bool reads_reset(Expr product) {
    const Expr read = RuleSite{product, 1}.input();
    return &RuleSite{read, 0}.op() == &hadamard_op && read.label().empty();
}

/// A product of a gate's weight with what belongs to a step.
struct WeightUse {
    Expr product;
    std::size_t gate;
    std::vector<Expr> of_gates;  ///< the weights that read the same
};

std::vector<WeightUse> weight_uses(const RecurrentNet& net, const BackwardWalk& walk) {
    std::map<NodeId, std::pair<std::size_t, std::vector<Expr>>> weights;  // by id: gate, and of all
    for (const Layer& layer : net.layers)
        for (const auto& cell : layer.cells)
            for (const ParameterRole role :
                 {ParameterRole::input_weight, ParameterRole::recurrent_weight}) {
                std::vector<Expr> of_gates;
                for (const CellParameter& parameter : cell.parameter_table())
                    if (parameter.role == role) of_gates.push_back(parameter.expression);
                for (std::size_t gate = 0; gate < of_gates.size(); ++gate)
                    weights[of_gates[gate].id] = {gate, of_gates};
            }
    std::vector<WeightUse> uses;
    for (const Use& use : walk.uses())
        if (const RuleSite site{walk.graph().at(use.consumer), use.slot};
            site.op().role == Role::product && site.slot == 1)
            if (const auto weight = weights.find(site.input(0).id); weight != weights.end())
                uses.push_back({site.output, weight->second.first, weight->second.second});
    return uses;
}

/// The slot of a gate r in r o h; none in what is no such product.
std::optional<std::uint32_t> slot_of_gate(Expr x) {
    for (const std::uint32_t slot : {0U, 1U})
        if (const RuleSite site{x, slot};
            &site.op() == &hadamard_op && &RuleSite{site.input(), 0}.op() == &sigmoid_op)
            return slot;
    return std::nullopt;
}

}  // namespace

template <class Make>
void KnownMistakes::add_term(std::vector<Alteration>& all, Expr consumer, std::uint32_t slot,
                             const Make& make) {
    const auto use = number_of_.find({consumer.id, slot});
    if (use == number_of_.end()) return;
    const std::optional<std::uint32_t> term =
        values_.term(use->second, make(values_.site(use->second).adjoint));
    if (term) all.push_back({.use = use->second, .term = term});
}

std::vector<Mistake> KnownMistakes::in_conventions() {
    Mistake before{[] {
                       return "the backward pass is that of a reset gate before the product, "
                              "U (r o h), as in the cell gru-before; here it stands behind it, "
                              "r o (U h + b)";
                   },
                   {}},
        behind{
            [] {
                return "the backward pass is that of a reset gate behind the product, r o (U h), "
                       "as in the cell gru; here it stands before it, U (r o h)";
            },
            {}};
    for (const Use& edge : walk_.uses()) {
        const RuleSite site{walk_.graph().at(edge.consumer), edge.slot};
        const Expr here = site.output;
        if (const std::optional<Expr> product = product_that_is_reset(site)) {
            const Expr r = site.input(), U = RuleSite{*product, 0}.input(),
                       h = RuleSite{*product, 1}.input();
            std::vector<Alteration>& all = before.alterations;
            add_term(all, here, site.slot, [&](Expr a) { return hadamard(transpose(U) * a, h); });
            add_term(all, here, 1 - site.slot, [](Expr a) { return a; });
            add_term(all, *product, 1, [&](Expr a) { return hadamard(transpose(U) * a, r); });
            add_term(all, *product, 0, [&](Expr a) { return a * transpose(hadamard(r, h)); });
        }
        if (site.op().role != Role::product || site.slot != 1) continue;
        const std::optional<std::uint32_t> gate = slot_of_gate(site.input());
        if (!gate || site.input(0).shape().rows != site.input(0).shape().columns) continue;
        const Expr U = site.input(0), reset = site.input(), r = RuleSite{reset, *gate}.input(),
                   h = RuleSite{reset, 1 - *gate}.input();
        std::vector<Alteration>& all = behind.alterations;
        add_term(all, here, 1, [](Expr a) { return a; });
        add_term(all, here, 0, [&](Expr a) { return hadamard(a, r) * transpose(h); });
        add_term(all, reset, *gate, [&](Expr a) { return hadamard(a, U * h); });
        add_term(all, reset, 1 - *gate, [&](Expr a) { return transpose(U) * hadamard(a, r); });
    }
    std::vector<Mistake> mistakes;
    for (Mistake* const mistake : {&before, &behind})
        if (!mistake->alterations.empty()) mistakes.push_back(std::move(*mistake));
    return mistakes;
}

std::vector<KnownMistakes::ExchangedGates> KnownMistakes::exchanged_gates() {
    const std::vector<std::string> names = gate_names(net_);
    std::vector<ExchangedGates> exchanges;
    if (!gates_in(net_, "peephole").empty()) return exchanges;
    const std::vector<WeightUse> uses = weight_uses(net_.net, walk_);
    const auto is_plain = [&](std::size_t gate) {
        return std::ranges::none_of(uses, [&](const WeightUse& use) {
            return use.gate == gate &&
                   (neighbours_.factor(use.product) || reads_reset(use.product));
        });
    };
    for (std::size_t a = 0; a < names.size(); ++a)
        for (std::size_t b = a + 1; b < names.size(); ++b) {
            if (!is_plain(a) || !is_plain(b)) continue;
            ExchangedGates exchange{
                fmt::format(
                    "the adjoints of a_{0} and a_{1} are exchanged: that of each goes to the "
                    "W, U and b of the other",
                    names[a], names[b]),
                {},
                std::vector<std::size_t>(names.size())};
            std::iota(exchange.order.begin(), exchange.order.end(), 0U);
            std::swap(exchange.order[a], exchange.order[b]);
            for (const WeightUse& use : uses)
                if (use.gate == a || use.gate == b)
                    add_term(exchange.alterations, use.product, 1, [&](Expr adjoint) {
                        return transpose(use.of_gates[use.gate == a ? b : a]) * adjoint;
                    });
            exchanges.push_back(std::move(exchange));
        }
    return exchanges;
}

}  // namespace revolute
