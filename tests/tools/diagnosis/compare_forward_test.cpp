// Mistakes in the forward pass, which answers and loss tell.

#include "compared_cases.hpp"
#include "float_gradients.hpp"
#include <revolute/tools/diagnosis/derivations/forward_mistake.hpp>
#include <revolute/tools/diagnosis/diagnosis_report.hpp>
#include <revolute/tools/exchange/case_net.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

using namespace revolute;
using namespace revolute::test;
using revolute::Random;  // not that of the tests' random graphs

namespace {

/// One reading of each kind, and of the orders of gates a few: each order is found as any other.
std::vector<ForwardMistake> some_readings(const Case& of) {
    std::vector<ForwardMistake> all = forward_mistakes(of);
    int orders = 0;
    std::erase_if(all, [&](const ForwardMistake& mistake) {
        return mistake.words.starts_with("the gates' rows") && ++orders % 9 != 0;
    });
    return all;
}

/// Multiplies the loss and all gradients, as another loss has them.
void scale_loss(CaseResult& result, double factor) {
    change_all(result, [factor](double value) { return factor * value; });
    *result.loss *= factor;
}

bool has_start(const std::vector<std::string>& words, const std::string& start) {
    return std::ranges::any_of(words, [&](const std::string& w) { return w.starts_with(start); });
}

/// A change of layout is one of a few arrays: twelve times gives the same again, eleven times takes
/// it back.
void take_back_layout(const ForwardMistake& mistake, CaseResult& given) {
    for (int i = 0; i < 11 && mistake.change_result; ++i) mistake.change_result(given);
}

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
            take_back_layout(mistake, given);
            const GradientComparison comparison = compare_gradients(of, given, 1e-10);
            CHECK(std::ranges::find(comparison.forward, mistake.words) != comparison.forward.end());
            CHECK(comparison.findings.empty());
            CHECK(comparison.unexplained.empty());
            CHECK(to_text(comparison, of)
                      .ends_with("With that forward pass, all gradients agree.\n"));
        }
    }
}

