// Figures that draw one step for all, or leave out those in the midst.

#include "figure_geometry.hpp"
#include "figure_models.hpp"
#include "graphviz_program.hpp"
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/figures/figure_looks.hpp>
#include <revolute/tools/figures/layout/layout.hpp>
#include <revolute/tools/figures/step_names.hpp>
#include <support/golden.hpp>
#include <support/message.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rnn/repeating_nets.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>

namespace revolute {

namespace {

using test::architectures_to_draw;
using test::dot_of;
using test::StackedNet;

constexpr int steps = 8;
const FigureOptions folded{.title = "", .steps = ShownSteps::folded, .step_count = 1000};
const FigureOptions elided{.title = "", .steps = ShownSteps::elided, .step_count = 1000};

void check_readable(const FigureOptions& options) {
    for (const Architecture& architecture : test::architectures_to_draw()) {
        CAPTURE(architecture.cell.name());
        CAPTURE(architecture.layers);
        CAPTURE(architecture.is_bidirectional);
        CAPTURE(static_cast<int>(architecture.initial));
        int view = 0;
        for (Figure& figure : StackedNet(architecture, steps).views(options)) {
            CAPTURE(view++);
            REQUIRE(lay_out(figure));
            CHECK(test::faults_of(figure) == "");
        }
    }
}

/// "h[t] -> _5[t]: t−1" of every edge that has a label.
std::set<std::string> notes_of(const Figure& figure) {
    std::set<std::string> notes;
    for (const FigureEdge& edge : figure.edges)
        if (!edge.label.empty())
            notes.insert(fmt::format("{} -> {}: {}", to_plain(figure.nodes[edge.from].label),
                                     to_plain(figure.nodes[edge.to].label), to_plain(edge.label)));
    return notes;
}

std::set<std::string> titles_of(const Figure& figure) {
    std::set<std::string> titles;
    for (const FigurePanel& panel : figure.panels)
        if (panel.has_frame()) titles.insert(to_plain(panel.title));
    return titles;
}

}  // namespace

TEST_CASE("folded figure: every net can be read in every view") { check_readable(folded); }

TEST_CASE("elided figure: every net can be read in every view") { check_readable(elided); }

TEST_CASE("folded figure: each family that spans the steps is drawn once") {
    for (const Architecture& architecture : test::architectures_to_draw()) {
        const StackedNet net(architecture, steps);
        const Rolled rolled = roll(net.derivative->loss_and_gradients());
        std::map<NodeId, std::size_t> part_of;
        for (std::size_t part = 0; part < rolled.nodes.size(); ++part)
            for (const NodeId node : rolled.nodes[part]) part_of[node] = part;
        const Figure figure = joint(*net.derivative, folded);
        std::map<std::size_t, int> times;
        for (const FigureNode& node : figure.nodes)
            if (figure.panels[node.panel].title.runs.size() == 1 &&
                to_plain(figure.panels[node.panel].title).starts_with("for "))
                ++times[part_of.at(node.node)];
        for (std::size_t part = 0; part < rolled.parts.size(); ++part)
            if (rolled.parts[part].size() >= steps - 2) CHECK(times[part] == 1);
    }
}

TEST_CASE("folded figure: Graphviz reads the DOT of every view of every net") {
    if (!test::has_graphviz()) return;
    std::string dot;
    for (const FigureOptions& options : {folded, elided})
        for (const Architecture& architecture : test::architectures_to_draw())
            for (const Figure& figure : StackedNet(architecture, steps).views(options))
                dot += dot_of(figure);
    CHECK(test::graphviz("nop -p", dot) == "0");  // dot -Tcanon fails to read several graphs
}

TEST_CASE("folded figure: dot makes a layout of its own for the largest net") {
    if (!test::has_graphviz() || test::is_sanitized) return;  // the time goes into `dot`
    const StackedNet net({.cell = CellKind::lstm_peephole, .layers = 2, .is_bidirectional = true},
                         steps);
    const Figure figure = joint(*net.derivative, folded);
    CHECK(test::graphviz("dot -Tcanon", dot_of(figure, {.positions = false})) == "0");
}

TEST_CASE("folded figure: the number of steps that the graph was built with makes no difference") {
    for (const Architecture& architecture : test::architectures_to_draw()) {
        const StackedNet few(architecture, steps), more(architecture, steps + 5);
        const std::vector<Figure> one = few.views(folded), other = more.views(folded);
        for (std::size_t view = 0; view < one.size(); ++view)
            CHECK(titles_of(one[view]) == titles_of(other[view]));
        for (std::size_t view = 0; view < one.size(); ++view)
            CHECK(notes_of(one[view]) == notes_of(other[view]));
    }
}

TEST_CASE("folded figure: the simple net is drawn as in the golden files") {
    const StackedNet net({.initial = InitialState::given}, steps);
    FigureOptions options = folded;
    options.source_lines = false;
    test::check_golden("tools/golden/folded_forward.dot", dot_of(forward(net.net.loss(), options)));
    test::check_golden("tools/golden/folded_backward.dot",
                       dot_of(backward(*net.derivative, options)));
    test::check_golden("tools/golden/folded_joint.dot", dot_of(joint(*net.derivative, options)));
}

TEST_CASE("folded figure: edges say how far their source is and at which steps it is read") {
    const StackedNet net({.initial = InitialState::given}, steps);
    CHECK(notes_of(forward(net.net.loss(), folded)) ==
          std::set<std::string>{"h_t = tanh(z_t) -> U h_{t−1}: t−1, t > 0",
                                "h_{−1} -> U h_{t−1}: t = 0", "h_t = tanh(z_t) -> V h_T: t = T"});
}

TEST_CASE(
    "folded figure: in every view of every net, what comes from another step says from which") {
    for (const Architecture& architecture : test::architectures_to_draw()) {
        CAPTURE(architecture.cell.name());
        CAPTURE(architecture.layers);
        CAPTURE(architecture.is_bidirectional);
        int view = 0;
        for (const Figure& figure : StackedNet(architecture, steps).views(folded)) {
            CAPTURE(view++);
            int back = 0;
            for (const FigureEdge& edge : figure.edges) {
                if (!edge.is_back) continue;
                ++back;
                const std::string label = to_plain(edge.label);
                CAPTURE(label);
                CHECK((label.find("t−1") != std::string::npos ||
                       label.find("t+1") != std::string::npos));
            }
            CHECK(back > 0);
        }
    }
}

TEST_CASE(
    "folded figure: an arrow that says it is from another step is dashed, between loops as within "
    "one") {
    int between = 0;
    for (Architecture architecture : test::architectures_to_draw())
        for (const bool is_residual : {false, true}) {
            architecture.is_residual = is_residual && architecture.layers > 1;
            CAPTURE(architecture.cell.name());
            CAPTURE(architecture.layers);
            CAPTURE(architecture.is_residual);
            for (const Figure& figure : StackedNet(architecture, steps).views(folded))
                for (const FigureEdge& edge : figure.edges) {
                    const std::string label = to_plain(edge.label);
                    if (!label.starts_with("t−1") && !label.starts_with("t+1")) continue;
                    CAPTURE(label);
                    CHECK(looks_of(figure, edge).is_dashed);
                    between += edge.is_back ? 0 : 1;
                }
        }
    CHECK(between > 0);
}

TEST_CASE(
    "folded figure: edges of a value that say the same share their label and set out together") {
    const StackedNet net({.cell = CellKind::lstm, .initial = InitialState::given}, steps);
    Figure figure = forward(net.net.loss(), folded);
    REQUIRE(lay_out(figure));
    std::map<std::pair<std::string, std::string>, std::vector<FigureEdge>> bundles;
    for (const FigureEdge& edge : figure.edges)
        if (!edge.label.empty())
            bundles[{figure.nodes[edge.from].id, to_plain(edge.label)}].push_back(edge);
    std::vector<std::size_t> sizes;
    for (const auto& [bundle, edges] : bundles) {
        const std::string name = bundle.first + ": " + bundle.second;
        CAPTURE(name);
        sizes.push_back(edges.size());
        CHECK(std::ranges::count(edges, false, &FigureEdge::shares_label) == 1);
        for (const FigureEdge& edge : edges)
            CHECK((edge.path.front().x == edges[0].path.front().x &&
                   edge.path.front().y == edges[0].path.front().y));
    }
    // h(-1) and h(t-1) are read by four gates, c(-1), c(t-1) and h(T) once.
    std::ranges::sort(sizes);
    CHECK(sizes == std::vector<std::size_t>{1, 1, 1, 4, 4});
    const std::string dot = dot_of(figure);
    std::size_t shown = 0;
    for (auto at = dot.find("lp=\""); at != std::string::npos; at = dot.find("lp=\"", at + 1))
        ++shown;
    CHECK(shown == sizes.size() + 1);  // and the frame's title
}

TEST_CASE("folded figure: no more than a third of a frame is empty") {
    for (const FigureOptions& options : {folded, elided})
        for (const Architecture& architecture : test::architectures_to_draw())
            for (Figure& figure : StackedNet(architecture, steps).views(options)) {
                REQUIRE(lay_out(figure));
                CHECK(test::empty_frames_of(figure) == "");
            }
}

TEST_CASE("folded figure: loops say in which order their steps are taken") {
    const StackedNet one({.initial = InitialState::given}, steps);
    CHECK(titles_of(joint(*one.derivative, folded)) ==
          std::set<std::string>{"for t = 0..T", "for t = T..0", "t = T"});
    const StackedNet both({.is_bidirectional = true, .initial = InitialState::given}, steps);
    CHECK(titles_of(forward(both.net.loss(), folded)) ==
          std::set<std::string>{"for t = 0..T", "for t = T..0"});
}

TEST_CASE("folded figure: sums have limits") {
    const StackedNet net({.initial = InitialState::given}, steps);
    const Figure figure = backward(*net.derivative, folded);
    const auto sum = std::ranges::find(figure.nodes, "dW", &FigureNode::id);
    REQUIRE(sum != figure.nodes.end());
    CHECK(to_plain(sum->label) == "dW = Σ_{t = 0..T}");
}

TEST_CASE("elided figure: the last column has the true number") {
    const StackedNet net({.initial = InitialState::given}, steps);
    CHECK(titles_of(forward(net.net.loss(), elided)) ==
          std::set<std::string>{"t = 0", "t = 1", "t = 2..T−1", "t = T = 999"});
}

TEST_CASE("folded figure: few steps are refused") {
    const StackedNet net({}, 3);
    for (const FigureOptions& options : {folded, elided})
        CHECK(test::message_of<GraphError>([&] { forward(net.net.loss(), options); }) ==
              "figure: fewer than 8 steps are neither folded nor left out (axis t has 3)");
}

TEST_CASE("folded figure: a graph without steps is refused") {
    const test::Perceptron net;
    const Derivative derivative = differentiate(net.loss, net.variables);
    const auto message = [](std::size_t nodes) {
        return fmt::format(
            "figure: without steps nothing is folded or left out ({} nodes)\n"
            "  what is made while a Scope with a Step is open gets that step; ShownSteps::all "
            "draws "
            "all nodes",
            nodes);
    };
    for (const FigureOptions& options : {folded, elided}) {
        CHECK(test::message_of<GraphError>([&] { forward(net.loss, options); }) ==
              message(forward(net.loss).nodes.size()));
        CHECK(test::message_of<GraphError>([&] { local_derivatives(derivative, options); }) ==
              message(local_derivatives(derivative).nodes.size()));
    }
}

TEST_CASE("folded figure: what begins after several steps is folded where there are steps enough") {
    const auto dilated = [](std::int32_t count) {
        auto graph = std::make_unique<Graph>();
        const Expr w = graph->parameter("w", {1, 1});
        std::vector<Expr> h;
        for (std::int32_t t = 0; t < count; ++t) {
            const Scope scope(*graph, Step{0, t});
            const Expr x = graph->input("x", {1, 1});
            h.push_back(tanh(t < 3 ? x : w * h[static_cast<std::size_t>(t - 3)] + x).named("h"));
        }
        const Figure figure = forward(accumulate(h), folded);
        return notes_of(figure);
    };
    CHECK(test::message_of<GraphError>([&] {
              dilated(8);
          }).starts_with("figure: steps that are not alike cannot be folded\n"));
    CHECK(
        dilated(24).contains("h_t = tanh(w h_{t−3} + x_t);  h_0 = tanh(x_0);  h_1 = tanh(x_1);  "
                             "h_2 = tanh(x_2) -> w h_{t−3}  (t > 2): t−3"));
}

TEST_CASE("folded figure: a step in the midst that is not like the others is refused") {
    Graph graph;
    Expr h = [&] {
        const Scope scope(graph, Step{0, -1});
        return graph.initial_state("h", {2, 1});
    }();
    for (std::int32_t t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        h = (t == 4 ? sigmoid(h) : tanh(h)).named("h");
    }
    CHECK(test::message_of<GraphError>([&] { forward(h, folded); }) ==
          "figure: steps that are not alike cannot be folded\n"
          "  h stands alone at t = 4\n"
          "  of 8 steps the first 2 and the last 2 may differ; 16 steps have room for it if it "
          "stays 3 steps before the last and does not come again");
}

TEST_CASE("folded figure: a refusal says whether a graph of more steps could be folded") {
    const auto changed_at = [](std::int32_t count, std::int32_t change) {
        Graph graph;
        const auto x = input_sequence(graph, "x", {2, 1}, count);
        std::vector<Expr> h;
        for (std::int32_t t = 0; t < count; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr& input = x[static_cast<std::size_t>(t)];
            h.push_back((t == change ? sigmoid(input) : tanh(input)).named("h"));
        }
        return test::message_of<GraphError>([&] { forward(accumulate(h), folded); });
    };
    const std::string before = "figure: steps that are not alike cannot be folded\n  ",
                      room = "  of 8 steps the first 2 and the last 2 may differ; ";
    CHECK(changed_at(8, 2) == before + "h stands alone at t = 2\n" + room +
                                  "12 steps have room for it if it stays 2 steps behind the first "
                                  "and does not come again");
    CHECK(changed_at(12, 2) == "(nothing was thrown)");
    CHECK(changed_at(8, 5) == before + "h stands alone at t = 5\n" + room +
                                  "12 steps have room for it if it stays 2 steps before the last "
                                  "and does not come again");
    CHECK(changed_at(12, 9) == "(nothing was thrown)");
    const auto of_outputs = [](const std::function<std::vector<Expr>(Graph&)>& build) {
        Graph graph;
        const std::vector<Expr> outputs = build(graph);
        const std::string text = test::message_of<GraphError>([&] { forward(outputs, folded); });
        return text.substr(text.rfind("\n  ") + 3);
    };
    CHECK(of_outputs([](Graph& graph) { return test::clockwork(graph, 24); }) ==
          "what comes again every 3 steps is not folded, however many steps there are");
    CHECK(of_outputs([](Graph& graph) {  // each step adds to all that were before
              std::vector<Expr> h{graph.input("h0", {2, 1}), graph.input("h1", {2, 1})};
              for (std::int32_t t = 0; t < 16; ++t) {
                  const Scope scope(graph, Step{0, t});
                  h.push_back(tanh(accumulate(h)).named("h"));
              }
              return std::vector<Expr>{h.back()};
          }) == "it is so at each step, so a graph of more steps does not help");
}

TEST_CASE("folded figure: local derivatives of a stack over time differ at each step") {
    for (const std::int32_t count : {8, 16}) {
        Graph graph;
        const Expr w = graph.parameter("w", {2, 2});
        const auto x = input_sequence(graph, "x", {2, 1}, count);
        std::vector<Operand> h;
        for (std::int32_t t = 0; t < count; ++t) {
            const Scope scope(graph, Step{0, t});
            h.emplace_back(tanh(w * x[static_cast<std::size_t>(t)]).named("h"));
        }
        const Derivative derivative = differentiate(sum(tanh(stack_columns(h))), {w});
        const std::string text =
            test::message_of<GraphError>([&] { local_derivatives(derivative, folded); });
        CHECK(text == fmt::format("figure: steps that are not alike cannot be folded\n"
                                  "  what h reads is another value from t = {} on\n"
                                  "  it is so at each step, so a graph of more steps does not help",
                                  count / 4));
    }
}

TEST_CASE("folded figure: what is not there at all steps of its frame says at which") {
    const StackedNet net({.cell = CellKind::lstm}, steps);
    Graph simpler;
    const auto simplified = simplify(*net.derivative, simpler, simplification_rules());
    const Figure figure = local_derivatives(simplified.derivative, folded);
    CHECK(titles_of(figure) == std::set<std::string>{"t = 0", "for t = T..0"});
    std::set<std::string> nodes;
    for (const FigureNode& node : figure.nodes) nodes.insert(to_plain(node.label));
    for (const std::string name : {"h_t", "o_t", "tanh(c_t)", "c_t  (t > 0)", "f_t  (t > 0)",
                                   "a_{f,t}  (t > 0)", "i_t", "c_0"})
        CHECK(nodes.contains(name));
    CHECK(notes_of(figure).contains("tanh(c_t) -> c_t  (t > 0): 1 − tanh(c_t)^2"));
    CHECK(notes_of(figure).contains("tanh(c_t) -> c_0: 1 − tanh(c_0)^2 (t = 0)"));
}

TEST_CASE(
    "folded figure: labels of local derivatives that say something else at a step stand apart") {
    const StackedNet net({.cell = CellKind::lstm}, steps);
    const std::set<std::string> notes = notes_of(local_derivatives(*net.derivative, folded));
    CHECK(notes.contains("a_{o,t} -> U_o: 0 (t = 0)"));
    CHECK(notes.contains("a_{o,t} -> U_o: h_{t−1}^T (t > 0)"));
    CHECK(notes.contains("c_t -> f_t: c_{t−1} (t > 0)"));
    CHECK(notes.contains("c_t -> f_t: 0 (t = 0)"));
    const StackedNet given({.cell = CellKind::lstm, .initial = InitialState::given}, steps);
    CHECK(notes_of(local_derivatives(*given.derivative, folded))
              .contains("a_{o,t} -> U_o: h_{t−1}^T"));
}

TEST_CASE("folded figure: a loop that begins or ends in the midst is refused") {
    // The gradient flows back from the last step computed to the one where it is cut.
    const auto message = [](std::int32_t first, std::int32_t change, std::int32_t cut) {
        Graph graph;
        const Expr w = graph.input("w", {1, 1}), b = graph.parameter("b", {1, 1});
        Expr h = graph.input("start", {1, 1});
        for (std::int32_t t = first; t >= 0 && t < steps; t += change) {
            const Scope scope(graph, Step{0, t});
            if (t == cut) h = stop_gradient(h);
            h = tanh((w * h + graph.input("x", {1, 1}) + b).named("z")).named("h");
        }
        const Derivative derivative = differentiate(h, {b});
        return test::message_of<GraphError>([&] { local_derivatives(derivative, folded); });
    };
    const std::string before = "figure: steps that are not alike cannot be folded\n  ";
    const std::string room =
        "\n  of 8 steps the first 2 and the last 2 may differ; 12 steps have room for it if it "
        "stays 2 steps ";
    const std::string alone = " and does not come again";
    CHECK(message(0, 1, 2) ==
          before + "the loop of z has no step before t = 2" + room + "behind the first" + alone);
    CHECK(message(steps - 1, -1, 5) ==
          before + "the loop of z has no step behind t = 5" + room + "before the last" + alone);
}

TEST_CASE("step names: first steps are numbers, last ones are counted from T, others from t") {
    const StepNames names(ShownSteps::folded, {{0, {0, 7}}, {1, {0, 8}}});
    const auto written = [&](std::int32_t axis, std::int32_t t) { return names.below({axis, t}); };
    CHECK(written(0, -1) == "-1");
    CHECK(written(0, 1) == "1");
    CHECK(written(0, 3) == "t-1");
    CHECK(written(0, 4) == "t");
    CHECK(written(0, 5) == "t+1");
    CHECK(written(0, 6) == "T-1");
    CHECK(written(0, 8) == "T+1");
    CHECK(written(1, 0) == "s=0");
    CHECK(written(1, 4) == "s");
    CHECK(written(1, 8) == "S");
}

TEST_CASE("step names: first and last steps are those of the axis") {
    const StepNames names(ShownSteps::folded, {{0, {3, 10}}});
    const auto written = [&](std::int32_t t) { return names.below({0, t}); };
    CHECK(written(2) == "2");
    CHECK(written(4) == "4");
    CHECK(written(5) == "t-2");
    CHECK(written(7) == "t");
    CHECK(written(8) == "t+1");
    CHECK(written(9) == "T-1");
    CHECK(written(11) == "T+1");
    CHECK(names.count(0) == 8);
}

TEST_CASE("step names: where steps are left out, none is counted from t") {
    const StepNames names(ShownSteps::elided, {{0, {0, 7}}});
    CHECK(names({0, 3}) == "3");
    CHECK(names({0, 4}) == "T-3");
    CHECK(names.equation({0, 7}) == "t = T");
}

TEST_CASE("step names: where all steps are drawn, they are numbers") {
    CHECK(StepNames()({0, 7}) == "7");
    CHECK(StepNames().below({1, 7}) == "s=7");
}

TEST_CASE(
    "folded figure: gradients of inputs that are a number, or one value at all steps, are told by "
    "step") {
    // L is a sum over the steps of a x(t) + h(t), of which a is 1 or a parameter.
    for (const bool is_number : {true, false})
        for (const ShownSteps shown : {ShownSteps::folded, ShownSteps::elided}) {
            CAPTURE(is_number);
            Graph graph;
            const Expr W = graph.parameter("W", {1, 1}), a = graph.parameter("a", {1, 1});
            Expr h = graph.initial_state("h", {1, 1});
            std::vector<Expr> variables{W}, terms;
            for (std::int32_t t = 0; t < 9; ++t) {
                const Scope at(graph, Step{0, t});
                const Expr x = graph.input("x", {1, 1});
                variables.push_back(x);
                h = tanh(W * h).named("h");
                terms.push_back(is_number ? h + x : h + a * x);
            }
            const Derivative derivative = differentiate(accumulate(terms).named("L"), variables);
            for (const Figure& figure :
                 {backward(derivative, {.steps = shown}), joint(derivative, {.steps = shown})}) {
                std::map<std::string, std::string> panels;  // title, by label
                for (const FigureNode& node : figure.nodes)
                    panels.emplace(to_plain(node.label), to_plain(figure.panels[node.panel].title));
                const auto check = [&](const std::string& label, const std::string& panel) {
                    CAPTURE(label);
                    REQUIRE(panels.contains(label));
                    CHECK(panels[label] == panel);
                };
                if (!is_number)
                    check("dx_T = dx_t (t = 0..T−1) = a^T · 1", "t = T");
                else if (shown == ShownSteps::folded)
                    check("dx_t = 1", "for t = 0..T");
                else
                    for (const std::string step : {"0", "1", "T"})
                        check("dx_" + step + " = 1", "t = " + step);
                std::vector<bool> is_joined(figure.nodes.size());
                for (const FigureEdge& edge : figure.edges)
                    is_joined[edge.from] = is_joined[edge.to] = true;
                for (std::size_t i = 0; i < figure.nodes.size(); ++i) {
                    const std::string label = to_plain(figure.nodes[i].label);
                    CAPTURE(label);
                    CHECK((is_joined[i] || label.starts_with("dx")));
                }
            }
        }
}

}  // namespace revolute
