// Gradients of nets with gates, and of nets of several cells, with mistakes.

#include "hand_bptt.hpp"
#include "tools/exchange/cases.hpp"
#include <revolute/tools/diagnosis/diagnosis_report.hpp>
#include <revolute/tools/exchange/case_net.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace revolute;
using namespace revolute::test;

namespace {

constexpr HandSizes square{.steps = 4, .batch = 2, .input = 3, .hidden = 3, .output = 3};

struct Recognised {
    const char* mistake;
    const char* words;
};

constexpr Recognised lstm_mistakes[] = {
    {"no tanh'(c)", "a factor f' is missing: 1 - tanh(c[t])^2 for tanh(c[t]), at every step"},
    {"no o in dc",
     "the term that h[t] = o[t] o tanh(c[t]) adds to the adjoint of tanh(c[t]) lacks "
     "the factor o[t], at every step"},
    {"c(t) in df",
     "a step is off: the term that f[t] o c[t-1] adds to the adjoint of f[t] has the "
     "factor c[t] where c[t-1] belongs, at every step"},
    {"no f' of f",
     "a factor f' is missing: f[t] o (1 - f[t]) for f[t] = sigmoid(a_f[t]), at every step"},
    {"sigmoid' for g",
     "the derivative of sigmoid stands where that of tanh belongs: g[t] o (1 - "
     "g[t]) for 1 - g[t]^2, at every step"},
    {"dc without f",
     "the term that f[t] o c[t-1] adds to the adjoint of c[t-1] lacks the factor "
     "f[t], at every step"},
    {"dc not passed on", "the adjoint of c is not passed on to the step before, at every step"},
    {"c for tanh(c) in do",
     "the term that h[t] = o[t] o tanh(c[t]) adds to the adjoint of o[t] lacks the activation tanh "
     "in its factor tanh(c[t]), at every step"},
    {"U' da twice",
     "the term that U_i h[t-1] adds to the adjoint of h[t-1] is counted twice; likewise for U_f "
     "h[t-1], U_g h[t-1], U_o h[t-1], at every step"},
    {"f for i in dg",
     "the term that i[t] o g[t] adds to the adjoint of g[t] has the factor f[t] where i[t] "
     "belongs, "
     "at every step"},
    {"f' of f in di",
     "f' is that of another gate: f[t] o (1 - f[t]) where i[t] o (1 - i[t]) belongs, at every "
     "step"},
    {"tanh'(c(t-1))",
     "f' is that of another step: 1 - tanh(c[t-1])^2 where 1 - tanh(c[t])^2 belongs, at every "
     "step"},
    {"order i f o g", "the gates' rows stand in the order i f o g, where i f g o belongs"},
    {"da of i and f exchanged",
     "the adjoints of a_i and a_f are exchanged: that of each goes to the W, U and b of the other"},
};

constexpr Recognised gru_mistakes[] = {
    {"n - h without n",
     "the term that (1 - z[t]) o n[t] adds to the adjoint of 1 - z[t] is "
     "missing, at every step"},
    {"no r in the product",
     "the term that r[t] o (U_n h[t-1] + b_hn) adds to the adjoint of U_n "
     "h[t-1] + b_hn lacks the factor r[t], at every step"},
    {"z for 1 - z in dn",
     "the term that (1 - z[t]) o n[t] adds to the adjoint of n[t] has the factor z[t] where (1 - "
     "z[t]) belongs, at every step"},
    {"no b_hn in dr",
     "the term that r[t] o (U_n h[t-1] + b_hn) adds to the adjoint of r[t] lacks the bias b_hn in "
     "its factor (U_n h[t-1] + b_hn), at every step"},
    {"h(t-1) in dr",
     "the term that r[t] o (U_n h[t-1] + b_hn) adds to the adjoint of r[t] has the factor h[t-1] "
     "where (U_n h[t-1] + b_hn) belongs, at every step"},
    {"no r on the way back",
     "the term that r[t] o (U_n h[t-1] + b_hn) adds to the adjoint of U_n h[t-1] + b_hn lacks the "
     "factor r[t], on the way to the step before alone, at every step"},
    {"(1 - z) o dh",
     "the term that z[t] o h[t-1] adds to the adjoint of h[t-1] has the factor (1 - z[t]) where "
     "z[t] belongs, at every step"},
    {"no z o dh",
     "the term that z[t] o h[t-1] adds to the adjoint of h[t-1] is missing, at every step"},
    {"reset before the product in the backward pass",
     "the backward pass is that of a reset gate before the product, U (r o h), as in the cell "
     "gru-before; here it stands behind it, r o (U h + b)"},
    {"da of r and z exchanged",
     "the adjoints of a_r and a_z are exchanged: that of each goes to the W, U and b of the other"},
};

constexpr Recognised stack_mistakes[] = {
    {"no f'",
     "a factor f' is missing: 1 - h1[t]^2 for h1[t] = tanh(z1[t]); likewise for h2[t] = "
     "tanh(z2[t]), at every step"},
    {"no f' in the recurrence",
     "a factor f' is missing: 1 - h1[t]^2 for h1[t] = tanh(z1[t]); likewise for h2[t] = "
     "tanh(z2[t]), on the way to the step before alone, at every step"},
    {"no f' at the last step",
     "a factor f' is missing: 1 - h1[t]^2 for h1[t] = tanh(z1[t]); likewise for h2[t] = "
     "tanh(z2[t]), at the step t = 3 alone"},
    {"U for U'",
     "a matrix is not transposed: U1 stands where U1' belongs, in the term that U1 "
     "h1[t-1] adds to the adjoint of h1[t-1]; likewise for U2 h2[t-1], at every step"},
};

constexpr Recognised every_step_mistakes[] = {
    {"no f'", "a factor f' is missing: 1 - h[t]^2 for h[t] = tanh(z[t]), at every step"},
    {"cut every 2 steps", "the gradient is cut off every 2 steps"},
    {"cut to 3 steps",
     "the gradient is cut off: it goes back over the last 3 of 6 steps and no further"},
    {"last answer only",
     "the answer at the last step alone hands its adjoint on to the layer below it"},
    {"two steps only",
     "the terms of the steps t = 0 to 3 are missing from the sum: the gradient "
     "goes back over the last 2 steps alone"},
};

void check_all(std::span<const Recognised> mistakes, const Case& of,
               CaseResult (*by_hand)(const Case&, const std::string&),
               std::string_view arrays = "bias_hh_l0, bias_ih_l0, weight_hh_l0, weight_ih_l0") {
    CHECK(findings_of(of, by_hand(of, "")).empty());
    for (const Recognised& known : mistakes) {
        CAPTURE(known.mistake);
        CHECK(findings_of(of, by_hand(of, known.mistake)) ==
              fmt::format("{}: {}\n", arrays, known.words));
    }
}

Matrix& array_of(CaseResult& result, const std::string& name) {
    return std::ranges::find(result.grads, name, &NamedArray::name)->value;
}

}  // namespace

