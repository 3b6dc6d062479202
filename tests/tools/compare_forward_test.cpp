// Mistakes in the forward pass, which answers and loss tell.

#include "cases.hpp"
#include <revolute/tools/case_net.hpp>
#include <revolute/tools/diagnosis_report.hpp>
#include <revolute/tools/forward_mistake.hpp>
#include <revolute/tools/output_file.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

using namespace revolute;

namespace {

std::filesystem::path file_named(const std::string& name) {
    return std::filesystem::path(REVOLUTE_TEST_DATA) / "compare" / (name + ".json");
}

Case small_case(const std::string& name) { return read_case(file_named(name)); }

}  // namespace

TEST_CASE("compare: another forward pass is recognised, and the gradients compared with it") {
    for (const char* name :
         {"simple_small", "gru_small", "lstm_small", "peephole_small", "batch_first_small"}) {
        CAPTURE(name);
        const Case of = small_case(name);
        const CaseResult right = solve(of);
        for (const ForwardMistake& mistake : forward_mistakes(of)) {
            CAPTURE(mistake.words);
            Case changed = of;
            mistake.change(changed);
            CaseResult given = solve(changed);
            if (std::abs(given.loss.value() - right.loss.value()) < 1e-6) continue;
            // A change of layout is one of a few arrays: twelve times gives the same again, eleven times takes it back.
            for (int i = 0; i < 11 && mistake.change_result; ++i) mistake.change_result(given);
            const GradientComparison comparison = compare_gradients(of, given, 1e-10);
            CHECK(std::ranges::find(comparison.forward, mistake.words) != comparison.forward.end());
            CHECK(comparison.findings.empty());
            CHECK(comparison.unexplained.empty());
            CHECK(to_text(comparison, of)
                      .ends_with("With that forward pass, all gradients agree.\n"));
        }
    }
}

TEST_CASE("compare: a mistake in the gradients of another forward pass is recognised") {
    const Case of = small_case("gru_small");
    CaseResult given = parse_gradients(read_file(file_named("gru_small.zswap")), "mine", of);
    for (NamedArray& array : given.grads)
        if (array.name == "weight_ih_l0")
            for (double& value : array.value.values()) value *= -1;
    const GradientComparison comparison = compare_gradients(of, given, 1e-10);
    REQUIRE(comparison.forward.size() == 1);
    CHECK(comparison.forward.front().starts_with("z and 1 - z are exchanged"));
    REQUIRE(comparison.findings.size() == 1);
    CHECK(comparison.findings.front().words == std::vector<std::string>{"the sign is wrong"});
    CHECK(comparison.findings.front().arrays == std::vector<std::string>{"weight_ih_l0"});
    CHECK(comparison.unexplained.empty());
}

TEST_CASE("compare: a reverse direction that is read at another step is recognised") {
    for (const char* name :
         {"rnn_bidirectional_many_to_one", "gru_bidirectional_many_to_many",
          "lstm_two_layers_bidirectional", "gru_cross_entropy_bidirectional_complex_step"}) {
        CAPTURE(name);
        const Case of = test::case_named(name);
        for (const BackwardReading reading :
             {BackwardReading::one_late, BackwardReading::not_turned,
              BackwardReading::after_all_steps}) {
            Case changed = of;
            changed.architecture.backward_reading = reading;
            const CaseResult given = solve(changed);
            const GradientComparison comparison = compare_gradients(of, given, 1e-10);
            const std::string words = reading == BackwardReading::one_late ? "one step late"
                                      : reading == BackwardReading::not_turned
                                          ? "is not turned back"
                                          : "after all its steps";
            CHECK(std::ranges::any_of(comparison.forward, [&](const std::string& text) {
                return text.starts_with("the ") && text.find(words) != std::string::npos;
            }));
            CHECK(comparison.findings.empty());
            CHECK(comparison.unexplained.empty());
        }
        CHECK(compare_gradients(of, solve(of), 1e-10).forward.empty());
    }
}

TEST_CASE("compare: targets that are shifted are recognised, by the loss and by gradients alone") {
    for (const char* name : {"rnn_cross_entropy", "lstm_cross_entropy_sequences_complex_step",
                             "gru_bidirectional_many_to_many"}) {
        CAPTURE(name);
        const Case of = test::case_named(name);
        const std::vector<ForwardMistake> all = target_mistakes(of);
        CHECK(all.size() >= 2);
        for (const ForwardMistake& mistake : all) {
            CAPTURE(mistake.words);
            Case changed = of;
            mistake.change(changed);
            CaseResult given = solve(changed);
            const GradientComparison by_loss = compare_gradients(of, given, 1e-10);
            CHECK(std::ranges::find(by_loss.forward, mistake.words) != by_loss.forward.end());
            CHECK(by_loss.findings.empty());
            CHECK(by_loss.unexplained.empty());
            given.loss.reset();
            given.yhat.clear();
            const GradientComparison by_gradients = compare_gradients(of, given, 1e-10);
            REQUIRE(by_gradients.findings.size() == 1);
            CHECK(std::ranges::find(by_gradients.findings.front().words, mistake.words) !=
                  by_gradients.findings.front().words.end());
            CHECK(by_gradients.unexplained.empty());
        }
    }
}

TEST_CASE("compare: a factor in the loss alone is told from one in its gradients too") {
    for (const char* name : {"simple_small", "gru_small", "lstm_small"}) {
        CAPTURE(name);
        const Case of = small_case(name);
        for (const double factor : {2.0, 0.5, 1.0 * of.sizes.batch}) {
            if (factor == 1) continue;
            CaseResult given = solve(of);
            given.loss = factor * given.loss.value();
            const GradientComparison alone = compare_gradients(of, given, 1e-10);
            REQUIRE_FALSE(alone.forward.empty());
            CHECK(alone.is_factor_of_loss);
            CHECK(alone.forward.front().starts_with("the loss has a factor of "));
            CHECK(alone.findings.empty());
            CHECK(to_text(alone, of).ends_with("The gradients are those of the right loss.\n"));
            for (NamedArray& array : given.grads)
                for (double& value : array.value.values()) value *= factor;
            for (std::vector<Matrix>* matrices : {&given.dx, &given.dh0, &given.dc0})
                for (Matrix& matrix : *matrices)
                    for (double& value : matrix.values()) value *= factor;
            const GradientComparison both = compare_gradients(of, given, 1e-10);
            CHECK(both.is_factor_of_loss);
            REQUIRE(both.findings.size() == 1);
            CHECK(both.findings.front().words.front().starts_with("a factor of "));
        }
        CaseResult given = solve(of);
        given.loss = 1.2345 * given.loss.value();
        CHECK(compare_gradients(of, given, 1e-10).forward.empty());
    }
}
