#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/tools/verification/detail/net_truth.hpp>
#include <revolute/tools/verification/random_leaves.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace revolute::detail {

namespace {

/// A node that the text names.
struct NamedNode {
    std::string name;
    std::optional<Step> step;
    Expr node;
    bool is_parameter = false;
};

std::vector<NamedNode> named_nodes(const TextNet& net) {
    std::vector<NamedNode> nodes;
    for (const NetValue& leaf : net.trained) nodes.push_back({leaf.name, {}, leaf.value, true});
    for (const auto* list : {&net.given, &net.targets})
        for (const NetValue& leaf : *list) nodes.push_back({leaf.name, {}, leaf.value});
    for (const NetValue& state : net.initial)
        nodes.push_back({std::string(state.value.graph->name(state.value.id)), state.value.step(),
                         state.value, true});
    for (const NetSequence& input : net.inputs)
        for (const Expr& leaf : input.values) nodes.push_back({input.name, leaf.step(), leaf});
    for (const auto& [key, value] : net.values) {
        const auto& [name, t] = key;
        const auto step = value.step();
        const std::int32_t axis = step ? step->axis : 0;
        nodes.push_back({name, t ? std::optional(Step{axis, *t}) : std::nullopt, value});
    }
    return nodes;
}

/// Names as `derive` prints them: beside a value h, one that is called dh is dh_, and dh the
/// adjoint of h. But dL beside the loss L, whose own adjoint is 1, keeps its name.
void give_way_to_adjoints(std::vector<NamedNode>& nodes, Expr loss) {
    std::set<std::string> given, adjoints;
    for (const NamedNode& node : nodes) given.insert(node.name);
    for (const NamedNode& node : nodes)
        if (node.node != loss) adjoints.insert(fmt::format("d{}", node.name));
    // A shorter name that has given way leaves the name of its adjoint free.
    std::vector<std::string> by_length(given.begin(), given.end());
    std::ranges::stable_sort(by_length, {}, &std::string::size);
    std::map<std::string, std::string> others;
    for (const std::string& name : by_length) {
        if (!adjoints.contains(name) || others.contains(name.substr(1))) continue;
        std::string other = name + '_';
        while (given.contains(other) || adjoints.contains(other)) other += '_';
        others.emplace(name, std::move(other));
    }
    for (NamedNode& node : nodes)
        if (const auto other = others.find(node.name); other != others.end())
            node.name = other->second;
}

void add(NetTruth& truth, const std::string& name, const NamedNode& node, bool is_adjoint,
         Matrix value) {
    TrueValue& known = truth.names[name];
    known.has_steps = node.step.has_value();
    known.axis = node.step ? node.step->axis : 0;
    known.shape = value.shape();
    known.is_adjoint = is_adjoint;
    known.is_parameter = node.is_parameter;
    std::vector<Matrix>& draws = known.at[node.step ? node.step->t : 0];
    if (known.largest.size() <= draws.size()) known.largest.resize(draws.size() + 1);
    double& largest = known.largest[draws.size()];
    largest = std::max(largest, largest_of(value));
    draws.push_back(std::move(value));
}

/// Binds the leaves that another net has to the values that they have there.
void take_over(Bindings& leaves, const std::vector<NamedNode>& nodes, const NetTruth& other,
               std::size_t draw) {
    for (const NamedNode& node : nodes) {
        if (!is_given(node.node.graph->op(node.node.id))) continue;
        const TrueValue* const known = other.find(node.name);
        if (known == nullptr || known->shape != node.node.shape()) continue;
        const auto there = known->at.find(node.step ? node.step->t : 0);
        if (there != known->at.end()) leaves.bind(node.node, there->second[draw]);
    }
}

/// Says of the net what does not depend on the draw.
void describe(NetTruth& truth, std::vector<NamedNode> nodes, Expr loss) {
    for (const NamedNode& node : nodes) {
        if (node.is_parameter && node.step) truth.starts.emplace_back(node.name, node.step->t);
        if (is_given(node.node.graph->op(node.node.id))) truth.leaves.insert(node.name);
        if (node.node == loss) truth.loss = node.name;
    }
    std::ranges::stable_sort(nodes, {}, [](const NamedNode& node) { return index(node.node.id); });
    for (const NamedNode& node : nodes)
        truth.computed.emplace_back(node.name, node.step ? node.step->t : 0);
}

}  // namespace

double largest_of(const Matrix& matrix) {
    double largest = 0;
    for (const double value : matrix.values()) largest = std::max(largest, std::abs(value));
    return largest;
}

const TrueValue* NetTruth::find(const std::string& name) const {
    const auto found = names.find(name);
    return found == names.end() ? nullptr : &found->second;
}

KnownNames known_names(const NetTruth& truth) {
    KnownNames names;
    for (const auto& [name, value] : truth.names)
        (value.has_steps ? names.with_steps : names.declared).insert(name);
    return names;
}

NetTruth net_truth(const NetText& text, const NetTextSizes& sizes, int draws, std::uint64_t seed,
                   const NetTruth* other) {
    Graph graph;
    const TextNet net = text.build(graph, sizes);
    if (net.loss.graph == nullptr)
        throw GraphError(fmt::format("{}: a net that is derived needs a loss, a line without step",
                                     text.name()));
    std::vector<NamedNode> nodes = named_nodes(net);
    give_way_to_adjoints(nodes, net.loss);
    std::set<std::string> values_of_net;
    for (const NamedNode& node : nodes) values_of_net.insert(node.name);
    std::vector<Expr> outputs;
    outputs.reserve(2 * nodes.size());
    for (const NamedNode& node : nodes) outputs.push_back(node.node);
    const Derivative derivative = differentiate(net.loss, outputs, Unreachable::zeros);
    outputs.insert(outputs.end(), derivative.gradients().begin(), derivative.gradients().end());
    NetTruth truth{{}, net.steps, {}, draws};
    describe(truth, nodes, net.loss);
    for (int draw = 0; draw < draws; ++draw) {
        Bindings leaves = random_leaves(net, seed + static_cast<std::uint64_t>(draw));
        if (other != nullptr) take_over(leaves, nodes, *other, static_cast<std::size_t>(draw));
        std::vector<Matrix> values = evaluate(outputs, leaves);
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            add(truth, nodes[i].name, nodes[i], false, std::move(values[i]));
            std::string adjoint = fmt::format("d{}", nodes[i].name);
            if (!values_of_net.contains(adjoint))
                add(truth, adjoint, nodes[i], true, std::move(values[nodes.size() + i]));
        }
    }
    return truth;
}

}  // namespace revolute::detail
