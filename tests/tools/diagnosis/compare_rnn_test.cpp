// Gradients of a simple RNN derived by hand, with mistakes: each is recognised.

#include "hand_bptt.hpp"
#include <revolute/tools/diagnosis/diagnosis_report.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <span>

using namespace revolute;
using namespace revolute::test;

namespace {

/// Sizes that make matrices square and numbers meet: B = 2, I = H = O.
constexpr HandSizes square{.steps = 6, .batch = 2, .input = 4, .hidden = 4, .output = 4};

struct Recognised {
    const char* mistake;
    const char* arrays;
    const char* words;
};

constexpr const char* cell_arrays = "bias_hh_l0, bias_ih_l0, weight_hh_l0, weight_ih_l0";
constexpr const char* all_arrays =
    "head.bias, head.weight, bias_hh_l0, bias_ih_l0, weight_hh_l0, weight_ih_l0";

/// What the numbers look like at any sizes.
constexpr Recognised at_any_sizes[] = {
    {"no f'", cell_arrays,
     "a factor f' is missing: 1 - h[t]^2 for h[t] = tanh(z[t]), at every step"},
    {"no f' at the last step", cell_arrays,
     "a factor f' is missing: 1 - h[t]^2 for h[t] = tanh(z[t]), at the step t = 5 alone"},
    {"no f' in the recurrence", cell_arrays,
     "a factor f' is missing: 1 - h[t]^2 for h[t] = tanh(z[t]), on the way to the step before "
     "alone, at every step"},
    {"f' of the step before", cell_arrays,
     "f' is that of another step: 1 - h[t-1]^2 where 1 - h[t]^2 belongs, on the way to the "
     "step before alone, at every step"},
    {"f' of h(t-1)", cell_arrays,
     "f' is that of another step: 1 - h[t-1]^2 where 1 - h[t]^2 belongs, at every step"},
    {"no U'", cell_arrays,
     "the term that U h[t-1] adds to the adjoint of h[t-1] lacks the factor U', at every step"},
    {"f' at h", cell_arrays,
     "f' is taken at h[t] instead of z[t]: 1 - tanh(h[t])^2 where 1 - h[t]^2 "
     "belongs, at every step"},
    {"1 - z^2", cell_arrays,
     "f' is written for h[t] but taken at z[t]: 1 - z[t]^2 where 1 - h[t]^2 "
     "belongs, at every step"},
    {"1 - h", cell_arrays,
     "a square is missing in f': 1 - h[t] where 1 - h[t]^2 belongs, at every step"},
    {"h (1 - h)", cell_arrays,
     "the derivative of sigmoid stands where that of tanh belongs: h[t] o (1 - "
     "h[t]) for 1 - h[t]^2, at every step"},
    {"U for U'", cell_arrays,
     "a matrix is not transposed: U stands where U' belongs, in the term that U h[t-1] adds "
     "to the adjoint of h[t-1], at every step"},
    {"sign", all_arrays, "the sign is wrong"},
    {"step 2 missing", cell_arrays, "the term of the step t = 2 is missing from the sum"},
    {"step 3 twice in dU", "weight_hh_l0", "the term of the step t = 3 is there twice"},
    {"no initial state", "weight_hh_l0",
     "the initial state's term is missing: the product of dz at "
     "the first step with h(-1)'"},
    {"h(t) in dU", "weight_hh_l0",
     "a step is off: the gradient of U takes h[t] where h[t-1] "
     "belongs, at every step"},
    {"x(t-1) in dW, around", "weight_ih_l0",
     "a step is off: the gradient of W takes x[t-1] where x[t] belongs (at the first step that of "
     "the last), at every step"},
    {"x(t-1) in dW, or x(0)", "weight_ih_l0",
     "a step is off: the gradient of W takes x[t-1] where x[t] belongs (at the first step its "
     "own), at every step"},
    {"x(t+1) in dW, or x(T)", "weight_ih_l0",
     "a step is off: the gradient of W takes x[t+1] where x[t] belongs (at the last step its "
     "own), at every step"},
    {"h(T-1) in dV", "head.weight",
     "a step is off: the gradient of V takes h[4] where h[5] belongs"},
    {"two steps only", cell_arrays,
     "the terms of the steps t = 0 to 3 are missing from the sum: the gradient goes back "
     "over the last 2 steps alone"},
    {"dU transposed", "weight_hh_l0", "the gradient is transposed"},
    {"no bias_hh", "bias_hh_l0",
     "bias_hh has no gradient: it is added where bias_ih is, so it has "
     "one like it"},
};

constexpr Recognised at_unequal_sizes[] = {
    {"sum over the batch", all_arrays,
     "a factor of B = 3: a sum over the batch where its mean belongs"},
    {"factor 2", all_arrays,
     "a factor of 2: the loss is half the squared error, so its derivative is yhat - y"},
    {"mean over all entries", all_arrays,
     "a factor of 2/O = 0.4: the mean of all squared errors, where "
     "half their sum, divided by B, belongs"},
    {"mean of db", "bias_hh_l0, bias_ih_l0",
     "a factor of 1/B = 1/3: a mean over the batch where a "
     "sum belongs"},
    {"both biases", "bias_hh_l0, bias_ih_l0",
     "a factor of 2: the gradients of bias_ih and bias_hh "
     "seem to be added up, but each is that of their sum"},
};

constexpr Recognised at_square_sizes[] = {
    {"sum over the batch", all_arrays,
     "a factor of B = 2: a sum over the batch where its mean belongs | a factor of 2: the "
     "loss is half the squared error, so its derivative is yhat - y"},
    {"mean of db", "bias_hh_l0, bias_ih_l0",
     "a factor of 1/B = 1/2: a mean over the batch where a "
     "sum belongs | a factor of 1/2"},
};

void check_all(std::span<const Recognised> mistakes, const HandSizes& sizes) {
    const Case of = hand_case("rnn", sizes);
    CHECK(findings_of(of, hand_rnn(of)).empty());
    for (const Recognised& known : mistakes) {
        CAPTURE(known.mistake);
        CHECK(findings_of(of, hand_rnn(of, known.mistake)) ==
              fmt::format("{}: {}\n", known.arrays, known.words));
    }
}

}  // namespace

