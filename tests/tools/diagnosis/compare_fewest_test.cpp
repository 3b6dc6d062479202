// The fewest mistakes that explain all are told, and whole adjoints among them.

#include "compared_cases.hpp"
#include "float_gradients.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace revolute;
using namespace revolute::test;
using revolute::Random;  // not that of the tests' random graphs

namespace {

/// The factor of the terms that any use adds to the adjoint of h(t-1).
std::vector<Alteration> in_adjoint_of_h(const Wrong& wrong, double factor) {
    std::vector<Alteration> all;
    std::map<std::pair<NodeId, std::uint32_t>, std::uint32_t> numbers;
    for (std::uint32_t use = 0; use < wrong.walk.uses().size(); ++use)
        numbers[{wrong.walk.uses()[use].consumer, wrong.walk.uses()[use].slot}] = use;
    for (const UseFamily& family : use_families(wrong.walk))
        if (family.operand == "h[t-1]")
            for (const Use& use : family.uses)
                all.push_back({.use = numbers.at({use.consumer, use.slot}), .factor = factor});
    std::ranges::sort(all);
    return all;
}

}  // namespace

TEST_CASE("compare: a wrong sign and a second mistake in U are two mistakes") {
    Random random(51);
    for (int number = 0; number < 12; ++number) {
        Case of = drawn_case("rnn", random, 1);
        while (of.sizes.steps < 3 || of.sizes.hidden < 2) of = drawn_case("rnn", random, 1);
        Wrong wrong(of);
        const auto sign = mistake_named(
            wrong.known.in_rules(), "U h[t-1] adds to the adjoint of h[t-1] has the wrong sign");
        for (const char* const second : {"the gradient of U takes h[t] where h[t-1] belongs",
                                         "adds to the adjoint of U is "
                                         "counted twice"}) {
            const Mistake other = mistake_named(wrong.known.in_rules(), second);
            std::vector<Alteration> both = sign.alterations;
            both.insert(both.end(), other.alterations.begin(), other.alterations.end());
            const GradientComparison comparison = compare_gradients(of, wrong.gradients(both));
            CAPTURE(to_text(comparison, of));
            CHECK(comparison.unexplained.empty());
            CHECK(comparison.findings.size() <= 2);
        }
    }
}

TEST_CASE("compare: no mistake is told that explains nothing") {
    Wrong wrong("gru_small");
    const std::vector<Mistake> mistakes = wrong.known.in_rules();
    const Mistake first = mistake_named(mistakes,
                                        "z[t] o h[t-1] adds to the adjoint of h[t-1] is "
                                        "missing"),
                  second = mistake_named(mistakes,
                                         "1 - z[t] adds to the adjoint of z[t] is "
                                         "missing");
    std::vector<Alteration> both = first.alterations;
    both.insert(both.end(), second.alterations.begin(), second.alterations.end());
    const GradientComparison comparison = compare_gradients(wrong.of, wrong.gradients(both));
    CAPTURE(to_text(comparison, wrong.of));
    CHECK(comparison.unexplained.empty());
    CHECK(comparison.findings.size() == 2);
    for (const Finding& finding : comparison.findings) CHECK_FALSE(finding.arrays.empty());
}

TEST_CASE("compare: a whole adjoint of h(t-1) with the wrong sign, or counted twice, is named") {
    Random random(52);
    for (const char* cell : drawn_cells)
        for (const int batch : {1, 3})
            for (const auto& [factor, words] :
                 {std::pair(-1.0, "has the wrong sign"), std::pair(2.0, "is counted twice")}) {
                Case of = drawn_case(cell, random, 1);
                while (of.sizes.batch != batch || of.sizes.steps < 3 || of.sizes.hidden < 2)
                    of = drawn_case(cell, random, 1);
                Wrong wrong(of);
                CaseResult given = wrong.gradients(in_adjoint_of_h(wrong, factor));
                if (!wrong.differs(given, wrong.right)) continue;
                for (const bool has_forward : {false, true}) {
                    if (has_forward) {
                        given.loss = wrong.right.loss;
                        given.yhat = wrong.right.yhat;
                    }
                    const GradientComparison comparison = compare_gradients(of, given);
                    CAPTURE(to_text(comparison, of));
                    CHECK(comparison.unexplained.empty());
                    CHECK(comparison.findings.size() == 1);
                    CHECK(words_of(comparison)
                              .find("adds to the adjoint of h[t-1] " + std::string(words)) !=
                          std::string::npos);
                }
            }
}

TEST_CASE("compare: pairs of which each hides the other are found, the likely ones first") {
    Random random(53);
    constexpr std::pair<const char*, const char*> all[] = {
        {"adds to the adjoint of f[t] has the factor c[t] where c[t-1] belongs",
         "a factor f' is missing: 1 - tanh(c[t])^2"},
        {"f[t] o c[t-1] adds to the adjoint of c[t-1] lacks the factor f[t], at every step",
         "p_i o c[t-1] adds to the adjoint of c[t-1] is missing; likewise for p_f"},
        {"a factor f' is missing: 1 - tanh(c[t])^2",
         "p_o o c[t] adds to the adjoint of c[t] is missing"}};
    for (const auto& [one, other] : all) {
        Case of = drawn_case("lstm-peephole", random, 1);
        while (of.sizes.steps < 3 || of.sizes.steps > 6)
            of = drawn_case("lstm-peephole", random, 1);
        Wrong wrong(of);
        const std::vector<Mistake> mistakes = wrong.known.in_rules();
        std::vector<Alteration> both = mistake_named(mistakes, one).alterations;
        const Mistake second = mistake_named(mistakes, other);
        both.insert(both.end(), second.alterations.begin(), second.alterations.end());
        const GradientComparison comparison = compare_gradients(of, wrong.gradients(both));
        CAPTURE(to_text(comparison, of));
        CHECK(comparison.unexplained.empty());
        CHECK(comparison.findings.size() == 2);
        CHECK(words_of(comparison).find(one) != std::string::npos);
        CHECK(words_of(comparison).find(other) != std::string::npos);
    }
}

TEST_CASE(
    "compare: two mistakes in one factor are found, one on the way back and one in the step") {
    Random random(54);
    for (int number = 0; number < 3; ++number) {
        Case of = drawn_case("rnn", random, 1);
        while (of.sizes.steps < 3) of = drawn_case("rnn", random, 1);
        Wrong wrong(of);
        const std::vector<Mistake> mistakes = wrong.known.in_rules();
        const Mistake back = mistake_named(mistakes,
                                           "1 - tanh(h[t])^2 where 1 - h[t]^2 belongs, on the way "
                                           "to the step before alone"),
                      step = mistake_named(mistakes,
                                           "1 - h[t]^2 for h[t] = tanh(z[t]), in the gradients of "
                                           "the step's parameters alone");
        std::vector<Alteration> both = back.alterations;
        both.insert(both.end(), step.alterations.begin(), step.alterations.end());
        const GradientComparison comparison = compare_gradients(of, wrong.gradients(both));
        CAPTURE(to_text(comparison, of));
        CHECK(comparison.unexplained.empty());
        CHECK(comparison.findings.size() == 2);
    }
}
