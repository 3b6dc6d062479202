#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/figures/building/local_derivative.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace revolute {

namespace {

using Form = LocalDerivative::Form;

bool is_constant(Expr x) { return &x.graph->op(x.id) == &constant_op; }
bool is_constant(Expr x, double value) {
    return is_constant(x) && x.graph->attributes(x.id)[0] == value;
}

/// An expression, the adjoint in it, and what stands for the values of a place.
struct Stage {
    std::shared_ptr<Graph> graph;
    Expr term;
    std::optional<NodeId> adjoint;
    std::vector<std::optional<NodeId>> values;  // as those of the place
};

std::optional<NodeId> image(const std::vector<std::optional<NodeId>>& images,
                            std::optional<NodeId> node) {
    return node ? images[index(*node)] : std::nullopt;
}

/// The stage in another graph, where its term and others have become their images.
Stage moved(const Stage& stage, std::shared_ptr<Graph> graph, Expr term,
            const std::vector<std::optional<NodeId>>& images) {
    Stage result{std::move(graph), term, image(images, stage.adjoint), {}};
    result.values.reserve(stage.values.size());
    for (const std::optional<NodeId> value : stage.values)
        result.values.push_back(image(images, value));
    return result;
}

Stage simplified(const Stage& stage, const RuleSet& rules) {
    auto graph = std::make_shared<Graph>();
    const Simplified simple = simplify(std::span(&stage.term, 1), *graph, rules);
    return moved(stage, graph, simple.outputs.front(), simple.images);
}

/// A copy in which the node `replaced` is what `make` gives: a leaf or a constant of its shape.
template <class Make>
Stage with_replaced(const Stage& stage, NodeId replaced, const Make& make) {
    const Graph& from = *stage.graph;
    auto graph = std::make_shared<Graph>();
    std::vector<std::optional<NodeId>> images(from.size());
    images[index(replaced)] = make(*graph, from.shape(replaced)).id;
    const std::vector<bool> is_needed = ancestors(from, std::span(&stage.term.id, 1));
    for (std::uint32_t i = 0; i < from.size(); ++i) {
        const NodeId node{i};
        if (images[i] || !is_needed[i]) continue;
        if (is_given(from.op(node))) {
            images[i] = graph->input(from.name(node), from.shape(node)).id;
            continue;
        }
        std::vector<NodeId> operands;
        for (const NodeId operand : from.operands(node))
            operands.push_back(*images[index(operand)]);
        images[i] = graph->append(from.op(node), operands, from.attributes(node), {}).id;
    }
    return moved(stage, graph, graph->at(*images[index(stage.term.id)]), images);
}

Stage with_adjoint(const Stage& stage, double value) {
    Stage replaced = with_replaced(stage, *stage.adjoint, [&](Graph& graph, Shape shape) {
        return graph.constant(value, shape);
    });
    replaced.adjoint.reset();
    return simplified(replaced, simplification_rules());
}

/// For each id: whether the node depends on `on`, or is it.
std::vector<bool> dependents(const Graph& graph, NodeId on) {
    std::vector<bool> depends(graph.size());
    for (std::uint32_t i = index(on); i < graph.size(); ++i)
        depends[i] =
            NodeId{i} == on || std::ranges::any_of(graph.operands(NodeId{i}),
                                                   [&](NodeId x) { return depends[index(x)]; });
    return depends;
}

/// Whether the term is linear in the adjoint: 0 for an adjoint of 0, and with a slope that does not
/// depend on it.
bool is_linear(const Stage& stage) {
    if (!is_constant(with_adjoint(stage, 0.0).term, 0.0)) return false;
    Stage slope = with_replaced(stage, *stage.adjoint, [](Graph& graph, Shape shape) {
        return graph.input("adjoint", shape);
    });
    const Expr adjoint = slope.graph->at(*slope.adjoint);
    const Expr weights = slope.graph->input("weights", slope.term.shape());
    try {
        slope.term = differentiate(sum(hadamard(weights, slope.term)), {adjoint})[adjoint];
    } catch (const DerivativeError&) {
        return false;
    }
    return !simplified(slope, simplification_rules()).adjoint;
}

/// What a number [1 x 1] multiplies is multiplied entry by entry.
const RuleSet& number_rules() {
    static const RuleSet rules = [] {
        RuleSet made;
        made.add("number-times", {&multiply_op}, "s * x = broadcast(s) o x", [](const Site& site) {
            const Expr number = site.operand(0);
            const Shape shape = site.shape();
            const Expr repeated =
                shape.is_scalar() ? number : broadcast(number, shape.rows, shape.columns);
            return std::optional(hadamard(repeated, site.operand(1)));
        });
        return made;
    }();
    return rules;
}

/// The divisor of 1 / x.
std::optional<Expr> inverted(Expr fraction) {
    const Graph& graph = *fraction.graph;
    if (&graph.op(fraction.id) != &divide_op) return std::nullopt;
    const Expr above{fraction.graph, graph.operand(fraction.id, 0)};
    if (!is_constant(above, 1.0)) return std::nullopt;
    return Expr{fraction.graph, graph.operand(fraction.id, 1)};
}

/// Simplification writes 1 / x as a power, and products with it. For the eye they are fractions,
/// and a minus sign stands before the product.
const RuleSet& reading_rules() {
    static const RuleSet rules = [] {
        RuleSet made;
        made.add("fraction", {&reciprocal_op}, "x^-1 = 1 / x",
                 [](const Site& site) { return std::optional(1.0 / site.operand(0)); });
        made.add("negative-scaled", {&scale_op}, "(-2) x = -(2 x)",
                 [](const Site& site) -> std::optional<Expr> {
                     const double factor = site.attribute(0);
                     if (!(factor < 0)) return std::nullopt;
                     return -scale(-factor, site.operand(0));
                 });
        made.add("fraction-scaled", {&scale_op}, "2 (1 / x) = 2 / x",
                 [](const Site& site) -> std::optional<Expr> {
                     const auto divisor = inverted(site.operand(0));
                     if (!divisor) return std::nullopt;
                     return site.attribute(0) / *divisor;
                 });
        made.add("fraction-times", {&hadamard_op}, "x o (1 / y) = x / y",
                 [](const Site& site) -> std::optional<Expr> {
                     for (const std::uint32_t slot : {0u, 1u})
                         if (const auto divisor = inverted(site.operand(slot)))
                             return site.operand(1 - slot) / *divisor;
                     return std::nullopt;
                 });
        return made;
    }();
    return rules;
}

/// Takes apart what the rule makes of a symbol at one place.
class RuleReading {
 public:
    RuleReading(const Graph& graph, const LocalDerivatives::Place& place)
        : stage_(simplified(applied(graph, place), number_rules())) {
        stage_ = simplified(stage_, simplification_rules());
        if (stage_.adjoint) depends_ = dependents(*stage_.graph, *stage_.adjoint);
    }

