// Mistakes in the forward pass, which answers and loss tell.

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
