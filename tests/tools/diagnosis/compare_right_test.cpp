// Right gradients that look different.

#include "compared_cases.hpp"
#include <support/sanitized.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace revolute;
using namespace revolute::test;
using revolute::Random;  // not that of the tests' random graphs

TEST_CASE("compare: right gradients are never accused, however they are rounded") {
    int turn = 0;
    for (const char* name : nets) {
        CAPTURE(name);
        const Case of = small_case(name);
        for (const bool has_all : {true, false}) {
            if (!is_taken(turn++)) continue;
            CaseResult right = solve(of);
            if (!has_all) {
                right.loss.reset();
                for (std::vector<Matrix>* matrices : answers_and_sequences_of(right))
                    matrices->clear();
            }
            CHECK(compare_gradients(of, right, 1e-10).agrees());
            // Single and half; six digits.
            for (const int bits : has_all ? std::vector{24, 11} : std::vector{20}) {
                CAPTURE(bits);
                CaseResult rounded = right;
                change_all(rounded, [&](double value) { return rounded_to(bits, value); });
                const GradientComparison comparison = compare_gradients(of, rounded, 1e-10);
                CHECK(comparison.findings.empty());
                CHECK(rounding_of(comparison) == (bits == 11 ? Rounding::half : Rounding::single));
                CHECK(compare_gradients(of, rounded, bits == 11 ? 1e-3 : 1e-5).agrees());
            }
        }
    }
}

TEST_CASE("compare: two mistakes that undo each other are not told of what is nearly right") {
    Random random(5);
    for (const char* name : nets)
        for (const double noise : {3e-10, 2e-9, 1e-8}) {
            CAPTURE(name);
            CAPTURE(noise);
            const Case of = small_case(name);
            CaseResult given = solve(of);
            for (std::size_t i = 0; i < 2; ++i) {
                Matrix& array = given.grads[i].value;
                array.values()[0] += noise * largest_entry(array) * random.uniform(0.5, 1);
            }
            const GradientComparison comparison = compare_gradients(of, given, 1e-10);
            CAPTURE(to_text(comparison, of));
            CHECK_FALSE(comparison.agrees());
            CHECK(comparison.findings.size() < 2);
        }
}
