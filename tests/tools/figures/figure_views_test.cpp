#include "figure_models.hpp"
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <revolute/tools/figures/figure_captions.hpp>
#include <support/message.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace revolute {

namespace {

struct Counts {
    std::size_t nodes = 0;
    std::size_t edges = 0;

    friend bool operator==(const Counts&, const Counts&) = default;
};

Counts counts_of(const Figure& figure) { return {figure.nodes.size(), figure.edges.size()}; }

Counts counts_of_ancestors(std::span<const Expr> outputs) {
    const Graph& graph = *outputs.front().graph;
    Counts counts;
    for (const NodeId node : postorder(graph, ids_of(outputs))) {
        ++counts.nodes;
        counts.edges += graph.operand_count(node);
    }
    return counts;
}

/// The rule of the backward figure, by sets.
Counts counts_of_backward(const Derivative& derivative) {
    const Graph& graph = *derivative.loss().graph;
    const NodeId loss = derivative.loss().id;
    const std::vector<bool> is_forward = ancestors(graph, std::span(&loss, 1));
    std::set<NodeId> drawn;
    std::size_t edges = 0;
    for (const NodeId node : postorder(graph, ids_of(derivative.gradients()))) {
        if (is_forward[index(node)]) continue;
        drawn.insert(node);
        for (const NodeId operand : graph.operands(node)) drawn.insert(operand);
        edges += graph.operand_count(node);
    }
    for (const Expr& gradient : derivative.gradients()) drawn.insert(gradient.id);
    return {drawn.size(), edges};
}

/// Gradients that are numbers or values of the forward pass have a node each, and such a value an
/// arrow to it. A number that nothing else in the view reads has none.
Counts with_other_gradients(Counts counts, const Derivative& derivative, bool is_joint) {
    const Graph& graph = *derivative.loss().graph;
    const NodeId loss = derivative.loss().id;
    const std::vector<bool> is_forward = ancestors(graph, std::span(&loss, 1));
    std::set<NodeId> numbers, read;
    for (const Expr& gradient : derivative.gradients()) {
        const bool is_number = &graph.op(gradient.id) == &constant_op;
        if (!is_number && !is_forward[index(gradient.id)]) continue;
        ++counts.nodes;
        counts.edges += is_number ? 0 : 1;
        if (is_number) numbers.insert(gradient.id);
    }
    for (const NodeId node : postorder(graph, ids_of(derivative.loss_and_gradients())))
        if (is_joint || !is_forward[index(node)])
            for (const NodeId operand : graph.operands(node)) read.insert(operand);
    for (const NodeId number : numbers) counts.nodes -= read.contains(number) ? 0 : 1;
    return counts;
}

void check_counts(const Derivative& derivative) {
    const Expr loss = derivative.loss();
    CHECK(counts_of(forward(loss)) == counts_of_ancestors(std::span(&loss, 1)));
    CHECK(counts_of(backward(derivative)) ==
          with_other_gradients(counts_of_backward(derivative), derivative, false));
    CHECK(counts_of(joint(derivative)) ==
          with_other_gradients(counts_of_ancestors(derivative.loss_and_gradients()), derivative,
                               true));
}

const FigureNode& node_of(const Figure& figure, Expr expr) {
    const auto found = std::ranges::find(figure.nodes, expr.id, &FigureNode::node);
    REQUIRE(found != figure.nodes.end());
    return *found;
}

std::string panel_of(const Figure& figure, Expr expr) {
    return to_plain(figure.panels[node_of(figure, expr).panel].title);
}

std::string label_of(const Figure& figure, Expr expr) {
    return to_plain(node_of(figure, expr).label);
}

}  // namespace

TEST_CASE("figure: nodes and edges are those of the graph") {
    for (const auto initial : {InitialState::zero, InitialState::given, InitialState::trainable})
        for (const int batch : {1, 3}) {
            const test::Net net({.steps = 3, .input = 2, .hidden = 3, .batch = batch}, initial);
            check_counts(net.derivative);
        }
    const test::Perceptron perceptron;
    check_counts(differentiate(perceptron.loss, perceptron.variables));
    const test::EncoderDecoder two_axes;
    check_counts(differentiate(two_axes.loss, two_axes.variables));
    for (std::uint32_t seed = 1; seed < 10; ++seed) {
        test::RandomGraph random(seed);
        const Expr loss = random.loss();
        check_counts(differentiate(loss, random.leaves, Unreachable::zeros));
    }
}

