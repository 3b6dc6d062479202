#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/cost/net_cost.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace revolute {

namespace {

constexpr int few_layers = 4;  // more than what differs at the bottom and the top of a stack

std::vector<Expr> trained(const RecurrentNet& net, const Architecture& architecture) {
    return architecture.initial == InitialState::trainable ? net.variables() : net.parameters();
}

/// The net as it is built: its loss, then the gradients.
std::vector<Expr> append_as_built(Graph& graph, const CountedNet& counted, const Sizes& sizes) {
    Architecture architecture = counted.architecture;
    if (counted.answers_every_step)
        architecture = answering_at_every_step(architecture, sizes.steps);
    const RecurrentNet net = recurrent_net(graph, sizes, architecture);
    return differentiate(net.loss(), trained(net, architecture), Unreachable::zeros)
        .loss_and_gradients();
}

Sizes sizes_of(std::span<const std::int64_t> values) {
    const auto at = [&](std::size_t i) { return static_cast<int>(values[i]); };
    return {.steps = at(0), .input = at(2), .hidden = at(3), .output = at(4), .batch = at(1)};
}

CountedNet with_layers(CountedNet net, int layers) {
    net.architecture.layers = layers;
    return net;
}

void add_layers(PassPolynomials& pass, const PassPolynomials& with_one_more, int layers) {
    const auto add = [layers](Polynomial& p, const Polynomial& q) {
        Polynomial of_layer = q;
        of_layer += -1 * p;
        p += layers * of_layer;
    };
    add(pass.operations, with_one_more.operations);
    add(pass.kept_entries, with_one_more.kept_entries);
}

/// Each further layer takes what the one before it takes.
void add_layers(SizePolynomials& net, const SizePolynomials& with_one_more, int layers) {
    add_layers(net.forward, with_one_more.forward, layers);
    add_layers(net.backward, with_one_more.backward, layers);
    net.least_steps += layers * (with_one_more.least_steps - net.least_steps);
}

}  // namespace

std::vector<Expr> append_net(Graph& destination, const CountedNet& net, const Sizes& sizes) {
    if (!net.is_simplified) return append_as_built(destination, net, sizes);
    Graph graph;
    return simplify(append_as_built(graph, net, sizes), destination, simplification_rules())
        .outputs;
}

SizedGraph sized_graph(const CountedNet& net) {
    return {{size_names.begin(), size_names.end()},
            [net](Graph& destination, std::span<const std::int64_t> values) {
                return append_net(destination, net, sizes_of(values));
            }};
}

Rolled rolled_net(const CountedNet& net, const Sizes& sizes) {
    return rolled_graph(sized_graph(net), values_of(sizes));
}

std::array<std::int64_t, 5> values_of(const Sizes& sizes) {
    return {sizes.steps, sizes.batch, sizes.input, sizes.hidden, sizes.output};
}

NetCost net_cost(const CountedNet& net) {
    const auto of_layers = [&](int layers) {
        return size_polynomials(sized_graph(with_layers(net, layers)));
    };
    NetCost result{of_layers(std::min(net.architecture.layers, few_layers))};
    const int more = net.architecture.layers - few_layers;
    if (more > 0) add_layers(result, of_layers(few_layers + 1), more);
    require_agreement(sized_graph(net), result);
    return result;
}

std::string to_text(const NetCost& polynomials, const Sizes& sizes, const Cost& cost, int bytes) {
    return to_text(polynomials, values_of(sizes), cost, bytes);
}

std::string to_json(const NetCost& polynomials, const Sizes& sizes, const Cost& cost, int bytes) {
    return to_json(polynomials, values_of(sizes), cost, bytes);
}

}  // namespace revolute
