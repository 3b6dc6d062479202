// A name in a figure means one thing, and an adjoint is called after its own value.

#include "figure_models.hpp"
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/labels.hpp>
#include <revolute/ops/ops.hpp>
#include <support/renamed.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

namespace {

std::string name_of(const FigureNode& node) { return node.id.substr(0, node.id.find('[')); }

void check_figure(const Figure& figure, const Labels& labels) {
    std::map<NodeId, std::string> names;
    for (const FigureNode& node : figure.nodes)
        if (has_name(node) && node.kind != NodeKind::constant) {
            CHECK(node.id.find('#') == std::string::npos);  // which tells those called alike apart
            names[node.node] = name_of(node);
        }
    for (const auto& [node, name] : names) {
        const Labels::Origin origin = labels.origin(node);
        const auto value = names.find(origin.value);
        if (origin.order == 1 && value != names.end()) CHECK(name == "d" + value->second);
    }
}

void check_views(const Derivative& derivative, ShownSteps shown) {
    const Labels labels(derivative);
    const FigureOptions options{.title = "", .steps = shown};
    for (const Figure& figure :
         {forward(derivative.loss(), options), backward(derivative, options),
          joint(derivative, options), local_derivatives(derivative, options)})
        check_figure(figure, labels);
}

std::vector<Expr> net_of(Graph& graph, CellKind cell, int steps) {
    const RecurrentNet net = recurrent_net(graph, {.steps = steps, .input = 1, .hidden = 2},
                                           {.cell = cell, .initial = InitialState::trainable});
    std::vector<Expr> outputs{net.loss()};
    for (const Expr& variable : net.variables()) outputs.push_back(variable);
    return outputs;
}

void check_renamed(std::span<const Expr> outputs, const std::string& from, const std::string& to,
                   ShownSteps shown) {
    CAPTURE(from);
    CAPTURE(to);
    Graph graph;
    const std::vector<Expr> copies = test::renamed(outputs, graph, from, to);
    check_views(differentiate(copies.front(), std::span(copies).subspan(1)), shown);
}

/// Every so many of the pairs of names of a net made equal.
void check_pairs(CellKind cell, int steps, ShownSteps shown, std::size_t every) {
    Graph graph;
    const std::vector<Expr> outputs = net_of(graph, cell, steps);
    std::size_t count = 0;
    for (const std::string& from : test::names_of(graph))
        for (const std::string& to : test::names_of(graph))
            if (from != to && count++ % every == 0) check_renamed(outputs, from, to, shown);
}

std::set<std::string> labels_of(const Figure& figure) {
    std::set<std::string> labels;
    for (const FigureNode& node : figure.nodes) labels.insert(to_plain(node.label));
    return labels;
}

}  // namespace

TEST_CASE("figure names: every two names of a simple RNN made equal") {
    check_pairs(CellKind::simple, 2, ShownSteps::all, 1);
}

TEST_CASE("figure names: two names of a net made equal, in figures of one step for all") {
    check_pairs(CellKind::simple, 8, ShownSteps::folded, 5);
    check_pairs(CellKind::lstm, 8, ShownSteps::folded, 83);
}

TEST_CASE("figure names: names of users that look like derived ones, or like symbols") {
    Graph graph;
    const std::vector<Expr> outputs = net_of(graph, CellKind::simple, 2);
    for (const std::string& from : test::names_of(graph))
        for (const char* to : {"dz", "ddz", "z_2", "dz_2", "dW", "dL", "N", "T", "t"})
            check_renamed(outputs, from, to, ShownSteps::all);
}

TEST_CASE("figure names: a parameter called as the adjoint of another one gives way to it") {
    Graph graph;
    const Expr W = graph.parameter("W", {1, 1}), dW = graph.parameter("dW", {1, 1});
    const Expr L = tanh(hadamard(W, dW)).named("L");
    const std::set<std::string> labels =
        labels_of(joint(differentiate(L, {W, dW}), {.labels = LabelMode::op}));
    for (const char* label : {"W", "dW_", "dW: hadamard", "ddW_: hadamard"})
        CHECK(labels.contains(label));
    CHECK_FALSE(labels.contains("dW"));
}

TEST_CASE("figure names: a value called as the last step gives way to it") {
    Graph graph;
    const Expr T = graph.parameter("T", {1, 1});
    const auto x = input_sequence(graph, "x", {1, 1}, 8);
    std::vector<Expr> h;
    for (std::int32_t t = 0; t < 8; ++t) {
        const Scope at(graph, Step{0, t});
        h.push_back(hadamard(T, x[static_cast<std::size_t>(t)]).named("h"));
    }
    CHECK(
        labels_of(forward(accumulate(h).named("L"), {.title = "", .steps = ShownSteps::folded})) ==
        std::set<std::string>{"T_", "x_t", "h_t = T_ ∘ x_t", "L = Σ_{t = 0..T}"});
}

