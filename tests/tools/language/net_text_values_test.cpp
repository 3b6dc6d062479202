#include "net_text_case.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/tools/checks/check_gradient.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace revolute;

namespace {

/// The largest difference over the largest entry.
double relative_difference(const Matrix& found, const Matrix& right) {
    REQUIRE(found.shape() == right.shape());
    double largest = 0, difference = 0;
    for (std::size_t i = 0; i < right.size(); ++i) {
        largest = std::max(largest, std::abs(right.values()[i]));
        difference = std::max(difference, std::abs(right.values()[i] - found.values()[i]));
    }
    return largest == 0 ? difference : difference / largest;
}

}  // namespace

TEST_CASE("net texts: losses and gradients are those of PyTorch") {
    const auto cases = test::net_text_cases();
    REQUIRE(cases.size() >= 11);
    for (const test::NetTextCase& expected : cases) {
        CAPTURE(expected.name);
        Graph graph;
        const TextNet net =
            read_net(expected.text, expected.name)
                .build(graph, {.steps = expected.steps, .columns = expected.columns});
        const Bindings values = test::values_of(expected, net);
        std::vector<Expr> variables = net.variables();
        for (const NetSequence& input : net.inputs)
            if (expected.input_gradients.contains(input.name))
                variables.insert(variables.end(), input.values.begin(), input.values.end());
        const Derivative d = differentiate(net.loss, variables);
        CHECK(std::abs(evaluate(net.loss, values)(0, 0) / expected.loss - 1) < 1e-12);
        for (const auto& leaves : {net.trained, net.initial})
            for (const NetValue& leaf : leaves) {
                CAPTURE(leaf.name);
                REQUIRE(expected.gradients.contains(leaf.name));
                const Matrix& right = expected.gradients.at(leaf.name);
                CHECK(relative_difference(evaluate(d[leaf.value], values), right) < 1e-10);
            }
        for (const NetSequence& input : net.inputs) {
            CAPTURE(input.name);
            const auto right = expected.input_gradients.find(input.name);
            if (right == expected.input_gradients.end()) continue;  // symbols, targets
            for (std::size_t t = 0; t < right->second.size(); ++t)
                CHECK(relative_difference(evaluate(d[input.values[t]], values), right->second[t]) <
                      1e-10);
        }
    }
}
