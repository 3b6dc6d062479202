// Numbers that depend on the step or on the number of steps, in figures that do not draw all steps.

#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/unroll.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace revolute {

namespace {

using Loss = std::function<Expr(const std::vector<Expr>&)>;
/// A state of what is summed for it, in a net of so many steps.
using Cell = std::function<Expr(Expr, double)>;

Expr plain_cell(Expr z, double) { return tanh(z); }

/// A net of states [2 x 1], and its derivative.
struct Chain {
    Chain(const Loss& loss, std::int32_t steps, std::int32_t first = 0,
          const Cell& cell = plain_cell) {
        const Expr U = graph->parameter("U", {2, 2});
        Expr h = graph->constant(0.5, {2, 1});
        std::vector<Expr> states;
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope at(*graph, Step{0, first + t});
            h = cell(U * h + graph->input("x", {2, 1}), steps).named("h");
            states.push_back(h);
        }
        derivative = std::make_unique<Derivative>(differentiate(loss(states).named("L"), {U}));
    }

    std::unique_ptr<Graph> graph = std::make_unique<Graph>();
    std::unique_ptr<Derivative> derivative;
};

std::string labels_of(const Figure& figure) {
    std::string text;
    for (const FigureNode& node : figure.nodes) text += to_plain(node.label) + "\n";
    for (const FigureEdge& edge : figure.edges) text += to_plain(edge.label) + "\n";
    return text;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// All labels of the joint figure of a chain, drawn with the laws that graphs of several lengths
/// tell.
std::string joint_labels(const Loss& loss, ShownSteps shown,
                         std::optional<std::int32_t> step_count = std::nullopt,
                         std::int32_t first = 0) {
    const AnySteps any = roll_any_steps(64, [&](std::int32_t steps) {
        const Chain chain(loss, steps, first);
        return roll(chain.derivative->loss_and_gradients());
    });
    REQUIRE(any.rolled.has_value());
    const Chain chain(loss, any.built_with, first);
    return labels_of(
        joint(*chain.derivative,
              {.steps = shown, .step_count = step_count, .laws = number_laws(*any.rolled)}));
}

Expr mean_over_time(const std::vector<Expr>& h) {
    return (1.0 / static_cast<double>(h.size())) * sum(accumulate(h));
}

std::vector<Operand> operands_of(const std::vector<Expr>& h) { return {h.begin(), h.end()}; }

Expr of_stack(const std::vector<Expr>& h) { return sum(tanh(stack_columns(operands_of(h)))); }

Expr of_reversed_stack(const std::vector<Expr>& h) {
    return sum(tanh(stack_columns(std::vector<Operand>(h.rbegin(), h.rend()))));
}

}  // namespace

TEST_CASE(
    "figure: a factor that is one over the number of steps is written so where steps are left "
    "out") {
    for (const ShownSteps shown : {ShownSteps::folded, ShownSteps::elided}) {
        const std::string any = joint_labels(mean_over_time, shown);
        CAPTURE(any);
        CHECK(has(any, "L = (1 / N) sum("));
        CHECK(!has(any, "0.125"));
        const std::string of_twenty = joint_labels(mean_over_time, shown, 20);
        CAPTURE(of_twenty);
        CHECK(has(of_twenty, "L = 0.05 sum("));
        CHECK(!has(of_twenty, "0.125"));
    }
}

TEST_CASE("figure: N is the number of steps, from whichever step they are counted") {
    const auto check = [](std::int32_t first, ShownSteps shown) {
        const std::string any = joint_labels(mean_over_time, shown, {}, first);
        CAPTURE(first);
        CAPTURE(any);
        CHECK(has(any, "L = (1 / N) sum("));
    };
    check(1, ShownSteps::folded);
    check(3, ShownSteps::folded);
    for (const std::int32_t first : {1, 3}) check(first, ShownSteps::elided);
    for (const std::int32_t first : {0, 1, 3, 10})
        for (const ShownSteps shown : {ShownSteps::folded, ShownSteps::elided}) {
            const std::string of_twenty = joint_labels(mean_over_time, shown, 20, first);
            CAPTURE(first);
            CAPTURE(of_twenty);
            CHECK(has(of_twenty, "L = 0.05 sum("));
        }
}

