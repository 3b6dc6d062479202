// Right gradients that look different.

#include "compared_cases.hpp"

#include <doctest/doctest.h>

using namespace revolute;
using namespace revolute::test;

TEST_CASE("compare: right gradients are never accused, however they are rounded") {
    for (const char* name : nets) {
        CAPTURE(name);
        const Case of = small_case(name);
        for (const bool has_all : {true, false}) {
            CaseResult right = solve(of);
            if (!has_all) {
                right.loss.reset();
                for (std::vector<Matrix>* matrices :
                     {&right.yhat, &right.dx, &right.dh0, &right.dc0})
                    matrices->clear();
            }
            CHECK(compare_gradients(of, right, 1e-10).agrees());
            for (const int bits : {24, 20, 11}) {  // single, six digits, half
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