TEST_CASE("compare: mistakes in the BPTT of an LSTM are recognised") {
    check_all(lstm_mistakes, hand_case("lstm", HandSizes{}), hand_lstm);
    check_all(lstm_mistakes, hand_case("lstm", square), hand_lstm);
}

TEST_CASE("compare: mistakes in the BPTT of a GRU are recognised") {
    for (const HandSizes& sizes : {HandSizes{}, square}) {
        const Case of = hand_case("gru", sizes);
        check_all(gru_mistakes, of, hand_gru);
        CHECK(findings_of(of, hand_gru(of, "b_hn like b_n")) ==
              "bias_hh_l0: it is the gradient of bias_ih_l0\n");
        CHECK(
            findings_of(of, hand_gru(of, "dW from the side of the state")) ==
            "weight_ih_l0: the term that W_n x[t] adds to the adjoint of W_n has the factor r[t], "
            "which belongs to the term of the state alone, at every step\n");
    }
}

TEST_CASE("compare: mistakes in every layer of a stack are told at once") {
    const Case of = hand_case("rnn", {.steps = 4, .output = 2, .layers = 2});
    check_all(stack_mistakes, of, hand_rnn,
              "bias_hh_l1, bias_ih_l1, weight_hh_l1, weight_ih_l1, bias_hh_l0, bias_ih_l0, "
              "weight_hh_l0, weight_ih_l0");
    CHECK(findings_of(of, hand_rnn(of, "h(t) in dU")) ==
          "weight_hh_l1, weight_hh_l0: a step is off: the gradient of U1 takes h1[t] where h1[t-1] "
          "belongs; likewise for U2 h2[t-1], at every step\n");
}

TEST_CASE("compare: mistakes of nets that answer at every step are recognised") {
    const Case of = hand_case("rnn", {.every_step = true});
    check_all(every_step_mistakes, of, hand_rnn);
    CHECK(findings_of(of, hand_rnn(of, "no initial state")) ==
          "weight_hh_l0: the initial state's term is missing: the product of dz at the first step "
          "with h(-1)'\n");
}

