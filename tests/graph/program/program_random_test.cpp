// Programs of random graphs and nets: what they compute is what `evaluate` does.

#include <revolute/ops/ops.hpp>
#include <support/program_check.hpp>
#include <support/random_net.hpp>
#include <support/relabelled.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace revolute;
using test::LeafValues;
using test::program_difference;
using test::Random;

namespace {

// Products are summed in another order than by the evaluator, everything else is the same: some
// hundred roundings of 1.1e-16 each.
constexpr double rounding_of_doubles = 1e-12;

}  // namespace

TEST_CASE("program: random graphs give what evaluate gives") {
    for (std::uint32_t seed = 0; seed < test::draws(150); ++seed) {
        CAPTURE(seed);
        test::RandomGraph random(seed);
        const std::array loss{random.loss()};
        CHECK(program_difference(loss, test::bound_leaf_values(loss, random.bindings)) <=
              rounding_of_doubles);
    }
}

TEST_CASE("program: every result of a random graph can be an output") {
    for (std::uint32_t seed = 200; seed < 200 + test::draws(50); ++seed) {
        CAPTURE(seed);
        test::RandomGraph random(seed);
        CHECK(program_difference(random.nodes,
                                 test::bound_leaf_values(random.nodes, random.bindings)) <=
              rounding_of_doubles);
    }
}

TEST_CASE("program: random nets of few and of many steps give what evaluate gives") {
    for (std::uint32_t seed = 0; seed < test::draws(60); ++seed)
        for (const int steps : {1, 2, 5, 9}) {
            const test::RandomNet net(seed);
            CAPTURE(seed);
            CAPTURE(net.text());
            CAPTURE(steps);
            Random random(seed);
            Graph graph;
            const std::vector<Expr> outputs = net.all_outputs(graph, steps);
            LeafValues values = test::random_leaf_values(outputs, random);
            for (auto& [leaf, value] : values)  // so that weights are no larger than one
                for (double& entry : value.values()) entry *= 0.5;
            // Of gradients in which terms cancel, a hundred times as many roundings are seen.
            CHECK(program_difference(outputs, values) <= 100 * rounding_of_doubles);
        }
}

TEST_CASE("program: random graphs with random steps give what evaluate gives") {
    for (std::uint32_t seed = 0; seed < test::draws(100); ++seed) {
        CAPTURE(seed);
        test::RandomGraph random(seed);
        const std::array loss{random.loss()};
        Graph copy;
        const std::vector<Expr> labelled = test::relabelled(loss, copy, random.random, 1.0);
        const LeafValues values =
            test::of_copies(test::bound_leaf_values(loss, random.bindings), labelled);
        CHECK(program_difference(labelled, values) <= rounding_of_doubles);
    }
}
