// An elided figure leaves out only what is like what it shows.

#include "figure_models.hpp"
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rnn/repeating_nets.hpp>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace revolute {

namespace {

constexpr std::int32_t steps = 10;
const FigureOptions elided{.title = "", .steps = ShownSteps::elided, .step_count = 1000};

struct View {
    std::string name;
    std::function<Figure(const Derivative&)> draw;
};

std::vector<View> views() {
    return {{"forward", [](const Derivative& d) { return forward(d.loss(), elided); }},
            {"backward", [](const Derivative& d) { return backward(d, elided); }},
            {"joint", [](const Derivative& d) { return joint(d, elided); }},
            {"local", [](const Derivative& d) { return local_derivatives(d, elided); }}};
}

/// What one step of a net does in another way.
enum class Change : std::uint8_t {
    none,
    function,    ///< sigmoid in place of tanh
    parameter,   ///< another weight
    distance,    ///< reads h of two steps before
    source,      ///< reads h of the first step
    factor,      ///< another number
    more,        ///< one more term
    no_loss,     ///< the loss does not see it
    two_losses,  ///< the loss sees it twice
    no_flow,     ///< no derivative goes back from it
};

const std::vector<Change> changes{Change::function, Change::parameter,  Change::distance,
                                  Change::source,   Change::factor,     Change::more,
                                  Change::no_loss,  Change::two_losses, Change::no_flow};

/// h = tanh(U h' + 0.5 V x) with a loss at each step; one changes at one step, or from it on.
Derivative changed(Graph& graph, Change change, std::int32_t first, std::int32_t last) {
    const Expr U = graph.parameter("U", {2, 2}), V = graph.parameter("V", {2, 2});
    const auto x = input_sequence(graph, "x", {2, 1}, steps);
    std::vector<Expr> h{graph.input("h0", {2, 1}), graph.input("h1", {2, 1})}, losses;
    for (std::int32_t t = 0; t < steps; ++t) {
        const Scope at(graph, Step{0, t});
        const Change now = first <= t && t <= last ? change : Change::none;
        const std::size_t end = h.size();
        Expr previous = h[now == Change::source ? 2 : now == Change::distance ? end - 2 : end - 1];
        if (now == Change::no_flow) previous = stop_gradient(previous);
        const Expr read = (now == Change::parameter ? V : U) * previous;
        const Expr input =
            (now == Change::factor ? 0.25 : 0.5) * (V * x[static_cast<std::size_t>(t)]);
        Expr z = read + input;
        if (now == Change::more) z = z + previous;
        z = z.named("z");
        h.push_back((now == Change::function ? sigmoid(z) : tanh(z)).named("h"));
        if (now != Change::no_loss) losses.push_back(sum(h.back()).named("l"));
        if (now == Change::two_losses) losses.push_back(losses.back());
    }
    return differentiate(accumulate(losses).named("L"), {U, V});
}

std::string message(const View& view, const Derivative& derivative) {
    try {
        view.draw(derivative);
    } catch (const GraphError& error) {
        return error.what();
    }
    return "";
}

bool is_refused(const View& view, const Derivative& derivative) {
    return message(view, derivative)
        .starts_with("figure: steps that are not alike cannot be left out\n");
}

}  // namespace

TEST_CASE("elided figure: simplified nets of every cell are drawn in every view") {
    for (const Architecture& architecture : test::architectures_to_draw()) {
        CAPTURE(architecture.cell.name());
        CAPTURE(architecture.layers);
        CAPTURE(architecture.is_bidirectional);
        CAPTURE(static_cast<int>(architecture.initial));
        const test::StackedNet net(architecture, steps);
        Graph simpler;
        const auto simple = simplify(*net.derivative, simpler, simplification_rules());
        for (const View& view : views()) {
            CAPTURE(view.name);
            CHECK(message(view, simple.derivative) == "");
        }
    }
}

TEST_CASE("elided figure: what is written for a step makes no difference between steps") {
    // "h3_{T-4} + h2_{T-4}" is longer than "h3_4 + h2_4".
    for (const CellKind cell : cell_kinds()) {
        Architecture architecture{.cell = cell, .layers = 4, .is_residual = true};
        for (int t = 0; t < steps; ++t) architecture.answers.push_back(t);
        const test::StackedNet net(architecture, steps);
        for (const View& view : views()) {
            CAPTURE(name_of(cell));
            CAPTURE(view.name);
            CHECK(message(view, *net.derivative) == "");
        }
    }
}

TEST_CASE("elided figure: a step left out that is not like the others is refused in every view") {
    for (const Change change : changes)
        for (std::int32_t t = 2; t < steps - 1; ++t)
            for (const View& view : views()) {
                CAPTURE(static_cast<int>(change));
                CAPTURE(t);
                CAPTURE(view.name);
                // What does not flow back from step 2 is seen at step 1, which is drawn.
                if (change == Change::no_flow && t == 2 && view.name == "local") continue;
                Graph graph;
                CHECK(is_refused(view, changed(graph, change, t, t)));
            }
}

TEST_CASE("elided figure: a net that changes for good is refused in every view") {
    for (const Change change : {Change::function, Change::parameter, Change::factor, Change::more})
        for (std::int32_t t = 2; t < steps - 1; ++t)
            for (const View& view : views()) {
                CAPTURE(static_cast<int>(change));
                CAPTURE(t);
                CAPTURE(view.name);
                // What flows back from step 2 is drawn at step 1, and is like what comes from later
                // ones.
                if (change == Change::more && t == 2 && view.name == "backward") continue;
                Graph graph;
                CHECK(is_refused(view, changed(graph, change, t, steps - 1)));
            }
}

TEST_CASE("elided figure: the first step and the last may be unlike the others") {
    for (const Change change : changes)
        for (const std::int32_t t : {0, steps - 1}) {
            if (change == Change::source && t == 0) continue;  // there is no first state yet
            CAPTURE(static_cast<int>(change));
            CAPTURE(t);
            Graph graph;
            const Derivative derivative = changed(graph, change, t, t);
            CHECK(message(views().front(), derivative) == "");
        }
}

TEST_CASE(
    "elided figure: a step at which the loss reads what only the gradients read elsewhere is "
    "refused") {
    for (std::int32_t read = 2; read < steps - 1; ++read) {
        Graph graph;
        const Expr W = graph.parameter("W", {2, 2});
        const auto x = input_sequence(graph, "x", {2, 1}, steps);
        std::vector<Expr> losses;
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope at(graph, Step{0, t});
            const Expr& input = x[static_cast<std::size_t>(t)];
            losses.push_back(sum(tanh(W * input)));
        }
        losses.push_back(sum(transpose(x[static_cast<std::size_t>(read)])));
        const Derivative derivative = differentiate(accumulate(losses).named("L"), {W});
        for (const View& view : views()) {
            CAPTURE(view.name);
            if (view.name != "local") CHECK(is_refused(view, derivative));
        }
    }
}