    LocalDerivative read() const {
        if (!stage_.adjoint) return made(Form::map, stage_);
        if (stage_.term.id == *stage_.adjoint) return made(Form::identity, with_adjoint(stage_, 1));
        if (auto chain = read_chain()) return *chain;
        const bool is_scalar = stage_.graph->shape(*stage_.adjoint).is_scalar();
        if ((is_scalar || is_entry_by_entry()) && is_linear(stage_))
            return made(is_entry_by_entry() ? Form::entrywise : Form::multiple,
                        with_adjoint(stage_, 1.0));
        return made(Form::map, stage_);
    }

 private:
    /// The operands of a value, with as many as it has in the midst.
    static std::vector<NodeId> operands_of(const Graph& graph, NodeId value, std::size_t count) {
        const std::span<const NodeId> known = graph.operands(value);
        std::vector<NodeId> operands(known.begin(), known.end());
        const auto midst = operands.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
        if (count > known.size()) operands.insert(midst, count - known.size(), *midst);
        return operands;
    }

    /// The rule applied to a symbol. The node's own value is a symbol where it stands for itself.
    static Stage applied(const Graph& graph, const LocalDerivatives::Place& place) {
        Stage stage{std::make_shared<Graph>(), {}, {}, {}};
        std::map<NodeId, NodeId> images;
        for (std::size_t i = 0; i < place.values.size(); ++i) {
            const NodeId value = place.values[i];
            const bool is_node = i + 1 == place.values.size();
            std::vector<NodeId> operands;
            if (is_node || !place.is_symbol[i])
                for (const NodeId operand :
                     operands_of(graph, value, place.numbers[i].operand_count))
                    operands.push_back(images.at(operand));
            const NodeId copy =
                place.is_symbol[i] && !is_node
                    ? stage.graph->input("value", place.numbers[i].shape).id
                    : stage.graph
                          ->append(graph.op(value), operands, place.numbers[i].attributes, {})
                          .id;
            images.emplace(value, copy);
            stage.values.emplace_back(copy);
        }
        const Expr output = stage.graph->at(*stage.values.back());
        const Expr adjoint = stage.graph->input("adjoint", output.shape());
        stage.adjoint = adjoint.id;
        stage.term = pull_back(Pullback{{output, place.slot}, adjoint});
        if (!place.is_symbol.back()) return stage;
        return with_replaced(stage, output.id, [](Graph& symbols, Shape shape) {
            return symbols.input("value", shape);
        });
    }

