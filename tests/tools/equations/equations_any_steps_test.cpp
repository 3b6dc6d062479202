// Equations of any number of steps and columns: what losses, weights and counts of steps they are
// found for. The printed text is read again and gives loss and gradients, at numbers by which it
// was not found.

#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <support/equation_batches.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace revolute {

namespace {

using test::BatchChain;
using test::check_columns;
using test::general_text;
using Build = test::BuildDerivative;

bool says(const std::string& text, const std::string& part) {
    CAPTURE(text);
    CAPTURE(part);
    return text.find(part) != std::string::npos;
}

/// Those of one column, simplified and not, at lengths by which they were not found.
void check_one_column(const Build& build) {
    for (const Simplification simplification : {Simplification::on, Simplification::off}) {
        const Equations lines = general_equations(test::rolled_by(build, simplification), 1);
        const std::string text = to_text(lines);
        for (const std::int32_t steps : {1, 2, 5, 13}) {
            if (steps < lines.least_steps) continue;
            CAPTURE(steps);
            Graph graph;
            const Derivative derivative = build(graph, steps, 1);
            test::check_equations(text, derivative, test::values_of_one_step(graph));
        }
    }
}

void check_any(const Build& build) {
    check_columns(build);
    check_one_column(build);
}

/// S(t) = 0.9 S(t-1) + what a state adds.
Derivative of_discount(Graph& graph, std::int32_t steps, std::int32_t columns) {
    const BatchChain chain(graph, steps, columns);
    Expr total;
    for (std::int32_t t = 0; t < steps; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr part = sum(square(chain.h[static_cast<std::size_t>(t)]));
        total = (t == 0 ? part : 0.9 * total + part).named("S");
    }
    return chain.of(0.5 * total);
}

/// A discount that is a recurrence of numbers.
Derivative of_discounted_parts(Graph& graph, std::int32_t steps, std::int32_t columns) {
    const BatchChain chain(graph, steps, columns);
    Expr discount = graph.constant(1.0);
    return chain.of(chain.sum_of_parts([&](const Expr& h, double) {
        discount = (0.9 * discount).named("S");
        return discount * sum(square(h));
    }));
}

/// Numbers h of a recurrence, and how far they are from targets.
struct ScalarChain {
    ScalarChain(Graph& graph, std::int32_t steps) : u(graph.parameter("u", {1, 1})) {
        Expr state = graph.constant(0.5);
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope at(graph, Step{0, t});
            state = tanh(u * state + graph.input("x", {1, 1})).named("h");
            h.push_back(state);
            targets.push_back(graph.input("Y", {1, 1}));
        }
    }
    Expr error(std::int32_t t) const {
        const auto place = static_cast<std::size_t>(t);
        return square(h[place] - targets[place]);
    }
    static Derivative of(Expr loss, const std::vector<Expr>& variables) {
        return differentiate((1.0 * loss).named("L"), variables, Unreachable::zeros);
    }

    Expr u;
    std::vector<Expr> h, targets;
};

template <class Part>
Build sum_of(const Part& part) {
    return [part](Graph& graph, std::int32_t steps, std::int32_t columns) {
        const BatchChain chain(graph, steps, columns);
        return chain.of(chain.sum_of_parts(
            [&](const Expr& h, double t) { return part(h, t, static_cast<double>(steps)); }));
    };
}

Derivative of_root(Graph& graph, std::int32_t steps, std::int32_t columns) {
    const BatchChain chain(graph, steps, columns);
    return chain.of(sqrt(chain.sum_of_parts([](const Expr& h, double) { return sum(square(h)); })));
}

Derivative of_masked_mean(Graph& graph, std::int32_t steps, std::int32_t columns) {
    const BatchChain chain(graph, steps, columns);
    std::vector<Expr> losses, masks;
    for (std::int32_t t = 0; t < steps; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr mask = graph.input("m", {1, columns});
        losses.push_back(
            sum(hadamard(mask, column_sums(square(chain.h[static_cast<std::size_t>(t)])))));
        masks.push_back(sum(mask));
    }
    const Expr total = accumulate(losses), count = accumulate(masks);
    return chain.of(1.0 * (total / count));
}

