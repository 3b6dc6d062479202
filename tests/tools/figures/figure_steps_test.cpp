// What a folded figure says of steps, read back from what it prints, against the figure of all
// steps.

#include "figure_claims.hpp"
#include "figure_models.hpp"
#include "graphviz_program.hpp"
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/truncate.hpp>
#include <support/message.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

namespace {

using test::architectures_to_draw;
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
    CAPTURE(architecture.cell.name());
    CAPTURE(architecture.layers);
    CAPTURE(architecture.is_bidirectional);
    CAPTURE(static_cast<int>(architecture.initial));
    CAPTURE(count);
    const StackedNet net(architecture, count);
    check_derivative(*net.derivative, count - 1, drawn, written);
}

}  // namespace

TEST_CASE("folded figure: the steps that it says are those of the families and of their edges") {
    for (const Architecture& architecture : architectures_to_draw()) {
        check_net(architecture, 8, Drawn::as_built, Written::model);
        const bool is_small = architecture.layers == 1 && !architecture.is_bidirectional;
        for (const std::int32_t count : {9, is_small ? 20 : 8})
            check_net(architecture, count, Drawn::simplified, Written::model);
    }
}

TEST_CASE("folded figure: so are those that stand in its DOT") {
    for (const Architecture& architecture : architectures_to_draw())
        check_net(architecture, 8, Drawn::simplified, Written::dot);
}