TEST_CASE("elided figure: what repeats every few steps is refused") {
    using Build = std::function<std::vector<Expr>(Graph&)>;
    const std::vector<Build> nets{[](Graph& graph) { return test::clockwork(graph, 24); },
                                  [](Graph& graph) {
                                      return test::clockwork_of(graph, 24, {2, 3});
                                  },
                                  [](Graph& graph) { return test::cut_gru(graph, 30); },
                                  [](Graph& graph) { return test::sparse_answers(graph, 24); },
                                  [](Graph& graph) { return test::drawn(graph, 24, 4, 2); }};
    for (const Build& build : nets) {
        Graph graph;
        const std::vector<Expr> outputs = build(graph);
        CHECK(test::message_of<GraphError>([&] {
                  forward(outputs, elided);
              }).starts_with("figure: steps that are not alike cannot be left out\n"));
    }
}

TEST_CASE("elided figure: a refusal names node, step and what is not alike") {
    const auto refusal = [](std::size_t view, Change change) {
        Graph graph;
        return message(views()[view], changed(graph, change, 5, 5));
    };
    const auto expected = [](const std::string& what) {
        return "figure: steps that are not alike cannot be left out\n  " + what +
               "\n  t = 0, t = 1 and t = 9 are drawn, and what stands between is to be alike; "
               "ShownSteps::all draws all steps";
    };
    const auto check = [&](std::size_t view, Change change, const std::string& what) {
        CHECK(refusal(view, change) == expected(what));
    };
    constexpr std::size_t forward = 0, backward = 1, local = 3;
    check(forward, Change::function, "h is sigmoid at t = 5 and tanh at t = 4");
    check(forward, Change::parameter, "V h_4 is there at t = 5 and not at t = 4");
    check(forward, Change::no_loss, "l is there at t = 4 and not at t = 5");
    check(forward, Change::two_losses, "an arrow points to L from l at t = 5 and not at t = 4");
    check(backward, Change::no_loss, "dh is matmul at t = 5 and accumulate at t = 4");
    check(local, Change::no_flow, "the number of arrows to h is 1 at t = 4 and 2 at t = 3");
    check(local, Change::factor,
          "the derivative of z with respect to V x_{T−4} is another one at t = 5 than at t = 4");
    check(local, Change::parameter,
          "the derivative of z with respect to h is another one at t = 4 than at t = 3");
}

