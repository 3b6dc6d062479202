// Loops of a derivation that are written wrong: sums that keep one term, and a backward loop that
// ends early. What they give is put together from other cases.

#include "compared_cases.hpp"
#include "float_gradients.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace revolute;
using namespace revolute::test;
using revolute::Random;  // not that of the tests' random graphs

namespace {

/// The case that begins so many steps later, in the state that it has then.
Case beginning_later(const Case& of, int steps) {
    const CaseNet net(of);
    const State& state =
        net.net.layers.front().directions.front().states.at(static_cast<std::size_t>(steps) - 1);
    const std::vector<Matrix> values = evaluate(state, net.values);
    Case later = of;
    later.sizes.steps -= steps;
    later.x.erase(later.x.begin(), later.x.begin() + steps);
    if (!of.architecture.answers.empty()) {
        later.targets.erase(later.targets.begin(), later.targets.begin() + steps);
        later.architecture.answers.resize(later.targets.size());  // at every step
    }
    for (std::size_t i = 0; i < values.size(); ++i) later.initial[i].values = {values[i]};
    return later;
}

}  // namespace

TEST_CASE("compare: a sum over the batch that keeps one column, or lacks one, is named") {
    Random random(81);
    for (const char* cell : drawn_cells)
        for (const bool of_all : {false, true}) {
            const Case of = drawn_with(cell, random, 1, 3);
            CAPTURE(of.name);
            const CaseResult right = solve(of);
            for (int column = 0; column < of.sizes.batch; ++column) {
                const CaseResult of_column = solve(with_column(of, column));
                CaseResult alone = right, missing = right;
                for (std::size_t i = 0; i < right.grads.size(); ++i) {
                    if (!of_all && !right.grads[i].name.starts_with("bias_")) continue;
                    for (std::size_t k = 0; k < right.grads[i].value.size(); ++k) {
                        const double term = of_column.grads[i].value.values()[k] / of.sizes.batch;
                        alone.grads[i].value.values()[k] = term;
                        missing.grads[i].value.values()[k] -= term;
                    }
                }
                for (const auto& [given, words] :
                     {std::pair(&alone,
                                fmt::format("the sum over the batch has the term of column {} of "
                                            "the batch alone",
                                            column)),
                      std::pair(
                          &missing,
                          fmt::format("column {} of the batch is missing from the sum", column))}) {
                    const GradientComparison comparison = compare_gradients(of, *given);
                    CAPTURE(to_text(comparison, of));
                    CHECK_FALSE(comparison.agrees());
                    CHECK(comparison.unexplained.empty());
                    CHECK(words_of(comparison).find(words) != std::string::npos);
                }
            }
        }
}

TEST_CASE("compare: a backward loop that ends early is named") {
    Random random(82);
    for (const char* cell : drawn_cells)
        for (const int left : {1, 1, 2}) {
            const Case of = drawn_with(cell, random, 4, 1);
            CAPTURE(of.name);
            const CaseResult later = solve(beginning_later(of, left));
            CaseResult given = solve(of);
            for (std::size_t i = 0; i < given.grads.size(); ++i)
                given.grads[i].value = later.grads[i].value;
            const auto steps = static_cast<std::size_t>(left);
            for (std::size_t t = 0; t < given.dx.size(); ++t)
                given.dx[t] = t < steps ? Matrix(given.dx[t].shape()) : later.dx[t - steps];
            given.dinitial = later.dinitial;
            const GradientComparison comparison = compare_gradients(of, given);
            CAPTURE(to_text(comparison, of));
            CHECK(comparison.unexplained.empty());
            CHECK(comparison.findings.size() == 1);
            CHECK(words_of(comparison)
                      .find(left == 1
                                ? "the backward loop ends a step early"
                                : "the backward loop ends 2 steps early") != std::string::npos);
        }
}
