// What was done at the end to gradients that were wrong before.

#include "compared_cases.hpp"
#include "float_gradients.hpp"
#include "hand_bptt.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

using namespace revolute;
using namespace revolute::test;
using revolute::Random;  // not that of the tests' random graphs

namespace {

constexpr HandSizes few{.steps = 3, .batch = 2, .input = 2, .hidden = 3, .output = 2};
const std::string cell_arrays = "bias_hh_l0, bias_ih_l0, weight_hh_l0, weight_ih_l0: ";

/// The gradients with those whose names begin so changed.
CaseResult treated(CaseResult given, std::string_view beginning, auto change) {
    for (NamedArray& array : given.grads)
        if (array.name.starts_with(beginning) && !array.name.starts_with("head."))
            array.value = change(array);
    return given;
}

auto times_number(double factor) {
    return [factor](const NamedArray& array) {
        return plus(Matrix(array.value.shape()), array.value, factor);
    };
}

}  // namespace

TEST_CASE("compare: a mistake is found in gradients that a factor was put to afterwards") {
    const Case of = hand_case("rnn", few);
    const CaseResult wrong = hand_rnn(of, "no f'");
    const std::string mistake =
        cell_arrays + "a factor f' is missing: 1 - h[t]^2 for h[t] = tanh(z[t]), at every step\n";
    CHECK(findings_of(of, treated(wrong, "", times_number(1.0 / 3))) ==
          cell_arrays + "a factor of 1/T = 1/3: a mean over the steps where their sum belongs\n" +
              mistake);
    CHECK(findings_of(of, treated(wrong, "weight_", times_number(3))) ==
          mistake + "weight_hh_l0, weight_ih_l0: a factor of T = 3, the number of steps\n");
}

TEST_CASE("compare: a factor and weight decay together are found, in every cell") {
    Random random(72);
    for (const char* const cell : drawn_cells) {
        const Case of = drawn_with(cell, random, 2, 2);
        CAPTURE(of.name);
        const CaseResult right = solve(of);
        for (const double factor : {2.0, -1.0, 1.0 * of.sizes.batch, 0.37})
            for (const double decay : {0.05, -0.001}) {
                CAPTURE(factor);
                CAPTURE(decay);
                CaseResult given = right;
                change_all(given, [&](double x) { return factor * x; });
                for (NamedArray& array : given.grads)
                    array.value = plus(array.value, array_of(of.parameters, array.name), decay);
                given.loss.reset();
                given.yhat.clear();
                for (const bool has_parameters_alone : {false, true}) {
                    if (has_parameters_alone)
                        for (std::vector<Matrix>* matrices : sequences_of(given)) matrices->clear();
                    const GradientComparison comparison = compare_gradients(of, given);
                    CAPTURE(to_text(comparison, of));
                    CHECK(comparison.unexplained.empty());
                    REQUIRE(comparison.findings.size() == 1);
                    CHECK(words_of(comparison)
                              .find(fmt::format(
                                  "; and {} times the parameter is added: the gradient of "
                                  "weight decay\n",
                                  decay)) != std::string::npos);
                }
            }
    }
}

TEST_CASE("compare: a mistake is found in gradients with weight decay, or transposed") {
    const Case of = hand_case("rnn", few);
    CHECK(findings_of(of, treated(hand_rnn(of, "no initial state"), "weight_",
                                  [&](const NamedArray& array) {
                                      return plus(array.value, array_of(of.parameters, array.name),
                                                  0.01);
                                  })) ==
          "weight_hh_l0, weight_ih_l0: 0.01 times the parameter is added: the gradient of weight "
          "decay\n"
          "weight_hh_l0: the initial state's term is missing: the product of dz at the first step "
          "with h(-1)'\n");
    CHECK(
        findings_of(of, treated(hand_rnn(of, "h(t) in dU"), "weight_hh",
                                [](const NamedArray& array) { return transposed(array.value); })) ==
        "weight_hh_l0: the gradient is transposed\n"
        "weight_hh_l0: a step is off: the gradient of U takes h[t] where h[t-1] belongs, at "
        "every step\n");
}

TEST_CASE("compare: a mistake is found in gradients whose gates stand in another order") {
    const Case of =
        hand_case("gru", {.steps = 2, .batch = 2, .input = 1, .hidden = 2, .output = 2});
    CHECK(findings_of(of, treated(hand_gru(of, "z for 1 - z in dn"), "",
                                  [](const NamedArray& array) {
                                      const Matrix r = rows_of(array.value, 0, 2),
                                                   z = rows_of(array.value, 2, 2),
                                                   n = rows_of(array.value, 4, 2);
                                      return below({&z, &n, &r});
                                  })) ==
          cell_arrays + "the gates' rows stand in the order z n r, where r z n belongs\n" +
              cell_arrays +
              "the term that (1 - z[t]) o n[t] adds to the adjoint of n[t] has the factor z[t] "
              "where (1 - z[t]) belongs, at every step\n");
}
