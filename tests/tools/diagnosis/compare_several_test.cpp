// Several mistakes at once, and what was done to right gradients.

#include "compared_cases.hpp"
#include "hand_bptt.hpp"
#include <revolute/tools/diagnosis/derivations/known_mistakes.hpp>
#include <revolute/tools/diagnosis/diagnosis_report.hpp>
#include <revolute/tools/support/output_file.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>

using namespace revolute;
using namespace revolute::test;

TEST_CASE("compare: derivations by others with one mistake or several are recognised") {
    struct Recognised {
        const char* of;
        const char* given;
        std::vector<const char*> words;
    };
    const Recognised all[] = {
        {"simple_small", "f_for_slope", {"f stands where f' belongs: h[t] where 1 - h[t]^2"}},
        {"simple_small",
         "no_slope_and_late_h",
         {"a factor f' is missing: 1 - h[t]^2", "the gradient of U takes h[t] where h[t-1]"}},
        {"simple_small",
         "sum_and_no_slope",
         {"a factor of B = 3: a sum over the batch", "a factor f' is missing: 1 - h[t]^2"}},
        {"simple_small",
         "sum_and_no_transpose",
         {"a factor of B = 3: a sum over the batch", "U stands where U' belongs"}},
        {"lstm_small", "cut", {"the gradient is cut off at every step"}},
        {"lstm_small", "late_h", {"the gradient of U_i takes h[t] where h[t-1] belongs; likewise"}},
        {"lstm_small", "di_own", {"has the factor i[t] where g[t] belongs"}},
        {"lstm_small",
         "slope_is_activation",
         {"f stands where f' belongs, and taken at f[t]: sigmoid(f[t]) where f[t] o (1 - f[t])"}},
        {"lstm_small",
         "slope_is_activation_and_cut",
         {"sigmoid(f[t]) where f[t] o (1 - f[t])", "the gradient is cut off at every step"}},
        {"lstm_small", "slopes_at_activated", {"f' is taken at i[t] instead of a_i[t]"}},
        {"lstm_small",
         "slopes_at_activated_and_cut",
         {"f' is taken at i[t] instead of a_i[t]", "the gradient is cut off at every step"}},
        {"lstm_small",
         "three",
         {"f' is taken at g[t] instead of a_g[t]", "has the factor i[t] where g[t] belongs",
          "the gradient of U_i takes h[t] where h[t-1] belongs"}},
        {"peephole_small",
         "cut",
         {"the term that p_i o c[t-1] adds to the adjoint of c[t-1] is missing; likewise for p_f o "
          "c[t-1], p_o o c[t], at every step"}},
    };
    for (const Recognised& known : all) {
        CAPTURE(known.of);
        CAPTURE(known.given);
        const Case of = small_case(known.of);
        const GradientComparison comparison = compare_gradients(
            of, given_for(of, fmt::format("{}.{}", known.of, known.given)), 1e-10);
        CHECK(comparison.unexplained.empty());
        CHECK(comparison.findings.size() == known.words.size());
        const std::string words = words_of(comparison);
        for (const char* const part : known.words) {
            CAPTURE(part);
            CAPTURE(words);
            CHECK(words.find(part) != std::string::npos);
        }
    }
}

TEST_CASE("compare: mistakes that act in the same arrays are told together") {
    const Case of = small_case("simple_small");
    const std::string text = to_text(
        compare_gradients(of, given_for(of, "simple_small.no_slope_and_late_h"), 1e-10), of);
    CHECK(text.ends_with(
        "\nThese 2 mistakes together would explain what differs:\n"
        "in bias_hh_l0, bias_ih_l0, weight_hh_l0, weight_ih_l0:\n"
        "  a factor f' is missing: 1 - h[t]^2 for h[t] = tanh(z[t]), at every step\n"
        "and in weight_hh_l0:\n"
        "  a step is off: the gradient of U takes h[t] where h[t-1] belongs, at every step\n"));
}

TEST_CASE(
    "compare: gradients that are zero but for rounding agree with zeros, and nothing else does") {
    const Case of = small_case("zero_sum");
    CaseResult given = solve(of);
    CHECK(compare_gradients(of, given, 1e-10).agrees());
    // Errors of the batch that add up to zero, at one step whose inputs are the same: all but the
    // inputs' gradients.
    for (NamedArray& array : given.grads)
        if (array.name != "weight_hh_l0") {
            CHECK(largest_entry(array.value) < 1e-15);
            std::ranges::fill(array.value.values(), 0.0);
        }
    CHECK(compare_gradients(of, given, 1e-10).agrees());
    for (NamedArray& array : given.grads) {
        CAPTURE(array.name);
        CaseResult wrong = given;
        std::ranges::find(wrong.grads, array.name, &NamedArray::name)->value(0, 0) += 1e-9;
        CHECK_FALSE(compare_gradients(of, wrong, 1e-10).agrees());
    }
}

TEST_CASE("compare: a gradient that vanishes has its digits all the same") {
    Case of = small_case("simple_small");
    for (NamedArray& array : of.parameters)
        if (array.name == "head.weight")
            for (double& value : array.value.values()) value *= 1e-14;
    CaseResult given = solve(of);
    CHECK(compare_gradients(of, given, 1e-10).agrees());
    for (NamedArray& array : given.grads)
        if (!array.name.starts_with("head."))
            for (double& value : array.value.values()) value *= 2;
    const GradientComparison comparison = compare_gradients(of, given, 1e-10);
    CHECK_FALSE(comparison.agrees());
    CHECK(words_of(comparison).find("a factor of 2") != std::string::npos);
}