/// Steps of an axis from `first` on.
struct LateChain {
    LateChain(Graph& graph, std::int32_t first, std::int32_t steps, std::int32_t columns,
              std::int32_t axis = 0)
        : U(graph.parameter("U", {2, 2})) {
        Expr state = graph.constant(0.5, {2, columns});
        for (std::int32_t t = first; t < first + steps; ++t) {
            const Scope at(graph, Step{axis, t});
            state = tanh(U * state + graph.input("x", {2, columns})).named("h");
            parts.push_back(sum(square(state)));
        }
    }
    Derivative of(Expr loss) const { return differentiate((1.0 * loss).named("L"), {U}); }

    Expr U;
    std::vector<Expr> parts;
};

Build of_late(std::int32_t first, std::int32_t axis = 0) {
    return [first, axis](Graph& graph, std::int32_t steps, std::int32_t columns) {
        const LateChain chain(graph, first, steps, columns, axis);
        return chain.of((1.0 / (steps * columns)) * accumulate(chain.parts));
    };
}

}  // namespace

TEST_CASE("equations: a discount by recurrence stays a recurrence of any number of steps") {
    check_any(of_discount);
    check_any(of_discounted_parts);
    const std::string text = general_text(of_discount);
    CHECK(says(text, "S(t) = 0.9 S(t-1) + sum(h(t)^2)"));
    CHECK(says(text, "dS(t) = 0.9 dS(t+1)"));
}

TEST_CASE("equations: weights of steps have laws of the step, of N and of B together") {
    check_any(sum_of(
        [](const Expr& h, double t, double steps) { return ((t + 1) / steps) * mean(square(h)); }));
    const Build squares = [](Graph& graph, std::int32_t steps, std::int32_t columns) {
        const BatchChain chain(graph, steps, columns);
        return chain.of(chain.sum_of_parts([&](const Expr& h, double t) {
            return ((t + 1) / steps) * mse(h, chain.x[static_cast<std::size_t>(t)]);
        }));
    };
    check_any(squares);
    CHECK(says(general_text(squares), "((t+1) / (B N)) (h(t) - x(t))"));
    check_any(sum_of([](const Expr& h, double t, double steps) { return (steps - t) * sum(h); }));
    check_any(sum_of([](const Expr& h, double t, double steps) {
        return (3 * (2 * t + 1) / (7 * steps)) * mean(exp(h));
    }));
}

TEST_CASE("equations: a weight that is 0 at one step is a weight like the others") {
    const Build build =
        sum_of([](const Expr& h, double t, double) { return (4 - t) * sum(square(h)); });
    check_any(build);
    CHECK(says(general_text(build), "(4-t) sum(h(t)^2)"));
}

TEST_CASE("equations: functions of sums over time hand one adjoint to all steps") {
    check_any(of_root);
    check_any(of_masked_mean);
}

TEST_CASE("equations: a total added up outside of the steps is a sum over any number of them") {
    const auto total = [](bool is_mean, bool adds_in_front) {
        return [=](Graph& graph, std::int32_t steps, std::int32_t columns) {
            const BatchChain chain(graph, steps, columns);
            const std::vector<Expr> parts =
                chain.parts([](const Expr& h) { return sum(square(h)); });
            Expr sum_so_far = parts.front();
            for (std::size_t t = 1; t < parts.size(); ++t)
                sum_so_far = adds_in_front ? parts[t] + sum_so_far : sum_so_far + parts[t];
            return chain.of(is_mean ? (1.0 / steps) * sum_so_far : sum_so_far);
        };
    };
    for (const bool is_mean : {false, true})
        for (const bool adds_in_front : {false, true}) {
            const Build build = total(is_mean, adds_in_front);
            const Equations lines =
                general_equations(test::rolled_by(build, Simplification::on), 3);
            for (const std::int32_t columns : {1, 2, 5})
                for (const std::int32_t steps : {lines.least_steps, 4, 13})
                    test::check_at(lines, build, steps, columns);
        }
    CHECK(says(general_text(total(false, false)), "L = sum(t=0..T) sum(h(t)^2)"));
    CHECK(says(general_text(total(true, false)), "L = (1 / N) (sum(t=0..T) sum(h(t)^2))"));
}

