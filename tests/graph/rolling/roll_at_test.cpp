// Other numbers of steps: what `at` gives is what rolling the graph of that number gives, or it is
// refused.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_laws.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>
#include <support/program_check.hpp>
#include <support/same_graph.hpp>
#include <support/sanitized.hpp>
#include <support/time_nets.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

using namespace revolute;
using test::first_difference;
using test::OverTime;
using test::TimeNet;

namespace {

/// Values by what leaves are called, so that two graphs get the same.
double largest_difference(std::span<const Expr> a, std::span<const Expr> b) {
    test::Random random(7);
    Bindings of_a, of_b;
    std::map<std::string, Matrix> values;
    for (const auto& [leaf, value] : test::random_leaf_values(a, random)) {
        // Indices are whole.
        const bool is_index = leaf.label().starts_with("i");
        const auto& [found, is_new] =
            values.emplace(leaf.label(), is_index ? Matrix(leaf.shape()) : value);
        of_a.bind(leaf, found->second);
    }
    for (const auto& [leaf, value] : test::random_leaf_values(b, random))
        of_b.bind(leaf, values.at(leaf.label()));
    const std::vector<Matrix> x = evaluate(a, of_a), y = evaluate(b, of_b);
    double largest = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        largest = std::max(largest, relative_difference(x[i], y[i]));
    return largest;
}

struct Counts {
    int same = 0;
    int refused = 0;
};

/// Compares other numbers of steps with the nets that are built with them.
Counts check_at(const TimeNet& net, int base, std::span<const int> wanted) {
    CAPTURE(net.text());
    CAPTURE(base);
    Graph graph;
    const Rolled rolled = roll(test::outputs_of(graph, net, base));
    verify(rolled);
    Counts counts;
    for (const int steps : wanted) {
        CAPTURE(steps);
        std::optional<Rolled> other;
        try {
            other = rolled.at(steps);
        } catch (const GraphError&) {
            ++counts.refused;
            continue;
        }
        ++counts.same;
        verify(*other);
        Graph built;
        const std::vector<Expr> outputs = test::outputs_of(built, net, steps);
        CHECK(*other == roll(outputs));
        Graph again;
        const std::vector<Expr> unrolled = unroll_again(*other, again);
        CHECK(first_difference(outputs, unrolled) == "");
        CHECK(largest_difference(outputs, unrolled) == 0);
    }
    return counts;
}

constexpr std::array wanted_steps{4, 5, 6, 7, 8, 9, 10, 11, 12, 23};

/// That many of the wanted numbers of steps must not be refused, from each base.
void check_stretches(const TimeNet& net, int least_same) {
    int turn = 0;
    for (const int base : {7, 8, 11}) {
        if (!test::is_taken(turn++)) continue;
        CAPTURE(net.text());
        CAPTURE(base);
        CHECK(check_at(net, base, wanted_steps).same >= least_same);
    }
}

const std::array<const Op*, 6> chain_operators{&add_op,      &subtract_op, &maximum_op,
                                               &hadamard_op, &divide_op,   &matmul_op};

}  // namespace

TEST_CASE("at: every operator in a step, with and without gradients") {
    int turn = 0;
    for (const Op* const op : catalogue())
        for (const bool is_recurrent : {false, true})
            for (const bool has_gradients : {false, true}) {
                if (!test::is_taken(turn++)) continue;
                const TimeNet net{
                    .step = op, .is_recurrent = is_recurrent, .has_gradients = has_gradients};
                CAPTURE(net.text());
                // A size of the operator may be the number of steps of one base; of another it is
                // not.
                int same = 0;
                for (const int base : {7, 8, 11})
                    same += check_at(net, base, std::array{9, 13}).same;
                CHECK(same >= 2);
            }
}

TEST_CASE("at: sums over time, and the last state alone") {
    for (const OverTime over_time : {OverTime::last, OverTime::sum})
        for (const bool is_recurrent : {false, true})
            for (const bool has_gradients : {false, true})
                for (const bool has_second_axis : {false, true})
                    check_stretches({.over_time = over_time,
                                     .is_recurrent = is_recurrent,
                                     .has_gradients = has_gradients,
                                     .has_second_axis = has_second_axis},
                                    is_recurrent || over_time == OverTime::sum ? 6 : 0);
}