TEST_CASE("elided figure: the first two steps are drawn, from whichever they are counted") {
    for (const std::int32_t first : {0, 1, 3}) {
        CAPTURE(first);
        Graph graph;
        const Expr U = graph.parameter("U", {2, 2});
        Expr h = graph.initial_state("h0", {2, 1});
        for (std::int32_t t = first; t < first + 8; ++t) {
            const Scope at(graph, Step{0, t});
            h = tanh(U * h + graph.input("x", {2, 1})).named("h");
        }
        const Derivative derivative = differentiate(sum(square(h)).named("L"), {U});
        for (const View& view : views()) {
            CAPTURE(view.name);
            std::set<std::string> titles;
            for (const FigurePanel& panel : view.draw(derivative).panels)
                titles.insert(to_plain(panel.title));
            CHECK(titles.contains(fmt::format("t = {}", first)));
            CHECK(titles.contains(fmt::format("t = {}", first + 1)));
            CHECK_FALSE(titles.contains(fmt::format("t = {}", first + 2)));
            CHECK(titles.contains(fmt::format("t = T = {}", first + 999)));
        }
    }
}

TEST_CASE("elided figure: a refusal names the values that are not equally far away") {
    const auto refusal =
        [](const std::function<Expr(const std::vector<Expr>&, std::int32_t)>& value) {
            Graph graph;
            std::vector<Expr> x = input_sequence(graph, "x", {1, 1}, steps), h;
            for (std::int32_t t = 0; t < steps; ++t) {
                const Scope at(graph, Step{0, t});
                h.push_back(value(x, t).named("h"));
            }
            const std::string text =
                test::message_of<GraphError>([&] { forward(accumulate(h), elided); });
            const std::size_t begin = text.find("\n  ") + 3;
            return text.substr(begin, text.find('\n', begin) - begin);
        };
    const auto at = [](std::int32_t t) { return static_cast<std::size_t>(t); };
    CHECK(refusal([&](const std::vector<Expr>& x, std::int32_t t) {
              return hadamard(tanh(x[at(t)]), x[at(t == 5 ? 2 : std::max(t - 1, 0))]);
          }) == "an arrow points to h from x[2] at t = 5 and from x[3] at t = 4");
    CHECK(refusal([&](const std::vector<Expr>& x, std::int32_t t) {
              return (t == 5 ? 0.3 : 0.7) * x[at(t)];
          }) == "h is made of other values or numbers at t = 5 than at t = 4");
}

}  // namespace revolute
