#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/cost/size_polynomials.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace revolute {

namespace {

constexpr int degree_in_sizes = 3;  // a product: rows, columns, and the size that is summed over
constexpr std::int32_t few = 64;    // steps: more than any boundary reaches

/// N, B and the others where the interpolation begins: apart from each other, so that no two sizes
/// that it looks at are equal, since values of one shape may be one node.
std::vector<std::int64_t> smallest(std::size_t count) {
    std::vector<std::int64_t> sizes{few, 3};
    for (std::size_t i = sizes.size(); i < count; ++i)
        sizes.push_back(11 + 6 * static_cast<std::int64_t>(i - 2));
    return sizes;
}

std::vector<std::int64_t> shifted(const Polynomial::Powers& by) {
    std::vector<std::int64_t> sizes = smallest(by.size() + 1);
    for (std::size_t i = 0; i < by.size(); ++i) sizes[i + 1] += by[i];
    return sizes;
}

/// A polynomial in all sizes but N as one in N too.
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
    std::size_t variables;
    std::vector<Cost> costs{};
    std::vector<Cost> costs_with_one_more{};

    /// The polynomial of one number of each cost.
    template <class Number>
    Polynomial fit(const Number& number) const {
        const Polynomial p = fit(costs, number);
        Polynomial growth = fit(costs_with_one_more, number);
        growth += -1 * p;
        Polynomial result =
            with_steps(growth) * Polynomial::linear(variables, 0, 1, -std::int64_t{few});
        result += with_steps(p);
        return result;
    }

 private:
    template <class Number>
    Polynomial fit(std::span<const Cost> of, const Number& number) const {
        std::vector<std::int64_t> values;
        values.reserve(of.size());
        for (const Cost& cost : of) values.push_back(number(cost));
        const std::vector<std::int64_t> from = smallest(variables);
        return fit_polynomial(std::span(from).subspan(1), degree_in_sizes, values);
    }
};

template <PassCost Cost::*pass>
PassPolynomials fit_pass(const Samples& samples) {
    return {samples.fit([](const Cost& cost) { return (cost.*pass).operations; }),
            samples.fit([](const Cost& cost) { return (cost.*pass).kept_entries; })};
}

/// Other sizes, of which none is near another one: the first ones for N, B and four more.
std::vector<std::int64_t> others(std::int64_t steps, std::int64_t columns,
                                 std::vector<std::int64_t> first, std::size_t count) {
    std::vector<std::int64_t> sizes{steps, columns};
    while (first.size() + 2 < count) first.push_back(first.back() + 11);
    sizes.insert(sizes.end(), first.begin(), first.end());
    sizes.resize(count);
    return sizes;
}

}  // namespace

Rolled rolled_graph(const SizedGraph& graph, std::span<const std::int64_t> sizes) {
    const std::vector<std::int64_t> asked(sizes.begin(), sizes.end());
    return roll_for(
        static_cast<std::int32_t>(asked.front()),
        [&](std::int32_t steps) {
            std::vector<std::int64_t> of_steps = asked;
            of_steps.front() = steps;
            Graph built;
            return roll(graph.append(built, of_steps));
        },
        graph.buildable);
}

Cost SizePolynomials::operator()(std::span<const std::int64_t> sizes) const {
    return {{forward.operations(sizes), forward.kept_entries(sizes)},
            {backward.operations(sizes), backward.kept_entries(sizes)}};
}

SizePolynomials size_polynomials(const SizedGraph& graph) {
    if (graph.buildable == BuildableSteps::fixed)
        throw GraphError(
            "cost: counts by formulas in N, the number of steps, which this net says itself");
    const std::size_t variables = graph.names.size();
    Samples samples{variables};
    std::int32_t least_steps = 1;
    for (const Polynomial::Powers& point : lattice(variables - 1, degree_in_sizes)) {
        const Rolled rolled = rolled_graph(graph, shifted(point));
        samples.costs.push_back(cost(rolled));
        samples.costs_with_one_more.push_back(cost(rolled.at(few + 1)));
        if (const auto least = rolled.least_steps()) least_steps = std::max(least_steps, *least);
    }
    return {graph.names, fit_pass<&Cost::forward>(samples), fit_pass<&Cost::backward>(samples),
            least_steps};
}

void require_agreement(const SizedGraph& graph, const SizePolynomials& polynomials) {
    const std::size_t count = graph.names.size();
    for (const std::vector<std::int64_t>& sizes :
         {others(1000, 13, {31, 7, 5}, count),
          others(polynomials.least_steps, 29, {5, 47, 2}, count)})
        if (polynomials(sizes) != cost(rolled_graph(graph, sizes))) {
            std::string text;
            for (std::size_t i = 0; i < count; ++i)
                text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", graph.names[i], sizes[i]);
            throw InternalError(fmt::format(
                "cost: the polynomials must give what is counted\n  with {} they do not", text));
        }
}

}  // namespace revolute
