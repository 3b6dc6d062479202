// One wrong number beside a mistake: it does not hide the mistake.

#include "compared_cases.hpp"
#include "tools/exchange/cases.hpp"
#include <revolute/tools/diagnosis/derivations/forward_mistake.hpp>
#include <revolute/tools/support/norm.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace revolute;
using namespace revolute::test;

namespace {

void change_parameters(CaseResult& result, auto change) {
    for (NamedArray& array : result.grads)
        for (double& value : array.value.values()) value = change(value);
}

/// Gradients with what may have been done to all of them.
std::vector<CaseResult> treated(const Case& of, const CaseResult& right) {
    std::vector<double> norms, sizes;
    for (const NamedArray& array : right.grads) {
        norms.push_back(euclidean_norm(array.value.values()));
        for (const double value : array.value.values()) sizes.push_back(std::abs(value));
    }
    std::ranges::sort(sizes);
    const double bound = sizes[2 * sizes.size() / 3], length = euclidean_norm(norms);
    const double limit = std::pow(10.0, std::floor(std::log10(length)));
    std::vector<CaseResult> all(6, right);
    change_all(all[0], [](double value) { return -value; });
    change_all(all[1], [](double value) { return 0.837261 * value; });
    change_parameters(all[2], [&](double value) { return std::clamp(value, -bound, bound); });
    change_parameters(all[3], [&](double value) { return limit / length * value; });
    for (std::size_t i = 0; i < right.grads.size(); ++i) {
        NamedArray& decayed = all[4].grads[i];
        const auto parameter = std::ranges::find(of.parameters, decayed.name, &NamedArray::name);
        for (std::size_t k = 0; k < decayed.value.size(); ++k)
            decayed.value.values()[k] += 0.003 * parameter->value.values()[k];
        const double each = 0.3 * *std::ranges::min_element(norms);
        for (double& value : all[5].grads[i].value.values()) value *= each / norms[i];
    }
    return all;
}

/// Whether the comparison is the same as without the wrong number, but for the array that has it.
void check_damaged(const GradientComparison& damaged, const GradientComparison& whole,
                   const NamedArray& array, std::size_t entry) {
    CAPTURE(words_of(damaged));
    CAPTURE(words_of(whole));
    // Without that array, more may have the same numbers.
    CHECK(words_of(damaged).starts_with(words_of(whole)));
    CHECK(damaged.unexplained == std::vector<std::string>{array.name});
    if (array.value.size() < 4) return;
    REQUIRE(damaged.nearly_explained.size() == 1);
    const ArrayVerdict& nearly = damaged.nearly_explained.front();
    CHECK(nearly.name == array.name);
    CHECK(nearly.differing_entries == 1);
    CHECK(array.value(nearly.worst.row, nearly.worst.column) == array.value.values()[entry]);
    CHECK(nearly.worst.given == array.value.values()[entry]);
}

}  // namespace

TEST_CASE("compare: one wrong number does not hide what was done to all gradients") {
    for (const char* name : {"simple_small", "gru_small"}) {
        CAPTURE(name);
        const Case of = small_case(name);
        std::size_t turn = 0;
        for (const CaseResult& given : treated(of, solve(of))) {
            CAPTURE(turn);
            const GradientComparison whole = compare_gradients(of, given, 1e-10);
            CHECK(whole.unexplained.empty());
            CaseResult damaged = given;
            NamedArray& array = *std::ranges::max_element(
                damaged.grads, {}, [](const NamedArray& a) { return a.value.size(); });
            const std::size_t entry = ++turn % array.value.size();
            array.value.values()[entry] +=
                (turn % 2 == 0 ? 0.01 : -1000.0) * (1 + largest_entry(array.value));
            check_damaged(compare_gradients(of, damaged, 1e-10), whole, array, entry);
        }
    }
}

TEST_CASE("compare: one wrong number does not hide a mistake") {
    for (const std::string name : {"gru_small", "lstm_small"}) {
        CAPTURE(name);
        const std::size_t stride = name == "gru_small" ? 149 : 211;
        Wrong wrong(name);
        const std::vector<Mistake> mistakes = wrong.known.in_rules();
        const CaseResult right = wrong.gradients({});
        int tried = 0;
        for (std::size_t k = 0; k < mistakes.size(); k += stride) {
            const CaseResult given = wrong.gradients(mistakes[k].alterations);
            const GradientComparison whole = compare_gradients(wrong.of, given, 1e-10);
            for (std::size_t a = 0; a < given.grads.size(); ++a) {
                // An array that has enough numbers, beside others that tell of the mistake.
                CaseResult damaged = given;
                NamedArray& array = damaged.grads[a];
                const std::string& of_array = array.name;
                if (array.value.size() < 6 ||
                    std::ranges::none_of(whole.findings, [&](const Finding& finding) {
                        return finding.arrays.size() > 2 &&
                               std::ranges::find(finding.arrays, of_array) != finding.arrays.end();
                    }))
                    continue;
                CAPTURE(mistakes[k].words());
                ++tried;
                array.value.values()[1] += 0.5 * (1 + largest_entry(array.value));
                check_damaged(compare_gradients(wrong.of, damaged, 1e-10), whole, array, 1);
                break;
            }
        }
        CHECK(tried >= 2);
    }
}

TEST_CASE("compare: one wrong number does not hide targets that are shifted") {
    const Case of = case_named("rnn_cross_entropy");
    for (const ForwardMistake& mistake : target_mistakes(of)) {
        CAPTURE(mistake.words);
        Case changed = of;
        mistake.change(changed);
        CaseResult given = solve(changed);
        given.loss.reset();
        given.yhat.clear();
        given.grads.front().value(0, 0) += 0.25;
        const GradientComparison comparison = compare_gradients(of, given, 1e-10);
        CHECK(words_of(comparison).find(mistake.words) != std::string::npos);
        CHECK(comparison.unexplained == std::vector<std::string>{given.grads.front().name});
    }
}

TEST_CASE("compare: a wrong number is told by its place, beside a mistake and alone") {
    const Case of = small_case("simple_small");
    CaseResult given = solve(of);
    NamedArray& array = *std::ranges::find(given.grads, "weight_hh_l0", &NamedArray::name);
    const double by_program = array.value(1, 0);
    array.value(1, 0) = 7;
    const GradientComparison alone = compare_gradients(of, given, 1e-10);
    std::string text = to_text(alone, of);
    REQUIRE(alone.nearly_explained.size() == 1);
    // The search computes it once more, which may give another last bit than a program does.
    const double right = alone.nearly_explained.front().worst.right;
    CHECK(std::abs(right - by_program) <= 1e-15);
    CAPTURE(text);
    CHECK(text.ends_with(
        fmt::format("\nweight_hh_l0: no mistake that is known here gives these numbers\n  all but "
                    "1 of the {} numbers of weight_hh_l0 are right; the largest difference is at "
                    "row 1, column 0: given 7, right {}\n",
                    array.value.size(), right)));
    change_all(given, [](double value) { return -value; });
    text = to_text(compare_gradients(of, given, 1e-10), of);
    CAPTURE(text);
    CHECK(text.ends_with(
        fmt::format("  the sign is wrong\n\nweight_hh_l0: no mistake that is known here gives "
                    "these numbers\n  all but 1 of the {} numbers of weight_hh_l0 are explained "
                    "by the above; the largest difference is at row 1, column 0: given -7, "
                    "explained {}\n",
                    array.value.size(), -right)));
}
