// Right derivations computed in single precision, or printed with few digits: none is accused.

#include "compared_cases.hpp"
#include "float_gradients.hpp"
#include <revolute/tools/given_precision.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

using namespace revolute;
using namespace revolute::test;

namespace {

/// A right derivation, as programs give it.
struct Told {
    const char* name;
    CaseResult given;
};

/// All numbers, loss and answers too.
CaseResult changed(CaseResult result, auto change) {
    change_all(result, change);
    if (result.loss) result.loss = change(*result.loss);
    for (Matrix& matrix : result.yhat)
        for (double& value : matrix.values()) value = change(value);
    return result;
}

double printed(const char* format, double value) {
    return std::stod(fmt::format(fmt::runtime(format), value));
}

std::vector<Told> told(const Case& of, std::uint64_t seed) {
    const CaseResult right = solve(of), in_floats = float_gradients(of, seed);
    return {
        {"floats", in_floats},
        {"halves", changed(right, [](double x) { return rounded_to(11, x); })},
        {"%.6f", changed(right, [](double x) { return printed("{:.6f}", x); })},
        {"%.6f of floats", changed(in_floats, [](double x) { return printed("{:.6f}", x); })},
        {"%.4g", changed(right, [](double x) { return printed("{:.4g}", x); })},
        {"%.8g of floats", changed(in_floats, [](double x) { return printed("{:.8g}", x); })},
    };
}

}  // namespace

TEST_CASE("compare: each array is judged by its own digits") {
    Random random(3);
    const Case of = drawn_case("gru", random, 1);
    CaseResult given = float_gradients(of, 1);
    const CaseResult right = solve(of);
    given.yhat = right.yhat;
    given.loss = *right.loss * (1 + 1e-8);
    const GradientComparison comparison = compare_gradients(of, given);
    CHECK_FALSE(comparison.agrees());
    REQUIRE(comparison.first() != nullptr);
    CHECK(comparison.first()->name == "loss");
    CHECK_FALSE(comparison.gradients_differ());
    given.loss = right.loss;
    given.dx = right.dx;
    given.dx.front().values().front() *= 1 + 1e-8;
    CHECK(compare_gradients(of, given).first()->name == "dx");
}

TEST_CASE("compare: right derivations in floats or of few digits are never accused") {
    Random random(20);
    for (const char* cell : drawn_cells)
        for (const double weights : {0.1, 1.0, 8.0})
            for (int number = 0; number < 3; ++number) {
                const Case of = drawn_case(cell, random, weights);
                CAPTURE(of.name);
                for (const Told& right : told(of, 1 + static_cast<std::uint64_t>(number))) {
                    CAPTURE(right.name);
                    const GradientComparison comparison = compare_gradients(of, right.given);
                    CAPTURE(to_text(comparison, of));
                    CHECK(comparison.agrees());
                }
            }
}
