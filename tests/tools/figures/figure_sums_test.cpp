// How figures write sums: running ones, and those without names.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

namespace {

/// Runs h = tanh(U h' + x) for some steps, and `add` at each of them.
void run_chain(Graph& graph, Expr U, const std::function<void(std::int32_t, Expr)>& add,
               std::int32_t count = 8) {
    Expr h = graph.input("h0", {2, 1});
    for (std::int32_t t = 0; t < count; ++t) {
        const Scope at(graph, Step{0, t});
        h = tanh(U * h + graph.input("x", {2, 1})).named("h");
        add(t, h);
    }
}

std::set<std::string> labels_of(const Figure& figure) {
    std::set<std::string> labels;
    for (const FigureNode& node : figure.nodes) labels.insert(to_plain(node.label));
    for (const FigureEdge& edge : figure.edges) labels.insert(to_plain(edge.label));
    return labels;
}

}  // namespace

TEST_CASE("folded figure: a running sum without a name is not written out from its first step on") {
    Graph graph;
    const Expr U = graph.parameter("U", {2, 2});
    std::optional<Expr> total;
    run_chain(graph, U, [&](std::int32_t, Expr h) { total = total ? *total + h : h; });
    const Derivative derivative = differentiate(sum(square(total->named("S"))).named("L"), {U});
    const auto folded = labels_of(forward(derivative.loss(), {.steps = ShownSteps::folded}));
    CHECK(folded.contains("· + h_t;  t = 1: h_0 + h_1  (0 < t < T)"));
    CHECK(folded.contains("S_T = · + h_T"));
    const auto all = labels_of(forward(derivative.loss(), {}));
    CHECK(all.contains("h_0 + h_1 + h_2"));
}

TEST_CASE("folded figure: what stands for no step t says of no step where it is from t") {
    int drawn = 0;
    for (const bool is_behind : {true, false})
        for (std::int32_t count = 8; count < 20; ++count)
            for (const bool is_of_graph : {true, false}) {
                CAPTURE(is_behind);
                CAPTURE(count);
                CAPTURE(is_of_graph);
                Graph graph;
                const Expr U = graph.parameter("U", {2, 2});
                std::vector<Expr> states;
                run_chain(
                    graph, U, [&](std::int32_t, Expr h) { states.push_back(h); }, count);
                Expr total = states.front();
                for (std::size_t t = 1; t < states.size(); ++t)
                    total = is_behind ? total + states[t] : states[t] + total;
                const Derivative derivative = differentiate(sum(square(total)).named("L"), {U});
                FigureOptions options{.steps = ShownSteps::folded};
                if (is_of_graph) options.step_count = count;
                std::optional<Figure> figure;
                try {
                    figure = local_derivatives(derivative, options);
                } catch (const GraphError&) {
                    continue;
                }
                ++drawn;
                for (const FigureNode& node : figure->nodes) {
                    const FigurePanel& panel = figure->panels[node.panel];
                    const std::string label = to_plain(node.label);
                    CAPTURE(label);
                    if (!to_plain(panel.title).starts_with("for "))
                        CHECK((label.find("_t") == label.npos && label.find("{t") == label.npos));
                }
            }
    CHECK(drawn >= 12);
}

TEST_CASE("figure: a value that has its name at some steps only is refused with what helps") {
    Graph graph;
    const Expr U = graph.parameter("U", {2, 2});
    std::optional<Expr> total;
    run_chain(graph, U, [&](std::int32_t t, Expr h) {
        total = total ? *total + h : h;
        if (t > 4) total = total->named("S");
    });
    const Expr loss = sum(square(*total)).named("L");
    const auto message = [&](ShownSteps shown) {
        return test::message_of<GraphError>([&] { forward(loss, {.steps = shown}); });
    };
    CHECK(
        message(ShownSteps::folded) ==
        "figure: steps that are not alike cannot be folded\n"
        "  what is called S at t = 5 has no name at t = 4\n"
        "  give it one name at each step: named(); or\n"
        "  of 8 steps the first 2 and the last 2 may differ; 16 steps have room for it if it stays "
        "2 steps before the last and does not come again");
    CHECK(message(ShownSteps::elided)
              .starts_with("figure: steps that are not alike cannot be left out\n"
                           "  what is called S at t = 5 has no name at t = 4\n"
                           "  give it one name at each step: named()\n"));
}

TEST_CASE("figure: sums without names say what they are sums of, in every view") {
    Graph graph;
    const Expr U = graph.parameter("U", {2, 2});
    std::vector<Expr> h, k, parts;
    run_chain(graph, U, [&](std::int32_t, Expr state) {
        h.push_back(state);
        const std::vector<Expr> terms{state, U * square(state), exp(state)};
        k.push_back(sigmoid(accumulate(terms)).named("k"));
        parts.push_back(square(k.back()));
    });
    const Expr of_h = tanh(accumulate(h)), of_k = sigmoid(accumulate(k));
    const Expr loss = (sum(hadamard(of_h, of_k)) + sum(exp(accumulate(parts)))).named("L");
    const Derivative derivative = differentiate(loss, {U});
    for (const auto& [shown, over] :
         {std::pair(ShownSteps::all, "Σ_t"), std::pair(ShownSteps::folded, "Σ_{t = 0..T}")}) {
        const FigureOptions options{.steps = shown};
        for (const Figure& figure :
             {forward(loss, options), local_derivatives(derivative, options)}) {
            const std::set<std::string> labels = labels_of(figure);
            for (const std::string summed : {"h_t", "k_t", "square(…)"})
                CHECK(labels.contains(fmt::format("{} {}", over, summed)));
            CHECK(labels.contains(shown == ShownSteps::all ? "h_0 + U h_0^2 + exp(h_0)"
                                                           : "h_t + U h_t^2 + exp(h_t)"));
        }
        const std::set<std::string> factors = labels_of(local_derivatives(derivative, options));
        CHECK(factors.contains(fmt::format("1 − tanh({} h_t)^2", over)));
        CHECK(factors.contains(fmt::format("tanh({} h_t)", over)));
    }
}

TEST_CASE(
    "folded figure: what reads named values of another step is written out along the loop too") {
    for (const std::string name : {"h", "hidden_state"}) {
        Graph graph;
        const Expr W = graph.parameter("W", {2, 2});
        Expr h = graph.initial_state("h0", {2, 1});
        for (std::int32_t t = 0; t < 9; ++t) {
            const Scope at(graph, Step{0, t});
            h = tanh(W * h).named(name);
        }
        const Derivative derivative = differentiate(sum(square(h)).named("L"), {W});
        const auto labels = labels_of(backward(derivative, {.steps = ShownSteps::folded}));
        CAPTURE(fmt::format("{}", fmt::join(labels, "\n")));
        CHECK(labels.contains(name == "h" ? "dh_t = W^T (dh_{t+1} ∘ (1 − h_{t+1}^2))  (t < T)"
                                          : "dhidden_{state,t} = W^T hadamard(…)  (t < T)"));
    }
}

}  // namespace revolute