TEST_CASE(
    "figure: a factor that may come from the number of steps is refused from any first step") {
    for (const std::int32_t first : {0, 1, 3})
        for (const double share : {1.0, 0.5, 2.0}) {
            const Chain chain(
                [share](const std::vector<Expr>& h) {
                    return (share / static_cast<double>(h.size())) * sum(accumulate(h));
                },
                12, first);
            CAPTURE(first);
            CAPTURE(share);
            CHECK(test::message_of<GraphError>([&] {
                      joint(*chain.derivative, {.steps = ShownSteps::folded});
                  }).find("which may come from the number of steps (12)") != std::string::npos);
        }
}

TEST_CASE("figure: a factor that follows another law of the number of steps is written by it") {
    const std::string text = joint_labels(
        [](const std::vector<Expr>& h) {
            return (0.3 / static_cast<double>(h.size() - 1)) * sum(accumulate(h));
        },
        ShownSteps::folded);
    CAPTURE(text);
    CHECK(has(text, "L = (0.3 / (N−1)) sum("));
}

TEST_CASE(
    "figure: a constant that simplification made of one over the number of steps is written so") {
    struct Simple {
        explicit Simple(std::int32_t steps) {
            const Chain chain(
                [](const std::vector<Expr>& h) {
                    std::vector<Expr> losses;
                    for (const Expr& state : h) {
                        const Scope at(*state.graph, *state.graph->step(state.id));
                        losses.push_back((1.0 / static_cast<double>(h.size())) * sum(state));
                    }
                    return accumulate(losses);
                },
                steps);
            derivative = simplify(*chain.derivative, graph, simplification_rules()).derivative;
        }
        Graph graph;
        std::optional<Derivative> derivative;
    };
    const AnySteps any = roll_any_steps(64, [](std::int32_t steps) {
        return roll(Simple(steps).derivative->loss_and_gradients());
    });
    REQUIRE(any.rolled.has_value());
    const Simple simple(any.rolled->steps());
    for (const ShownSteps shown : {ShownSteps::folded, ShownSteps::elided}) {
        const std::string text = labels_of(
            joint(*simple.derivative, {.steps = shown, .laws = number_laws(*any.rolled)}));
        CAPTURE(text);
        CHECK(has(text, "\n1 / N\n"));
        CHECK(!has(text, "0.125"));
    }
}

TEST_CASE("figure: a weight that grows with the step is written with it") {
    const Loss weighted = [](const std::vector<Expr>& h) {
        const auto steps = static_cast<double>(h.size());
        std::vector<Expr> losses;
        for (const Expr& state : h) {
            const Scope at(*state.graph, *state.graph->step(state.id));
            losses.push_back(((static_cast<double>(losses.size()) + 1) / steps) * sum(state));
        }
        return accumulate(losses);
    };
    const std::string any = joint_labels(weighted, ShownSteps::folded);
    CAPTURE(any);
    CHECK(has(any, "((t+1) / N) sum("));
    const std::string of_twenty = joint_labels(weighted, ShownSteps::folded, 20);
    CAPTURE(of_twenty);
    CHECK(has(of_twenty, "0.05 (t+1) sum("));
    CHECK(has(joint_labels(weighted, ShownSteps::elided, 20), "sum("));
}

TEST_CASE("figure: without laws, two parts of each step are not taken for an ordinary number") {
    const Chain mean([](const std::vector<Expr>& h) { return 0.25 * sum(accumulate(h)); }, 8);
    CHECK_THROWS_AS(forward(mean.derivative->loss(), {.steps = ShownSteps::folded}), GraphError);
    const Chain other([](const std::vector<Expr>& h) { return 0.25 * sum(accumulate(h)); }, 11);
    CHECK(has(labels_of(forward(other.derivative->loss(), {.steps = ShownSteps::folded})),
              "L = 0.25 sum("));
}