TEST_CASE(
    "figure names: names of other alphabets, or behind an underline, are names in all steps") {
    std::set<std::size_t> sizes;
    for (const auto& names :
         {std::pair("h", "g"), std::pair("η", "γ"), std::pair("_h", "_g"), std::pair("ĥ", "'g")}) {
        const std::string of_state = names.first, of_gate = names.second;
        const auto state = typeset_name(of_state, "t"), gate = typeset_name(of_gate, "t");
        Graph graph;
        const Expr w = graph.parameter("w", {1, 1});
        Expr h = graph.parameter("k", {1, 1});
        for (std::int32_t t = 0; t < 8; ++t) {
            const Scope at(graph, Step{0, t});
            const Expr g = sigmoid(w * h + graph.input("x", {1, 1})).named(of_gate);
            h = hadamard(g, h).named(of_state);
        }
        const Derivative derivative = differentiate(square(h).named("L"), {w});
        const FigureOptions folded{.title = "", .steps = ShownSteps::folded};
        const std::set<std::string> labels = labels_of(forward(derivative.loss(), folded));
        CAPTURE(of_state);
        const std::string first = to_plain(typeset_name(of_state, "0"));
        const std::string then = to_plain(typeset_name(of_state, "t-1"));
        CHECK(labels.contains(to_plain(state) + " = " + to_plain(gate) + " ∘ " + then + ";  " +
                              first + " = " + to_plain(typeset_name(of_gate, "0")) + " ∘ k"));
        const FigureOptions elided{.title = "", .steps = ShownSteps::elided};
        sizes.insert(joint(derivative, elided).nodes.size());  // with one for each kind of dots
        std::set<std::string> ids;
        for (const FigureNode& node : joint(derivative, folded).nodes) {
            CHECK(std::ranges::all_of(node.id, [](unsigned char c) { return c > 32 && c < 127; }));
            CHECK(ids.insert(node.id).second);
        }
    }
    CHECK(sizes.size() == 1);
}

TEST_CASE("figure names: what means one thing keeps its own name, in any alphabet") {
    Graph graph;
    const Expr beta = graph.parameter("β", {1, 1}), word = graph.parameter("x'", {1, 1});
    const std::set<std::string> labels =
        labels_of(forward(hadamard(beta, word).named("y"), {.title = ""}));
    CHECK(labels == std::set<std::string>{"β", "x'", "y = β ∘ x'"});
}

TEST_CASE(
    "figure names: an adjoint of several values is told of each, and a value by its later name") {
    for (const std::int32_t count : {3, 4, 9}) {
        CAPTURE(count);
        Graph graph;
        const Expr W = graph.parameter("W", {2, 2}), q = graph.parameter("q", {1, 1});
        Expr h = graph.initial_state("h0", {2, 1}), total;
        std::vector<Expr> losses;
        for (std::int32_t t = 0; t < count; ++t) {
            const Scope at(graph, Step{0, t});
            h = tanh(W * h).named("h");
            losses.push_back(sum(square(h)).named("l"));
            total = t == 0 ? losses.back() : (total + losses.back()).named("S");
        }
        const auto has = [](const Figure& figure, const std::string& beginning) {
            return std::ranges::any_of(figure.nodes, [&](const FigureNode& node) {
                return to_plain(node.label).starts_with(beginning);
            });
        };
        const Derivative of_sum = differentiate(square(q * accumulate(losses)).named("M"), {W, q});
        const std::string last = std::to_string(count - 1);
        CHECK(has(joint(of_sum), count == 3 ? "dl_2 = dl_0 = dl_1 = "
                                            : "dl_" + last + " = dl_t (t = 0.." +
                                                  std::to_string(count - 2) + ") = "));
        const Derivative of_total = differentiate(total.named("L"), {W});
        CHECK(has(joint(of_total), "S_" + last + " = L = S_"));
        CHECK(has(local_derivatives(of_total), "S_" + last + " = L"));
        if (count < 8) continue;
        const FigureOptions folded{.title = "", .steps = ShownSteps::folded};
        CHECK(has(joint(of_sum, folded), "dl_T = dl_t (t = 0..T−1) = "));
        CHECK(has(joint(of_total, folded), "S_T = L = S_{T−1} + l_T"));
    }
}

}  // namespace revolute