TEST_CASE("compare: mistakes in the BPTT of a simple RNN are recognised") {
    check_all(at_any_sizes, HandSizes{});
    check_all(at_unequal_sizes, HandSizes{});
}

TEST_CASE("compare: mistakes are recognised where I = H = O, and what looks the same is said to") {
    check_all(at_any_sizes, square);
    check_all(at_square_sizes, square);
}

TEST_CASE("compare: two mistakes in two arrays are told one by one") {
    const Case of = hand_case("rnn", HandSizes{});
    CHECK(findings_of(of, hand_rnn(of, "dU transposed, dW doubled")) ==
          "weight_hh_l0: the gradient is transposed\n"
          "weight_ih_l0: a factor of 2\n");
}

TEST_CASE("compare: a mistake without a name is located") {
    const Case of = hand_case("rnn", HandSizes{});
    CaseResult given = hand_rnn(of);
    Matrix& dU = given.grads[1].value;
    dU(1, 3) += 0.25;
    CHECK(findings_of(of, given) == "not explained: weight_hh_l0\n");
    const GradientComparison comparison = compare_gradients(of, given, 1e-10);
    CHECK_FALSE(comparison.agrees());
    REQUIRE(comparison.first() != nullptr);
    const ArrayVerdict& first = *comparison.first();
    CHECK(first.name == "weight_hh_l0");
    CHECK(first.worst.row == 1);
    CHECK(first.worst.column == 3);
    CHECK(first.worst.given == dU(1, 3));
    CHECK(first.worst.right == doctest::Approx(dU(1, 3) - 0.25).epsilon(1e-12));
    CHECK(first.difference == doctest::Approx(0.25).epsilon(1e-12));
    CHECK(first.entries == 16);
    CHECK(first.differing_entries == 1);
}

TEST_CASE("compare: right gradients agree, and no mistake is looked for") {
    const Case of = hand_case("rnn", HandSizes{});
    const GradientComparison comparison = compare_gradients(of, hand_rnn(of), 1e-10);
    CHECK(comparison.agrees());
    CHECK(comparison.first() == nullptr);
    CHECK(comparison.findings.empty());
    CHECK(comparison.unexplained.empty());
    CHECK(comparison.arrays.size() == 6);
    CHECK(to_text(comparison, of).ends_with("\n\nAll arrays agree.\n"));
}

TEST_CASE("compare: entries that are not finite, or almost not, are shown and fit nothing") {
    constexpr double huge = std::numeric_limits<double>::max();
    for (const double bad :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
          -std::numeric_limits<double>::infinity(), huge, -huge, 1e200})
        for (const std::size_t entries : {1U, 2U, 1000000U}) {
            CAPTURE(bad);
            CAPTURE(entries);
            const Case of = hand_case("rnn", HandSizes{});
            CaseResult given = hand_rnn(of);
            // One entry of the first array, one of each array, or all.
            const std::span<NamedArray> arrays(given.grads.data(),
                                               entries == 1 ? 1 : given.grads.size());
            for (NamedArray& array : arrays)
                for (std::size_t k = 1; k < std::min(array.value.size(), entries); ++k)
                    array.value.values()[k] = bad;
            given.grads.front().value(1, 0) = bad;
            const GradientComparison comparison = compare_gradients(of, given, 1e-10);
            REQUIRE(comparison.first() != nullptr);
            CHECK(std::isnan(comparison.first()->worst.given) == std::isnan(bad));
            if (entries == 1) {
                CHECK(comparison.first()->name == given.grads.front().name);
                CHECK(comparison.first()->worst.row == 1);
                CHECK(comparison.first()->worst.column == 0);
                CHECK(comparison.first()->differing_entries == 1);
            }
            CHECK(comparison.findings.empty());
            CHECK(to_text(comparison, of).find("nan times") == std::string::npos);
        }
}

TEST_CASE("compare: numbers of six digits differ, and the text says why") {
    const Case of = hand_case("rnn", HandSizes{});
    CaseResult given = hand_rnn(of);
    for (NamedArray& array : given.grads)
        for (double& value : array.value.values())
            value = static_cast<double>(static_cast<float>(value));
    const std::string text = to_text(compare_gradients(of, given, 1e-10), of);
    CHECK(text.ends_with(
        "\nhead.bias, head.weight, bias_hh_l0, bias_ih_l0, weight_hh_l0, weight_ih_l0: no mistake "
        "that is known here gives these numbers\n"
        "  the differences are as small as those of single precision, or of numbers printed with "
        "few digits:\n  --tolerance 1e-5 lets them pass\n"));
    CHECK(compare_gradients(of, given, 1e-5).agrees());
    // With the tolerance that the digits need, a mistake is recognised all the same.
    CaseResult wrong = hand_rnn(of, "no initial state");
    for (double& value : wrong.grads[1].value.values())
        value = static_cast<double>(static_cast<float>(value));
    CHECK(compare_gradients(of, wrong, 1e-6).findings.size() == 1);
}
