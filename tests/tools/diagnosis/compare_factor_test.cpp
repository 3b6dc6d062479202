// A mistake in gradients of a loss that has a factor besides.

#include "compared_cases.hpp"
#include "float_gradients.hpp"
#include "hand_bptt.hpp"
#include <revolute/tools/diagnosis/factor_range.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <set>

using namespace revolute;
using namespace revolute::test;
using revolute::Random;  // not that of the tests' random graphs

namespace {

constexpr double factors[] = {3, 1.0 / 3, 1.5, 0.37, -1, 1e-3, 4, -0.5, 1234.5};

CaseResult times(CaseResult result, double factor) {
    change_all(result, [factor](double value) { return factor * value; });
    return result;
}

/// With so many significant digits.
CaseResult written(CaseResult result, int digits) {
    change_all(result, [digits](double value) {
        return std::stod(fmt::format("{:.{}e}", value, digits - 1));
    });
    return result;
}

/// Whether so many different numbers are there that a factor is more than that of one to another.
bool has_several_numbers(const CaseResult& given) {
    std::set<double> numbers;
    for (const NamedArray& array : given.grads)
        numbers.insert(array.value.values().begin(), array.value.values().end());
    numbers.erase(0);
    return numbers.size() >= 3;
}

/// Whether a finding tells the factor, by a number or a name.
bool tells_factor(const GradientComparison& comparison) {
    return std::ranges::any_of(comparison.findings, [](const Finding& finding) {
        return std::ranges::any_of(finding.words, [](const std::string& words) {
            return words.starts_with("a factor of ") || words.starts_with("the sign is wrong");
        });
    });
}

}  // namespace

TEST_CASE("compare: a mistake beside any factor of the loss is told as these two") {
    const char* const told = std::getenv("REVOLUTE_FACTORS");
    const int draws = told == nullptr ? (is_sanitized ? 1 : 6) : std::atoi(told);
    Random random(7);
    const auto one_of = [&](std::size_t count) {
        return static_cast<std::size_t>(random.uniform(0, static_cast<double>(count)));
    };
    for (const char* cell : drawn_cells)
        for (int draw = 0; draw < draws; ++draw) {
            Wrong wrong(drawn_case(cell, random, 0.8));
            std::vector<Mistake> mistakes = wrong.known.in_rules();
            std::ranges::move(wrong.known.cuts(false), std::back_inserter(mistakes));
            const CaseResult right = wrong.gradients({});
            const Mistake& mistake = mistakes[one_of(mistakes.size())];
            const CaseResult mistaken = wrong.gradients(mistake.alterations);
            const double factor = factors[one_of(std::size(factors))];
            const int digits = std::array{15, 6, 4}[one_of(3)];
            const bool is_mistaken = wrong.differs(mistaken, right);
            CAPTURE(wrong.of.name);
            CAPTURE(mistake.words());
            CAPTURE(factor);
            CAPTURE(digits);
            const CaseResult given = written(times(mistaken, factor), digits);
            if (!has_several_numbers(given)) continue;
            const GradientComparison comparison = compare_gradients(wrong.of, given);
            CAPTURE(to_text(comparison, wrong.of));
            CHECK(comparison.unexplained.empty());
            CHECK(comparison.findings.size() <= (is_mistaken ? 2 : 1));
            CHECK(tells_factor(comparison));
        }
}

TEST_CASE("compare: any factor of the loss and of all gradients is one finding, the loss in it") {
    Random random(8);
    int turn = 0;
    for (const char* cell : drawn_cells)
        for (const double factor : factors) {
            if (!test::is_taken(turn++)) continue;
            const Case of = drawn_case(cell, random, 1);
            for (const bool has_yhat : {true, false})
                for (const int digits : {17, 7, 5}) {
                    CaseResult given = written(times(solve(of), factor), digits);
                    given.loss = factor * *given.loss;
                    if (!has_yhat) given.yhat.clear();
                    CAPTURE(of.name);
                    CAPTURE(factor);
                    CAPTURE(digits);
                    if (!has_several_numbers(given)) continue;
                    const GradientComparison comparison = compare_gradients(of, given);
                    CAPTURE(to_text(comparison, of));
                    CHECK(comparison.unexplained.empty());
                    REQUIRE(comparison.findings.size() == 1);
                    CHECK(comparison.is_factor_of_loss);
                    if (comparison.forward.empty())
                        CHECK(comparison.findings.front().arrays.front() == "loss");
                }
        }
}