    static LocalDerivative made(Form form, const Stage& stage) {
        const Stage read = simplified(stage, reading_rules());
        LocalDerivative result{form, read.term, std::nullopt, {}, read.graph};
        if (read.adjoint) result.adjoint = read.graph->at(*read.adjoint);
        result.originals.resize(read.graph->size());
        for (std::uint32_t i = 0; i < read.values.size(); ++i)
            if (const auto node = read.values[i]) result.originals[index(*node)] = NodeId{i};
        return result;
    }

    bool is_entry_by_entry() const {
        const Graph& graph = *stage_.graph;
        for (std::uint32_t i = index(*stage_.adjoint) + 1; i < graph.size(); ++i)
            if (depends_[i] && !is_elementwise(graph.op(NodeId{i}).role)) return false;
        return true;
    }

    /// The slot of the only operand that depends on the adjoint.
    std::optional<std::uint32_t> only_slot(NodeId node) const {
        std::optional<std::uint32_t> found;
        for (std::uint32_t slot = 0; slot < stage_.graph->operand_count(node); ++slot) {
            if (!depends_[index(stage_.graph->operand(node, slot))]) continue;
            if (found) return std::nullopt;
            found = slot;
        }
        return found;
    }

    /// The number by which an elementwise operator of one operand multiplies it.
    std::optional<double> number_of(NodeId node) const {
        const Graph& graph = *stage_.graph;
        if (!is_elementwise(graph.op(node).role) || graph.operand_count(node) != 1)
            return std::nullopt;
        Stage alone{std::make_shared<Graph>(), {}, {}, {}};
        const NodeId x = alone.graph->input("value", graph.shape(node)).id;
        alone.adjoint = x;
        alone.term =
            alone.graph->append(graph.op(node), std::span(&x, 1), graph.attributes(node), {});
        if (!is_linear(alone)) return std::nullopt;
        const Stage factor = with_adjoint(alone, 1.0);
        if (!is_constant(factor.term)) return std::nullopt;
        return factor.graph->attributes(factor.term.id)[0];
    }

    /// Where the adjoint is multiplied by matrices from one side, their product; from both, a map
    /// in which it stands between two products.
    std::optional<LocalDerivative> read_chain() const {
        Graph& graph = *stage_.graph;
        double number = 1.0;
        std::vector<Expr> left, right;  // the outermost first
        for (NodeId at = stage_.term.id; at != *stage_.adjoint;) {
            const std::optional<std::uint32_t> slot = only_slot(at);
            if (!slot) return std::nullopt;
            if (graph.op(at).role == Role::product)
                (*slot == 1 ? left : right).push_back(graph.at(graph.operand(at, 1 - *slot)));
            else if (const std::optional<double> factor = number_of(at))
                number *= *factor;
            else
                return std::nullopt;
            at = graph.operand(at, *slot);
        }
        if (left.empty() && right.empty()) return std::nullopt;
        std::ranges::reverse(right);
        Stage product = stage_;
        if (left.empty() || right.empty())
            product.term = product_of(left.empty() ? right : left);
        else
            product.term = product_of(left) * graph.at(*stage_.adjoint) * product_of(right);
        if (number != 1.0) product.term = number * product.term;
        const Form form = left.empty() ? Form::right : right.empty() ? Form::left : Form::map;
        return made(form, simplified(product, simplification_rules()));
    }