TEST_CASE(
    "figure: a gradient that is a number or a value of the forward pass is a node of its own "
    "name") {
    Graph graph, simple;
    const Expr a = graph.parameter("a", {}), b = graph.parameter("b", {}),
               c = graph.parameter("c", {}), d = graph.parameter("d", {});
    const Expr loss = (a * exp(b).named("e") + c).named("L");
    const Derivative derivative = simplify(differentiate(loss, {a, b, c, d}, Unreachable::zeros),
                                           simple, simplification_rules())
                                      .derivative;
    for (const Figure& figure : {backward(derivative), joint(derivative)}) {
        std::set<std::string> gradients;
        for (const FigureNode& node : figure.nodes) {
            if (node.name.size() == 2) gradients.insert(to_plain(node.label));
            CHECK(to_plain(node.label) != "0");
        }
        for (const std::string gradient : {"da = e", "dc = 1", "dd = 0"}) {
            CAPTURE(gradient);
            CHECK(gradients.contains(gradient));
        }
    }
}

TEST_CASE("figure: every gradient of a simplified net has a node of its name, whatever it is") {
    for (const int steps : {1, 2})
        for (const CellKind cell : cell_kinds()) {
            CAPTURE(steps);
            CAPTURE(name_of(cell));
            const Sizes sizes{.steps = steps, .input = 2, .hidden = 3};
            Graph graph, simple;
            const RecurrentNet net = recurrent_net(graph, sizes, {.cell = cell});
            const Derivative derivative =
                simplify(differentiate(net.loss(), net.variables()), simple, simplification_rules())
                    .derivative;
            for (const Figure& figure : {backward(derivative), joint(derivative)})
                for (const Expr& variable : derivative.variables()) {
                    const std::string name = to_plain(typeset_name("d" + variable.label()));
                    CAPTURE(name);
                    CHECK(std::ranges::any_of(figure.nodes, [&](const FigureNode& node) {
                        const std::string label = to_plain(node.label) + " ";
                        return label.starts_with(name + " ") ||
                               label.find(" = " + name + " ") != std::string::npos;
                    }));
                }
        }
}

TEST_CASE("figure: x o x has two edges") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1});
    const Figure figure = forward(hadamard(x, x));
    CHECK(figure.nodes.size() == 2);
    CHECK(figure.edges.size() == 2);
}

TEST_CASE("figure: ids are unique, plain and independent of the graph's other nodes") {
    const test::Net net({.steps = 3}, InitialState::given, Sharing::off);
    const Figure figure = joint(net.derivative);
    std::set<std::string> ids;
    for (const FigureNode& node : figure.nodes) {
        CHECK(ids.insert(node.id).second);
        CHECK(std::ranges::all_of(node.id, [](char c) { return c > ' ' && c < 127 && c != '"'; }));
    }
    Graph graph;
    graph.parameter("unused", {});
    const SimpleRnn cell(graph, 1, 1);
    const ManyToOne other = many_to_one(cell, {.steps = 3}, InitialState::given);
    const Figure again = forward(other.loss);
    Graph alone;
    const Figure first =
        forward(many_to_one(SimpleRnn(alone, 1, 1), {.steps = 3}, InitialState::given).loss);
    CHECK(std::ranges::equal(again.nodes, first.nodes, {}, &FigureNode::id, &FigureNode::id));
}

TEST_CASE("figure: equal names get numbers") {
    Graph graph;
    const Expr a = graph.parameter("a", {}), b = graph.parameter("a", {}),
               c = graph.parameter("a#2", {});
    const Figure figure = forward(a + (b + c));
    std::set<std::string> ids;
    for (const FigureNode& node : figure.nodes) ids.insert(node.id);
    CHECK(ids == std::set<std::string>{"a", "a_3", "a#2", "_1", "_2"});
}