TEST_CASE("at: chains of binary operators over time, in the steps or behind them") {
    for (const OverTime over_time : {OverTime::chain_inside, OverTime::chain_outside})
        for (const Op* const op : chain_operators)
            for (const bool is_recurrent : {false, true})
                for (const bool has_gradients : {false, true})
                    check_stretches({.over_time = over_time,
                                     .chain = op,
                                     .is_recurrent = is_recurrent,
                                     .has_gradients = has_gradients},
                                    over_time == OverTime::chain_inside ? 6 : 0);
}

TEST_CASE("at: a stack over all steps grows, and every operator that reads it") {
    for (const OverTime over_time :
         {OverTime::stack_rows, OverTime::stack_columns, OverTime::reversed_stack}) {
        for (const bool is_recurrent : {false, true})
            for (const bool has_second_axis : {false, true})
                check_stretches({.over_time = over_time,
                                 .is_recurrent = is_recurrent,
                                 .has_second_axis = has_second_axis},
                                6);
        for (const Op* const op : catalogue())
            if (test::takes_stack(*op))
                check_at({.over_time = over_time, .of_stack = op}, 8, wanted_steps);
    }
}

TEST_CASE("at: attention, means and parts of a stack are right or refused") {
    int turn = 0;
    for (const OverTime over_time :
         {OverTime::attention, OverTime::parts_of_stack, OverTime::mean, OverTime::mean_of_stack,
          OverTime::stack_rows, OverTime::stack_columns, OverTime::reversed_stack})
        for (const bool is_recurrent : {false, true})
            for (const bool has_gradients : {false, true})
                for (const bool has_second_axis : {false, true})
                    for (const int base : {7, 8, 11})
                        if (test::is_taken(turn++))
                            check_at({.over_time = over_time,
                                      .is_recurrent = is_recurrent,
                                      .has_gradients = has_gradients,
                                      .has_second_axis = has_second_axis},
                                     base, wanted_steps);
}

namespace {

/// A graph of six steps, and the text of what `at` says.
std::string refusal_of(std::span<const Expr> outputs, int steps) {
    const Rolled rolled = roll(outputs);
    return test::message_of<GraphError>([&] { rolled.at(steps); });
}

/// h(t) = tanh(w h(t-1) + x(t)) for some steps, h [1 x 1].
struct Chain {
    explicit Chain(int steps) {
        w = graph.parameter("w", {1, 1});
        Expr h = graph.initial_state("h", {1, 1});
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr x = graph.input("x", {1, 1});
            const Expr before = w * h;
            h = tanh(before + x).named("h");
            states.push_back(h);
        }
    }
    std::vector<Operand> operands() const { return {states.begin(), states.end()}; }

    Graph graph;
    Expr w;
    std::vector<Expr> states;
};

}  // namespace

TEST_CASE("at: a factor that may come from the number of steps is refused, and named") {
    Chain chain(6);
    const Expr loss = ((1.0 / 6) * accumulate(chain.states)).named("L");
    CHECK(refusal_of(std::array{loss}, 9) ==
          "rolled: attribute 0 of L, scale [1 x 1] is 0.16666666666666666, which may come from the "
          "number of steps (6 on axis t)\n"
          "  one graph cannot tell: roll_for compares graphs of several numbers of steps\n"
          "  roll the graph of 9 steps instead");
    for (const double factor : {6.0, 1.0 / 12, 5.0, -7.0, std::sqrt(6.0), 1 / std::sqrt(12.0)}) {
        CAPTURE(factor);
        const Expr scaled = factor * accumulate(chain.states);
        CHECK_FALSE(roll(std::array{scaled}).least_steps().has_value());
    }
    for (const double factor : {0.5, 2.0, -1.0, 1.0, 10.0, 0.1, 1e300, 0.0}) {
        CAPTURE(factor);
        const Expr scaled = factor * accumulate(chain.states);
        CHECK(roll(std::array{scaled}).least_steps().has_value());
    }
}