    static Expr product_of(std::span<const Expr> factors) {
        Expr product = factors.front();
        for (const Expr& factor : factors.subspan(1)) product = product * factor;
        return product;
    }

    Stage stage_;
    std::vector<bool> depends_;  // by id: on the adjoint
};

}  // namespace

LocalDerivatives::Place LocalDerivatives::place(NodeId node, std::uint32_t slot) const {
    Place place;
    place.slot = slot;
    place.key.push_back(slot);
    std::map<NodeId, std::uint32_t> number;
    std::vector<std::pair<NodeId, bool>> pending{{node, false}};
    const auto is_leaf = [&](NodeId value) { return value != node && is_symbol(value); };
    while (!pending.empty()) {
        const auto [value, has_operands] = pending.back();
        pending.pop_back();
        if (number.contains(value)) continue;
        if (!has_operands) {
            pending.emplace_back(value, true);
            if (is_leaf(value)) continue;
            const std::span<const NodeId> operands = graph_.operands(value);
            for (std::size_t i = operands.size(); i-- > 0;)
                pending.emplace_back(operands[i], false);
            continue;
        }
        number.emplace(value, static_cast<std::uint32_t>(place.values.size()));
        place.values.push_back(value);
        place.is_symbol.push_back(is_symbol(value));
        place.key.push_back(place.is_symbol.back() ? 1 : 0);
        place.key.push_back(graph_.kind_number(value));
        if (!is_leaf(value))
            for (const NodeId operand : graph_.operands(value))
                place.key.push_back(number.at(operand));
    }
    return place;
}

bool LocalDerivatives::is_symbol(NodeId value) const {
    return is_given(graph_.op(value)) || is_symbol_(value);
}

LocalDerivative LocalDerivatives::operator()(NodeId node, std::uint32_t slot) {
    const PullbackRule rule = graph_.op(node).pullback[slot];
    if (rule == nullptr || contributes_nothing(rule)) return {};
    Place at = place(node, slot);
    for (const NodeId value : at.values) {
        const std::span<const double> attributes = graph_.attributes(value);
        at.numbers.push_back({graph_.shape(value),
                              {attributes.begin(), attributes.end()},
                              graph_.operand_count(value)});
    }
    return read(at);
}

LocalDerivative LocalDerivatives::with(NodeId node, std::uint32_t slot,
                                       const std::function<NodeNumbers(NodeId)>& numbers) {
    const PullbackRule rule = graph_.op(node).pullback[slot];
    if (rule == nullptr || contributes_nothing(rule)) return {};
    Place at = place(node, slot);
    at.key.push_back(0xFFFFFFFF);  // which begins no value of a place
    for (const NodeId value : at.values) {
        at.numbers.push_back(numbers(value));
        const auto& [shape, attributes, operand_count] = at.numbers.back();
        at.key.push_back(static_cast<std::uint32_t>(operand_count));
        at.key.push_back(static_cast<std::uint32_t>(shape.rows));
        at.key.push_back(static_cast<std::uint32_t>(shape.columns));
        for (const double attribute : attributes) {
            const auto bits = std::bit_cast<std::uint64_t>(attribute);
            at.key.push_back(static_cast<std::uint32_t>(bits >> 32U));
            at.key.push_back(static_cast<std::uint32_t>(bits));
        }
    }
    const std::uint32_t known = graph_.operand_count(node);
    if (slot >= known / 2)
        at.slot += static_cast<std::uint32_t>(at.numbers.back().operand_count) - known;
    return read(at);
}

LocalDerivative LocalDerivatives::read(const Place& place) {
    const auto [found, is_new] = known_.try_emplace(place.key);
    if (is_new) found->second = RuleReading(graph_, place).read();
    LocalDerivative result = found->second;
    for (std::optional<NodeId>& original : result.originals)
        if (original) original = place.values[index(*original)];
    return result;
}

}  // namespace revolute