TEST_CASE("equations: steps counted from 1, or from more, are counted so") {
    for (const std::int32_t first : {1, 3}) check_any(of_late(first));
    CHECK(general_text(of_late(1)).starts_with("# t = 1..T, N = T steps, B columns\n"));
    CHECK(general_text(of_late(3)).starts_with("# t = 3..T, N = T - 2 steps, B columns\n"));
    CHECK(says(general_text(of_late(1)), "L = (1 / (B N)) (sum(t=1..T) sum(h(t)^2))"));
    Graph graph;
    const LateChain chain(graph, 1, 5, 2);
    const std::string of_five = to_text(equations(chain.of(accumulate(chain.parts))));
    CHECK(of_five.starts_with("# t = 1..5, N = 5 steps\n"));
}

TEST_CASE("equations: each of two axes says from which step it is counted") {
    const auto build = [](std::int32_t steps) {
        Graph graph;
        const Expr A = graph.parameter("A", {2, 2});
        Expr h = graph.initial_state("h0", {2, 1});
        for (std::int32_t t = 1; t <= steps; ++t) {
            const Scope scope(graph, Step{0, t});
            h = tanh(A * h).named("h");
        }
        Expr v = h;
        for (std::int32_t s = 2; s <= 6; ++s) {
            const Scope scope(graph, Step{1, s});
            v = tanh(v).named("v");
        }
        return rolled_up(differentiate(sum(square(v)).named("L"), {A}));
    };
    const auto head = [](const std::string& text) { return text.substr(0, text.find('\n')); };
    CHECK(head(to_text(general_equations(build))) == "# t = 1..T, T steps; s = 2..6, 5 steps");
    const RolledDerivative of_four = build(4);
    CHECK(head(to_text(equations(of_four.rolled, {.variables = of_four.variables}))) ==
          "# t = 1..4, 4 steps; s = 2..6, 5 steps");
}

TEST_CASE("equations: steps of an axis that is not the first have general equations too") {
    check_any(of_late(0, 1));
    CHECK(general_text(of_late(0, 1)).starts_with("# s = 0..S, N = S + 1 steps, B columns\n"));
}

TEST_CASE("equations: weights (t+1)/N are weights though they are 1/2, or 1, at some step") {
    const auto discounted = [](const auto& discount) {
        return [discount](Graph& graph, std::int32_t steps, std::int32_t) {
            const ScalarChain chain(graph, steps);
            const Expr a = graph.parameter("a", {1, 1});
            Expr total;
            for (std::int32_t t = 0; t < steps; ++t) {
                const Scope at(graph, Step{0, t});
                const Expr part = ((t + 1.0) / steps) * chain.error(t);
                total = (t == 0 ? part : discount(a, total) + part).named("S");
            }
            return chain.of(total, {chain.u, a});
        };
    };
    check_one_column(discounted([](Expr, Expr total) { return total; }));
    check_one_column(discounted([](Expr, Expr total) { return 0.5 * total; }));
    check_one_column(discounted([](Expr a, Expr total) { return a * total; }));
    const auto weighted = [](Graph& graph, std::int32_t steps, std::int32_t) {
        const ScalarChain chain(graph, steps);
        std::vector<Expr> parts;
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope at(graph, Step{0, t});
            parts.push_back(((t + 1.0) / steps) * chain.error(t));
        }
        return chain.of(accumulate(parts), {chain.u});
    };
    check_one_column(weighted);
    CHECK(says(general_text(weighted, 1), "L = sum(t=0..T-1) ((t+1) / N) e(t)^2 + e(T)^2\n"));
}

