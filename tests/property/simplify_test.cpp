// Simplification of random graphs and their backward graphs: the same values, no more work, and
// nothing left to do.

#include "property/plans.hpp"
#include <revolute/graph/cost/operation_count.hpp>
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <support/bindings.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

using namespace revolute;
using namespace revolute::test;

namespace {

void require(bool holds, const std::string& text) {
    if (!holds) throw std::runtime_error(text);
}

/// The largest entry of all values that the outputs depend on.
double largest_intermediate(Graph& graph, std::span<const Expr> outputs, const Bindings& values) {
    const std::vector<bool> needed = ancestors(graph, ids_of(outputs));
    std::vector<Expr> all;
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (needed[i]) all.push_back(graph.at(NodeId{i}));
    double largest = 0;
    for (const Matrix& value : evaluate(all, values))
        largest = larger(largest, largest_entry(value));
    return largest;
}

struct Numbers {
    std::vector<Matrix> before, after;
    double largest = 0;
};

void require_equal(const Numbers& numbers, const std::string& text) {
    for (std::size_t i = 0; i < numbers.before.size(); ++i) {
        const double difference = largest_difference(numbers.before[i], numbers.after[i]);
        require(difference <= 1e-12 * numbers.largest,
                fmt::format("output {} differs by {:.3g}, with values up to {:.3g}\n{}", i,
                            difference, numbers.largest, text));
    }
}

/// The outputs simplified, and their values before and after.
Outcome simplifies(RandomGraph& random, std::span<const Expr> outputs) {
    Graph simpler;
    const Simplified s = simplify(outputs, simpler, simplification_rules());
    verify(simpler);
    const std::string text = to_text(outputs) + to_text(s.outputs) + to_string(s.report);
    require(operation_count(s.outputs) <= operation_count(outputs),
            fmt::format("costs {} operations instead of {}\n{}", operation_count(s.outputs),
                        operation_count(outputs), text));
    require(s.report.nodes_after == simpler.size(), "has nodes that nothing uses");

    Graph again;
    const Simplified twice = simplify(s.outputs, again, simplification_rules());
    require(twice.report.fired.empty() && to_text(twice.outputs) == to_text(s.outputs),
            fmt::format("a second time: {}\n{}", to_string(twice.report), text));

    const Bindings values = carried_over(random.bindings, random.graph, s.images, simpler);
    const Numbers numbers{evaluate(outputs, random.bindings), evaluate(s.outputs, values),
                          largest_intermediate(random.graph, outputs, random.bindings)};
    require_equal(numbers, text);
    return Outcome::holds;
}

Outcome loss_simplifies(RandomGraph& random) {
    const Expr loss = random.loss();
    return simplifies(random, std::span(&loss, 1));
}

Outcome derivative_simplifies(RandomGraph& random) {
    const Derivative d = differentiate(random.loss(), random.leaves, Unreachable::zeros);
    return simplifies(random, d.outputs());
}

/// Whether the node is one of those that keep their adjoint whatever else became equal to them.
bool keeps_adjoint(const Derivative& d, Expr node) {
    return node == d.loss() || std::ranges::find(d.variables(), node) != d.variables().end();
}

/// Every adjoint that is carried over has the value that it had; that of what several became is
/// that of the first, which the others may hand theirs on to.
Outcome adjoints_are_carried_over(RandomGraph& random) {
    const Derivative d = differentiate(random.loss(), random.leaves, Unreachable::zeros);
    Graph simpler;
    const SimplifiedDerivative s = simplify(d, simpler, simplification_rules());
    const Derivative& there = s.derivative;
    std::vector<Expr> before, after;
    std::vector<bool> is_seen(simpler.size());
    for (std::uint32_t i = 0; i < s.images.size(); ++i) {
        const Expr node = random.graph.at(NodeId{i});
        if (!s.images[i] || !d.has_adjoint(node)) continue;
        const Expr image = simpler.at(*s.images[i]);
        if (!there.has_adjoint(image) || is_seen[index(image.id)]) continue;
        if (keeps_adjoint(there, image) && !keeps_adjoint(d, node)) continue;
        is_seen[index(image.id)] = true;
        before.push_back(d.adjoint(node));
        after.push_back(there.adjoint(image));
    }
    if (before.empty()) return Outcome::holds;
    const Bindings values = carried_over(random.bindings, random.graph, s.images, simpler);
    require_equal({evaluate(before, random.bindings), evaluate(after, values),
                   largest_intermediate(random.graph, before, random.bindings)},
                  to_text(d) + to_text(there));
    return Outcome::holds;
}

void check(Property property, int graphs) {
    const Report report = check_property(property, graphs);
    INFO(report.text);
    CHECK(report.holds);
    CHECK(report.graphs >= graphs);
}

}  // namespace

TEST_CASE("property: a simplified random graph has the same values, costs no more, and is simple") {
    check(loss_simplifies, 2000);
}

TEST_CASE("property: a simplified backward graph has the same values, costs no more, is simple") {
    check(derivative_simplifies, 2000);
}

TEST_CASE("property: adjoints carried over to the simplified graph have the values they had") {
    check(adjoints_are_carried_over, 1000);
}
