// What a folded figure says of steps, read back from what it prints, against the figure of all steps.

#include "figure_claims.hpp"
#include "figure_models.hpp"
#include "graphviz_program.hpp"
#include <revolute/graph/roll.hpp>
#include <revolute/graph/simplify.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/truncate.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace revolute {

namespace {

using test::architectures;
using test::ClaimReader;
using test::Claims;
using test::StackedNet;
using test::StepReader;
using test::Steps;
using test::text_of;
using test::Texts;
using test::texts_in;
using test::texts_of;
using test::View;
using test::views_of;

/// Sums say over which steps they go: those of their terms.
void check_sums(const Figure& figure, const Texts& texts, const Figure& all, std::int32_t last) {
    std::map<NodeId, Steps> steps_of;
    const StepReader reader(last);
    std::vector<std::optional<Steps>> frames;
    for (const FigurePanel& panel : all.panels)
        frames.push_back(reader.frame(text_of(panel.title)));
    for (const FigureEdge& edge : all.edges)
        if (const auto& at = frames[all.nodes[edge.from].panel])
            steps_of[all.nodes[edge.to].node].insert(at->begin(), at->end());
    for (std::size_t i = 0; i < figure.nodes.size(); ++i) {
        CAPTURE(texts.nodes[i]);
        if (const auto limits = reader.limits(texts.nodes[i]))
            CHECK(*limits == steps_of[figure.nodes[i].node]);
    }
}

enum class Written : std::uint8_t { model, dot };

/// Checks all views of a net of which `last` is the last step; whether any could be folded.
bool check_steps(const Derivative& derivative, std::int32_t last, Written written) {
    bool is_folded = false;
    for (const View& view : views_of(derivative)) {
        CAPTURE(view.name);
        Figure folded;
        try {
            folded = view.draw({.title = "", .steps = ShownSteps::folded});
        } catch (const GraphError& error) {
            CHECK(std::string(error.what()).starts_with("figure: steps that are not alike"));
            continue;
        }
        is_folded = true;
        const Figure all = view.draw({.title = ""});
        Texts texts = texts_of(folded);
        if (written == Written::dot) {
            const Texts model = texts;
            texts = texts_in(test::dot_of(folded), folded);
            REQUIRE(texts.edges.size() == model.edges.size());
            // Edges of one source that say the same and run past one label share it.
            for (std::size_t i = 0; i < texts.edges.size(); ++i)
                if (texts.edges[i].empty()) texts.edges[i] = model.edges[i];
        }
        const auto part_of = test::parts_of(view);
        const Claims claimed = ClaimReader(folded, texts, last, part_of).read();
        const Claims right = ClaimReader(all, texts_of(all), last, part_of).read();
        CHECK(claimed.nodes == right.nodes);
        CHECK(claimed.edges == right.edges);
        check_sums(folded, texts, all, last);
    }
    return is_folded;
}

enum class Drawn : std::uint8_t { as_built, simplified };

void check_derivative(const Derivative& derivative, std::int32_t last, Drawn drawn,
                      Written written) {
    CAPTURE(last);
    CAPTURE(static_cast<int>(drawn));
    if (drawn == Drawn::as_built) {
        CHECK(check_steps(derivative, last, written));
        return;
    }
    Graph simpler;
    const auto simplified = simplify(derivative, simpler, simplification_rules());
    CHECK(check_steps(simplified.derivative, last, written));
}

void check_net(const Architecture& architecture, std::int32_t count, Drawn drawn, Written written) {
    CAPTURE(name_of(architecture.cell));
    CAPTURE(architecture.layers);
    CAPTURE(architecture.is_bidirectional);
    CAPTURE(static_cast<int>(architecture.initial));
    CAPTURE(count);
    const StackedNet net(architecture, count);
    check_derivative(*net.derivative, count - 1, drawn, written);
}

}  // namespace

TEST_CASE("folded figure: the steps that it says are those of the families and of their edges") {
    for (const Architecture& architecture : architectures()) {
        check_net(architecture, 8, Drawn::as_built, Written::model);
        const bool is_small = architecture.layers == 1 && !architecture.is_bidirectional;
        for (const std::int32_t count : {9, is_small ? 20 : 8})
            check_net(architecture, count, Drawn::simplified, Written::model);
    }
}

