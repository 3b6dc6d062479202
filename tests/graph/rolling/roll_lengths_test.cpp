// Numbers of steps that one graph does not tell: `at` refuses them and says why, and `roll_for`
// tells. Small nets drawn at random, of which `at` gives what is built or refuses.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <support/message.hpp>
#include <support/random_graph.hpp>
#include <support/same_graph.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

using namespace revolute;

namespace {

using Build = std::function<Expr(Graph&, int)>;

Rolled rolled_of(const Build& build, int steps, bool is_simplified = false) {
    Graph graph, simple;
    const Expr y = build(graph, steps);
    if (!is_simplified) return roll(std::array{y});
    return roll(simplify(std::array{y}, simple, simplification_rules()).outputs);
}

std::string refusal_of(const Build& build, int steps, int wanted, bool is_simplified = false) {
    const Rolled rolled = rolled_of(build, steps, is_simplified);
    CHECK_FALSE(rolled.least_steps().has_value());
    return test::message_of<GraphError>([&] { rolled.at(wanted); });
}

/// h(t) = step(h(t-1), x(t)), [1 x 1].
std::vector<Expr> states_of(Graph& graph, int steps,
                            const std::function<Expr(Expr, Expr, int)>& step) {
    Expr h = graph.parameter("h", {1, 1});
    std::vector<Expr> states;
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr x = graph.input("x", {1, 1});
        h = step(h, x, t);
        states.push_back(h);
    }
    return states;
}

Expr tanh_step(Expr h, Expr x, int) { return tanh(h + x); }

}  // namespace

TEST_CASE("at: a last step that nothing reads is refused, also of a simplified graph") {
    const Build build = [](Graph& graph, int steps) {
        const std::vector<Expr> h = states_of(graph, steps, tanh_step);
        return square(h[h.size() - 2]);
    };
    for (const bool is_simplified : {false, true})
        CHECK(refusal_of(build, 8, 10, is_simplified) ==
              "rolled: nothing that was rolled reads the last steps of the graph, so how many "
              "there are cannot be told (7 or 8 on axis t)\n"
              "  roll_for takes a function that builds the graph of any number of steps\n"
              "  roll the graph of 10 steps instead");
    CHECK(roll_for(20, [&](std::int32_t n) { return rolled_of(build, n); }) ==
          rolled_of(build, 20));
}

TEST_CASE("at: factors that count the steps from the end are refused") {
    for (const double slope : {-1.0, -2.0, 1.0}) {
        const Build build = [slope](Graph& graph, int steps) {
            std::vector<Expr> scaled;
            const std::vector<Expr> h = states_of(graph, steps, tanh_step);
            for (int t = 0; t < steps; ++t) {
                const Scope scope(graph, Step{0, t});
                scaled.push_back((slope * t - slope * steps) * h[static_cast<std::size_t>(t)]);
            }
            return accumulate(scaled);
        };
        CAPTURE(slope);
        CHECK(refusal_of(build, 9, 12).find("which may come from the number of steps (9 on") !=
              std::string::npos);
        CHECK(roll_for(30, [&](std::int32_t n) { return rolled_of(build, n); }) ==
              rolled_of(build, 30));
    }
}

TEST_CASE("at: nodes without step that are made of one another in a row are refused, and named") {
    const Build build = [](Graph& graph, int steps) {
        Expr power = graph.parameter("p", {1, 1});
        const std::vector<Expr> h = states_of(graph, steps, tanh_step);
        for (int t = 0; t < steps; ++t) power = hadamard(power, h.front());
        return power.named("P") + accumulate(h);
    };
    CHECK(refusal_of(build, 6, 9) ==
          "rolled: an unnamed hadamard [1 x 1] has no step and is at least the third in a row that "
          "is made of the one before in the same way, of which there may be as many as steps (6 on "
          "axis t)\n  one graph cannot tell: roll_for compares graphs of several numbers of steps\n"
          "  roll the graph of 9 steps instead");
    // Weights of their own make no row.
    const Build head = [](Graph& graph, int steps) {
        Expr y = states_of(graph, steps, tanh_step).back();
        for (int layer = 0; layer < 5; ++layer)
            y = tanh(graph.parameter(fmt::format("w{}", layer), {1, 1}) * y);
        return y;
    };
    CHECK(rolled_of(head, 8).at(20) == rolled_of(head, 20));
}

TEST_CASE("at: a factor that is the number of terms of a sum is refused") {
    const Build build = [](Graph& graph, int steps) {
        const std::vector<Expr> h = states_of(graph, steps, tanh_step);
        std::vector<Expr> some(h.begin() + 2, h.end() - 2);
        return (1.0 / static_cast<double>(some.size())) * accumulate(some) + h.back();
    };
    CHECK(refusal_of(build, 17, 20).find("which may come from the number of steps (17 on") !=
          std::string::npos);
}

