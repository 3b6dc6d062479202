// What comes again every few steps is not folded, and every view says so.

#include <revolute/graph/leaf.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <support/message.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

namespace revolute {

namespace {

/// What stands in for the simple cell, of the input and the state before.
using Cell = std::function<Expr(Expr U, Expr x, Expr h)>;

const std::array<Cell, 3> cells{
    {[](Expr U, Expr x, Expr h) { return tanh(x + U * h); },
     [](Expr U, Expr x, Expr h) { return tanh(U * x + h); },
     [](Expr U, Expr x, Expr h) { return hadamard(sigmoid(x).named("z"), U * h); }}};

/// A net whose loss reads each step of which `rest` is left by the period.
Derivative net_of(Graph& graph, const Cell& cell, std::int32_t steps, std::int32_t period,
                  std::int32_t rest) {
    const Expr U = graph.parameter("U", {2, 2});
    Expr h = graph.initial_state("h", {2, 1});
    std::vector<Expr> losses;
    for (std::int32_t t = 0; t < steps; ++t) {
        const Scope at(graph, Step{0, t});
        h = cell(U, graph.input("x", {2, 1}), h).named("h");
        if (t % period == rest) losses.push_back(sum(square(h)));
    }
    return differentiate(accumulate(losses).named("L"), {U});
}

}  // namespace

TEST_CASE("folded figure: a loss that repeats every few steps is refused in every view") {
    const FigureOptions folded{.title = "", .steps = ShownSteps::folded};
    int turn = 0;
    for (std::size_t cell = 0; cell < cells.size(); ++cell)
        for (const std::int32_t period : {2, 3, 4})
            for (std::int32_t steps = 12; steps <= 24; ++steps)
                for (std::int32_t rest = 0; rest < period; ++rest) {
                    if (!test::is_taken(turn++)) continue;
                    CAPTURE(cell);
                    CAPTURE(period);
                    CAPTURE(steps);
                    CAPTURE(rest);
                    const std::int32_t steps_read = steps - (steps - 1 - rest) % period;
                    Graph graph;
                    const Derivative derivative = net_of(graph, cells[cell], steps, period, rest);
                    const std::array<std::function<Figure()>, 4> views{
                        {[&] { return forward(derivative.loss(), folded); },
                         [&] { return backward(derivative, folded); },
                         [&] { return joint(derivative, folded); },
                         [&] { return local_derivatives(derivative, folded); }}};
                    for (std::size_t view = 0; view < views.size(); ++view) {
                        CAPTURE(view);
                        const std::string text = test::message_of<GraphError>(views[view]);
                        CAPTURE(text);
                        CHECK(text.starts_with(
                            "figure: steps that are not alike cannot be folded\n"));
                        if (view > 0 && 3 * period > steps_read) continue;  // not known to repeat
                        CHECK(text.ends_with(
                            fmt::format("\n  what comes again every {} steps is not folded, "
                                        "however many steps there are",
                                        period)));
                    }
                }
}

}  // namespace revolute