TEST_CASE("folded figure: so are those that stand in its DOT") {
    for (const Architecture& architecture : architectures())
        check_net(architecture, 8, Drawn::simplified, Written::dot);
}

TEST_CASE("folded figure: so are those of steps that are not counted from 0") {
    for (const Architecture& architecture : architectures())
        for (const std::int32_t first : {1, 3, 10}) {
            CAPTURE(name_of(architecture.cell));
            CAPTURE(architecture.layers);
            CAPTURE(architecture.is_bidirectional);
            CAPTURE(first);
            const std::int32_t count = first == 1 ? 8 : 11;
            const StackedNet net(architecture, count);
            Graph graph;
            check_derivative(test::counted_from(first, *net.derivative, graph), first + count - 1,
                             Drawn::as_built, Written::model);
        }
}

TEST_CASE("folded figure: so are those of nets of other forms") {
    for (const test::OtherNet& net : test::other_nets())
        for (const std::int32_t count : {8, 9})
            for (const Drawn drawn : {Drawn::as_built, Drawn::simplified}) {
                CAPTURE(net.name);
                Graph graph;
                check_derivative(net.build(graph, count), count - 1, drawn, Written::model);
            }
}

TEST_CASE("folded figure: the steps that it says are right where gradients are cut") {
    int folded = 0;
    for (const std::int32_t count : {8, 15, 16, 24})
        for (const Truncation cuts :
             {Truncation{count, 2}, {count, count - 2}, {count, 1}, {4, 4}, {4, 2}, {2, 3}}) {
            CAPTURE(count);
            CAPTURE(cuts.every);
            CAPTURE(cuts.window);
            Graph graph;
            const Lstm cell(graph, 2, 3);
            const auto x = input_sequence(graph, "x", {2, 1}, count, 0);
            const Unrolled net = truncate(
                cell, x, initial_state(graph, cell.state_tensors(), 1, InitialState::given), cuts);
            const Expr loss = sum(net.states.back()[0]).named("L");
            const Derivative derivative =
                differentiate(loss, cell.parameters(), Unreachable::zeros);
            folded += check_steps(derivative, count - 1, Written::model) ? 1 : 0;
        }
    CHECK(folded > 4);
}

namespace {

/// Keeps m, which the last step does not hand on: dm(T-1) is a term of dm(t) at other steps.
struct Keeper {
    Expr W, U, a;

    Keeper(Graph& graph, int input, int hidden)
        : W(graph.parameter("W", {hidden, input})),
          U(graph.parameter("U", {hidden, hidden})),
          a(graph.parameter("a", {hidden, 1})) {}

    std::vector<StateTensor> state_tensors() const {
        return {{"h", U.shape().rows}, {"m", U.shape().rows}};
    }
    std::vector<Expr> parameters() const { return {W, U, a}; }
    State step(Expr x, const State& previous) const {
        const Expr input = W * x;
        const Expr k = sigmoid(scale_rows(a, previous[1]) + input).named("k");
        const Expr h = tanh(U * hadamard(k, previous[0]) + input).named("h");
        return {h, (hadamard(k, previous[1]) + hadamard(1.0 - k, square(h))).named("m")};
    }
};

}  // namespace

TEST_CASE("folded figure: what is called otherwise at one step stands beside the loop") {
    Graph graph;
    const Keeper cell(graph, 2, 3);
    const Layer layer = unidirectional(cell, input_sequence(graph, "x", {2, 1}, 8));
    Expr largest = layer.outputs[0];  // its adjoint is no dm, and is made as those are
    for (std::int32_t t = 1; t < 8; ++t) {
        const Scope at(graph, Step{0, t});
        largest = maximum(largest, layer.outputs[static_cast<std::size_t>(t)]).named("m");
    }
    for (const Expr& answered : {layer.outputs.back(), largest}) {
        const Derivative derivative =
            differentiate(read_out(std::array{answered}, 1).loss, cell.parameters());
        CHECK(check_steps(derivative, 7, Written::model));
        Graph simpler;
        const auto simple = simplify(derivative, simpler, simplification_rules());
        CHECK(check_steps(simple.derivative, 7, Written::model));
        CHECK(check_steps(simple.derivative, 7, Written::dot));
    }
}

}  // namespace revolute
