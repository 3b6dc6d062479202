// Arrays that are far less exact than others of the same file, and arrays of zeros.

#include "compared_cases.hpp"
#include "float_gradients.hpp"
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace revolute;
using namespace revolute::test;
using revolute::Random;  // not that of the tests' random graphs

namespace {

bool holds(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

/// All gradients with those of one name as zeros.
CaseResult with_zeros_for(CaseResult result, const std::string& name) {
    const auto clear = [](Matrix& matrix) { std::ranges::fill(matrix.values(), 0.0); };
    for (NamedArray& array : result.grads)
        if (array.name == name) clear(array.value);
    if (name == "dx") std::ranges::for_each(result.dx, clear);
    for (StateArrays& states : result.dinitial)
        if (states.name == name) std::ranges::for_each(states.values, clear);
    return result;
}

}  // namespace

TEST_CASE("compare: where some gradients are exact, others that are nearly right are not rounded") {
    Random random(83);
    const Case of = small_case("simple_small");
    for (const double size : {1e-8, 1e-6, 1e-5}) {
        const auto move = [&](double& value) { value *= 1 + size * random.uniform(0.5, 1); };
        CaseResult given = solve(of);
        for (NamedArray& array : given.grads)
            if (!array.name.starts_with("head.")) std::ranges::for_each(array.value.values(), move);
        for (std::vector<Matrix>* matrices : sequences_of(given))
            for (Matrix& matrix : *matrices) std::ranges::for_each(matrix.values(), move);
        const GradientComparison comparison = compare_gradients(of, given);
        const std::string text = to_text(comparison, of);
        CAPTURE(text);
        CHECK_FALSE(comparison.agrees());
        CHECK_FALSE(comparison.digits_of_steps);
        CHECK(text.find("rounding") == std::string::npos);
        CHECK(text.find("single precision") == std::string::npos);
    }
}

TEST_CASE("compare: a mistake whose terms are small is named where other gradients are exact") {
    Random random(86);
    for (const double weights : {1e-3, 0.01, 0.1}) {
        Case of = drawn_case("lstm-peephole", random, weights);
        while (of.sizes.steps < 3) of = drawn_case("lstm-peephole", random, weights);
        Wrong wrong(of);
        bool is_known = false;
        for (const Mistake& mistake : wrong.known.in_rules()) {
            const std::string words = mistake.words();
            if (words !=
                "the term that p_i o c[t-1] adds to the adjoint of c[t-1] is missing; likewise for "
                "p_f o c[t-1], at every step")
                continue;
            is_known = true;
            const GradientComparison comparison =
                compare_gradients(of, wrong.gradients(mistake.alterations));
            CAPTURE(to_text(comparison, of));
            CHECK(comparison.unexplained.empty());
            CHECK(words_of(comparison).find(words) != std::string::npos);
        }
        CHECK(is_known);
    }
}

TEST_CASE("compare: zeros where the right numbers are not zero never agree in silence") {
    Random random(84);
    std::size_t differing = 0;
    int turn = 0;
    for (const char* cell : drawn_cells)
        for (const double weights : {1e-3, 1.0, 8.0, 30.0}) {
            const Case of = drawn_case(cell, random, weights);
            CAPTURE(of.name);
            const CaseResult right = solve(of);
            for (const GradientArray& array : gradient_arrays(right)) {
                if (largest_entry(array.values) == 0 || !is_taken(turn++)) continue;
                CAPTURE(array.name);
                const CaseResult given = with_zeros_for(right, array.name);
                const GradientComparison comparison = compare_gradients(of, given);
                const std::string text = to_text(comparison, of);
                CAPTURE(text);
                const auto verdict =
                    std::ranges::find(comparison.arrays, array.name, &ArrayVerdict::name);
                if (verdict->agrees()) {
                    const bool is_named = holds(comparison.agreeing_zeros, array.name) ||
                                          holds(comparison.too_few_digits, array.name);
                    CHECK(is_named);
                    CHECK(text.find("All arrays agree.\n") == std::string::npos);
                } else {
                    ++differing;
                    const std::string words = words_of(comparison);
                    CHECK((words.find("it is zero") != std::string::npos ||
                           words.find("bias_hh has no gradient") != std::string::npos));
                }
            }
        }
    CHECK(differing > 0);
}

TEST_CASE("compare: an array that vanishes in seventeen decimals is named, and not accused") {
    Random random(85);
    const auto printed = [](double value) { return std::stod(fmt::format("{:.17f}", value)); };
    std::size_t vanished = 0;
    for (const char* cell : drawn_cells)
        for (const double weights : {1e-3, 0.01, 0.05, 0.1}) {
            Case of = drawn_case(cell, random, weights);
            while (of.sizes.steps < 8) of = drawn_case(cell, random, weights);
            CAPTURE(of.name);
            CaseResult given = solve(of);
            change_all(given, printed);
            given.loss = printed(*given.loss);
            for (Matrix& matrix : given.yhat)
                for (double& value : matrix.values()) value = printed(value);
            const GradientComparison comparison = compare_gradients(of, given);
            CAPTURE(to_text(comparison, of));
            CHECK(comparison.agrees());
            if (largest_entry(given.dinitial[0].values) > 0) continue;
            ++vanished;
            CHECK((holds(comparison.agreeing_zeros, "dh0") ||
                   holds(comparison.too_few_digits, "dh0")));
        }
    CHECK(vanished > 0);
}

TEST_CASE("compare: zeros at some steps of dx are named where they agree") {
    Case of = small_case("simple_small");
    for (NamedArray& array : of.parameters)
        if (array.name == "weight_hh_l0")
            for (double& value : array.value.values()) value *= 1e-12;
    CaseResult given = solve(of);
    for (std::size_t t = 0; t + 1 < given.dx.size(); ++t)
        std::ranges::fill(given.dx[t].values(), 0.0);
    const GradientComparison comparison = compare_gradients(of, given);
    CAPTURE(to_text(comparison, of));
    CHECK(comparison.agrees());
    REQUIRE(comparison.agreeing_zeros.size() == 1);
    CHECK(comparison.agreeing_zeros.front().starts_with("dx[0]"));
}