TEST_CASE("figure: a part of a stack is at step t, and a stack has a first state and a last one") {
    const std::string text = joint_labels(of_stack, ShownSteps::folded);
    CAPTURE(text);
    CHECK(has(text, ", t, 1)"));
    CHECK(!has(text, ", 4, 1)"));
    CHECK(has(text, "broadcast(1, 2, N)"));
    CHECK(has(text, "[h_0, …, h_T]"));
    const std::string elided = joint_labels(of_stack, ShownSteps::elided);
    CAPTURE(elided);
    CHECK(has(elided, ", 0, 1)"));
    CHECK(has(elided, ", T, 1)"));
    CHECK(!has(elided, ", 7, 1)"));
    CHECK(has(joint_labels(of_stack, ShownSteps::elided, 20), ", 19, 1)"));
    const std::string reversed = joint_labels(of_reversed_stack, ShownSteps::folded);
    CAPTURE(reversed);
    CHECK(has(reversed, ", T−t, 1)"));
    CHECK(has(reversed, "[h_T, …, h_0]"));
    CHECK(has(joint_labels(of_reversed_stack, ShownSteps::folded, 20), ", 19−t, 1)"));
}

TEST_CASE("figure: a stack whose ends do not tell what stands between them says neither") {
    const auto label = [](std::vector<std::size_t> order) {
        const Loss stacked = [&](const std::vector<Expr>& h) {
            std::vector<Operand> operands;
            for (const std::size_t t : order) operands.emplace_back(h[t]);
            return sum(tanh(stack_columns(operands)));
        };
        const Chain chain(stacked, 8);
        std::string text;
        for (const ShownSteps shown : {ShownSteps::folded, ShownSteps::elided}) {
            const std::string labels =
                labels_of(forward(chain.derivative->loss(), {.steps = shown}));
            const std::size_t begin = labels.find('[');
            text += labels.substr(begin, labels.find(']') + 1 - begin) + " ";
        }
        return text;
    };
    CHECK(label({0, 1, 2, 3, 4, 5, 6, 7}) == "[h_0, …, h_T] [h_0, …, h_T] ");
    CHECK(label({7, 6, 5, 4, 3, 2, 1, 0}) == "[h_T, …, h_0] [h_T, …, h_0] ");
    CHECK(label({0, 2, 1, 3, 4, 6, 5, 7}) == "[…] […] ");
}

TEST_CASE("figure: without laws, sizes are told by the graph and factors are not") {
    const Chain stack(of_stack, 8);
    CHECK(has(labels_of(joint(*stack.derivative, {.steps = ShownSteps::folded})), ", t, 1)"));
    const Chain mean(mean_over_time, 8);
    const auto draw = [&](const Chain& chain, std::optional<std::int32_t> step_count) {
        return forward(chain.derivative->loss(),
                       {.steps = ShownSteps::folded, .step_count = step_count});
    };
    CHECK(
        test::message_of<GraphError>([&] { draw(mean, std::nullopt); }) ==
        "figure: attribute 0 of L, scale [1 x 1] is 0.125, which may come from the number of steps "
        "(8)\n  one graph cannot tell: give FigureOptions::laws, which number_laws has of what "
        "roll_any_steps finds, or a step_count of 8");
    CHECK(has(labels_of(draw(mean, 8)), "L = 0.125 sum("));
}

TEST_CASE("figure: laws of another graph are refused") {
    const AnySteps any = roll_any_steps(64, [&](std::int32_t steps) {
        const Chain chain(mean_over_time, steps);
        return roll(chain.derivative->loss_and_gradients());
    });
    REQUIRE(any.rolled.has_value());
    const auto laws = number_laws(*any.rolled);
    const Chain other([](const std::vector<Expr>& h) { return 0.5 * sum(accumulate(h)); }, 8);
    CHECK(test::message_of<GraphError>([&] {
              forward(other.derivative->loss(), {.steps = ShownSteps::folded, .laws = laws});
          }) ==
          "figure: the laws of numbers are of another graph\n"
          "  attribute 0 of L, scale [1 x 1] is not 0.125, as they say of 8 steps\n"
          "  draw the graph whose rolled form has the laws: it has as many steps as roll_any_steps "
          "says in "
          "built_with, no fewer than its fewest");
}

