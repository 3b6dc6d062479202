// The engine's gradients of a simple net beside the formulas derived by hand and beside finite
// differences. closed_form_engine_test.cpp does the first for the other cells.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/rnn/closed_form/closed_form.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/tools/checks/net_check.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>

using namespace revolute;

namespace {

constexpr InitialState all_kinds[] = {InitialState::zero, InitialState::given,
                                      InitialState::trainable};

/// The check of a simple net.
NetCheck check(const Sizes& sizes, InitialState initial, std::uint64_t seed,
               const CheckOptions& options = {}) {
    return check_net(sizes, {.initial = initial}, seed, options);
}

/// The values of a simple net as the closed form takes them.
closed_form::SimpleRnn plain(const RandomNet& random) {
    const auto value = [&](Expr leaf) { return *random.values.find(leaf); };
    const std::vector<Expr> parameters = random.net.parameters();
    closed_form::SimpleRnn net;
    net.W = value(parameters[0]);
    net.U = value(parameters[1]);
    net.b = value(parameters[2]);
    net.V = value(parameters[3]);
    net.c = value(parameters[4]);
    for (const Expr& x : random.net.inputs) net.x.push_back(value(x));
    net.initial = value(random.net.initial_leaves().front());
    net.target = value(random.net.read_out.targets.front());
    return net;
}

}  // namespace

TEST_CASE("BPTT: the engine equals the closed form for every size and initial state") {
    unsigned checked = 0;
    for (const int steps : {1, 2, 3, 25, 200})
        for (const int hidden : {1, 3, 32})
            for (const int input : {1, 4})
                for (const int batch : {1, 5})
                    for (const InitialState kind : all_kinds)
                        for (std::uint64_t seed = 1; seed <= test::draws(20); ++seed) {
                            const Sizes sizes{steps, input, hidden, 2, batch};
                            const NetCheck result =
                                check(sizes, kind, seed,
                                      {.differences = {.computed_by = ComputedBy::reference},
                                       .with_differences = false,
                                       .with_forward_mode = false});
                            CAPTURE(steps);
                            CAPTURE(hidden);
                            CAPTURE(input);
                            CAPTURE(batch);
                            CAPTURE(static_cast<int>(kind));
                            CAPTURE(seed);
                            CHECK(result.gradients.variables.front().norm > 0.0);
                            REQUIRE(result.closed_form.size() ==
                                    (kind == InitialState::zero ? 5 : 6));
                            CHECK(result.loss_relative <= closed_form_tolerance);
                            for (const ClosedFormComparison& parameter : result.closed_form)
                                CHECK(parameter.relative <= closed_form_tolerance);
                            ++checked;
                        }
    CHECK(checked == 5 * 3 * 2 * 2 * 3 * test::draws(20));
}

TEST_CASE("BPTT: the engine agrees with finite differences") {
    for (const int steps : {1, 2, 3, 25})
        for (const int hidden : {1, 3})
            for (const int batch : {1, 5})
                for (const InitialState kind : all_kinds) {
                    const Sizes sizes{steps, 4, hidden, 2, batch};
                    for (const VariableCheck& row : check(sizes, kind, 1).gradients.variables) {
                        CAPTURE(steps);
                        CAPTURE(hidden);
                        CAPTURE(batch);
                        CAPTURE(row.name);
                        CHECK(row.verdict() != Verdict::differs);
                        CHECK(row.verdict() != Verdict::kink);
                        CHECK(row.differences.directions > 0);
                    }
                }
}

TEST_CASE("BPTT: dh(-1) after 200 steps is too small for finite differences to tell") {
    const GradientCheck result =
        check({.steps = 200, .input = 1, .hidden = 3}, InitialState::given, 1).gradients;
    REQUIRE(result.variables.back().name == "h0");
    CHECK(result.variables.back().norm < 1e-30);
    CHECK(result.variables.back().differences.verdict == Verdict::too_small);
    CHECK(result.variables.front().differences.verdict == Verdict::agrees);
}

TEST_CASE("BPTT: finite differences tell a wrong gradient") {
    const RandomNet random({.steps = 3, .input = 2, .hidden = 3}, {}, 1);
    const Expr U = random.net.parameters()[1], loss = random.net.loss();
    Matrix gradient = evaluate(differentiate(loss, {U})[U], random.values);
    CHECK(check_by_differences(loss, U, gradient, random.values).verdict == Verdict::agrees);
    gradient(1, 2) += 1e-5 * largest_entry(gradient);
    CHECK(check_by_differences(loss, U, gradient, random.values).verdict == Verdict::differs);
}

TEST_CASE("BPTT: adjoints of the states equal the closed form's dh(t)") {
    for (const int batch : {1, 3}) {
        const RandomNet random({.steps = 7, .input = 2, .hidden = 4, .output = 1, .batch = batch},
                               {.initial = InitialState::given}, 3);
        const Derivative d = differentiate(random.net.loss(), random.net.variables());
        const auto by_hand = closed_form::gradients(plain(random));
        for (std::size_t t = 0; t < 7; ++t) {
            const Expr h = random.net.layers.front().outputs[t];
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