TEST_CASE("compare: no finding is without arrays, where a factor is 1 but for rounding") {
    const Case of = small_case("lstm_three_digits");
    const GradientComparison comparison =
        compare_gradients(of, given_for(of, "lstm_three_digits.mine"));
    for (const Finding& finding : comparison.findings) CHECK_FALSE(finding.arrays.empty());
    CHECK(comparison.gradients_differ());
    CHECK(comparison.findings.empty());
    CHECK(comparison.unexplained == std::vector<std::string>{"weight_hh_l0"});
}

TEST_CASE("named_factor: a number that a simple fraction is within its digits is that fraction") {
    Case of = small_case("simple_small");
    of.sizes = {.steps = 5, .input = 7, .hidden = 11, .output = 1, .batch = 1};
    const auto words = [&](double least, double most) {
        return named_factor(of, {}, {least, most}).words.front();
    };
    const auto number = [](const char* text) {
        return fmt::format("a factor of {}, the same in every entry", text);
    };
    CHECK(words(0.1235, 0.1255) == number("1/8"));
    CHECK(words(0.0833, 0.0838) == number("1/12"));
    CHECK(words(0.6661, 0.6672) == number("2/3"));
    CHECK(words(0.365, 0.375) == number("0.37"));
    CHECK(words(1.565, 1.575) == number("1.57"));  // 11/7 is no simpler
    CHECK(words(1.495, 1.505) == number("1.5"));
    CHECK(words(0.65, 0.75) == number("0.7"));  // too wide to tell it from 2/3
    CHECK(words(-0.1255, -0.1235) == number("-1/8"));
}

TEST_CASE("compare: arrays that tell another factor are not explained by one of fewer digits") {
    Random random(27);
    for (const char* cell : drawn_cells) {
        const Case of = drawn_case(cell, random, 1);
        CaseResult given = solve(of);
        given.loss.reset();
        for (NamedArray& array : given.grads) {
            const bool is_of_head = array.name.starts_with("head.");
            for (double& value : array.value.values()) {
                value *= is_of_head ? 2.0 / 3 : 0.69;
                value = std::stod(fmt::format("{:.{}e}", value, is_of_head ? 3 : 1));
            }
        }
        const GradientComparison comparison = compare_gradients(of, given);
        CAPTURE(of.name);
        CAPTURE(to_text(comparison, of));
        for (const Finding& finding : comparison.findings)
            for (const std::string& array : finding.arrays)
                if (array.starts_with("head."))
                    for (const std::string& words : finding.words)
                        CHECK(words.find("0.7") == std::string::npos);
    }
}

TEST_CASE("compare: a factor of 2 is that, whatever the loss, and not made of sizes") {
    for (const bool classes : {false, true})
        for (const int steps : {1, 4, 6})
            for (const int hidden : {2, 4}) {
                const Case of = hand_case("rnn", {.steps = steps,
                                                  .batch = 3,
                                                  .input = 4,
                                                  .hidden = hidden,
                                                  .output = 5,
                                                  .classes = classes});
                const GradientComparison comparison = compare_gradients(of, times(solve(of), 2));
                CAPTURE(to_text(comparison, of));
                REQUIRE(comparison.findings.size() == 1);
                REQUIRE(comparison.findings.front().words.size() == 1);
                CHECK(comparison.findings.front().words.front().starts_with("a factor of 2"));
            }
}

TEST_CASE("compare: a factor that is several sizes of the loss has the names of all") {
    for (const int size : {2, 3, 4})
        for (const bool classes : {false, true})
            for (const bool is_above : {false, true}) {
                const Case of = hand_case(
                    "rnn",
                    {.steps = size, .batch = size, .input = 5, .output = 5, .classes = classes});
                const double factor = is_above ? size : 1.0 / size;
                const GradientComparison comparison =
                    compare_gradients(of, times(solve(of), factor));
                CAPTURE(to_text(comparison, of));
                REQUIRE(comparison.findings.size() == 1);
                const std::string words = words_of(comparison);
                for (const char* const name : {"B", "T"})
                    CHECK(words.find(fmt::format("a factor of {}{} = ", is_above ? "" : "1/",
                                                 name)) != std::string::npos);
            }
}