namespace {

/// One way in which a net depends on the number of steps.
struct Way {
    std::string name;
    Loss loss;
    Cell cell = plain_cell;
};

Expr constant(Expr like, double value, Shape shape) { return like.graph->constant(value, shape); }

/// A function of the sum of all states and of their number.
Loss of_sum(const std::function<Expr(Expr, double)>& read) {
    return [read](const std::vector<Expr>& h) {
        return sum(read(accumulate(h).named("S"), static_cast<double>(h.size())));
    };
}

Loss of_all(const std::function<Expr(Expr)>& read) {
    return [read](const std::vector<Expr>& h) {
        return sum(read(stack_columns(operands_of(h)).named("H")));
    };
}

Expr last_square(const std::vector<Expr>& h) { return sum(square(h.back())); }

std::vector<Way> ways() {
    const auto target = [](Expr x) { return x.graph->input("Y", x.shape()); };
    return {
        {"S / n", of_sum([](Expr S, double n) { return S / n; })},
        {"S / (n + 1)", of_sum([](Expr S, double n) { return S / (n + 1); })},
        {"S / sqrt(n)", of_sum([](Expr S, double n) { return S / std::sqrt(n); })},
        {"(1 / n) S", of_sum([](Expr S, double n) { return (1.0 / n) * S; })},
        {"a constant o S", of_sum([](Expr S, double n) {
             return hadamard(constant(S, 1 / n, {2, 1}), S);
         })},
        {"a number times S", of_sum([](Expr S, double n) {
             return multiply(constant(S, 1 / n, {1, 1}), S);
         })},
        {"a constant row times S", of_sum([](Expr S, double n) {
             return constant(S, 1 / n, {1, 2}) * S;
         })},
        {"n / S", of_sum([](Expr S, double n) { return n / S; })},
        {"log(S + n)", of_sum([](Expr S, double n) { return log(S + n); })},
        {"2 (S / n), simplified together",
         of_sum([](Expr S, double n) { return square(3.0 * (S / n)); })},
        {"S^(1/n)", of_sum([](Expr S, double n) { return power(S, 1 / n); })},
        {"leaky_relu", of_sum([](Expr S, double n) { return leaky_relu(S, 1 / n); })},
        {"clamp", of_sum([](Expr S, double n) { return clamp(S, -n / 2, n / 2); })},
        {"huber", of_sum([=](Expr S, double n) { return huber(S, target(S), n); })},
        {"mean of a stack", of_all([](Expr H) { return mean(H); })},
        {"mean of a nameless stack",
         [](const std::vector<Expr>& h) { return mean(stack_columns(operands_of(h))); }},
        {"tanh of a nameless stack",
         [](const std::vector<Expr>& h) {
             return sum(square(row_sums(tanh(stack_columns(operands_of(h))))));
         }},
        {"mse of a reversed stack",
         [=](const std::vector<Expr>& h) {
             const Expr H = stack_columns(std::vector<Operand>(h.rbegin(), h.rend()));
             return mse(H.named("H"), target(H));
         }},
        {"mse of a stack", of_all([=](Expr H) { return mse(H, target(H)); })},
        {"row sums of a stack", of_all([](Expr H) { return square(row_sums(H)); })},
        {"tanh(z / n)", last_square, [](Expr z, double n) { return tanh(z / n); }},
        {"tanh((1 / n) z)", last_square, [](Expr z, double n) { return tanh((1 / n) * z); }},
        {"tanh(z o a constant)", last_square,
         [](Expr z, double n) {
             return tanh(hadamard(z, constant(z, 1 / n, {2, 1})));
         }},
        {"sigmoid(z)^(1/n)", last_square,
         [](Expr z, double n) { return power(sigmoid(z), 1 / n); }},
    };
}

std::multiset<std::string> derivatives_of(const Figure& figure) {
    std::multiset<std::string> labels;
    for (const FigureEdge& edge : figure.edges) labels.insert(to_plain(edge.label));
    return labels;
}

}  // namespace