TEST_CASE("compare: another order of the gates is recognised beside each other reading") {
    // The rows are found first, and then something is done to a gate: a forget bias is added to f,
    // wherever the file has it.
    Random random(43);
    int tried = 0;
    for (const char* const cell : {"lstm", "lstm-peephole", "gru", "gru-before"}) {
        Case of = drawn_with(cell, random, 2, 2);
        while (of.sizes.hidden < 2 || of.sizes.steps > 5) of = drawn_with(cell, random, 2, 2);
        CAPTURE(of.name);
        std::vector<ForwardMistake> orders = forward_mistakes(of), others = orders;
        std::erase_if(orders, [](const ForwardMistake& one) { return !one.moves_gates; });
        std::erase_if(others, [](const ForwardMistake& one) { return one.moves_gates; });
        CHECK(orders.size() ==
              (of.architecture.cell == CellKind::gru || of.architecture.cell == CellKind::gru_before
                   ? 5
                   : 23));
        for (std::size_t i = 0; i < others.size(); ++i) {
            const ForwardMistake& order = orders[(3 * i + 1) % orders.size()];
            CAPTURE(order.words);
            CAPTURE(others[i].words);
            Case changed = of;
            order.change(changed);
            CaseResult given;
            {
                const CaseResult of_order = solve(changed);
                others[i].change(changed);
                given = solve(changed);
                if (largest_difference(given.yhat, of_order.yhat) < 1e-3) continue;
            }
            if (!is_taken(tried++)) continue;
            take_back_layout(others[i], given);
            take_back_layout(order, given);
            const GradientComparison comparison = compare_gradients(of, given);
            CAPTURE(to_text(comparison, of));
            CHECK(has_start(comparison.forward, order.words + "; and " + others[i].words));
            CHECK(comparison.findings.empty());
            CHECK(comparison.unexplained.empty());
        }
    }
    CHECK(tried >= 30);
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
        const Case of = case_named(name);
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
        const Case of = case_named(name);
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
            for (std::vector<Matrix>* matrices : sequences_of(given))
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

TEST_CASE("compare: another forward pass is recognised beside a factor of the loss") {
    Random random(41);
    int turn = 0;
    for (const char* cell : drawn_cells)
        for (const int batch : {1, 3}) {
            Case of = drawn_case(cell, random, 1);
            while (of.sizes.batch != batch || of.sizes.hidden < 2) of = drawn_case(cell, random, 1);
            const CaseResult right = solve(of);
            const double factor = batch == 1 ? 2 : batch;
            for (const ForwardMistake& mistake : some_readings(of)) {
                CAPTURE(of.name);
                CAPTURE(mistake.words);
                Case changed = of;
                mistake.change(changed);
                CaseResult given = solve(changed);
                if (largest_difference(given.yhat, right.yhat) < 1e-3) continue;
                if (!is_taken(turn++)) continue;
                take_back_layout(mistake, given);
                scale_loss(given, factor);
                for (const bool has_loss : {true, false})
                    for (const bool has_yhat : {true, false}) {
                        if (!has_loss && !has_yhat) continue;  // gradients alone tell no reading
                        CAPTURE(has_loss);
                        CAPTURE(has_yhat);
                        CaseResult part = given;
                        if (!has_loss) part.loss.reset();
                        if (!has_yhat) part.yhat.clear();
                        const GradientComparison comparison = compare_gradients(of, part);
                        CAPTURE(to_text(comparison, of));
                        CHECK(has_start(comparison.forward,
                                        has_loss ? mistake.words + "; and the loss has a factor of "
                                                 : mistake.words));
                        CHECK(comparison.unexplained.empty());
                        CHECK(comparison.findings.size() == 1);
                        CHECK(words_of(comparison).starts_with("a factor of "));
                    }
            }
        }
    CHECK(turn >= 40);
}

TEST_CASE("compare: answers tell another forward pass where nothing gives the loss") {
    int turn = 0;
    for (const char* name : nets) {
        CAPTURE(name);
        const Case of = small_case(name);
        for (const ForwardMistake& mistake : some_readings(of)) {
            CAPTURE(mistake.words);
            Case changed = of;
            mistake.change(changed);
            CaseResult given = solve(changed);
            if (largest_difference(given.yhat, solve(of).yhat) < 1e-3) continue;
            if (!is_taken(turn++)) continue;
            take_back_layout(mistake, given);
            *given.loss *= 1.2345;
            const GradientComparison comparison = compare_gradients(of, given);
            CHECK(has_start(comparison.forward, mistake.words + "; and the loss is another one"));
            CHECK(comparison.findings.empty());
            CHECK(comparison.unexplained.empty());
        }
    }
}

TEST_CASE("compare: a factor of a loss of few decimals is told as that, and no other reading") {
    Random random(42);
    int turn = 0;
    for (const char* cell : drawn_cells)
        for (int number = 0; number < 2; ++number) {
            const Case of = drawn_case(cell, random, 1);
            if (!is_taken(turn++)) continue;
            CaseResult given = solve(of);
            if (*given.loss < 0.1) continue;  // of which three decimals leave less than a factor
            scale_loss(given, 2);
            const auto print = [](double x) { return std::round(1000 * x) / 1000; };
            change_all(given, print);
            *given.loss = print(*given.loss);
            for (Matrix& matrix : given.yhat)
                for (double& value : matrix.values()) value = print(value);
            const GradientComparison comparison = compare_gradients(of, given);
            CAPTURE(to_text(comparison, of));
            CHECK(comparison.is_factor_of_loss);
            CHECK(has_start(comparison.forward, "the loss has a factor of "));
        }
}

TEST_CASE("compare: a loss of few digits and no answers tell no other forward pass by chance") {
    Random random(43);
    int turn = 0;
    for (const char* cell : drawn_cells)
        for (const double factor : {3.0, 0.25, 0.37})
            for (const bool is_in_gradients : {false, true}) {
                const Case of = drawn_case(cell, random, 1);
                if (!is_taken(turn++)) continue;
                CaseResult given = solve(of);
                given.yhat.clear();
                if (is_in_gradients)
                    scale_loss(given, factor);
                else
                    *given.loss *= factor;
                const auto print = [](double x) { return std::stod(fmt::format("{:.2e}", x)); };
                change_all(given, print);
                *given.loss = print(*given.loss);
                CAPTURE(of.name);
                CAPTURE(factor);
                CAPTURE(is_in_gradients);
                const GradientComparison comparison = compare_gradients(of, given);
                const std::string text = to_text(comparison, of);
                CAPTURE(text);
                CHECK((comparison.forward.empty() || comparison.is_factor_of_loss));
                CHECK(comparison.unexplained.empty());
                CHECK(comparison.findings.size() == (is_in_gradients ? 1 : 0));
                if (comparison.forward.empty() && !is_in_gradients)
                    CHECK(text.ends_with(
                        "  nothing else differs: the gradients are those of the right loss\n"));
                if (comparison.forward.empty() && is_in_gradients)
                    CHECK(comparison.findings.front().arrays.front() == "loss");
            }
}

TEST_CASE("compare: gradients tell another forward pass whose loss has few digits") {
    const Case of = small_case("simple_small");
    const CaseResult right = solve(of);
    int number = 0;
    for (const ForwardMistake& mistake : forward_mistakes(of)) {
        if (++number % 3 != 0) continue;  // each is searched for twice, which takes long
        CAPTURE(mistake.words);
        Case changed = of;
        mistake.change(changed);
        CaseResult given = solve(changed);
        if (std::abs(*given.loss - *right.loss) < 0.05 * *right.loss) continue;
        take_back_layout(mistake, given);
        given.yhat.clear();
        const auto print = [](double x) { return std::stod(fmt::format("{:.3e}", x)); };
        change_all(given, print);
        *given.loss = print(*given.loss);
        const GradientComparison comparison = compare_gradients(of, given);
        CAPTURE(to_text(comparison, of));
        CHECK(has_start(comparison.forward, mistake.words));
        CHECK(comparison.findings.empty());
        CHECK(comparison.unexplained.empty());
    }
}
