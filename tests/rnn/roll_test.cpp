// Rolling of nets: the graph that comes back is the same node for node, and another number of steps
// gives the graph that is built with it.

#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <support/nets.hpp>
#include <support/same_graph.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace revolute;
using test::first_difference;
using test::NetKind;
using test::TruncatedKind;

namespace {

/// A graph and what is asked of it.
struct Model {
    std::unique_ptr<Graph> graph = std::make_unique<Graph>();
    std::vector<Expr> outputs;
};

/// What is computed of a net.
enum class Outputs : std::uint8_t { loss, gradients, hessian_vector_product };

struct Configuration {
    NetKind net;
    Outputs outputs = Outputs::gradients;

    std::string text() const {
        return fmt::format("{}, outputs {}", net.text(), static_cast<int>(outputs));
    }
};

Model model_of(const Configuration& configuration, int steps) {
    Model model;
    const RecurrentNet net = test::net_of(*model.graph, configuration.net, steps);
    model.outputs = {net.loss()};
    if (configuration.outputs == Outputs::loss) return model;
    const std::vector<Expr> variables = net.variables();
    model.outputs = differentiate(net.loss(), variables).loss_and_gradients();
    if (configuration.outputs == Outputs::gradients) return model;
    std::vector<Seed> direction;
    for (const Expr& variable : variables) {
        const std::string name(model.graph->name(variable.id));
        direction.push_back({variable, model.graph->input("v_" + name, variable.shape())});
    }
    model.outputs = hessian_vector_product(net.loss(), variables, direction);
    return model;
}

std::vector<Configuration> configurations() {
    std::vector<Configuration> all;
    for (Architecture architecture : test::architectures())
        for (const bool every : {false, true})
            for (const InitialState initial :
                 {InitialState::zero, InitialState::given, InitialState::trainable}) {
                architecture.is_residual = architecture.layers == 2;
                architecture.initial = initial;
                // What does not matter to the other is drawn with it.
                const int batch = every == (initial == InitialState::zero) ? 1 : 3;
                all.push_back({{architecture, every, batch}, Outputs::gradients});
            }
    for (const CellKind cell : cell_kinds()) {
        all.push_back({{{.cell = cell}, false, 3}, Outputs::loss});
        for (const NetKind& net : {NetKind{{.cell = cell}},
                                   {{.cell = cell, .initial = InitialState::trainable}, true, 3},
                                   {{.cell = cell, .layers = 2}},
                                   {{.cell = cell, .is_bidirectional = true}, true}})
            all.push_back({net, Outputs::hessian_vector_product});
    }
    return all;
}

/// Rolls the outputs, and unrolls them again: node for node what they were.
Rolled check_same_again(std::span<const Expr> outputs) {
    Rolled rolled = roll(outputs);
    verify(rolled);
    Graph graph;
    CHECK(first_difference(outputs, unroll_again(rolled, graph)) == "");
    CHECK(graph.size() == rolled.node_count());
    return rolled;
}

std::size_t families_in(const Rolled& rolled) {
    return static_cast<std::size_t>(std::ranges::count_if(rolled.parts, &Part::is_family));
}

/// Sizes of the recurrences, negative for those that descend, sorted.
std::vector<int> recurrences_of(const Rolled& rolled) {
    std::vector<int> sizes;
    for (const Component& component : rolled.schedule)
        if (component.is_recurrence())
            sizes.push_back(component.direction * static_cast<int>(component.parts.size()));
    std::ranges::sort(sizes);
    return sizes;
}

}  // namespace

TEST_CASE("roll: every net comes back node for node, at any number of steps") {
    for (const Configuration& configuration : configurations())
        for (const int steps : {1, 2, 3, 4, 5, 6, 7, 8, 40}) {
            CAPTURE(configuration.text());
            CAPTURE(steps);
            CHECK(check_same_again(model_of(configuration, steps).outputs).folding ==
                  Folding::merged);
        }
}

