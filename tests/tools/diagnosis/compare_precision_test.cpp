// Gradients with less than double precision, right ones and wrong ones.

#include "compared_cases.hpp"
#include "float_gradients.hpp"
#include <revolute/tools/exchange/case_rounding.hpp>
#include <revolute/tools/exchange/given_precision.hpp>
#include <support/run_program.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

using namespace revolute;
using namespace revolute::test;
using revolute::Random;  // not that of the tests' random graphs

namespace {

/// The result as single precision computes it: a few units in the last place away from the right
/// one.
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

TEST_CASE("compare: the precision of an array is that which all of its numbers have") {
    for (const char* name : nets) {
        CAPTURE(name);
        const Case of = small_case(name);
        const CaseResult right = solve(of);
        const std::map<std::string, double> floors = rounding_floors(of);
        CHECK(precision_of(given_roundings(right, right, floors)) == Rounding::none);
        const auto precision_with = [&](auto change) {
            CaseResult given = right;
            change_all(given, change);
            const auto all = given_roundings(given, right, floors);
            // Each by its own digits: loss and answers have all theirs.
            CHECK(all.at("loss").precision == Rounding::none);
            CHECK(all.at("yhat").precision == Rounding::none);
            const Rounding precision = all.at("weight_hh_l0").precision;
            for (const NamedArray& array : given.grads)
                CHECK(all.at(array.name).precision == precision);
            return precision;
        };
        CHECK(precision_with([](double x) { return rounded_to(24, x); }) == Rounding::single);
        CHECK(precision_with([](double x) { return rounded_to(34, x); }) == Rounding::none);
        CHECK(precision_with([](double x) { return rounded_to(11, x); }) == Rounding::half);
        CHECK(precision_with([](double x) { return rounded_to(17, x); }) == Rounding::single);
        CHECK(precision_with([](double x) { return with_digits(13, x); }) == Rounding::none);
        CHECK(precision_with([](double x) { return with_digits(9, x); }) == Rounding::single);
        CHECK(precision_with([](double x) { return with_digits(6, x); }) == Rounding::single);
        CHECK(precision_with([](double x) { return with_digits(4, x); }) == Rounding::half);
        // Zeros say nothing.
        CHECK(precision_with([](double) { return 0.0; }) == Rounding::none);
        // One number with all its digits says that there are more, in its array.
        CaseResult single = right;
        change_all(single, [](double x) { return rounded_to(24, x); });
        CHECK(precision_of(given_roundings(single, single, floors)) == Rounding::none);
        NamedArray& first = single.grads.front();
        first.value.values().front() = right.grads.front().value.values().front();
        const auto mixed = given_roundings(single, right, floors);
        CHECK(mixed.at(first.name).precision == Rounding::none);
        CHECK(mixed.at(single.grads[1].name).precision == Rounding::single);
    }
}

TEST_CASE("compare: half a unit of the last digit is rounding, of decimals or of digits") {
    const Case of = small_case("lstm_small");
    const CaseResult right = solve(of);
    const std::map<std::string, double> floors = rounding_floors(of);
    CaseResult given = right;
    change_all(given, [](double x) { return std::stod(fmt::format("{:.6f}", x)); });
    for (const auto& rounding : given_roundings(given, right, floors)) {
        const std::string& name = rounding.first;
        if (name == "loss" || name == "yhat") continue;
        CAPTURE(name);
        const double in_floats = std::ldexp(floors.at(name), 29);
        CHECK(rounding.second.floor == doctest::Approx(0.5e-6 + in_floats));
    }
    change_all(given, [i = 0](double x) mutable { return ++i == 5 ? x + 2e-5 : x; });
    CHECK_FALSE(compare_gradients(of, given).agrees());
}

TEST_CASE("compare: right gradients of less than double precision agree, and the text says why") {
    for (const char* name : nets) {
        CAPTURE(name);
        const Case of = small_case(name);
        const GradientComparison comparison = compare_gradients(of, in_single(solve(of)));
        CHECK(comparison.agrees());
        CHECK(comparison.precision == Rounding::single);
        CHECK(to_text(comparison, of)
                  .ends_with("\nThe gradients given have single precision or few digits, so what "
                             "that makes of each array agrees:\n--tolerance 1e-10 compares "
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
            CAPTURE(to_text(comparison, wrong.of));
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

TEST_CASE("compare: right floats in their shortest decimals agree, all arrays and each alone") {
    Random random(44);
    const auto print = [](double x) { return std::stod(fmt::format("{}", static_cast<float>(x))); };
    const int draws = is_sanitized ? 1 : 12;
    for (const char* cell : drawn_cells)
        for (int draw = 0; draw < draws; ++draw) {
            const Case of = drawn_case(cell, random, 1);
            CaseResult given = float_gradients(of, 1);
            change_all(given, print);
            given.loss.reset();
            given.yhat.clear();
            CAPTURE(of.name);
            const GradientComparison all = compare_gradients(of, given);
            CAPTURE(to_text(all, of));
            CHECK(all.agrees());
            for (const NamedArray& array : given.grads) {
                CaseResult alone;
                alone.grads.push_back(array);
                const GradientComparison comparison = compare_gradients(of, alone);
                CAPTURE(to_text(comparison, of));
                CHECK(comparison.agrees());
            }
        }
}

TEST_CASE("compare: an array of numbers of three digits agrees in a file of fixed decimals") {
    Random random(45);
    const int draws = is_sanitized ? 1 : 6;
    for (const char* cell : drawn_cells)
        for (int draw = 0; draw < draws; ++draw) {
            const Case of = drawn_case(cell, random, 1);
            const CaseResult right = solve(of);
            for (std::size_t of_digits = 0; of_digits < right.grads.size(); ++of_digits) {
                CaseResult given = right;
                change_all(given, [](double x) { return std::stod(fmt::format("{:.6f}", x)); });
                given.grads[of_digits] = right.grads[of_digits];
                for (double& value : given.grads[of_digits].value.values())
                    value = with_digits(3, value);
                const auto numbers = given.grads[of_digits].value.values();
                // Of fewer numbers, all arrays tell how they are written.
                if (std::set<double>(numbers.begin(), numbers.end()).size() < 3) continue;
                CAPTURE(of.name);
                const GradientComparison comparison = compare_gradients(of, given);
                CAPTURE(to_text(comparison, of));
                CHECK(comparison.agrees());
            }
        }
}

TEST_CASE("compare: of few digits no mistake is told that explains one number by chance") {
    Random random(46);
    for (const char* cell : drawn_cells) {
        Case of = drawn_case(cell, random, 1);
        while (of.sizes.hidden > 1 || of.sizes.batch > 1 || of.sizes.steps < 3)
            of = drawn_case(cell, random, 1);
        Wrong wrong(of);
        int turn = 0;
        for (const Mistake& mistake : wrong.known.in_rules()) {
            if (turn++ % 97 != 0) continue;
            CaseResult given = wrong.gradients(mistake.alterations);
            change_all(given, [](double x) { return std::stod(fmt::format("{:.4f}", x)); });
            const GradientComparison comparison = compare_gradients(of, given);
            CAPTURE(to_text(comparison, of));
            if (comparison.unexplained.empty()) continue;
            for (const Finding& finding : comparison.findings) {
                const auto array = std::ranges::find(comparison.arrays, finding.arrays.front(),
                                                     &ArrayVerdict::name);
                CHECK((finding.arrays.size() > 1 || array->differing_entries > 1 ||
                       array->difference > 100 * array->floor));
            }
        }
    }
}
