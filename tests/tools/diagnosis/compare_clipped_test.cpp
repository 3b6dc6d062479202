// Adjoints that were changed on their way, at every step: clipped, or kept in a buffer; and
// gradients that were clipped at the end, by a norm.

#include "compared_cases.hpp"
#include "hand_bptt.hpp"
#include <revolute/tools/support/norm.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace revolute;
using namespace revolute::test;

namespace {

bool is_shown(const GradientComparison& comparison, const std::string& words) {
    return comparison.unexplained.empty() && words_of(comparison).find(words) != std::string::npos;
}

void check_shown(const Case& of, const CaseResult& given, const std::string& words) {
    const GradientComparison comparison = compare_gradients(of, given, 1e-10);
    CAPTURE(words_of(comparison));
    CHECK_FALSE(comparison.agrees());
    CHECK(is_shown(comparison, words));
}

double norm_of(const NamedArray& array) { return euclidean_norm(array.value.values()); }

double norm_of_all(const CaseResult& result) {
    std::vector<double> norms;
    for (const NamedArray& array : result.grads) norms.push_back(norm_of(array));
    return euclidean_norm(norms);
}

void scale(NamedArray& array, double factor) {
    for (double& value : array.value.values()) value *= factor;
}

CaseResult scaled(CaseResult result, double factor) {
    for (NamedArray& array : result.grads) scale(array, factor);
    return result;
}

CaseResult parameters_alone(CaseResult result) {
    for (std::vector<Matrix>* matrices : sequences_of(result)) matrices->clear();
    return result;
}

}  // namespace

TEST_CASE("compare: adjoints that are clipped at every step are recognised, with their limit") {
    struct Clip {
        const char* mistake;
        const char* words;
    };
    const Clip clips[] = {
        {"dh clamped",
         "the adjoint of h[t] is clamped at every step: to at most 0.0123, and at least -0.0123"},
        {"handed on clamped",
         "what the step behind hands on to the adjoint of h[t] is clamped at every step: to at "
         "most 0.0123"},
        {"dh shortened", "the adjoint of h[t] is clipped at every step: to a norm of 0.0123"},
        {"handed on shortened",
         "what the step behind hands on to the adjoint of h[t] is clipped at every step: to a "
         "norm of 0.0123"},
        {"columns handed on shortened",
         "what the step behind hands on to the adjoint of h[t] is clipped at every step, each "
         "column of the batch by itself: to a norm of 0.0123"}};
    for (const bool every_step : {false, true}) {
        const Case of = hand_case("rnn", {.steps = 4, .hidden = 3, .every_step = every_step});
        for (const Clip& clip : clips) {
            // With one answer all is in proportion to the last adjoint: a factor says the same.
            if (!every_step && clip.mistake == std::string_view("dh shortened")) continue;
            CAPTURE(every_step);
            CAPTURE(clip.mistake);
            check_shown(of, hand_rnn(of, clip.mistake), clip.words);
        }
    }
    const Case of = hand_case("lstm", {.steps = 4, .hidden = 3});
    check_shown(of, hand_lstm(of, "dc handed on clamped"),
                "what the step behind hands on to the adjoint of c[t] is clamped at every step: "
                "to at most 0.0123");
}

TEST_CASE("compare: adjoints whose buffer is not reset are recognised") {
    const std::pair<const char*, const char*> mistakes[] = {
        {"handed on kept",
         "what is handed on to the adjoint of h[t] is added to from step to step: its buffer is "
         "never reset"},
        {"dh kept", "the adjoint of h[t] is added to from step to step: its buffer is never reset"},
        {"dh kept between sequences", "the adjoint of h[t] goes on from one sequence to the next"}};
    for (const int layers : {1, 2})
        for (const auto& mistake : mistakes) {
            const char* const name = mistake.first;
            CAPTURE(name);
            CAPTURE(layers);
            const Case of = hand_case(
                "rnn", {.steps = 4, .hidden = 3, .layers = layers, .every_step = layers == 1});
            check_shown(of, hand_rnn(of, name), mistake.second);
        }
    // Together with a factor of the loss.
    const Case twice = hand_case("rnn", {.steps = 4, .hidden = 3, .every_step = true});
    for (const auto& [mistake, words] : mistakes)
        check_shown(twice, scaled(hand_rnn(twice, mistake), 2), words);
    const Case of = hand_case("lstm", {.steps = 4, .hidden = 3});
    check_shown(of, hand_lstm(of, "dc handed on kept"),
                "what is handed on to the adjoint of c[t] is added to");
}

TEST_CASE("compare: gradients that are clipped by the norm of all together are recognised") {
    for (const char* name : nets) {
        CAPTURE(name);
        const Case of = small_case(name);
        const CaseResult right = solve(of);
        const double length = norm_of_all(right);
        const double limit = std::pow(10.0, std::floor(std::log10(length)));
        for (const double divisor : {length, length + 1e-6}) {  // PyTorch's has 1e-6 more
            const CaseResult clipped = scaled(right, limit / divisor);
            for (const CaseResult& given : {clipped, parameters_alone(clipped)})
                check_shown(of, given, "the gradients are clipped by the norm of all together");
        }
        // A length that nobody chooses is a factor without a meaning.
        const GradientComparison other =
            compare_gradients(of, parameters_alone(scaled(right, 0.837261)), 1e-10);
        CHECK_FALSE(is_shown(other, "clipped"));
        CHECK(is_shown(other, "a factor of 0.837261"));
    }
}

TEST_CASE("compare: gradients that are clipped by norms of their own are recognised") {
    for (const char* name : nets) {
        CAPTURE(name);
        const Case of = small_case(name);
        CaseResult given = solve(of);
        std::vector<double> norms;
        for (const NamedArray& array : given.grads) norms.push_back(norm_of(array));
        std::ranges::sort(norms);
        const double limit = 0.9 * norms[norms.size() / 2];  // some are longer, some are not
        for (NamedArray& array : given.grads)
            if (const double length = norm_of(array); length > limit) scale(array, limit / length);
        check_shown(of, given, "each gradient is clipped by a norm of its own: to ");
    }
}

TEST_CASE("compare: what is not clipped is not said to be") {
    // One entry, or one array, that is wrong in its own way is no limit of all.
    for (const char* name : nets) {
        CAPTURE(name);
        const Case of = small_case(name);
        for (const double factor : {0.31, 1.7}) {
            CaseResult given = solve(of);
            double weight = 1;
            for (NamedArray& array : given.grads)
                for (double& value : array.value.values()) value *= 1 + factor * std::sin(weight++);
            const GradientComparison comparison = compare_gradients(of, given, 1e-10);
            CAPTURE(words_of(comparison));
            CHECK(words_of(comparison).find("clip") == std::string::npos);
            CHECK(words_of(comparison).find("clamp") == std::string::npos);
        }
    }
}
