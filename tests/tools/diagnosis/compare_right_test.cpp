// Right gradients that look different.

#include "compared_cases.hpp"
#include <support/sanitized.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace revolute;
using namespace revolute::test;

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