TEST_CASE(
    "roll: a net has the steps that it was built with, whatever it begins with and however few "
    "they are") {
    for (const Configuration& configuration : configurations())
        for (const int steps : {1, 2, 3}) {
            CAPTURE(configuration.text());
            CAPTURE(steps);
            const Model model = model_of(configuration, steps);
            CHECK(roll(model.outputs).steps() == steps);
            Graph simple;
            const Simplified simplified = simplify(model.outputs, simple, simplification_rules());
            CHECK(roll(simplified.outputs).steps() == steps);
        }
}

TEST_CASE("at: every net of another number of steps is what rolling it gives") {
    for (const Configuration& configuration : configurations()) {
        CAPTURE(configuration.text());
        const Rolled rolled = roll(model_of(configuration, 8).outputs);
        for (const int steps : {6, 9, 30}) {
            CAPTURE(steps);
            REQUIRE(rolled.least_steps().has_value());
            CHECK(*rolled.least_steps() <= 6);
            CHECK(rolled.at(steps) == roll(model_of(configuration, steps).outputs));
        }
    }
}

TEST_CASE("at: whatever the number of steps of what is stretched, the smallest included") {
    for (const Configuration& configuration : configurations()) {
        CAPTURE(configuration.text());
        const Rolled expected = roll(model_of(configuration, 17).outputs);
        int smallest = 1;
        while (!roll(model_of(configuration, smallest).outputs).least_steps()) ++smallest;
        CHECK(smallest <= 8);
        for (const int base : {smallest, 12}) {
            CAPTURE(base);
            CHECK(roll(model_of(configuration, base).outputs).at(17) == expected);
        }
    }
}

TEST_CASE("at: the least number of steps is right") {
    for (const Configuration& configuration : configurations()) {
        CAPTURE(configuration.text());
        // At nine steps the third of a batch of three could be 1 / sqrt N.
        for (const int base : {10, 13}) {
            CAPTURE(base);
            const Rolled rolled = roll(model_of(configuration, base).outputs);
            const std::int32_t least = rolled.least_steps().value();
            CHECK(rolled.at(least) == roll(model_of(configuration, least).outputs));
        }
    }
}

TEST_CASE("unroll_again: another number of steps gives the graph that is built with it") {
    for (const Configuration& configuration : configurations()) {
        CAPTURE(configuration.text());
        const Rolled rolled = roll(model_of(configuration, 8).outputs);
        Graph graph;
        CHECK(first_difference(model_of(configuration, 21).outputs,
                               unroll_again(rolled, 21, graph)) == "");
    }
}

TEST_CASE("first_break: none in the library's nets") {
    for (const Configuration& configuration : configurations()) {
        CAPTURE(configuration.text());
        const auto found = first_break(roll(model_of(configuration, 12).outputs));
        CHECK_MESSAGE(!found.has_value(), (found ? found->text : ""));
    }
}

TEST_CASE("roll: the simple net has one recurrence forward and one backward, whatever the steps") {
    const Configuration configuration{{.architecture = {.initial = InitialState::given}}};
    for (const int steps : {8, 100}) {
        const Rolled rolled = roll(model_of(configuration, steps).outputs);
        CHECK(recurrences_of(rolled) == std::vector<int>{-2, 4});
    }
}

// docs/rolling.md says which families these are.
TEST_CASE("roll: families and recurrences of simplified nets, whatever the steps") {
    struct Expected {
        Configuration configuration;
        std::size_t families;
        std::vector<int> recurrences;
    };
    const std::vector<Expected> all{
        {{NetKind{{.cell = CellKind::simple}}}, 14, {-2, 4}},
        {{NetKind{{.cell = CellKind::simple, .layers = 2}}}, 28, {-3, -2, 4, 4}},
        {{NetKind{{.cell = CellKind::simple, .is_bidirectional = true}, true}}, 38, {-4, -3, 3, 4}},
        {{NetKind{{.cell = CellKind::simple}}, Outputs::hessian_vector_product},
         30,
         {-4, -2, 3, 4}},
        {{NetKind{{.cell = CellKind::lstm}}}, 63, {-17, 21}},
        {{NetKind{{.cell = CellKind::gru}}}, 50, {-15, 17}},
    };
    for (const Expected& expected : all)
        for (const int steps : {8, 100}) {
            CAPTURE(expected.configuration.text());
            CAPTURE(steps);
            const Model model = model_of(expected.configuration, steps);
            const bool with_loss = expected.configuration.outputs == Outputs::gradients;
            Graph simple;
            const Rolled rolled = roll(simplify(std::span(model.outputs).subspan(with_loss ? 1 : 0),
                                                simple, simplification_rules())
                                           .outputs);
            CHECK(families_in(rolled) == expected.families);
            CHECK(recurrences_of(rolled) == expected.recurrences);
        }
}

