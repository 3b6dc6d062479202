// The engine's gradients beside the formulas derived by hand and beside finite differences.

#include <revolute/graph/differentiate.hpp>
#include <revolute/tools/bptt_check.hpp>

#include <doctest/doctest.h>

using namespace revolute;

namespace {

constexpr InitialState all_kinds[] = {InitialState::zero, InitialState::given,
                                      InitialState::trainable};

}  // namespace

TEST_CASE("BPTT: the engine equals the closed form for every size and initial state") {
    int checked = 0;
    for (const int steps : {1, 2, 3, 25, 200})
        for (const int hidden : {1, 3, 32})
            for (const int input : {1, 4})
                for (const int batch : {1, 5})
                    for (const InitialState kind : all_kinds)
                        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
                            const Sizes sizes{steps, input, hidden, 2, batch};
                            const BpttCheck check = check_simple_rnn(sizes, kind, seed, false);
                            CAPTURE(steps);
                            CAPTURE(hidden);
                            CAPTURE(input);
                            CAPTURE(batch);
                            CAPTURE(static_cast<int>(kind));
                            CAPTURE(seed);
                            CHECK(check.rows.front().norm > 0.0);
                            REQUIRE(check.rows.size() == (kind == InitialState::zero ? 5 : 6));
                            CHECK(check.loss_relative <= closed_form_tolerance);
                            for (const CheckRow& row : check.rows) {
                                CAPTURE(row.name);
                                CHECK(row.closed_form_relative <= closed_form_tolerance);
                            }
                            ++checked;
                        }
    CHECK(checked == 5 * 3 * 2 * 2 * 3 * 20);
}

TEST_CASE("BPTT: the engine agrees with finite differences") {
    for (const int steps : {1, 2, 3, 25})
        for (const int hidden : {1, 3})
            for (const int batch : {1, 5})
                for (const InitialState kind : all_kinds) {
                    const Sizes sizes{steps, 4, hidden, 2, batch};
                    for (const CheckRow& row : check_simple_rnn(sizes, kind, 1).rows) {
                        CAPTURE(steps);
                        CAPTURE(hidden);
                        CAPTURE(batch);
                        CAPTURE(row.name);
                        CHECK(row.differences.verdict != Verdict::differs);
                        CHECK(row.differences.directions > 0);
                    }
                }
}

TEST_CASE("BPTT: dh(-1) after 200 steps is too small for finite differences to tell") {
    const BpttCheck check =
        check_simple_rnn({.steps = 200, .input = 1, .hidden = 3}, InitialState::given, 1);
    REQUIRE(check.rows.back().name == "h0");
    CHECK(check.rows.back().norm < 1e-30);
    CHECK(check.rows.back().differences.verdict == Verdict::too_small);
    CHECK(check.rows.front().differences.verdict == Verdict::agrees);
}

TEST_CASE("BPTT: finite differences tell a wrong gradient") {
    const RandomNet random({.steps = 3, .input = 2, .hidden = 3}, InitialState::zero, 1);
    const Expr U = random.net.parameters[1];
    Matrix gradient = evaluate(differentiate(random.net.loss, {U})[U], random.values);
    CHECK(check_by_differences(random.net.loss, U, gradient, random.values).verdict ==
          Verdict::agrees);
    gradient(1, 2) += 1e-5 * largest_entry(gradient);
    CHECK(check_by_differences(random.net.loss, U, gradient, random.values).verdict ==
          Verdict::differs);
}

TEST_CASE("BPTT: adjoints of the states equal the closed form's dh(t)") {
    for (const int batch : {1, 3}) {
        const RandomNet random({.steps = 7, .input = 2, .hidden = 4, .output = 1, .batch = batch},
                               InitialState::given, 3);
        const Derivative d = differentiate(random.net.loss, random.net.variables());
        const auto by_hand = closed_form::gradients(random.plain);
        for (std::size_t t = 0; t < 7; ++t) {
            const Expr h = random.net.unrolled.output(t);
            CHECK(relative_difference(evaluate(d.adjoint(h), random.values), by_hand.dh[t]) <=
                  1e-12);
            CHECK(relative_difference(evaluate(h, random.values), by_hand.h[t]) <= 1e-12);
        }
    }
}

TEST_CASE("BPTT: dW and db have one term a step, from the last step to the first") {
    Graph graph;
    const SimpleRnn cell(graph, 2, 3);
    const ManyToOne net = many_to_one(cell, {.steps = 5, .input = 2, .hidden = 3});
    const Derivative d = differentiate(net.loss, net.variables());
    for (const Expr& parameter : {cell.W, cell.b}) {
        const std::vector<Term> terms = d.terms(parameter);
        REQUIRE(terms.size() == 5);
        for (int t = 0; t < 5; ++t) {
            CHECK(terms[static_cast<std::size_t>(t)].consumer.step() == Step{0, 4 - t});
        }
    }
}