TEST_CASE(
    "at: a short number over the number of steps is refused, from whichever step they are "
    "counted") {
    const auto refusal = [](int first, int count, double factor) {
        Graph graph;
        const Expr w = graph.parameter("w", {1, 1});
        Expr h = graph.initial_state("h", {1, 1});
        std::vector<Expr> states;
        for (int t = first; t < first + count; ++t) {
            const Scope scope(graph, Step{0, t});
            h = tanh(w * h + graph.input("x", {1, 1}));
            states.push_back(h);
        }
        const Expr loss = (factor * accumulate(states)).named("L");
        const Rolled rolled = roll(std::array{loss});
        return rolled.least_steps() ? std::string()
                                    : test::message_of<GraphError>([&] { rolled.at(99); });
    };
    for (const int first : {0, 1, 3})
        for (const int count : {11, 13, 19}) {
            CAPTURE(first);
            CAPTURE(count);
            for (const double share : {1.0, 0.5, 1.5, 0.75, 0.25, 0.3, 0.7, 2.5, 0.1}) {
                CAPTURE(share);
                CHECK(refusal(first, count, share / count)
                          .find(fmt::format("number of steps ({} on axis t)", count)) !=
                      std::string::npos);
            }
            for (const double typed : {0.375, 1.5, 1.0 / 3, 2.0})
                CHECK(refusal(first, count, typed) == "");
        }
}

TEST_CASE("at: fewer steps than one are refused without advice to build them") {
    const Chain chain(6);
    const Expr last = chain.states.back();
    for (const int steps : {0, -3})
        CHECK(refusal_of(std::array{last}, steps) ==
              fmt::format("rolled: the number of steps must be at least 1 ({} asked for)", steps));
}

TEST_CASE("at: what is read of a stack from its end on is refused, and named") {
    Chain chain(8);
    const Expr stack = stack_columns(chain.operands());
    const auto text = [](int first) {
        return fmt::format(
            "rolled: attribute 0 of an unnamed columns [1 x 1] is {}, which may come from the "
            "number "
            "of steps (8 on axis t)\n"
            "  one graph cannot tell: roll_for compares graphs of several numbers of steps\n"
            "  roll the graph of 9 steps instead",
            first);
    };
    for (const int first : {7, 6, 5, 4})
        CHECK(refusal_of(std::array{columns(stack, first, 1)}, 9) == text(first));
    for (const int first : {0, 1, 2, 3})
        CHECK(roll(std::array{columns(stack, first, 1)}).least_steps().has_value());
}

TEST_CASE("at: a stack that does not fit its users when it grows is refused, and they are named") {
    Chain chain(8);
    const Expr weights = chain.graph.parameter("v", {1, 8});
    const Expr x = (weights * stack_rows(chain.operands())).named("y");
    // v may have a column for each step.
    CHECK(roll(std::array{x}).at(9) == [] {
        Chain longer(9);
        const Expr v = longer.graph.parameter("v", {1, 9});
        const Expr y = (v * stack_rows(longer.operands())).named("y");
        return roll(std::array{y});
    }());
    Chain other(8);
    std::vector<Operand> some = other.operands();
    some.push_back(some[0]);
    some.push_back(some[1]);
    some.push_back(some[0]);
    const Expr v = other.graph.parameter("v", {1, 11});
    const Expr y = (v * stack_rows(some)).named("y");
    CHECK(refusal_of(std::array{y}, 9) ==
          "rolled: y, matmul [1 x 1] does not fit a graph of 9 steps\n"
          "  matmul: columns of the first operand (11) must equal rows of the second (12)\n"
          "  roll the graph of 9 steps instead");
}