namespace {

/// How an answer reads the states of both directions.
enum class Reading : std::uint8_t { stacked, apart, placed };

/// The gradients of a simple net of both directions that answers at each of twelve steps.
Model both_directions(Reading reading, int batch) {
    Model model;
    Graph& graph = *model.graph;
    const Layer layer = bidirectional(make_cell(CellKind::simple, graph, 2, 3),
                                      make_cell(CellKind::simple, graph, 2, 3, "r"),
                                      input_sequence(graph, "x", {2, batch}, 12));
    const Expr V = graph.parameter("V", {1, reading == Reading::apart ? 3 : 6});
    const Expr Vr = graph.parameter("Vr", {1, 3}), c = graph.parameter("c", {1, 1});
    std::vector<Expr> variables = layer.parameters(), losses;
    variables.insert(variables.end(), {V, c});
    if (reading == Reading::apart) variables.push_back(Vr);
    const auto forward = layer.directions[0].outputs(), backward = layer.directions[1].outputs();
    for (std::size_t t = 0; t < forward.size(); ++t) {
        const Scope step = Scope::step_of(forward[t]);
        const Expr h = forward[t], hr = backward[t];
        const Expr y = [&] {
            if (reading == Reading::stacked) return dense(V, layer.outputs[t], c);
            if (reading == Reading::apart) return V * h + Vr * hr + c;
            return dense(V, place_rows(h, 0, 6) + place_rows(hr, 3, 6), c);
        }();
        losses.push_back(mse(y, graph.input("Y", {1, batch})));
    }
    const Derivative d = differentiate(accumulate(losses), variables);
    model.outputs.assign(d.gradients().begin(), d.gradients().end());
    return model;
}

}  // namespace

// docs/rolling.md says what the four families more are.
TEST_CASE("roll: both directions are as many families however an answer reads them") {
    for (const Reading reading : {Reading::stacked, Reading::apart, Reading::placed}) {
        Graph simple;
        const Model model = both_directions(reading, 1);
        CHECK(families_in(roll(simplify(model.outputs, simple, simplification_rules()).outputs)) ==
              38);
    }
    // Four of them have one member: products with h(-1) = 0 and h(N) = 0, which simplification
    // removes.
    CHECK(families_in(roll(both_directions(Reading::placed, 3).outputs)) == 46);
}

TEST_CASE("roll: the number of families does not depend on the steps") {
    for (const Configuration& configuration : configurations()) {
        CAPTURE(configuration.text());
        CHECK(families_in(roll(model_of(configuration, 8).outputs)) ==
              families_in(roll(model_of(configuration, 50).outputs)));
    }
}

TEST_CASE("roll_for: a million steps from few") {
    int longest = 0;
    const Rolled rolled = roll_for(1'000'000, [&](std::int32_t steps) {
        longest = std::max(longest, steps);
        return roll(model_of({}, steps).outputs);
    });
    CHECK(rolled.steps() == 1'000'000);
    CHECK(longest <= 53);
    CHECK(rolled.node_count() > 14'000'000);
}

TEST_CASE("roll_for: a factor that depends on the number of steps is noticed") {
    const auto rolled_with = [](std::int32_t steps) {
        Model model = model_of({}, steps);
        model.outputs = {(1.0 / steps) * model.outputs.front()};
        return roll(model.outputs);
    };
    CHECK(roll_for(40, rolled_with) == rolled_with(40));
    CHECK_THROWS_AS(rolled_with(20).at(40), GraphError);
}

