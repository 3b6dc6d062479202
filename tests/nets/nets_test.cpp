// Each of these nets through all that is promised for any graph.

#include "published_net.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/checks/check_gradient.hpp>
#include <revolute/tools/equations/equations.hpp>
#include <support/equation_check.hpp>
#include <support/program_check.hpp>
#include <support/same_graph.hpp>

#include <doctest/doctest.h>

#include <optional>

using namespace revolute;
using namespace revolute::test;

namespace {

std::vector<PublishedNet> all_nets() {
    std::vector<PublishedNet> all;
    for (const auto& nets : {nets_of_cells(), nets_of_other_steps(), nets_of_symbols(),
                             nets_of_dynamics(), nets_of_gradients()})
        all.insert(all.end(), nets.begin(), nets.end());
    return all;
}

/// A net, its loss and gradients, and values for its leaves.
struct Made {
    Graph graph;
    BuiltNet net;
    std::optional<Derivative> derivative;
    std::vector<Expr> outputs;
    Bindings values;

    Made(const PublishedNet& published, const NetSizes& sizes)
        : net(published.build(graph, sizes)), outputs{net.loss} {
        if (net.outputs.empty()) {
            derivative = differentiate(net.loss, net.variables);
            outputs = derivative->loss_and_gradients();
        }
        outputs.insert(outputs.end(), net.outputs.begin(), net.outputs.end());
        for (const NodeId id : postorder(graph, ids_of(outputs)))
            if (const Expr leaf = graph.at(id); is_given(graph.op(id)))
                values.bind(leaf, published.value ? published.value(leaf.label(), leaf.shape())
                                                  : random_values(leaf.label(), leaf.shape(), 0.5));
    }
    Rolled rolled() const {
        return derivative ? roll(outputs, Labels(*derivative)) : roll(outputs);
    }
};

NetSizes with_steps(NetSizes sizes, int steps) {
    sizes.N = steps;
    return sizes;
}

}  // namespace

TEST_CASE("published nets: gradients agree with differences and with forward mode") {
    for (const PublishedNet& net : all_nets()) {
        CAPTURE(net.name);
        Made made(net, net.sizes);
        const GradientCheck check = check_gradient(made.net.loss, made.net.variables, made.values);
        CHECK(check.passes());
        CHECK(check.no_forward_mode.empty());
    }
}

TEST_CASE("published nets: programs compute what the evaluator does") {
    for (const PublishedNet& net : all_nets()) {
        CAPTURE(net.name);
        Made made(net, net.sizes);
        const LeafValues values = bound_leaf_values(made.outputs, made.values);
        CHECK(program_difference(made.outputs, values) <= 1e-11);
        const std::vector<Matrix> expected = evaluate(made.outputs, made.values);
        const std::vector<Matrix> found =
            computed_by_program(made.outputs, made.values, Precision::float32);
        for (std::size_t i = 0; i < expected.size(); ++i)
            CHECK(relative_difference(found[i], expected[i]) <= 1e-4);
    }
}

TEST_CASE("published nets: rolled graphs are whole, and unroll to the same nodes") {
    for (const PublishedNet& net : all_nets()) {
        CAPTURE(net.name);
        Made made(net, net.sizes);
        const Rolled rolled = made.rolled();
        CHECK_NOTHROW(verify(rolled));
        CHECK(rolled.node_count() ==
              static_cast<std::size_t>(postorder(made.graph, ids_of(made.outputs)).size()));
        Graph again;
        CHECK(first_difference(made.outputs, unroll_again(rolled, again)) == "");
    }
}

TEST_CASE("published nets: parts do not grow with the steps, and other lengths are those built") {
    for (const PublishedNet& net : all_nets()) {
        if (net.generality == Generality::none) continue;
        CAPTURE(net.name);
        const int more = net.sizes.N + 12;
        const Rolled longer = Made(net, with_steps(net.sizes, more)).rolled();
        CHECK(Made(net, net.sizes).rolled().parts.size() == longer.parts.size());
        const Rolled any = roll_for(more, [&](std::int32_t steps) {
            return Made(net, with_steps(net.sizes, steps)).rolled();
        });
        CHECK(any == longer);
    }
}

TEST_CASE("published nets: equations give the loss and the gradients") {
    for (const PublishedNet& net : all_nets()) {
        Made made(net, net.sizes);
        if (!made.derivative) continue;
        CAPTURE(net.name);
        const auto check = [&](const Equations& all) {
            CHECK(!all.lines.empty());
            check_equations(to_text(all), *made.derivative, made.values);
        };
        check(equations(*made.derivative));
        if (net.generality != Generality::equations) continue;
        std::optional<Equations> general;
        REQUIRE_NOTHROW(general = general_equations([&](std::int32_t steps) {
                            return rolled_up(*Made(net, with_steps(net.sizes, steps)).derivative);
                        }));
        CHECK(general->is_general);
        CHECK(general->least_steps <= net.sizes.N);
        check(*general);
    }
}