TEST_CASE("at: where steps are not alike, the node and the step are named") {
    const auto not_alike = [](int steps, const std::string& why) {
        return fmt::format(
            "rolled: the steps in its midst are not alike, so none can be put in ({} on axis t)\n"
            "  {}\n  roll the graph of 12 steps instead",
            steps, why);
    };
    Chain chain(9);
    // Another function half-way.
    Expr h = chain.states.front();
    for (int t = 1; t < 9; ++t) {
        const Scope scope(chain.graph, Step{0, t});
        h = (t < 5 ? tanh(chain.w * h) : sigmoid(chain.w * h)).named("g");
    }
    CHECK(refusal_of(std::array{h}, 12) ==
          not_alike(9,
                    "steps are not alike from step t = 5 on: g[5], sigmoid [1 x 1] has no like "
                    "before"));
    // A sum that reads some steps in its own way.
    const std::span<const Expr> states = chain.states;
    const Expr last = accumulate(std::array{states[7], states[8]});
    const Expr every_other = accumulate(std::array{states[2], states[4], states[6]}).named("E");
    CHECK(refusal_of(std::array{last, every_other}, 12) ==
          not_alike(9,
                    "E, accumulate [1 x 1] reads in different ways what comes before step t = 4 "
                    "and after it"));
    // Too few steps, and one in the midst between two rows of the same length.
    CHECK(refusal_of(std::array{Chain(1).states.back()}, 12) ==
          not_alike(1,
                    "2 steps in a row must be alike at least, and there are 1 at most, from step "
                    "t = 0 on"));
    CHECK(refusal_of(std::array{Chain(3).states.back()}, 12) ==
          not_alike(3,
                    "of the rows of steps that are alike none is longer than all others, so "
                    "where to put them in cannot be told"));
}

TEST_CASE("at: a product of stacks grows in rows and in columns") {
    Chain chain(8);
    const Expr stack = stack_rows(chain.operands());
    const Expr product = (stack * transpose(stack)).named("P");
    CHECK(roll(std::array{product}).at(30).parts.back().shape == Shape{30, 30});
}

TEST_CASE("at: two states are not taken for a pattern") {
    Chain chain(8);
    const Expr first = accumulate(std::array{chain.states[0], chain.states[1]});
    const Expr last = chain.states.back();
    const Expr loss = first + last;
    Chain longer(20);
    const Expr same =
        accumulate(std::array{longer.states[0], longer.states[1]}) + longer.states[19];
    CHECK(roll(std::array{loss}).at(20) == roll(std::array{same}));
}

TEST_CASE("first_break: a sum that ends in the midst") {
    Chain chain(12);
    const Expr loss = accumulate(std::span(chain.states).first(6)).named("L");
    const Expr all = loss + chain.states.back();
    const auto found = first_break(roll(std::array{all}));
    REQUIRE(found.has_value());
    CHECK(found->step == Step{0, 6});
    CHECK(found->text ==
          "roll: steps are not alike from step t = 6 on: L, accumulate [1 x 1], which has no step, "
          "reads h[5], tanh [1 x 1] and h[6], tanh [1 x 1] in different ways");
}

TEST_CASE("at: two members far from each other are two operands in a graph of any length") {
    // By their places from the first step, or, below zero, from behind the last.
    for (const auto& places : {std::pair(0, -1), {-1, 0}, {1, -1}, {-1, 2}}) {
        const std::int32_t one = places.first, other = places.second;
        CAPTURE(one);
        CAPTURE(other);
        const auto rolled_with = [=](std::int32_t steps) {
            Graph graph;
            const Expr U = graph.parameter("U", {2, 2});
            std::vector<Expr> h{graph.initial_state("h0", {2, 1})};
            for (std::int32_t t = 0; t < steps; ++t) {
                const Scope at(graph, Step{0, t});
                h.push_back(tanh(U * h.back() + graph.input("x", {2, 1})).named("h"));
            }
            const auto state = [&](std::int32_t place) {
                return h[static_cast<std::size_t>(place < 0 ? steps + place : place) + 1];
            };
            return roll(
                differentiate(mse(state(one), state(other)).named("L"), {U}).loss_and_gradients());
        };
        const Rolled few = rolled_with(20);
        for (const std::int32_t steps : {19, 21, 40}) CHECK(few.at(steps) == rolled_with(steps));
    }
}

