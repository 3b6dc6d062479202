#pragma once

#include "float_gradients.hpp"
#include "tools/exchange/cases.hpp"
#include <revolute/tools/diagnosis/derivations/known_mistakes.hpp>
#include <revolute/tools/diagnosis/diagnosis_report.hpp>
#include <revolute/tools/support/output_file.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Small nets whose derivations have several mistakes. Their tests are several files, as with
// sanitizers each file is one process.

namespace revolute::test {

inline std::filesystem::path file_named(const std::string& name) {
    return std::filesystem::path(REVOLUTE_TEST_DATA) / "compare" / (name + ".json");
}

inline Case small_case(const std::string& name) { return read_case(file_named(name)); }

inline CaseResult given_for(const Case& of, const std::string& name) {
    return parse_gradients(read_file(file_named(name)), name, of);
}

/// All words of all findings.
inline std::string words_of(const GradientComparison& comparison) {
    std::string text;
    for (const Finding& finding : comparison.findings)
        for (const std::string& words : finding.words) text += words + "\n";
    return text;
}

inline void change_all(CaseResult& result, auto change) {
    for (NamedArray& array : result.grads)
        for (double& value : array.value.values()) value = change(value);
    for (std::vector<Matrix>* matrices : sequences_of(result))
        for (Matrix& matrix : *matrices)
            for (double& value : matrix.values()) value = change(value);
}

/// The result with all numbers changed, loss and answers too.
inline CaseResult changed(CaseResult result, auto change) {
    change_all(result, change);
    if (result.loss) result.loss = change(*result.loss);
    for (Matrix& matrix : result.yhat)
        for (double& value : matrix.values()) value = change(value);
    return result;
}

/// The nearest number with so many bits of significand.
inline double rounded_to(int bits, double value) {
    int exponent = 0;
    const double fraction = std::frexp(value, &exponent);
    return std::ldexp(std::nearbyint(std::ldexp(fraction, bits)), exponent - bits);
}

inline constexpr const char* nets[] = {"simple_small", "gru_small", "lstm_small", "peephole_small"};

/// With so many steps and sequences at least.
inline Case drawn_with(const std::string& cell, Random& random, int least_steps, int least_batch) {
    for (;;) {
        Case of = drawn_case(cell, random, 1);
        if (of.sizes.steps >= least_steps && of.sizes.batch >= least_batch) return of;
    }
}

inline Matrix column_of(const Matrix& from, int column) {
    Matrix to(from.rows(), 1);
    for (int r = 0; r < from.rows(); ++r) to(r, 0) = from(r, column);
    return to;
}

/// The case with one sequence of its batch.
inline Case with_column(Case of, int column) {
    of.sizes.batch = 1;
    std::vector<std::vector<Matrix>*> sequences{&of.x, &of.targets};
    for (StateArrays& states : of.initial) sequences.push_back(&states.values);
    for (std::vector<Matrix>* matrices : sequences)
        for (Matrix& matrix : *matrices) matrix = column_of(matrix, column);
    return of;
}

/// A net with its mistakes, and what derivations with some of them give.
struct Wrong {
    explicit Wrong(const std::string& name) : Wrong(small_case(name)) {}
    explicit Wrong(Case with)
        : of(std::move(with)),
          right(solve(of)),
          net(of),
          walk(net.net, net.variables()),
          values(walk, net.values),
          known(of, net, walk, values, walk.variables()) {}

    /// The gradients of the parameters, without inputs and initial states.
    CaseResult gradients(std::span<const Alteration> alterations, std::optional<int> column = {}) {
        const auto entries = values.gradients(alterations, column);
        std::vector<Matrix> matrices;
        for (std::size_t i = 0; i < walk.variables().size(); ++i) {
            matrices.emplace_back(walk.variables()[i].shape());
            std::ranges::copy(entries.subspan(values.first_entry(i), matrices.back().size()),
                              matrices.back().values().begin());
        }
        CaseResult result = gradients_of(of, matrices);
        result.dx.clear();
        result.dinitial.clear();
        return result;
    }
    bool differs(const CaseResult& a, const CaseResult& b) const {
        for (std::size_t i = 0; i < a.grads.size(); ++i)
            if (largest_difference(a.grads[i].value, b.grads[i].value) >
                1e-4 * largest_entry(b.grads[i].value))
                return true;
        return false;
    }

    Case of;
    CaseResult right;
    CaseNet net;
    BackwardWalk walk;
    BackwardValues values;
    KnownMistakes known;
};

/// The first of the mistakes with these words; fails where there is none.
inline Mistake mistake_named(std::span<const Mistake> mistakes, std::string_view words) {
    const auto found = std::ranges::find_if(mistakes, [&](const Mistake& mistake) {
        return mistake.words().find(words) != std::string::npos;
    });
    REQUIRE(found != mistakes.end());
    return *found;
}

}  // namespace revolute::test
