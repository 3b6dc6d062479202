#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/tools/cost/net_size.hpp>

#include <algorithm>

namespace revolute {

namespace {

/// Nets of more layers and steps are like these, with more in the midst.
constexpr int few_layers_of_size = 3;
constexpr int few_steps_of_size = 3;

double entries_of(const Expr& value) {
    return static_cast<double>(value.shape().rows) * value.shape().columns;
}

/// Of a net that is built.
NetSize counted(Graph& graph, const SteppedNet& built) {
    differentiate(built.loss, built.variables, Unreachable::zeros);
    NetSize size{.nodes = static_cast<double>(graph.size())};
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        size.entries += entries_of(graph.at(NodeId{i}));
    for (const Expr& parameter : built.parameters) {
        size.parameter_entries += entries_of(parameter);
        size.largest_parameter = std::max(size.largest_parameter, entries_of(parameter));
    }
    return size;
}

/// The net of so many layers and steps.
SteppedNet built(Graph& graph, SizedNet net, int layers, int steps) {
    net.architecture.layers = layers;
    net.sizes.steps = steps;
    if (net.answers_every_step) net.architecture = answering_at_every_step(net.architecture, steps);
    const RecurrentNet made = recurrent_net(graph, net.sizes, net.architecture);
    return {made.loss(), made.variables(), made.parameters()};
}

/// a + count (b - a).
NetSize grown(const NetSize& a, const NetSize& b, int count) {
    const auto grow = [count](double x, double y) { return x + count * (y - x); };
    return {grow(a.nodes, b.nodes), grow(a.entries, b.entries),
            grow(a.parameter_entries, b.parameter_entries),
            std::max(a.largest_parameter, b.largest_parameter)};
}

NetSize of_layers(const SizedNet& net, int layers) {
    return net_size(net.sizes.steps,
                    [&](Graph& graph, int steps) { return built(graph, net, layers, steps); });
}

}  // namespace

NetSize net_size(int steps, const std::function<SteppedNet(Graph& graph, int steps)>& build) {
    const auto of_steps = [&](int number) {
        Graph graph;
        return counted(graph, build(graph, number));
    };
    const int more = steps - few_steps_of_size;
    if (more <= 0) return of_steps(steps);
    return grown(of_steps(few_steps_of_size), of_steps(few_steps_of_size + 1), more);
}

NetSize net_size(const SizedNet& asked) {
    SizedNet net = asked;
    // Nets of fewer steps have no answers beyond these.
    net.answers_every_step |= net.architecture.answers.size() > 1;
    net.architecture.answers.clear();
    const int more = net.architecture.layers - few_layers_of_size;
    if (more <= 0) return of_layers(net, net.architecture.layers);
    return grown(of_layers(net, few_layers_of_size), of_layers(net, few_layers_of_size + 1), more);
}

}  // namespace revolute