TEST_CASE("first_break: a value of one step that all steps read, until it is made without a step") {
    enum class Read : std::uint8_t { first, last, other_axis };
    for (const Read read : {Read::first, Read::last, Read::other_axis})
        for (const bool has_step : {true, false})
            for (const std::int32_t steps : {8, 9, 20}) {
                CAPTURE(static_cast<int>(read));
                CAPTURE(has_step);
                CAPTURE(steps);
                Graph graph;
                const Expr C = graph.parameter("C", {1, 1});
                std::vector<Expr> h, read_by;
                for (std::int32_t t = 0; t < steps; ++t) {
                    const Scope at(graph, Step{0, t});
                    h.push_back(tanh(graph.input("x", {1, 1})).named("h"));
                }
                const std::int32_t fixed = read == Read::first ? 0 : steps - 1;
                Expr value = h[static_cast<std::size_t>(fixed)];
                if (!has_step) value = C * value;
                for (std::int32_t t = 0; t < steps; ++t) {
                    const Scope at(graph, Step{read == Read::other_axis ? 1 : 0, t});
                    if (t == fixed && read != Read::other_axis) continue;
                    const Expr& own = h[static_cast<std::size_t>(t)];
                    read_by.push_back(read == Read::other_axis ? graph.input("y", {1, 1}) - value
                                                               : own - value);
                }
                const std::array outputs{accumulate(read_by)};
                const auto found = first_break(roll(outputs));
                REQUIRE(found.has_value() == has_step);
                if (!found) continue;
                const Step first{read == Read::other_axis ? 1 : 0, read == Read::first ? 1 : 0};
                CHECK(found->text ==
                      fmt::format("roll: steps are not alike from step {0} on: operand 1 of an "
                                  "unnamed subtract [1 x 1] in step {0} is one value in all of "
                                  "them\n"
                                  "  it is h[{1}], tanh [1 x 1]\n"
                                  "  a family reads what is equally far from each of its steps; "
                                  "what is computed from that value while no Scope with a Step is "
                                  "open has no step, and all steps can read it",
                                  to_string(first), fixed));
            }
}

TEST_CASE("verify: shapes and operand counts that do not fit are found") {
    Chain chain(6);
    const Expr loss = sum(square(stack_rows(chain.operands())));
    const Rolled rolled = roll(std::array{loss});
    const auto message_with = [&](const auto& change) {
        Rolled other = rolled;
        change(other);
        return test::message_of<InternalError>([&] { verify(other); });
    };
    const auto part_of = [](Rolled& of, const Op& op) -> Part& {
        return *std::ranges::find(of.parts, &op, &Part::op);
    };
    verify(rolled);
    CHECK(message_with([&](Rolled& r) {
              part_of(r, stack_rows_op).shape = {7, 1};
          }) ==
          "verify: shapes follow from the operands, but not so for part 7, an unnamed stack_rows "
          "[7 x 1]\n  stack_rows: makes [6 x 1] of its operands, and not [7 x 1]");
    CHECK(message_with([&](Rolled& r) {
              part_of(r, square_op).operands.push_back(part_of(r, square_op).operands.front());
          }) ==
          "verify: shapes follow from the operands, but not so for part 8, an unnamed square [6 x "
          "1]\n  square: needs 1 operand (2 given)");
    CHECK(message_with([&](Rolled& r) { part_of(r, stack_rows_op).operands.front().last = 6; }) ==
          "verify: operands exist, but not so for part 7, stack_rows");
    CHECK(message_with([&](Rolled& r) { part_of(r, stack_rows_op).operands.front().stride = 2; }) ==
          "verify: sweeps go from their first step to their last, but not so for part 7, "
          "stack_rows");
    CHECK(message_with([&](Rolled& r) {
              part_of(r, tanh_op).slots.front().front().steps.first.high = 4;
          }) == "verify: every step has a case, but not so for part 5, tanh");
    CHECK(message_with([&](Rolled& r) {
              part_of(r, tanh_op).operand_shapes.front() = {2, 1};
          }) == "verify: shapes of operands are those of the parts, but not so for part 5, tanh");
    CHECK(message_with([&](Rolled& r) { part_of(r, tanh_op).operand_shapes.clear(); }) ==
          "verify: each operand has a shape, but not so for part 5, tanh");
    CHECK(message_with([&](Rolled& r) { part_of(r, tanh_op).places.front() = 1; }) ==
          "verify: runs begin where those before them end, but not so for part 5, tanh");
    CHECK(message_with([&](Rolled& r) { part_of(r, tanh_op).slopes = {1}; }) ==
          "verify: each attribute has its slope, but not so for part 5, tanh");
    CHECK(message_with([&](Rolled& r) { r.outputs.front().t = 3; }) ==
          "verify: outputs exist, but not so for part 9, sum");
}