TEST_CASE("equations: exponential smoothing, whatever it begins with and whenever it is read") {
    for (const bool is_read_before : {false, true})
        for (const int begins_with : {0, 1, 2})
            check_one_column([=](Graph& graph, std::int32_t steps, std::int32_t) {
                const Expr k = graph.parameter("k", {1, 1});
                Expr m = begins_with == 1 ? graph.constant(0.0) : graph.parameter("m0", {1, 1});
                std::vector<Expr> parts;
                for (std::int32_t t = 0; t < steps; ++t) {
                    const Scope at(graph, Step{0, t});
                    const Expr y = graph.input("y", {1, 1});
                    if (is_read_before) parts.push_back(square(m - y));
                    m = (begins_with == 2 && t == 0 ? k * y : m + k * (y - m)).named("m");
                    if (!is_read_before) parts.push_back(square(m - y));
                }
                return differentiate((1.0 * accumulate(parts)).named("L"), {k}, Unreachable::zeros);
            });
}

TEST_CASE("equations: a loss that a gradient is part of, whose coefficients are recurrences") {
    check_one_column([](Graph& graph, std::int32_t steps, std::int32_t) {
        const ScalarChain chain(graph, steps);
        const Expr a = graph.parameter("a", {1, 1});
        Expr total;
        for (std::int32_t t = 0; t < steps; ++t) {
            const Scope at(graph, Step{0, t});
            const Expr part = chain.error(t);
            total = (t == 0 ? part : a * total + part).named("S");
        }
        const Expr inner = 1.0 * total;
        const Derivative first = differentiate(inner, {a}, Unreachable::zeros);
        return chain.of(inner + square(first[a]), {chain.u, a});
    });
}

TEST_CASE("equations: numbers that have laws stay apart where their product has none") {
    const auto build = [](Graph& graph, std::int32_t steps, std::int32_t) {
        const BatchChain chain(graph, steps, 1);
        Expr loss = sum(chain.h.back());
        for (const int more : {0, 1, 2}) loss = (1.0 / (steps + more)) * loss;
        return chain.of(loss);
    };
    check_one_column(build);
    CHECK(says(general_text(build, 1), "L = (1 / (N+2)) ((1 / (N+1)) ((1 / N) sum(h(T))))"));
}

TEST_CASE(
    "equations: a number without a law is refused, and as built advised where that is given") {
    const auto refusal = [](const auto& number) {
        return test::message_of<GraphError>([&] {
            general_equations([&](std::int32_t steps) {
                Graph graph;
                const BatchChain chain(graph, steps, 1);
                return rolled_up(chain.of(number(steps) * sum(chain.h.back())));
            });
        });
    };
    CHECK(refusal([](std::int32_t steps) { return std::exp(-steps); }) ==
          "equations: the steps must be alike for every number of steps\n"
          "  roll: attribute 0 of L, scale [1 x 1] is 1.2664165549094176e-14 in 32 steps, "
          "4.658886145103398e-15 in 33 and 1.713908431542013e-15 in 34, which is neither even in "
          "the number of steps nor a product or quotient of two such numbers, nor a root of these\n"
          "  ask for the equations of one number of steps");
}

TEST_CASE("equations: a loss of the first steps and the last ones alone") {
    // By their places from the first step, or, below zero, from behind the last.
    using Places = std::vector<std::int32_t>;
    for (const Places& places : {Places{0, -1}, {-1, 0}, {0, 1, -1}, {0, -2, -1}, {2, -1}})
        for (const bool has_names : {true, false})
            check_any([&](Graph& graph, std::int32_t steps, std::int32_t columns) {
                const BatchChain chain(graph, steps, columns);
                const Expr V = graph.parameter("V", {1, 2});
                std::vector<Expr> losses;
                std::set<std::int32_t> read;
                for (const std::int32_t place : places) {
                    const std::int32_t t =
                        std::clamp(place < 0 ? steps + place : place, 0, steps - 1);
                    if (!read.insert(t).second) continue;
                    const Scope at(graph, Step{0, t});
                    const Expr y = V * chain.h[static_cast<std::size_t>(t)];
                    const Expr loss =
                        mse(has_names ? y.named("y") : y, graph.input("Y", {1, columns}));
                    losses.push_back(has_names ? loss.named("l") : loss);
                }
                return differentiate((1.0 * accumulate(losses)).named("L"), {chain.U, V},
                                     Unreachable::zeros);
            });
}