TEST_CASE("compare: one number and its opposite are not taken for values that are clamped") {
    HandSizes sizes{.steps = 3, .batch = 2, .input = 2, .hidden = 3, .output = 2};
    sizes.classes = true;
    const Case of = hand_case("rnn", sizes);
    CaseResult given = hand_rnn(of);
    const double half = 0.5 * array_of(given.grads, "head.bias")(0, 0);
    for (NamedArray& array : given.grads)
        array.value = array.name == "head.bias"
                          ? Matrix(2, 1, {half, -half})
                          : plus(Matrix(array.value.shape()), array.value, 1e-3);
    CHECK(findings_of(of, given).find("clamped") == std::string::npos);
    // Nor where larger values in other arrays are not cut to it.
    given.grads[0].value = plus(Matrix(given.grads[0].value.shape()), given.grads[0].value, 900);
    const double bound = 0.5 * largest_entry(given.grads[0].value);
    for (NamedArray& array : given.grads)
        for (double& value : array.value.values()) value = std::clamp(value, -bound, bound);
    given.grads[0].value(0, 0) = 0.5 * bound;
    CHECK(findings_of(of, given).find("clamped") == std::string::npos);
}

TEST_CASE("compare: what was done to right gradients is recognised") {
    Wrong wrong("simple_small");
    const CaseResult right = wrong.gradients({});
    const auto words = [&](const CaseResult& given) { return findings_of(wrong.of, given); };
    CaseResult given = right;
    change_all(given, [](double value) { return std::clamp(value, -0.01, 0.01); });
    CHECK(words(given).ends_with("values are clamped: to at most 0.01, and at least -0.01\n"));

    given = right;
    for (NamedArray& array : given.grads)
        if (is_matrix(array.name, array.value.shape()))
            array.value = plus(array.value, array_of(wrong.of.parameters, array.name), 0.003);
    CHECK(words(given).ends_with(
        "0.003 times the parameter is added: the gradient of weight decay\n"));

    given = wrong.right;
    for (Matrix& matrix : given.dinitial[0].values)
        for (int r = 0; r < matrix.rows(); ++r) {
            double mean = 0;
            for (int c = 0; c < matrix.columns(); ++c) mean += matrix(r, c) / matrix.columns();
            for (int c = 0; c < matrix.columns(); ++c) matrix(r, c) = mean;
        }
    CHECK(words(given) == "dh0: it is averaged over the batch: each column is the mean of all\n");
}

TEST_CASE(
    "compare: a term that counts any number of times, and one column of the batch, are "
    "recognised") {
    Wrong wrong("simple_small");
    bool found = false;
    for (Mistake& mistake : wrong.known.with_factor()) {
        if (mistake.words().find("U h[t-1] adds to the adjoint of h[t-1]") == std::string::npos)
            continue;
        found = true;
        for (Alteration& alteration : mistake.alterations) alteration.factor = 1.25;
        const std::string text = findings_of(wrong.of, wrong.gradients(mistake.alterations));
        CHECK(
            text.ends_with("the term that U h[t-1] adds to the adjoint of h[t-1], at every step, "
                           "counts 1.25 times\n"));
    }
    CHECK(found);
    const std::vector<Mistake> mistakes = wrong.known.in_rules();
    const std::vector<Mistake> in_column = wrong.known.in_column(mistakes, 1);
    REQUIRE(!in_column.empty());
    const Mistake& first = in_column.front();
    const std::string text =
        findings_of(wrong.of, wrong.gradients(first.alterations, first.column));
    CHECK(text.find(first.words()) != std::string::npos);
    CHECK(first.words().ends_with(", in column 1 of the batch alone"));
}

TEST_CASE("compare: what nothing explains is located by gates, steps and columns") {
    const Case of = small_case("lstm_small");
    CaseResult given = solve(of);
    for (NamedArray& array : given.grads)
        if (array.name == "weight_hh_l0") array.value(2, 1) += 0.3;  // gate f
    given.dx[1](0, 0) += 0.7;
    const GradientComparison comparison = compare_gradients(of, given, 1e-10);
    CHECK(comparison.unexplained == std::vector<std::string>{"weight_hh_l0", "dx"});
    const std::string text = to_text(comparison, of);
    CHECK(
        text.find("  weight_hh_l0: the difference is in gate f; gate i, gate g, gate o agree\n") !=
        std::string::npos);
    CHECK(text.find("  dx: the difference is in step t = 1; step t = 0, step t = 2 agree\n") !=
          std::string::npos);
}

TEST_CASE("compare: directions that are exchanged are one mistake") {
    const Case of = case_named("lstm_two_layers_bidirectional");
    CaseResult given = solve(of);
    for (NamedArray& array : given.grads)
        if (const auto other =
                std::ranges::find(given.grads, array.name + "_reverse", &NamedArray::name);
            other != given.grads.end())
            std::swap(array.value, other->value);
    const GradientComparison comparison = compare_gradients(of, given, 1e-10);
    REQUIRE(comparison.findings.size() == 1);
    CHECK(comparison.findings.front().words.front() ==
          "the two directions are exchanged: each array is that of the other");
    CHECK(comparison.findings.front().arrays.size() == 16);
}

TEST_CASE("compare: nets of one step, unit and column, of every cell, are looked through") {
    for (const char* cell : {"rnn", "gru", "lstm"}) {
        CAPTURE(cell);
        const Case of =
            hand_case(cell, {.steps = 1, .batch = 1, .input = 1, .hidden = 1, .output = 1});
        CaseResult given = solve(of);
        change_all(given, [i = 0](double value) mutable { return value + 0.1 * ++i; });
        const GradientComparison comparison = compare_gradients(of, given, 1e-10);
        CHECK_FALSE(comparison.agrees());
        CHECK(comparison.has_tried_all);
    }
}