namespace {

AnySteps any_steps_of(const TimeNet& net) {
    return roll_any_steps(32, [&](std::int32_t steps) {
        Graph graph;
        return roll(test::outputs_of(graph, net, steps));
    });
}

}  // namespace

TEST_CASE(
    "roll_any_steps: stacks, attention and means over time are known for any number of steps") {
    for (const OverTime over_time :
         {OverTime::sum, OverTime::mean, OverTime::attention, OverTime::parts_of_stack,
          OverTime::stack_rows, OverTime::stack_columns, OverTime::reversed_stack,
          OverTime::mean_of_stack})
        for (const bool has_gradients : {false, true})
            for (const bool has_second_axis : {false, true}) {
                const TimeNet net{.over_time = over_time,
                                  .has_gradients = has_gradients,
                                  .has_second_axis = has_second_axis};
                CAPTURE(net.text());
                const AnySteps found = any_steps_of(net);
                CHECK(found.refusal == "");
                REQUIRE(found.rolled.has_value());
                for (const int steps : {6, 7, 13, 40}) {
                    CAPTURE(steps);
                    const Rolled other = found.rolled->at(steps);
                    verify(other);
                    Graph built;
                    CHECK(other == roll(test::outputs_of(built, net, steps)));
                    CHECK(other.at(50) == found.rolled->at(50));
                }
                CHECK(found.rolled->at(1'000'000).parts.size() == found.rolled->parts.size());
            }
}

TEST_CASE("roll: the derivative of a stack over time is one family, whose attributes grow") {
    for (const OverTime over_time :
         {OverTime::parts_of_stack, OverTime::stack_rows, OverTime::stack_columns,
          OverTime::reversed_stack, OverTime::attention}) {
        const TimeNet net{.over_time = over_time, .has_gradients = true};
        CAPTURE(net.text());
        Graph few, many;
        const std::vector<Expr> outputs = test::outputs_of(few, net, 9);
        const Rolled rolled = roll(outputs);
        CHECK(rolled.parts.size() == roll(test::outputs_of(many, net, 30)).parts.size());
        CHECK(std::ranges::any_of(rolled.parts,
                                  [](const Part& part) { return !part.slopes.empty(); }));
        CHECK_FALSE(first_break(rolled).has_value());
        Graph again;
        CHECK(first_difference(outputs, unroll_again(rolled, again)) == "");
        test::Random random(3);
        CHECK(test::program_difference(outputs, test::random_leaf_values(outputs, random)) <=
              1e-12);
    }
}

namespace {

/// h(t) = tanh(h(t-1) + attribute(t) x(t)).
Expr scaled_chain(Graph& graph, int steps, const std::function<double(int)>& attribute) {
    Expr h = graph.parameter("h", {1, 1});
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr x = graph.input("x", {1, 1});
        const Expr scaled = attribute(t) * x;
        h = tanh(h + scaled).named("h");
    }
    return h;
}

}  // namespace

TEST_CASE("roll: attributes that grow evenly with the step are one family, others are not") {
    const auto scales_in = [](const std::function<double(int)>& attribute) {
        Graph graph;
        const Expr h = scaled_chain(graph, 12, attribute);
        const Rolled rolled = roll(std::array{h});
        verify(rolled);
        Graph again;
        CHECK(first_difference(std::array{h}, unroll_again(rolled, again)) == "");
        test::Random random(5);
        CHECK(test::program_difference(std::array{h},
                                       test::random_leaf_values(std::array{h}, random)) <= 1e-12);
        return std::ranges::count(rolled.parts, &scale_op, &Part::op);
    };
    CHECK(scales_in([](int t) { return t; }) == 1);
    CHECK(scales_in([](int t) { return 7 - 3 * t; }) == 1);
    CHECK(scales_in([](int t) { return 5 + 0 * t; }) == 1);
    CHECK(scales_in([](int t) { return 0.5 * t; }) == 1);
    CHECK(scales_in([](int t) { return std::pow(0.9, t); }) == 12);
    CHECK(scales_in([](int t) { return t * t; }) == 12);
    CHECK(scales_in([](int t) { return t < 6 ? t : 100 - t; }) == 2);
}