TEST_CASE("simplify: factors of different steps stay, so that at and roll_for are right") {
    const Build build = [](Graph& graph, int steps) {
        const Expr w = graph.parameter("w", {1, 1});
        const std::vector<Expr> h =
            states_of(graph, steps, [](Expr before, Expr, int) { return 2.0 * before; });
        return h.back() * w;
    };
    const auto simplified = [&](std::int32_t steps) { return rolled_of(build, steps, true); };
    CHECK(simplified(8).at(20) == simplified(20));
    CHECK(roll_for(20, simplified) == simplified(20));
}

namespace {

/// A net of one layer, drawn at random: what its step does, what is made of its states, and where
/// the losses begin and end.
struct DrawnLine {
    explicit DrawnLine(std::uint32_t seed) {
        test::Random random(seed);
        size = 1 + static_cast<int>(random.below(2));
        for (std::uint32_t* choice : {&step, &total}) *choice = random.below(8);
        from = static_cast<int>(random.below(3));
        back = static_cast<int>(random.below(3));
        // The last of every second state is another for odd numbers of steps, which one graph does
        // not show.
        every = total != 3 && random.below(6) == 0 ? 2 : 1;
        is_backwards = random.below(3) == 0;
        has_gradients = random.below(2) == 0;
    }

    std::string text() const {
        return fmt::format(
            "size {} step {} total {} from {} back {} every {} backwards {} "
            "gradients {}",
            size, step, total, from, back, every, is_backwards, has_gradients);
    }

    std::vector<Expr> outputs(Graph& graph, int steps) const {
        const Expr w = graph.parameter("w", {size, size}), s = graph.parameter("s", {size, 1});
        std::vector<Expr> h(static_cast<std::size_t>(steps));
        Expr before = s, older = s;
        for (int i = 0; i < steps; ++i) {
            const int t = is_backwards ? steps - 1 - i : i;
            const Scope scope(graph, Step{0, t});
            const Expr x = graph.input("x", {size, 1});
            const Expr now = next(w, before, older, x);
            older = before;
            before = h[static_cast<std::size_t>(t)] = now;
        }
        const Expr loss = sum(square(value_of(graph, h)));
        if (!has_gradients) return {loss};
        return differentiate(loss, {w, s}, Unreachable::zeros).loss_and_gradients();
    }

    int size = 1, from = 0, back = 0, every = 1;
    std::uint32_t step = 0, total = 0;
    bool is_backwards = false, has_gradients = false;

 private:
    Expr next(Expr w, Expr before, Expr older, Expr x) const {
        const Expr product = w * before;
        switch (step) {
            case 0:
                return tanh(product + x);
            case 1:
                return hadamard(sigmoid(product), older) + x;
            case 2:
                return 2.0 * before;
            case 3:
                return maximum(older, x);
            case 4:
                return tanh(x);
            case 5:
                return 0.5 * product + 0.5 * tanh(before);
            case 6:
                return tanh(w * older);
            default:
                return softmax(product - x);
        }
    }

    Expr value_of(Graph& graph, const std::vector<Expr>& h) const {
        const int steps = static_cast<int>(h.size());
        std::vector<Expr> some;
        for (int t = from; t < steps - back; t += every)
            some.push_back(h[static_cast<std::size_t>(t)]);
        const std::vector<Operand> operands(some.begin(), some.end());
        Expr total_now = some.front();
        switch (total) {
            case 0:
                return accumulate(some);
            case 1:
                return (1.0 / steps) * accumulate(some);
            case 2:
                return (1.0 / static_cast<double>(some.size())) * accumulate(some);
            case 3:
                return some.back();
            case 4:
                return stack_columns(operands);
            case 5:
                return transpose(stack_rows(operands)) * stack_rows(operands);
            case 6:
                for (std::size_t i = 1; i < some.size(); ++i)
                    total_now = maximum(total_now, some[i]);
                return total_now;
            default:
                for (std::size_t i = 0; i < some.size(); ++i) {
                    const Scope scope(graph, Step{0, from + every * static_cast<int>(i)});
                    some[i] = (steps - static_cast<double>(i)) * some[i];
                }
                return accumulate(some);
        }
    }
};

}  // namespace

TEST_CASE("at: small nets drawn at random are what is built, or refused") {
    int same = 0;
    for (std::uint32_t seed = 0; seed < test::draws(600); ++seed)
        for (const bool is_simplified : {false, true}) {
            const DrawnLine net(seed);
            CAPTURE(net.text());
            CAPTURE(is_simplified);
            const auto outputs = [&](Graph& graph, Graph& simple, int steps) {
                const std::vector<Expr> built = net.outputs(graph, steps);
                if (!is_simplified) return built;
                return simplify(built, simple, simplification_rules()).outputs;
            };
            Graph graph, simple;
            const Rolled rolled = roll(outputs(graph, simple, 9 + static_cast<int>(seed % 3)));
            for (const int steps : {8, 13}) {
                CAPTURE(steps);
                std::optional<Rolled> other;
                try {
                    other = rolled.at(steps);
                } catch (const GraphError&) {
                    continue;
                }
                ++same;
                Graph built, simplified, again;
                const std::vector<Expr> expected = outputs(built, simplified, steps);
                CHECK(test::first_difference(expected, unroll_again(*other, again)) == "");
            }
        }
    CHECK(same > static_cast<int>(test::draws(600)) / 3);
}
