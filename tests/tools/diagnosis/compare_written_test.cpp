// Right gradients, written in any way in which programs write numbers.

#include "compared_cases.hpp"
#include "float_gradients.hpp"
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

using namespace revolute;
using namespace revolute::test;
using revolute::Random;  // not that of the tests' random graphs

namespace {

/// What becomes of the digits that are not written.
struct Way {
    const char* name;
    double (*whole)(double);  ///< the whole number that is written for one
};
constexpr std::array ways{
    Way{"rounded", [](double x) { return std::round(x); }},
    Way{"cut", [](double x) { return std::trunc(x); }},
    Way{"away", [](double x) { return std::copysign(std::ceil(std::abs(x)), x); }},
    Way{"up", [](double x) { return std::ceil(x); }},
    Way{"down", [](double x) { return std::floor(x); }},
};

/// The number with its last digit at that place: as one reads it who gets its decimal digits.
double written(double value, int last_place, const Way& way) {
    if (value == 0) return 0;
    const double whole = way.whole(value * std::pow(10.0, -last_place));
    return std::stod(fmt::format("{:.0f}e{}", whole, last_place));
}

double with_decimals(double value, int decimals, const Way& way) {
    return written(value, -decimals, way);
}

double with_digits(double value, int digits, const Way& way) {
    if (value == 0) return 0;
    const auto exponent = static_cast<int>(std::floor(std::log10(std::abs(value))));
    return written(value, exponent - digits + 1, way);
}

/// A net of so few numbers that they hardly tell how they are written.
Case drawn_small(const std::string& cell, Random& random, double weights) {
    for (;;) {
        Case of = drawn_case(cell, random, weights);
        if (of.sizes.steps <= 3 && of.sizes.batch <= 2 && of.sizes.hidden <= 2) return of;
    }
}

}  // namespace

TEST_CASE("compare: right gradients of few digits are not accused, rounded or cut, up or down") {
    constexpr int most = 8;
    Random random(41);
    int turn = 0;
    for (const char* cell : drawn_cells)
        for (const double weights : {0.05, 3.0})
            for (int draw = 0; draw < 2; ++draw) {
                const Case of = draw == 1 ? drawn_case(cell, random, weights)
                                          : drawn_small(cell, random, weights);
                const CaseResult right = solve(of);
                CAPTURE(cell);
                CAPTURE(weights);
                CAPTURE(draw);
                for (const Way& way : ways)
                    for (int count = 1; count <= most; ++count)
                        for (const bool are_decimals : {true, false}) {
                            const bool has_forward = random.uniform(0, 1) < 0.5;
                            if (!is_taken(turn++)) continue;
                            CAPTURE(std::string(way.name));
                            CAPTURE(count);
                            CAPTURE(are_decimals);
                            CAPTURE(has_forward);
                            CaseResult given = changed(right, [&](double x) {
                                return are_decimals ? with_decimals(x, count, way)
                                                    : with_digits(x, count, way);
                            });
                            if (!has_forward) {
                                given.loss.reset();
                                given.yhat.clear();
                            }
                            CHECK(compare_gradients(of, given).agrees());
                        }
            }
}
