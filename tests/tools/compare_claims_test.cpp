// What compare does not claim, and gradients of one weight that lack a factor.

#include "compared_cases.hpp"
#include "float_gradients.hpp"
#include <revolute/ops/product.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace revolute;
using namespace revolute::test;

namespace {

Case drawn(const std::string& cell, int steps, int hidden) {
    Random random(5);
    for (;;) {
        Case of = drawn_case(cell, random, 1);
        if (of.sizes.steps == steps && of.sizes.hidden == hidden) return of;
    }
}

}  // namespace

TEST_CASE("compare: a mistake at one place is not claimed of other places") {
    for (const char* name : nets) {
        CAPTURE(name);
        Wrong wrong(name);
        const CaseResult right = wrong.gradients({});
        std::size_t tried = 0;
        for (const Mistake& mistake : wrong.known.in_rules()) {
            const std::string planted = mistake.words();
            if (planted.find("likewise") != std::string::npos || ++tried % 9 != 0) continue;
            const CaseResult given = wrong.gradients(mistake.alterations);
            if (!wrong.differs(given, right)) continue;
            CAPTURE(planted);
            const GradientComparison comparison = compare_gradients(wrong.of, given);
            const std::string words = words_of(comparison);
            CAPTURE(words);
            CHECK(comparison.unexplained.empty());
            CHECK(words.find("likewise") == std::string::npos);
        }
        CHECK(tried >= 9);
    }
}

TEST_CASE("compare: one free number does not explain one number") {
    const Case of = drawn("gru", 1, 1);
    CaseResult given = solve(of);
    // The row of one gate, in all arrays that have it: the adjoint of one number is wrong.
    for (NamedArray& array : given.grads)
        if (array.name.starts_with("weight_hh") || array.name.starts_with("bias_hh"))
            array.value(1, 0) *= 1.2345;
    const GradientComparison comparison = compare_gradients(of, given);
    CAPTURE(to_text(comparison, of));
    CHECK(words_of(comparison).find("counts") == std::string::npos);
    CHECK_FALSE(comparison.unexplained.empty());
}

TEST_CASE("compare: what is right but for some numbers stands beside the right ones") {
    const Case of = drawn("lstm", 4, 3);
    CaseResult given = solve(of);
    Matrix& array = given.grads.front().value;
    array(0, 0) += 0.1;
    const GradientComparison comparison = compare_gradients(of, given);
    REQUIRE(comparison.nearly_explained.size() == 1);
    CHECK(comparison.nearly_explained.front().is_beside_right);
}

TEST_CASE("compare: a gradient of U_n that lacks r is named, in both GRUs") {
    for (const auto& told :
         {std::pair("gru", "the gradient of U_n lacks the factor r[t], at every step\n"),
          std::pair("gru-before",
                    "the gradient of U_n takes h[t-1] where r[t] o h[t-1] belongs, at every "
                    "step\n")})
        for (const int hidden : {2, 3}) {
            const char *const cell = told.first, *const words = told.second;
            CAPTURE(cell);
            const Case of = drawn(cell, 4, hidden);
            CaseNet net(of);
            CaseResult given = solve(of);
            Matrix dU(hidden, hidden);  // the sum of da_n[t] h[t-1]'
            std::vector<Expr> outputs;
            for (std::uint32_t i = 0; i < net.graph.size(); ++i)
                if (net.graph.name(NodeId{i}) == "a_n") outputs.push_back(net.graph.at(NodeId{i}));
            const std::vector<Expr> states = [&] {
                std::vector<Expr> all{net.net.initial_leaves().front()};
                for (const State& state : net.net.layers.front().directions.front().states)
                    all.push_back(state.front());
                return all;
            }();
            const Derivative by_candidates = differentiate(net.net.loss(), outputs);
            for (std::size_t t = 0; t < outputs.size(); ++t) {
                const Expr term = by_candidates.gradients()[t] * transpose(states[t]);
                const Matrix value = evaluate(term, net.values);
                for (std::size_t k = 0; k < dU.size(); ++k) dU.values()[k] += value.values()[k];
            }
            REQUIRE(outputs.size() == 4);
            for (NamedArray& array : given.grads)
                if (array.name == "weight_hh_l0")
                    for (int r = 0; r < hidden; ++r)
                        for (int c = 0; c < hidden; ++c) array.value(2 * hidden + r, c) = dU(r, c);
            CHECK(words_of(compare_gradients(of, given)) == words);
        }
}
