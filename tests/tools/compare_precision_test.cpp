// Gradients with less than double precision, right ones and wrong ones.

#include "compared_cases.hpp"
#include <revolute/tools/given_precision.hpp>
#include <support/run_program.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

using namespace revolute;
using namespace revolute::test;

namespace {

/// The result as single precision computes it: a few units in the last place away from the right one.
CaseResult in_single(CaseResult result) {
    int units = 0;
    const auto round = [&](double value) {
        units = (units + 5) % 9;
        return static_cast<double>(
            static_cast<float>(value * (1 + (units - 4) * std::ldexp(1.0, -24))));
    };
    change_all(result, round);
    if (result.loss) result.loss = round(*result.loss);
    for (Matrix& matrix : result.yhat)
        for (double& value : matrix.values()) value = round(value);
    return result;
}

double with_digits(int digits, double value) {
    return std::stod(fmt::format("{:.{}e}", value, digits - 1));
}

}  // namespace

TEST_CASE("compare: the precision of gradients is that which all of them have") {
    for (const char* name : nets) {
        CAPTURE(name);
        const CaseResult right = solve(small_case(name));
        CHECK(precision_of(right, right) == Rounding::none);
        const auto precision_with = [&](auto change) {
            CaseResult given = right;
            change_all(given, change);
            return precision_of(given, right);
        };
        CHECK(precision_with([](double x) { return rounded_to(24, x); }) == Rounding::single);
        CHECK(precision_with([](double x) { return rounded_to(25, x); }) == Rounding::none);
        CHECK(precision_with([](double x) { return rounded_to(11, x); }) == Rounding::half);
        CHECK(precision_with([](double x) { return rounded_to(12, x); }) == Rounding::single);
        CHECK(precision_with([](double x) { return with_digits(10, x); }) == Rounding::none);
        CHECK(precision_with([](double x) { return with_digits(9, x); }) == Rounding::single);
        CHECK(precision_with([](double x) { return with_digits(5, x); }) == Rounding::single);
        CHECK(precision_with([](double x) { return with_digits(4, x); }) == Rounding::half);
        // Zeros say nothing, and one number with all its digits says that there are more.
        CHECK(precision_with([](double) { return 0.0; }) == Rounding::none);
        CHECK(precision_with([i = 0](double x) mutable {
                  return ++i == 2 ? x : rounded_to(24, x);
              }) == Rounding::none);
        CaseResult single = right;
        change_all(single, [](double x) { return rounded_to(24, x); });
        CHECK(precision_of(single, single) == Rounding::none);
    }
}

TEST_CASE("compare: right gradients of less than double precision agree, and the text says why") {
    for (const char* name : nets) {
        CAPTURE(name);
        const Case of = small_case(name);
        const GradientComparison comparison = compare_gradients(of, in_single(solve(of)));
        CHECK(comparison.agrees());
        CHECK(comparison.precision == Rounding::single);
        CHECK(comparison.tolerance == 1e-5);
        CHECK(to_text(comparison, of)
                  .ends_with("\nThe gradients given have single precision or few digits, so at "
                             "most 1e-05 of the largest entry agrees:\n--tolerance 1e-10 compares "
                             "them as they are\n\nAll arrays agree.\n"));
        CHECK(to_json(comparison).find("\"precision\": \"single\"") != std::string::npos);
        CaseResult half = solve(of);
        change_all(half, [](double value) { return rounded_to(11, value); });
        half.loss.reset();
        half.yhat.clear();
        CHECK(compare_gradients(of, half).agrees());
        const GradientComparison in_double = compare_gradients(of, solve(of));
        CHECK(in_double.precision == Rounding::none);
        CHECK(in_double.tolerance == 1e-10);
        CHECK(to_json(in_double).find("\"precision\": \"double\"") != std::string::npos);
    }
}

TEST_CASE("compare: a mistake has the same words in gradients of single precision") {
    constexpr std::size_t strides[] = {7, 31, 61, 67};
    for (std::size_t i = 0; i < std::size(nets); ++i) {
        CAPTURE(nets[i]);
        Wrong wrong(nets[i]);
        const std::vector<Mistake> mistakes = wrong.known.in_rules();
        const CaseResult right = wrong.gradients({});
        int tried = 0;
        for (std::size_t k = 0; k < mistakes.size(); k += strides[i]) {
            CaseResult given = wrong.gradients(mistakes[k].alterations);
            if (!wrong.differs(given, right)) continue;
            ++tried;
            const std::string words = words_of(compare_gradients(wrong.of, given));
            given.yhat = wrong.right.yhat;
            given.loss = wrong.right.loss;
            CaseResult single = in_single(given);
            GradientComparison comparison = compare_gradients(wrong.of, single);
            CHECK(comparison.precision == Rounding::single);
            CHECK(comparison.forward.empty());
            CHECK(comparison.unexplained.empty());
            CHECK(words_of(comparison) == words);
            // Not all of them are floats, as where a mean was taken afterwards.
            change_all(single, [](double value) { return value * (1 + 1e-9); });
            comparison = compare_gradients(wrong.of, single);
            CHECK(comparison.precision == Rounding::single);
            CHECK(words_of(comparison) == words);
        }
        CHECK(tried >= 3);
    }
}

TEST_CASE("compare: small mistakes in double precision are not taken for single precision") {
    const Case of = small_case("simple_small");
    CaseResult given = solve(of);
    change_all(given, [](double value) { return value * (1 + 1e-7); });
    const GradientComparison comparison = compare_gradients(of, given);
    CHECK(comparison.precision == Rounding::none);
    CHECK_FALSE(comparison.agrees());
}