TEST_CASE(
    "figure: local derivatives of fewer steps say what those of a graph of all steps say, however "
    "they come to depend on N") {
    constexpr std::int32_t many = 20;
    for (const Way& way : ways())
        for (const std::int32_t first : {0, 3}) {
            CAPTURE(way.name);
            CAPTURE(first);
            const AnySteps any = roll_any_steps(64, [&](std::int32_t steps) {
                const Chain chain(way.loss, steps, first, way.cell);
                return roll(chain.derivative->loss_and_gradients());
            });
            REQUIRE(any.rolled.has_value());
            const Chain few(way.loss, any.built_with, first, way.cell),
                all(way.loss, many, first, way.cell);
            const auto laws = number_laws(*any.rolled);
            int drawn = 0;
            for (const ShownSteps shown : {ShownSteps::folded, ShownSteps::elided}) {
                CAPTURE(static_cast<int>(shown));
                // Each state has its own place in a stack, and an arrow of its own from there.
                if (shown == ShownSteps::folded && way.name.ends_with("stack")) continue;
                const FigureOptions of_any{.steps = shown, .laws = laws};
                FigureOptions of_many = of_any;
                of_many.step_count = many;
                const auto right = derivatives_of(
                    local_derivatives(*all.derivative, {.steps = shown, .step_count = many}));
                CHECK(derivatives_of(local_derivatives(*few.derivative, of_many)) == right);
                const Figure general = local_derivatives(*few.derivative, of_any);
                const auto says_N = [](const FigureEdge& edge) {
                    return has(to_plain(edge.label), "N");
                };
                CHECK(std::ranges::any_of(general.edges, says_N));
                ++drawn;
            }
            CHECK(drawn > 0);
        }
}

TEST_CASE("figure: a local derivative says one over the number of steps as the joint figure does") {
    for (const Way& way : ways()) {
        if (!way.name.starts_with("S / ")) continue;
        CAPTURE(way.name);
        const AnySteps any = roll_any_steps(64, [&](std::int32_t steps) {
            return roll(Chain(way.loss, steps).derivative->loss_and_gradients());
        });
        REQUIRE(any.rolled.has_value());
        const Chain chain(way.loss, any.built_with);
        const auto labels = derivatives_of(local_derivatives(
            *chain.derivative, {.steps = ShownSteps::folded, .laws = number_laws(*any.rolled)}));
        const std::string divisor = way.name.substr(4);
        CHECK(labels.contains(divisor == "n"         ? "1 / N"
                              : divisor == "sqrt(n)" ? "1 / sqrt(N)"
                                                     : "1 / (N+1)"));
    }
}

TEST_CASE("figure: what is 1 for the number of steps that was built is not taken for 1 of all") {
    const Loss scaled = of_sum([](Expr S, double n) { return tanh((n / 8) * (S + S)); });
    const AnySteps any = roll_any_steps(64, [&](std::int32_t steps) {
        return roll(Chain(scaled, steps).derivative->loss_and_gradients());
    });
    REQUIRE(any.rolled.has_value());
    REQUIRE(any.built_with == 8);
    const Chain chain(scaled, 8);
    const std::string refusal = test::message_of<GraphError>([&] {
        local_derivatives(*chain.derivative,
                          {.steps = ShownSteps::folded, .laws = number_laws(*any.rolled)});
    });
    CHECK(has(refusal, "it is that of unnamed scale [2 x 1], made at figure_numbers_test.cpp:"));
}

TEST_CASE("figure: a local derivative that depends on the step and on the number is refused") {
    const Loss weighted = [](const std::vector<Expr>& h) {
        std::vector<Expr> losses;
        for (const Expr& state : h) {
            const Scope at(*state.graph, *state.graph->step(state.id));
            const double weight =
                static_cast<double>(losses.size() + 1) / static_cast<double>(h.size());
            losses.push_back((weight * sum(state)).named("l"));
        }
        return accumulate(losses);
    };
    const AnySteps any = roll_any_steps(64, [&](std::int32_t steps) {
        return roll(Chain(weighted, steps).derivative->loss_and_gradients());
    });
    REQUIRE(any.rolled.has_value());
    const Chain chain(weighted, any.built_with);
    const std::string refusal = test::message_of<GraphError>([&] {
        local_derivatives(*chain.derivative,
                          {.steps = ShownSteps::folded, .laws = number_laws(*any.rolled)});
    });
    CAPTURE(refusal);
    CHECK(
        refusal.starts_with("figure: a local derivative that follows no known law of the number of "
                            "steps is not folded\n"
                            "  it is that of l["));
    CHECK(has(refusal, "] [1 x 1], made at figure_numbers_test.cpp:"));
    CHECK(refusal.ends_with("\n  draw it with all steps, or another view"));
}

}  // namespace revolute
