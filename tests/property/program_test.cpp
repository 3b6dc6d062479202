// Programs of random graphs and of their derivatives, compiled in every way.

#include "property/plans.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <support/program_check.hpp>
#include <support/relabelled.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <sstream>
#include <stdexcept>

using namespace revolute;
using namespace revolute::test;

namespace {

/// Products are summed in another order than by the evaluator, which rounding of the largest of the
/// summed values shows: of floats some graphs, in which large values cancel, say nothing.
Outcome require_equal(std::span<const Expr> outputs, const LeafValues& values) {
    const auto require = [](const ProgramDifference& found, double allowed) {
        std::ostringstream text;
        text << "programs differ from the evaluator: " << found;
        if (!(found <= allowed)) throw std::runtime_error(text.str());
    };
    require(program_difference(outputs, values), 1e-10);
    const ProgramDifference floats = program_difference(outputs, values, Precision::float32);
    if (std::isfinite(floats.largest) && floats.largest > 1e-3) return Outcome::undecided;
    require(floats, 1e-3);
    return Outcome::holds;
}

Outcome losses_are_computed(RandomGraph& random) {
    const std::array loss{random.loss()};
    return require_equal(loss, bound_leaf_values(loss, random.bindings));
}

Outcome gradients_are_computed(RandomGraph& random) {
    const Derivative d = differentiate(random.loss(), random.leaves, Unreachable::zeros);
    const std::vector<Expr> outputs = d.loss_and_gradients();
    return require_equal(outputs, bound_leaf_values(outputs, random.bindings));
}

/// With steps that have nothing to do with the graph: families of anything.
Outcome labelled_gradients_are_computed(RandomGraph& random) {
    const Derivative d = differentiate(random.loss(), random.leaves, Unreachable::zeros);
    const std::vector<Expr> outputs = d.loss_and_gradients();
    Graph copy;
    const std::vector<Expr> labelled = relabelled(outputs, copy, random.random, 1.0);
    return require_equal(labelled,
                         of_copies(bound_leaf_values(outputs, random.bindings), labelled));
}

void check(Property property, int graphs) {
    const Report report = check_property(property, graphs);
    INFO(report.text);
    REQUIRE(report.holds);
    CHECK(report.graphs > 0);
    CHECK(report.undecided <= report.graphs / 20);
}

}  // namespace

TEST_CASE("property: programs of random graphs, compiled in every way, give what evaluate gives") {
    check(losses_are_computed, 500);
}

TEST_CASE("property: programs of random derivatives, compiled in every way, are what evaluate is") {
    check(gradients_are_computed, 500);
}

TEST_CASE(
    "property: programs of derivatives with random steps are what evaluate is, in every way") {
    check(labelled_gradients_are_computed, 500);
}