TEST_CASE("figure: each node stands in the panel of its step") {
    const test::Net net({.steps = 3, .input = 2, .hidden = 3}, InitialState::given);
    const ManyToOne& model = net.model;
    const Figure both = joint(net.derivative);
    const auto output = [&](std::size_t t) { return model.unrolled.output(t); };
    CHECK(panel_of(both, output(1)) == "t = 1");
    CHECK(panel_of(both, model.unrolled.inputs[2]) == "t = 2");
    // U' dz(t+1), made at step t+1, is dh(t).
    CHECK(panel_of(both, net.derivative.adjoint(output(0))) == "t = 0");
    CHECK(panel_of(both, net.derivative.adjoint(output(2))) == "t = 2");
    for (const Expr& outside : {net.cell.W, model.V, model.loss, net.derivative[net.cell.W]})
        CHECK(panel_of(both, outside).empty());
    CHECK(node_of(both, net.cell.W).panel != node_of(both, model.V).panel);
}

TEST_CASE("figure: the term of a zero initial state stands in the first step") {
    const test::Net net({.steps = 2, .input = 2, .hidden = 3}, InitialState::zero);
    const Figure figure = backward(net.derivative);
    const Expr last = net.derivative.terms(net.cell.U).back().value;
    CHECK(last.step() == Step{0, 0});
    CHECK(panel_of(figure, last) == "t = 0");
}

TEST_CASE("figure: labels are formulas in the names of the graph") {
    const test::Net net({.steps = 3, .input = 2, .hidden = 3}, InitialState::given);
    const Figure both = joint(net.derivative);
    const Expr h2 = net.model.unrolled.output(2);
    CHECK(label_of(both, h2) == "h_2 = tanh(z_2)");
    CHECK(label_of(both, net.model.loss) == "L = ½ mean |y − Y|^2");
    CHECK(label_of(both, net.derivative.adjoint(h2)) == "dh_2 = V^T dy");
    CHECK(label_of(both, net.derivative.adjoint(net.model.unrolled.output(1))) ==
          "dh_1 = U^T dz_2");
    CHECK(label_of(both, net.derivative[net.cell.W]) == "dW = Σ_t");
    CHECK(label_of(both, net.cell.W) == "W");
}

TEST_CASE("figure: labels by operator and by shape") {
    const test::Net net({.steps = 3, .input = 2, .hidden = 3});
    const Expr h2 = net.model.unrolled.output(2);
    const Figure by_op = forward(net.model.loss, {"", LabelMode::op});
    CHECK(label_of(by_op, h2) == "h_2: tanh");
    const Figure by_shape = forward(net.model.loss, {"", LabelMode::shape});
    CHECK(label_of(by_shape, h2) == "h_2 [3 × 1]");
    CHECK(label_of(by_shape, net.cell.W) == "W [3 × 2]");
    CHECK(label_of(by_shape, net.model.unrolled.initial.state[0]) == "0 [3 × 1]");
}

TEST_CASE("figure: in every view, labels by operator or by shape are those of all nodes") {
    const test::StackedNet net({.cell = CellKind::lstm, .initial = InitialState::given});
    const Graph& graph = net.graph;
    for (const Figure& figure : net.views({.title = "", .labels = LabelMode::op}))
        for (const FigureNode& node : figure.nodes) {
            const Op& op = graph.op(node.node);
            if (op.arity == 0) continue;
            const std::string label = to_plain(node.label);
            CAPTURE(label);
            CHECK(label.ends_with(op.name));
            CHECK(label.find(" = ") == std::string::npos);
        }
    for (const Figure& figure : net.views({.title = "", .labels = LabelMode::shape}))
        for (const FigureNode& node : figure.nodes) {
            const std::string label = to_plain(node.label);
            CAPTURE(label);
            CHECK(label.ends_with(to_plain(typeset_shape(graph.shape(node.node)))));
        }
}

TEST_CASE("figure: a vector repeated over a batch is written like the vector") {
    const test::Perceptron net;
    CHECK(label_of(forward(net.output), net.output) == "y = W2 a + b2");
}

