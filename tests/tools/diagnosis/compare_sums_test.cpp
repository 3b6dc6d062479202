// Sums over the batch that keep one column, beside other mistakes and in one array alone. What they
// give is put together from the derivation of that column.

#include "compared_cases.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>

using namespace revolute;
using namespace revolute::test;
using revolute::Random;  // not that of the tests' random graphs

namespace {

std::string alone(int column) {
    return fmt::format("the sum over the batch has the term of column {} of the batch alone",
                       column);
}

/// The arrays that are chosen with the terms of that column alone, of a derivation with a mistake
/// that has these words in nets of any batch.
CaseResult gradients_of_column(const Case& of, int column, const std::string& mistake,
                               const std::function<bool(const std::string&)>& is_chosen) {
    const auto gradients = [&](const Case& one) {
        Wrong wrong(one);
        return mistake.empty()
                   ? wrong.gradients({})
                   : wrong.gradients(mistake_named(wrong.known.in_rules(), mistake).alterations);
    };
    CaseResult result = gradients(of);
    const CaseResult of_column = gradients(with_column(of, column));
    for (std::size_t i = 0; i < result.grads.size(); ++i)
        if (is_chosen(result.grads[i].name))
            for (std::size_t k = 0; k < result.grads[i].value.size(); ++k)
                result.grads[i].value.values()[k] =
                    of_column.grads[i].value.values()[k] / of.sizes.batch;
    return result;
}

bool is_any(const std::string&) { return true; }

struct Second {
    const char* cell;
    const char* words;
};

constexpr Second second_mistakes[] = {
    {"rnn", "a factor f' is missing: 1 - h[t]^2"},
    {"rnn", "the gradient of U takes h[t] where h[t-1] belongs"},
    {"lstm", "a factor f' is missing: 1 - g[t]^2"},
    {"lstm", "f[t] o c[t-1] adds to the adjoint of c[t-1] lacks the factor f[t]"},
    {"lstm-peephole", "a factor f' is missing: 1 - tanh(c[t])^2"},
    {"gru", "a factor f' is missing: 1 - n[t]^2"},
    {"gru", "z[t] o h[t-1] adds to the adjoint of h[t-1] is missing"},
    {"gru-before", "a factor f' is missing: 1 - n[t]^2"}};

}  // namespace

TEST_CASE("compare: a sum that keeps one column is found beside a second mistake") {
    Random random(91);
    for (const auto& [cell, words] : second_mistakes)
        for (const bool has_all : {false, true}) {
            const Case of = drawn_with(cell, random, 3, 2);
            for (const int column : {0, of.sizes.batch - 1}) {
                CaseResult given = gradients_of_column(of, column, words, is_any);
                if (has_all) {
                    given.loss = solve(of).loss;
                    given.yhat = solve(of).yhat;
                }
                const GradientComparison comparison = compare_gradients(of, given);
                CAPTURE(to_text(comparison, of));
                CHECK(comparison.unexplained.empty());
                CHECK(comparison.findings.size() == 2);
                CHECK(words_of(comparison).find(alone(column)) != std::string::npos);
                CHECK(words_of(comparison).find(words) != std::string::npos);
            }
        }
}

TEST_CASE("compare: a sum that keeps one column is found in one array alone, in each") {
    Random random(92);
    for (const char* cell : drawn_cells) {
        const Case of = drawn_with(cell, random, 2, 2);
        for (const NamedArray& array : solve(of).grads)
            for (int column = 0; column < of.sizes.batch; ++column) {
                const CaseResult given = gradients_of_column(
                    of, column, {}, [&](const std::string& name) { return name == array.name; });
                const GradientComparison comparison = compare_gradients(of, given);
                CAPTURE(to_text(comparison, of));
                REQUIRE(comparison.findings.size() == 1);
                CHECK(comparison.findings.front().arrays == std::vector{array.name});
                CHECK(comparison.findings.front().words.front().starts_with(alone(column)));
            }
    }
}

TEST_CASE("compare: a sum that keeps one column says nothing of steps where there is one answer") {
    Random random(93);
    for (const char* cell : drawn_cells) {
        Case of = drawn_with(cell, random, 2, 2);
        while (!of.architecture.answers.empty()) of = drawn_with(cell, random, 2, 2);
        const CaseResult given = gradients_of_column(
            of, 0, {}, [](const std::string& name) { return name.starts_with("head."); });
        const GradientComparison comparison = compare_gradients(of, given);
        CAPTURE(to_text(comparison, of));
        CHECK(words_of(comparison) == alone(0) + ", as with = where += belongs\n");
    }
}

TEST_CASE(
    "compare: biases given as the same in a GRU are found beside a sum that keeps one column") {
    Random random(94);
    for (int number = 0; number < 4; ++number) {
        const Case of = drawn_with("gru", random, 2, 2);
        CaseResult given = gradients_of_column(of, of.sizes.batch - 1, {}, is_any);
        const auto bias = [&](const char* name) -> Matrix& {
            return std::ranges::find(given.grads, name, &NamedArray::name)->value;
        };
        bias("bias_hh_l0") = bias("bias_ih_l0");
        const GradientComparison comparison = compare_gradients(of, given);
        CAPTURE(to_text(comparison, of));
        CHECK(comparison.unexplained.empty());
        CHECK(comparison.findings.size() == 2);
        CHECK(words_of(comparison).find("it is the gradient of bias_ih_l0") != std::string::npos);
    }
}