TEST_CASE("folded figure: so are those of steps that are not counted from 0") {
    int turn = 0;
    for (const Architecture& architecture : architectures_to_draw())
        for (const std::int32_t first : {1, 3, 10}) {
            if (!test::is_taken(turn++)) continue;
            CAPTURE(architecture.cell.name());
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

namespace {

// y = sqrt(a o a + b o b), whose two rules look alike but for the operand in them.
constinit const Op hypot_op{
    .name = "hypot",
    .arity = 2,
    .shape = equal_shapes,
    .pullback = {[](const Pullback& p) { return hadamard(p.adjoint, p.input(0) / p.output); },
                 [](const Pullback& p) { return hadamard(p.adjoint, p.input(1) / p.output); }},
    .example = {.operands = {Shape{2, 2}, Shape{2, 2}}},
};

/// The operators of several operands that hand a derivative on to two of them or more.
std::vector<const Op*> operators_of_pairs() {
    std::vector<const Op*> found{&hypot_op};
    for (const Op* const op : catalogue()) {
        std::uint32_t handed_on = 0;
        for (std::uint32_t slot = 0; slot < (op->arity == variadic ? 2 : op->arity); ++slot) {
            const PullbackRule rule = op->pullback[slot];
            if (rule != nullptr && !contributes_nothing(rule)) ++handed_on;
        }
        if (handed_on > 1) found.push_back(op);
    }
    return found;
}

/// Applies an operator to two values of one shape in the first slots of those that hand a
/// derivative on, and to inputs.
Expr applied(const Op& op, Graph& graph, Expr first, Expr second) {
    std::vector<Operand> operands;
    std::vector<Expr> values{second, first};
    const std::uint32_t count = op.arity == variadic ? 2 : op.arity;
    for (std::uint32_t slot = 0; slot < count; ++slot) {
        if (values.empty() || contributes_nothing(op.pullback[slot])) {
            operands.emplace_back(graph.input(fmt::format("given{}", slot), first.shape()));
        } else {
            operands.emplace_back(values.back());
            values.pop_back();
        }
    }
    return apply_to_all(op, operands,
                        std::span(op.example.attributes).first(op.example.attribute_count));
}

/// The shape of values that an operator takes in all its slots.
std::optional<Shape> shape_for(const Op& op) {
    for (const Shape shape : {Shape{2, 2}, Shape{2, 1}, Shape{1, 2}, Shape{1, 1}}) {
        Graph graph;
        const Expr a = graph.input("a", shape), b = graph.input("b", shape);
        try {
            applied(op, graph, a, b);
            return shape;
        } catch (const ShapeError&) {
            continue;
        }
    }
    return std::nullopt;
}

constexpr std::int32_t pair_steps = 13;

/// A chain of states of a shape, and the derivative of the loss that `loss` makes of them.
template <class Loss>
Derivative chained(Graph& graph, Shape shape, const Loss& loss) {
    const Expr U = graph.parameter("U", {shape.rows, shape.rows});
    Expr h = graph.initial_state("h", shape);
    std::vector<Expr> states;
    for (std::int32_t t = 0; t < pair_steps; ++t) {
        const Scope at(graph, Step{0, t});
        h = tanh(U * h + graph.input("x", shape)).named("h");
        states.push_back(h);
    }
    return differentiate(loss(states).named("L"), {U});
}

/// Whether the figure of local derivatives can be folded; what it claims is what that of all steps
/// says.
bool check_local(const Derivative& derivative) {
    const View view = views_of(derivative).back();
    REQUIRE(view.name == "local");
    Figure folded;
    try {
        folded = view.draw({.steps = ShownSteps::folded, .step_count = pair_steps});
    } catch (const GraphError& error) {
        CHECK(std::string(error.what()).starts_with("figure: steps that are not alike"));
        return false;
    }
    const Figure all = view.draw({});
    const auto part_of = test::parts_of(view);
    const Claims claimed = ClaimReader(folded, texts_of(folded), pair_steps - 1, part_of).read();
    const Claims right = ClaimReader(all, texts_of(all), pair_steps - 1, part_of).read();
    CHECK(claimed.nodes == right.nodes);
    CHECK(claimed.edges == right.edges);
    return true;
}

}  // namespace

TEST_CASE("folded figure: a label says at each step what it is there, of whichever two are read") {
    int turn = 0;
    for (const Op* const op : operators_of_pairs()) {
        CAPTURE(op->name);
        const std::optional<Shape> shape = shape_for(*op);
        REQUIRE(shape.has_value());
        for (const auto& read :
             {std::pair(12, 11), {11, 12}, {12, 0}, {0, 12}, {1, 0}, {0, 2}, {12, 12}, {6, 12}})
            for (const bool is_in_scope : {false, true}) {
                if (!test::is_taken(turn++)) continue;
                const int first = read.first, second = read.second;
                CAPTURE(first);
                CAPTURE(second);
                CAPTURE(is_in_scope);
                Graph graph;
                const Derivative derivative =
                    chained(graph, *shape, [&](const std::vector<Expr>& h) {
                        std::optional<Scope> at;
                        if (is_in_scope) at.emplace(graph, Step{0, pair_steps - 1});
                        const Expr y = applied(*op, graph, h[static_cast<std::size_t>(first)],
                                               h[static_cast<std::size_t>(second)]);
                        return sum(y) + 0.3 * sum(square(h.back()));
                    });
                CHECK(check_local(derivative) == (first != 6));
            }
    }
}

TEST_CASE("folded figure: so it does where each step reads two, one before it or the first") {
    for (const Op* const op : operators_of_pairs()) {
        CAPTURE(op->name);
        const std::optional<Shape> shape = shape_for(*op);
        REQUIRE(shape.has_value());
        for (const bool is_first : {false, true})
            for (const bool is_other_way : {false, true}) {
                CAPTURE(is_first);
                CAPTURE(is_other_way);
                Graph graph;
                const Derivative derivative =
                    chained(graph, *shape, [&](const std::vector<Expr>& h) {
                        std::vector<Expr> losses;
                        for (std::int32_t t = 1; t < pair_steps; ++t) {
                            const Scope at(graph, Step{0, t});
                            Expr a = h[static_cast<std::size_t>(t)],
                                 b = h[static_cast<std::size_t>(is_first ? 0 : t - 1)];
                            if (is_other_way) std::swap(a, b);
                            losses.push_back(sum(applied(*op, graph, a, b)));
                        }
                        return accumulate(losses);
                    });
                const bool is_folded = check_local(derivative);
                CHECK((is_folded || is_first));  // which another step reads each time
            }
    }
}

}  // namespace revolute