namespace {

/// Every cell, with answers after the last step or every one, from h(-1) = 0 or a trainable one.
std::vector<TruncatedKind> truncated_kinds(std::initializer_list<Truncation> all_cuts) {
    std::vector<TruncatedKind> all;
    for (const CellKind cell : cell_kinds())
        for (const Truncation cuts : all_cuts)
            for (const bool every : {false, true})
                for (const InitialState initial : {InitialState::zero, InitialState::trainable})
                    all.push_back({cell, cuts, every, initial});
    return all;
}

Rolled rolled_gradients(const TruncatedKind& kind, int steps) {
    Graph graph;
    return roll(test::truncated(graph, kind, steps).gradients());
}

}  // namespace

TEST_CASE("roll: truncated back-propagation comes back node for node") {
    for (const TruncatedKind& kind : truncated_kinds({{1, 1}, {2, 2}, {3, 5}, {5, 3}, {4, 4}}))
        for (const int steps : {1, 2, 3, 4, 5, 6, 7, 8, 24, 100}) {
            CAPTURE(kind.text());
            CAPTURE(steps);
            Graph graph;
            check_same_again(test::truncated(graph, kind, steps).gradients());
        }
}

TEST_CASE("at: truncated back-propagation with a cut at every step stretches") {
    for (const TruncatedKind& kind : truncated_kinds({{1, 1}})) {
        CAPTURE(kind.text());
        CHECK(rolled_gradients(kind, 16).at(40) == rolled_gradients(kind, 40));
    }
}

TEST_CASE("at: truncated back-propagation with rarer cuts stretches by whole periods") {
    for (const TruncatedKind& kind : truncated_kinds({{2, 2}, {3, 5}, {5, 3}, {4, 2}, {4, 4}}))
        for (const int steps : {40, 41}) {
            CAPTURE(kind.text());
            CAPTURE(steps);
            const Rolled rolled = rolled_gradients(kind, steps);
            const std::int32_t period = rolled.period();
            CHECK(period == kind.cuts.every);
            // The axis ends with its recurrences: where a window begins with the last step, before
            // it.
            const std::int32_t now = rolled.steps();
            CHECK(rolled.at(now + 3 * period) == rolled_gradients(kind, steps + 3 * period));
            CHECK_THROWS_AS(rolled.at(now + 1), GraphError);
        }
}

TEST_CASE("roll: encoder and decoder on two time axes come back and stretch apart") {
    const auto rolled = [](int steps, int answers) {
        Graph graph;
        return roll(test::of_two_axes(graph, steps, answers).gradients());
    };
    CHECK(rolled(8, 10).folding == Folding::merged);
    CHECK(rolled(8, 10).at(30, 0).at(20, 1) == rolled(30, 20));
    Graph graph;
    check_same_again(test::of_two_axes(graph, 5, 7).gradients());
}

TEST_CASE("roll: batches that shrink come back node for node") {
    Graph graph;
    check_same_again(test::of_shrinking_batches(graph).gradients());
}

TEST_CASE("roll: what two directions start from is no step, though it has one name") {
    const auto rolled = [](int steps, InitialState initial) {
        Graph graph;
        const auto inputs = input_sequence(graph, "x", {2, 1}, steps);
        const Layer layer =
            bidirectional(SimpleRnn(graph, 2, 3), SimpleRnn(graph, 2, 3), inputs, initial);
        const ReadOut head = read_out(layer.outputs, 1);
        std::vector<Expr> wanted = layer.parameters();
        for (const Expr& leaf : layer.initial_leaves()) wanted.push_back(leaf);
        return roll(differentiate(head.loss, wanted).loss_and_gradients());
    };
    for (const InitialState initial : {InitialState::given, InitialState::trainable}) {
        for (int steps = 1; steps < 12; ++steps) CHECK(rolled(steps, initial).steps() == steps);
        CHECK(rolled(8, initial).at(30) == rolled(30, initial));
    }
}
