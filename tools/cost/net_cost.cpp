#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/cost/net_cost.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

namespace revolute {

namespace {

constexpr int degree_in_sizes = 3;  // a product: rows, columns, and the size that is summed over
constexpr int few_layers = 4;       // more than what differs at the bottom and the top of a stack
constexpr std::int32_t few = 64;    // steps: more than any boundary reaches
/// Where the interpolation begins: apart from each other, so that no two sizes that it looks at are
/// equal, since values of one shape may be one node.
constexpr Sizes smallest{.steps = few, .input = 11, .hidden = 17, .output = 23, .batch = 3};

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

Sizes with_steps(Sizes sizes, std::int32_t steps) {
    sizes.steps = steps;
    return sizes;
}

Sizes shifted(const Polynomial::Powers& by) {
    Sizes sizes = smallest;
    sizes.batch += by[0];
    sizes.input += by[1];
    sizes.hidden += by[2];
    sizes.output += by[3];
    return sizes;
}

/// p in B, I, H, O as a polynomial in N, B, I, H, O.
Polynomial with_steps(const Polynomial& p) {
    Polynomial result(p.variables() + 1);
    for (const auto& [powers, coefficient] : p.terms()) {
        Polynomial::Powers all{0};
        all.insert(all.end(), powers.begin(), powers.end());
        result.add(all, coefficient);
    }
    return result;
}

/// Costs at all points of the lattice, with `few` steps and one more.
struct Samples {
    std::vector<Cost> costs;
    std::vector<Cost> costs_with_one_more;

    /// The polynomial of one number of each cost.
    template <class Number>
    Polynomial fit(const Number& number) const {
        const Polynomial p = fit(costs, number);
        Polynomial growth = fit(costs_with_one_more, number);
        growth += -1 * p;
        Polynomial result =
            with_steps(growth) * Polynomial::linear(size_names.size(), 0, 1, -std::int64_t{few});
        result += with_steps(p);
        return result;
    }

 private:
    template <class Number>
    static Polynomial fit(std::span<const Cost> costs, const Number& number) {
        std::vector<std::int64_t> values;
        for (const Cost& cost : costs) values.push_back(number(cost));
        const auto from = values_of(smallest);
        return fit_polynomial(std::span(from).subspan(1), degree_in_sizes, values);
    }
};

template <PassCost Cost::*pass>
PassPolynomials fit_pass(const Samples& samples) {
    return {samples.fit([](const Cost& cost) { return (cost.*pass).operations; }),
            samples.fit([](const Cost& cost) { return (cost.*pass).kept_entries; })};
}

void require_agreement(const CountedNet& net, const NetCost& polynomials) {
    for (const Sizes& sizes :
         {Sizes{.steps = 1000, .input = 31, .hidden = 7, .output = 5, .batch = 13},
          Sizes{.steps = polynomials.least_steps,
          .input = 5,
          .hidden = 47,
          .output = 2,
          .batch = 29}})
        if (polynomials(sizes) != cost(rolled_net(net, sizes)))
            throw InternalError(fmt::format(
                "net_cost: the polynomials must give what is counted\n  with {} steps, batch {}, "
                "{} inputs, {} hidden units, {} outputs they do not",
                sizes.steps, sizes.batch, sizes.input, sizes.hidden, sizes.output));
}

/// The polynomials of a net, from counts at all points of the lattice.
NetCost interpolate(const CountedNet& net) {
    Samples samples;
    NetCost result;
    for (const Polynomial::Powers& point : lattice(size_names.size() - 1, degree_in_sizes)) {
        const Rolled rolled = rolled_net(net, shifted(point));
        samples.costs.push_back(cost(rolled));
        samples.costs_with_one_more.push_back(cost(rolled.at(few + 1)));
        if (const auto least = rolled.least_steps())
            result.least_steps = std::max(result.least_steps, *least);
    }
    result.forward = fit_pass<&Cost::forward>(samples);
    result.backward = fit_pass<&Cost::backward>(samples);
    return result;
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
void add_layers(NetCost& net, const NetCost& with_one_more, int layers) {
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

Rolled rolled_net(const CountedNet& net, const Sizes& sizes) {
    return roll_for(sizes.steps, [&](std::int32_t steps) {
        Graph graph;
        return roll(append_net(graph, net, with_steps(sizes, steps)));
    });
}

std::array<std::int64_t, 5> values_of(const Sizes& sizes) {
    return {sizes.steps, sizes.batch, sizes.input, sizes.hidden, sizes.output};
}

Cost NetCost::operator()(const Sizes& sizes) const {
    const auto values = values_of(sizes);
    return {{forward.operations(values), forward.kept_entries(values)},
            {backward.operations(values), backward.kept_entries(values)}};
}

NetCost net_cost(const CountedNet& net) {
    NetCost result = interpolate(with_layers(net, std::min(net.architecture.layers, few_layers)));
    const int more = net.architecture.layers - few_layers;
    if (more > 0) add_layers(result, interpolate(with_layers(net, few_layers + 1)), more);
    require_agreement(net, result);
    return result;
}

}  // namespace revolute