TEST_CASE("equations: what differs from step to step is told apart in words") {
    const auto refusal = [](const auto& make) {
        return test::message_of<GraphError>([&] {
            general_equations([&](std::int32_t steps) {
                Graph graph;
                const BatchChain chain(graph, steps, 1);
                return rolled_up(make(chain, steps), Simplification::off);
            });
        });
    };
    CHECK(refusal([](const BatchChain& chain, std::int32_t) {
              return chain.of(chain.sum_of_parts([&](const Expr& h, double t) {
                  return sum(hadamard(chain.U.graph->constant(std::exp(-t), {2, 1}), h));
              }));
          }) ==
          "equations: the steps must be alike for every number of steps\n"
          "  roll: steps are not alike from step t = 4 on: operand 0 of an unnamed hadamard [2 x "
          "1] in step t = 4 changes\n"
          "  it is an unnamed constant [2 x 1], whose attribute 0 is 0.01831563888873418\n"
          "  in step t = 3 it is an unnamed constant [2 x 1], whose attribute 0 is "
          "0.049787068367863944\n"
          "  ask for the equations of one number of steps");
    CHECK(refusal([](const BatchChain& chain, std::int32_t) {
              return chain.of(chain.sum_of_parts([&](const Expr& h, double t) {
                  return sum(hadamard(chain.x[t < 6 ? 2 : 6], h));
              }));
          }) ==
          "equations: the steps must be alike for every number of steps\n"
          "  roll: steps are not alike from step t = 4 on: operand 0 of an unnamed hadamard [2 x "
          "1] in step t = 4 changes\n"
          "  it is x[2], input [2 x 1], 2 steps earlier\n"
          "  in step t = 3 it is x[2], input [2 x 1], 1 step earlier\n"
          "  ask for the equations of one number of steps");
    CHECK(refusal([](const BatchChain& chain, std::int32_t steps) {
              const auto middle = static_cast<std::size_t>(steps) / 2;
              return chain.of(chain.sum_of_parts([&](const Expr& h, double t) {
                  return sum(hadamard(chain.x[std::max(middle, static_cast<std::size_t>(t))], h));
              }));
          }) ==
          "equations: the steps must be alike for every number of steps\n"
          "  roll: steps are not alike from step t = 4 on: operand 0 of an unnamed hadamard [2 x "
          "1] in step t = 4 changes\n"
          "  it is x[16], input [2 x 1], 12 steps later\n"
          "  in step t = 3 it is x[16], input [2 x 1], 13 steps later\n"
          "  ask for the equations of one number of steps");
    CHECK(refusal([](const BatchChain& chain, std::int32_t steps) {
              Graph& graph = *chain.U.graph;
              const Expr v = graph.parameter("v", {2, 1}), w = graph.parameter("w", {2, 1});
              const Expr early = exp(v), late = exp(w);
              return chain.of(chain.sum_of_parts([&](const Expr& h, double t) {
                  return sum(hadamard(2 * t < steps ? early : late, h));
              }));
          }) ==
          "equations: the steps must be alike for every number of steps\n"
          "  roll: steps are not alike from step t = 16 on: operand 0 of an unnamed hadamard [2 x "
          "1] in step t = 16 changes\n"
          "  it is an unnamed exp [2 x 1] of w, parameter [2 x 1]\n"
          "  in step t = 15 it is an unnamed exp [2 x 1] of v, parameter [2 x 1]\n"
          "  ask for the equations of one number of steps");
}

}  // namespace revolute