TEST_CASE("figure: products of two kinds get parentheses") {
    Graph graph;
    const Expr a = graph.parameter("a", {2, 2}), b = graph.parameter("b", {2, 2});
    const Expr c = (hadamard(a, b) * a).named("c");
    CHECK(label_of(forward(c), c) == "c = (a ∘ b) a");
}

TEST_CASE("figure: an operand too long to write out is told by its operator") {
    Graph graph;
    const Expr x = graph.parameter("a long parameter name", {});
    const Expr y = (tanh(x) + x).named("y");
    CHECK(label_of(forward(y), y) == "y = tanh(…) + a long parameter name");
}

TEST_CASE("figure: kinds say what a node is") {
    const test::Net net({.steps = 3, .input = 2, .hidden = 3}, InitialState::given);
    const ManyToOne& model = net.model;
    const Figure both = joint(net.derivative);
    const auto kind = [&](Expr node) { return node_of(both, node).kind; };
    CHECK(kind(net.cell.W) == NodeKind::parameter);
    CHECK(kind(model.unrolled.inputs[0]) == NodeKind::input);
    CHECK(kind(model.unrolled.initial.leaves[0]) == NodeKind::initial_state);
    CHECK(kind(model.unrolled.output(0)) == NodeKind::state);
    CHECK(kind(model.loss) == NodeKind::loss);
    CHECK(kind(model.y) == NodeKind::operation);
    CHECK(kind(net.derivative.adjoint(model.unrolled.output(0))) == NodeKind::adjoint);
    CHECK(kind(net.derivative[net.cell.W]) == NodeKind::accumulate);
    const Figure back = backward(net.derivative);
    CHECK(node_of(back, model.unrolled.output(0)).kind == NodeKind::saved);
    CHECK(label_of(back, model.unrolled.output(0)) == "h_0");
}

TEST_CASE("figure: edges say how values travel") {
    const test::Net net({.steps = 3, .input = 2, .hidden = 3}, InitialState::given);
    const Figure both = joint(net.derivative);
    std::set<EdgeKind> kinds;
    for (const FigureEdge& edge : both.edges) {
        kinds.insert(edge.kind);
        const FigureNode &from = both.nodes[edge.from], &to = both.nodes[edge.to];
        if (from.node == net.cell.W.id) CHECK(edge.kind == EdgeKind::fan_out);
        if (from.id == "h[0]" && to.kind == NodeKind::operation && both.panels[to.panel].band == 0)
            CHECK(edge.kind == EdgeKind::carried);
        if (both.panels[from.panel].band != both.panels[to.panel].band)
            CHECK(edge.kind == EdgeKind::saved);
    }
    CHECK(kinds == std::set<EdgeKind>{EdgeKind::data, EdgeKind::fan_out, EdgeKind::carried,
                                      EdgeKind::sum, EdgeKind::saved});
}

TEST_CASE("figure: tooltips tell operator, shape and source line") {
    Graph graph;
    const int line = __LINE__ + 1;
    const Expr W = graph.parameter("W", {3, 2});
    const Expr loss = sum(W + tanh(W));
    const Derivative derivative = differentiate(loss, {W});
    const Figure figure = joint(derivative);
    CHECK(node_of(figure, W).tooltip ==
          "W: parameter [3 x 2], made at figure_views_test.cpp:" + std::to_string(line));
    CHECK(node_of(figure, derivative[W]).tooltip ==
          "dW: accumulate [3 x 2] of 2 terms, made by the adjoint of W");
}

TEST_CASE("figure: outputs of two graphs are refused") {
    Graph one, other;
    const std::vector<Expr> outputs{one.parameter("a", {}), other.parameter("b", {})};
    const std::string line = std::to_string(__LINE__ - 1);
    CHECK(test::message_of<GraphError>([&] { forward(outputs); }) ==
          "figure: expressions must belong to one graph\n"
          "  one is a [1 x 1], made at figure_views_test.cpp:" +
              line + "\n  another is b [1 x 1], made at figure_views_test.cpp:" + line);
    CHECK(test::message_of<GraphError>([&] { forward(std::vector<Expr>{}); }) ==
          "figure: needs an expression");
}

}  // namespace revolute