TEST_CASE("to_text: attributes stand in braces, with the step where they grow") {
    Graph graph;
    const Expr h = scaled_chain(graph, 8, [](int t) { return 2 * t - 3; });
    const std::string text = to_text(roll(std::array{clamp(h, -0.5, 2.0)}));
    CHECK(text.find("= scale(x%1(t)) {2t-3}  [1 x 1]  t = 0..7") != std::string::npos);
    CHECK(text.find("{-0.5, 2}  [1 x 1]") != std::string::npos);
}

TEST_CASE("first_break: an attribute that leaves its line") {
    Graph graph;
    const Expr h = scaled_chain(graph, 14, [](int t) { return t < 6 ? t : 2 * t; });
    const auto found = first_break(roll(std::array{h}));
    REQUIRE(found.has_value());
    CHECK(
        found->text ==
        "roll: steps are not alike from step t = 6 on: attribute 0 of an unnamed scale [1 x 1] in "
        "step t = 6 changes\n  it is 12\n  in step t = 5 it is 5");
}

TEST_CASE("roll_any_steps: what is not alike is named") {
    const auto refusal_with = [](const std::function<Expr(Graph&, int)>& build) {
        return roll_any_steps(16,
                              [&](std::int32_t steps) {
                                  Graph graph;
                                  const Expr y = build(graph, steps);
                                  return roll(std::array{y});
                              })
            .refusal;
    };
    const auto mean = [](const std::function<double(int)>& factor) {
        return [=](Graph& graph, int steps) {
            return (factor(steps) * scaled_chain(graph, steps, [](int) { return 1; })).named("L");
        };
    };
    CHECK(refusal_with(mean([](int n) { return 1.0 / n; })) == "");
    CHECK(refusal_with(mean([](int n) { return n - 1; })) == "");
    CHECK(refusal_with(mean([](int n) { return 0.1 / (n + 2); })) == "");
    CHECK(refusal_with(mean([](int n) { return 1 / std::sqrt(n); })) == "");
    CHECK(refusal_with(mean([](int n) { return std::pow(2.0, n); })) ==
          "roll: attribute 0 of L, scale [1 x 1] is 256 in 8 steps, 512 in 9 and 1024 in 10, which "
          "is "
          "neither even in the number of steps nor a product or quotient of two such numbers, nor "
          "a root of these");
    CHECK(
        refusal_with([](Graph& graph, int steps) {
            return scaled_chain(graph, steps, [](int t) { return t == 4 ? 3 : 1; });
        }) ==
        "roll: steps are not alike from step t = 4 on: attribute 0 of an unnamed scale [1 x 1] in "
        "step t = 4 changes\n  it is 3\n  in step t = 3 it is 1");
    CHECK(refusal_with([](Graph& graph, int steps) {
              const Expr h = scaled_chain(graph, steps, [](int) { return 1; });
              return (steps % 2 == 0 ? tanh(h) : sigmoid(h)).named("L");
          }) ==
          "roll: the operator of L, sigmoid [1 x 1] in 9 steps is not what fewer steps foretell");
    CHECK(refusal_with([](Graph& graph, int steps) {
              const Expr h = scaled_chain(graph, steps, [](int) { return 1; });
              return (steps % 2 == 0 ? h : tanh(h)).named("L");
          }).starts_with("roll: "));
    const auto without_steps = [](Graph& graph, int steps) {
        Expr h = graph.parameter("w", {1, 1});
        for (int t = 0; t < steps; ++t) h = tanh(h);
        return h;
    };
    CHECK(refusal_with(without_steps) ==
          "roll: no node has a step; what is made while a Scope with a Step is open gets it");
    const auto rolled = [&](std::int32_t steps) {
        Graph graph;
        return roll(std::array{without_steps(graph, steps)});
    };
    CHECK(roll_for(40, rolled) == rolled(40));
}

