// Programs of nets: what they compute is what `evaluate` does, in double and in float.

#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <support/golden.hpp>
#include <support/net_programs.hpp>
#include <support/nets.hpp>
#include <support/program_check.hpp>
#include <support/relabelled.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

using namespace revolute;
using test::check_program;
using test::check_programs;
using test::loss_and_gradients;
using test::net_of;
using test::NetKind;
using test::rounding_of_doubles;

namespace {

/// Of the simplified graph.
std::string explanation_of_gradients(const NetKind& kind) {
    Graph graph, simple;
    const RecurrentNet net = net_of(graph, kind, 8);
    const Derivative d = differentiate(net.loss(), net.variables());
    return explain(compile(simplify(d.gradients(), simple, simplification_rules()).outputs));
}

}  // namespace

TEST_CASE("program: Hessian-vector products are what evaluate gives") {
    for (const CellKind cell : cell_kinds())
        for (const int batch : {1, 3}) {
            const NetKind kind{{.cell = cell}, batch == 3, batch};
            CAPTURE(kind.text());
            Graph graph;
            const RecurrentNet net = net_of(graph, kind, 6);
            std::vector<Seed> direction;
            for (const Expr& variable : net.variables())
                direction.push_back({variable, graph.input("v", variable.shape())});
            check_programs(hessian_vector_product(net.loss(), net.variables(), direction));
        }
}

TEST_CASE("program: truncated back-propagation is what evaluate gives") {
    for (const CellKind cell : {CellKind::simple, CellKind::lstm})
        for (const Truncation cuts : {Truncation{1, 1}, Truncation{3, 5}, Truncation{5, 3}})
            for (const int steps : {1, 7, 24}) {
                const test::TruncatedKind kind{cell, cuts, true, InitialState::trainable};
                CAPTURE(kind.text());
                CAPTURE(steps);
                Graph graph;
                check_programs(test::truncated(graph, kind, steps).loss_and_gradients());
            }
}

// Without the backward pass, a value's place may serve all steps.
TEST_CASE("program: the loss alone is what evaluate gives") {
    for (const CellKind kind : cell_kinds())
        for (const int steps : {1, 2, 3, 6})
            for (const int batch : {1, 3}) {
                CAPTURE(static_cast<int>(kind));
                CAPTURE(steps);
                Graph graph;
                const RecurrentNet net = net_of(
                    graph, {{.cell = kind, .initial = InitialState::trainable}, false, batch},
                    steps);
                check_programs(std::array{net.loss()});
            }
}

TEST_CASE("program: batches that shrink are what evaluate gives") {
    Graph graph;
    check_programs(test::of_shrinking_batches(graph).loss_and_gradients());
}

TEST_CASE("program: encoder and decoder on two time axes are what evaluate gives") {
    Graph graph;
    check_programs(test::of_two_axes(graph, 5, 7).loss_and_gradients());
}

TEST_CASE("program: nets whose steps are labelled wrongly are what evaluate gives") {
    Graph graph;
    const RecurrentNet net = net_of(graph, {{}, false, 2}, 6);
    const std::vector<Expr> outputs = loss_and_gradients(net);
    test::Random random(1);
    std::array<int, 5> met{};  // by how much was folded
    for (int i = 0; i < 120; ++i) {
        CAPTURE(i);
        Graph copy;
        const std::vector<Expr> labelled =
            test::relabelled(outputs, copy, random, 0.6 * (i + 1) / 120, i % 2 == 0 ? 1 : 2);
        ++met[static_cast<std::size_t>(roll(labelled).folding)];
        CHECK(test::difference(labelled, Precision::float64) <= rounding_of_doubles);
    }
    // These kinds were met, or this says less than it seems to.
    for (const Folding folding :
         {Folding::merged, Folding::inner_axes, Folding::unmerged, Folding::none})
        CHECK(met[static_cast<std::size_t>(folding)] > 0);
}

TEST_CASE("program: a rolled graph stretched to other steps computes what that net does") {
    const NetKind kind{{.cell = CellKind::gru}, true, 3};
    Graph few, many;
    const RecurrentNet net = net_of(few, kind, 8);
    const Rolled stretched = roll(loss_and_gradients(net)).at(21);
    const RecurrentNet longer = net_of(many, kind, 21);
    const std::vector<Expr> outputs = loss_and_gradients(longer);
    const Rolled rolled = roll(outputs);
    test::Random random(5);
    Program program = compile(stretched);
    Bindings bindings;
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        if (!is_given(*rolled.parts[i].op)) continue;
        for (std::size_t place = 0; place < rolled.parts[i].size(); ++place) {
            const Matrix value = random.matrix(rolled.parts[i].shape);
            program.bind(Member{PartId{i}, rolled.parts[i].step_of(place)}, value);
            bindings.bind(many.at(rolled.nodes[i][place]), value);
        }
    }
    program.run();
    const std::vector<Matrix> expected = evaluate(outputs, bindings);
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK(relative_difference(program.value(i), expected[i]) <= rounding_of_doubles);
}

TEST_CASE("explain: the simple net is back-propagation through time as written by hand") {
    test::check_golden("rnn/golden/program_simple.txt", explanation_of_gradients({}));
}

TEST_CASE("explain: a weight is packed once for all steps, and once more as its transpose") {
    const std::string text = explanation_of_gradients({{.cell = CellKind::simple}, true, 3});
    const auto count = [&text](std::string_view part) {
        int found = 0;
        for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
        return found;
    };
    CHECK(count("pack U%") == 2);
    CHECK(count("\npack ") == 2);
    CHECK(count("] packed [") == 2);
    CHECK(text.find("pack: products in loops that pack a factor 2 -> 0\n") != text.npos);
}

TEST_CASE("explain: the gates of an LSTM are one product forward and one backward") {
    test::check_golden("rnn/golden/program_lstm.txt",
                       explanation_of_gradients({.architecture = {.cell = CellKind::lstm}}));
}
