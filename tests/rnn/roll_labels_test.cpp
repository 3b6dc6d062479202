// Steps are labels, and labels are hints: wrong ones may cost quality, never a node.

#include <revolute/graph/rolling/roll.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <support/random_graph.hpp>
#include <support/relabelled.hpp>
#include <support/same_graph.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace revolute;
using test::first_difference;
using test::Random;

namespace {

/// What came of graphs with random labels.
struct Tally {
    int merged = 0;
    int others = 0;
};

Tally try_labels(std::span<const Expr> outputs, int graphs, double most) {
    Tally tally;
    Random random(1);
    for (int i = 0; i < graphs; ++i) {
        CAPTURE(i);
        Graph copy;
        const auto labelled =
            relabelled(outputs, copy, random, most * (i + 1) / static_cast<double>(graphs));
        const Rolled rolled = roll(labelled);
        verify(rolled);
        Graph again;
        REQUIRE(first_difference(labelled, unroll_again(rolled, again)) == "");
        (rolled.folding == Folding::merged ? tally.merged : tally.others)++;
    }
    return tally;
}

std::vector<Expr> gradients_of(Graph& graph, const Architecture& architecture) {
    const RecurrentNet net = recurrent_net(
        graph, {.steps = 6, .input = 2, .hidden = 3, .output = 1, .batch = 2}, architecture);
    const Derivative d = differentiate(net.loss(), net.variables());
    return {d.gradients().begin(), d.gradients().end()};
}

}  // namespace

TEST_CASE("roll: nets whose steps are labelled wrongly lose nothing") {
    Graph simple, gru;
    const Tally a = try_labels(gradients_of(simple, {}), 300, 0.6);
    const Tally b = try_labels(
        gradients_of(gru, {.cell = CellKind::gru, .is_bidirectional = true, .answers = {1, 4}}),
        150, 0.6);
    // Both kinds were met, or this says less than it seems to.
    CHECK(a.merged + b.merged > 0);
    CHECK(a.others + b.others > 0);
}

TEST_CASE("roll: random graphs with random steps lose nothing") {
    for (std::uint32_t seed = 0; seed < test::draws(150); ++seed) {
        CAPTURE(seed);
        test::RandomGraph random(seed);
        const Expr loss = random.loss();
        try_labels(std::vector{loss}, 2, 1.0);
    }
}