TEST_CASE("fit_law: the bits of what builders compute") {
    using detail::fit_law;
    const auto fits = [](const std::function<double(int)>& f) {
        const auto law = fit_law(8, {f(8), f(9), f(10)});
        if (!law) return false;
        for (const int n : {3, 8, 11, 100, 12345})
            if (std::abs(law->at(n) - f(n)) > 1e-15 * std::abs(f(n))) return false;
        return true;
    };
    CHECK(fits([](int n) { return 1.0 / n; }));
    CHECK(fits([](int n) { return -1.0 / n; }));
    CHECK(fits([](int n) { return 1.0 / (3 * n); }));
    CHECK(fits([](int n) { return 0.1 / n; }));
    CHECK(fits([](int n) { return 0.7 / (n - 1); }));
    CHECK(fits([](int n) { return 3 * n - 2; }));
    CHECK(fits([](int n) { return 0.3 * n; }));
    CHECK(fits([](int n) { return std::sqrt(n); }));
    CHECK(fits([](int n) { return 1 / std::sqrt(2 * n); }));
    CHECK(fits([](int n) { return n / (n + 1.0); }));
    CHECK(fits([](int n) { return 1 - 1.0 / n; }));
    CHECK(fits([](int n) { return (0.9 * n - 1) / n; }));
    CHECK(fits([](int n) { return std::sqrt(n / (n - 1.0)); }));
    CHECK(fits([](int n) { return n * n; }));
    CHECK(fits([](int n) { return 0.3 / (static_cast<double>(n) * n); }));
    CHECK(fits([](int n) { return 2.0 / (n * (n - 1.0)); }));
    CHECK(fits([](int n) { return 0.5 * n * (n + 1); }));
    CHECK(fits([](int n) { return 0.7 * std::sqrt(n * (n + 2.0)); }));
    CHECK(fit_law(8, {1.0 / 8, 1.0 / 9, 1.0 / 10})->at(1'000'000) == 1e-6);
    CHECK_FALSE(fit_law(8, {1, 2, 4}).has_value());
    CHECK_FALSE(fit_law(8, {1, 1, 1}).has_value());
    CHECK_FALSE(fit_law(8, {512, 729, 1000}).has_value());
    CHECK_FALSE(fit_law(8, {std::log(8), std::log(9), std::log(10)}).has_value());
    CHECK_FALSE(fit_law(8, {std::pow(0.9, 8), std::pow(0.9, 9), std::pow(0.9, 10)}).has_value());
    for (int steps = 3; steps < 40; ++steps)
        for (int every = 2; every < 7; ++every) {
            const auto rounds = [&](int n) { return static_cast<double>(n / every); };
            const std::array values{rounds(steps), rounds(steps + 1), rounds(steps + 2)};
            CAPTURE(steps);
            CAPTURE(every);
            CHECK_FALSE(fit_law(steps, values).has_value());
        }
    CHECK_FALSE(fit_law(8, {std::exp(-8), std::exp(-9), std::exp(-10)}).has_value());
    CHECK_FALSE(fit_law(8, {NAN, 1, 2}).has_value());
    CHECK_FALSE(fit_law(8, {0, 1, 0}).has_value());
}

TEST_CASE("at: the initial state of what does not recur is no step") {
    const auto rolled_with = [](int steps) {
        Graph graph;
        std::vector<Expr> outputs;
        Expr before = [&] {
            const Scope scope(graph, Step{0, -1});
            return graph.initial_state("c", {2, 1});
        }();
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr x = graph.input("x", {2, 1});
            outputs.push_back(before + x);
            before = tanh(x);
        }
        return roll(std::array{accumulate(outputs)});
    };
    CHECK(rolled_with(6).steps() == 6);
    CHECK(rolled_with(6).at(9) == rolled_with(9));
}