TEST_CASE("compare: mistakes in the derivative of the cross-entropy are recognised") {
    constexpr std::string_view arrays =
        "head.bias, head.weight, bias_hh_l0, bias_ih_l0, weight_hh_l0, weight_ih_l0";
    constexpr Recognised of_last[] = {
        {"no one_hot",
         "one_hot(Y) is not subtracted: softmax(y) where softmax(y) - one_hot(Y) belongs"},
        {"softmax' again",
         "the derivative of softmax is there once more: softmax(y) - one_hot(Y) is that of the "
         "whole loss"},
        {"p (1 - p) again",
         "the derivative of softmax is there once more, as p (1 - p): softmax(y) - one_hot(Y) is "
         "that of the whole loss"},
    };
    check_all(of_last, hand_case("rnn", {.classes = true}), hand_rnn, arrays);
    constexpr Recognised of_every[] = {
        {"no one_hot",
         "one_hot(Y[t]) is not subtracted: softmax(y[t]) where softmax(y[t]) - one_hot(Y[t]) "
         "belongs, at every step"},
        {"softmax' again",
         "the derivative of softmax is there once more: softmax(y[t]) - one_hot(Y[t]) is that of "
         "the whole loss, at every step"},
        {"p (1 - p) again",
         "the derivative of softmax is there once more, as p (1 - p): softmax(y[t]) - "
         "one_hot(Y[t]) is that of the whole loss, at every step"},
    };
    check_all(of_every, hand_case("rnn", {.every_step = true, .classes = true}), hand_rnn, arrays);
}

TEST_CASE("compare: an adjoint of h that is overwritten at every answer is recognised") {
    const Case of = hand_case("rnn", {.every_step = true});
    CHECK(findings_of(of, hand_rnn(of, "no dh from the next step")) ==
          "bias_hh_l0, bias_ih_l0, weight_hh_l0, weight_ih_l0: the gradient is cut off at every "
          "step | the term that U h[t-1] adds to the adjoint of h[t-1] is missing, at every "
          "step\n");
}

TEST_CASE("compare: windows are tried up to 64 steps, and of longer nets it says so") {
    HandSizes sizes{.batch = 1, .input = 1, .hidden = 2, .output = 1, .every_step = true};
    for (const int steps : {65, 66}) {
        CAPTURE(steps);
        sizes.steps = steps;
        const Case of = hand_case("rnn", sizes);
        const GradientComparison comparison =
            compare_gradients(of, hand_rnn(of, "cut to 3 steps"), 1e-10);
        REQUIRE(comparison.findings.size() == 1);
        CHECK(comparison.findings.front().words ==
              std::vector{fmt::format("the gradient is cut off: it goes back over the last 3 of {} "
                                      "steps and no further",
                                      steps)});
        CHECK(comparison.has_tried_all == (steps == 65));
    }
}

TEST_CASE("compare: arrays of two directions that were taken for one another are named") {
    const Case of = case_named("rnn_bidirectional_many_to_one");
    CaseResult given = solve(of);
    std::swap(array_of(given, "weight_hh_l0"), array_of(given, "weight_hh_l0_reverse"));
    CHECK(findings_of(of, given) ==
          "weight_hh_l0_reverse: it is the gradient of weight_hh_l0\n"
          "weight_hh_l0: it is the gradient of weight_hh_l0_reverse\n");
}

TEST_CASE("compare: a factor in the loss of classes is recognised") {
    const Case of = case_named("rnn_cross_entropy");
    CaseResult given = solve(of);
    for (NamedArray& array : given.grads)
        for (double& value : array.value.values()) value *= 4;
    given.dx.clear();
    given.dinitial[0].values.clear();
    CHECK(findings_of(of, given) ==
          "head.bias, head.weight, bias_hh_l0, bias_ih_l0, weight_hh_l0, weight_ih_l0: a factor of "
          "B = 4: a sum over the batch where its mean belongs | a factor of O = 4, the number of "
          "outputs\n");
}

TEST_CASE("compare: inputs and initial states are compared where they are given") {
    const Case of = case_named("lstm_two_layers_bidirectional");
    CaseResult given = solve(of);
    CHECK(compare_gradients(of, given, 1e-10).agrees());
    std::ranges::reverse(given.dx);
    CHECK(findings_of(of, given) == "dx: the matrices stand in reverse order\n");
    given = solve(of);
    given.dinitial[0].values[2](1, 1) += 1;
    const GradientComparison comparison = compare_gradients(of, given, 1e-10);
    REQUIRE(comparison.first() != nullptr);
    CHECK(comparison.first()->name == "dh0");
    CHECK(comparison.first()->worst.matrix == 2);
    CHECK(comparison.unexplained == std::vector<std::string>{"dh0"});
    CHECK(to_text(comparison, of).find("\n  dh0[2], row 1, column 1: given ") != std::string::npos);
}

TEST_CASE("compare: a loss that differs comes first") {
    const Case of = case_named("lstm_many_to_one");
    CaseResult given = solve(of);
    given.loss = 4.512345 * given.loss.value();  // no factor that one knows
    const GradientComparison comparison = compare_gradients(of, given, 1e-10);
    REQUIRE(comparison.first() != nullptr);
    CHECK(comparison.first()->name == "loss");
    CHECK(comparison.findings.empty());
    CHECK(to_text(comparison, of)
              .ends_with("  nothing else differs: the gradients are those of the right loss\n"));
}

TEST_CASE("compare: a simple factor of the loss alone is told, though it has no name") {
    struct Told {
        double factor;
        const char* words;
    };
    const Case of = case_named("lstm_many_to_one");
    for (const Told& told : {Told{0.37, "0.37"}, Told{5.5, "5.5"}, Told{7.0 / 11, "7/11"}}) {
        CaseResult given = solve(of);
        given.loss = told.factor * given.loss.value();
        const std::string text = to_text(compare_gradients(of, given), of);
        CAPTURE(text);
        CHECK(text.ends_with(fmt::format(
            "\nThe answers are right, and the loss is another one:\n  the loss has a factor of "
            "{}\nThe gradients are those of the right loss.\n",
            told.words)));
    }
}

TEST_CASE("compare: dx with the batch first is recognised where it has the same shape") {
    Case of = case_named("lstm_many_to_one");
    REQUIRE(of.sizes.batch != of.sizes.steps);
    of.sizes.steps = of.sizes.batch;
    of.x.resize(static_cast<std::size_t>(of.sizes.batch), of.x.front());
    CaseResult given = solve(of);
    const std::vector<Matrix> right = given.dx;
    for (std::size_t t = 0; t < right.size(); ++t)
        for (std::size_t b = 0; b < right.size(); ++b)
            for (int r = 0; r < right[t].rows(); ++r)
                given.dx[t](r, static_cast<int>(b)) = right[b](r, static_cast<int>(t));
    CHECK(findings_of(of, given) ==
          "dx: the batch stands first: dx is [B][T][I] where [T][B][I] belongs\n");
}

TEST_CASE("compare: a small difference is told with the digits in which it shows") {
    const Case of = case_named("lstm_many_to_one");
    CaseResult given = solve(of);
    Matrix& bias = array_of(given, "head.bias");
    Matrix& weight = array_of(given, "head.weight");
    bias(0, 0) *= 1 + 4e-10;
    for (double& value : weight.values()) value *= 1 + 4e-10;
    const GradientComparison comparison = compare_gradients(of, given, 1e-10);
    REQUIRE(comparison.first() != nullptr);
    const EntryDifference& worst = comparison.first()->worst;
    const std::string text = to_text(comparison, of);
    CHECK(text.find(fmt::format(": given {}, right {}\n", worst.given, worst.right)) !=
          std::string::npos);
    CHECK(text.find("  a factor of 1.0000000004, the same in every entry\n") != std::string::npos);
}

TEST_CASE("compare: the row of a gate is named") {
    const Case of = hand_case("lstm", HandSizes{});
    CaseResult given = hand_lstm(of);
    array_of(given, "weight_ih_l0")(9, 1) += 1;
    const GradientComparison comparison = compare_gradients(of, given, 1e-10);
    REQUIRE(comparison.first() != nullptr);
    CHECK(place_of(comparison.first()->worst, *comparison.first(), of) ==
          "row 9, column 1 (row 1 of gate g)");
}

TEST_CASE("compare: peepholes that nothing explains are told by their gates") {
    const Case of =
        read_case(std::filesystem::path(REVOLUTE_TEST_DATA) / "compare/peephole_small.json");
    const int hidden = of.sizes.hidden;
    const char* const gates[] = {"i", "f", "o"};
    for (int gate = 0; gate < 3; ++gate) {
        CaseResult given = solve(of);
        for (NamedArray& array : given.grads)
            if (array.name == "peephole_l0")
                for (int r = 0; r < hidden; ++r)
                    array.value(gate * hidden + r, 0) = 0.3 + 0.17 * r * r;
        const GradientComparison comparison = compare_gradients(of, given);
        const std::string name = fmt::format("gate {}", gates[gate]);
        REQUIRE(comparison.first() != nullptr);
        CHECK(place_of(comparison.first()->worst, *comparison.first(), of).ends_with(name + ")"));
        REQUIRE(comparison.carriers.size() == 1);
        CHECK(comparison.carriers.front().differing == std::vector<std::string>{name});
        CHECK(comparison.carriers.front().agreeing.size() == 2);
    }
}
