// What compare does not claim, and gradients of one weight that lack a factor.

#include "compared_cases.hpp"
#include "float_gradients.hpp"
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/product.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
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
         {std::pair("gru", "the gradient of U_n lacks the factor r[t]"),
          std::pair("gru-before", "the gradient of U_n takes h[t-1] where r[t] o h[t-1] belongs")})
        for (const std::pair<int, int>& size :
             {std::pair(4, 2), std::pair(4, 3), std::pair(1, 3)}) {
            const char *const cell = told.first, *const words = told.second;
            const int steps = size.first, hidden = size.second;
            CAPTURE(cell);
            CAPTURE(hidden);
            const Case of = drawn(cell, steps, hidden);
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
            REQUIRE(outputs.size() == static_cast<std::size_t>(of.sizes.steps));
            for (NamedArray& array : given.grads)
                if (array.name == "weight_hh_l0")
                    for (int r = 0; r < hidden; ++r)
                        for (int c = 0; c < hidden; ++c) array.value(2 * hidden + r, c) = dU(r, c);
            CHECK(words_of(compare_gradients(of, given)) ==
                  fmt::format("{}{}\n", words, of.sizes.steps > 1 ? ", at every step" : ""));
        }
}

TEST_CASE("compare: a gradient of U with the state of its own step is named, also of r o h") {
    for (const int steps : {1, 2, 4}) {
        CAPTURE(steps);
        const Case of = drawn("gru-before", steps, 3);
        CaseNet net(of);
        std::vector<Expr> sums, resets, states;
        for (std::uint32_t i = 0; i < net.graph.size(); ++i) {
            const std::string_view name = net.graph.name(NodeId{i});
            if (name.starts_with("a_")) sums.push_back(net.graph.at(NodeId{i}));
            if (name == "r") resets.push_back(net.graph.at(NodeId{i}));
        }
        for (const State& state : net.net.layers.front().directions.front().states)
            states.push_back(state.front());
        const Derivative by_sums = differentiate(net.net.loss(), sums);
        CaseResult given = solve(of);
        Matrix& dU = std::ranges::find(given.grads, "weight_hh_l0", &NamedArray::name)->value;
        std::ranges::fill(dU.values(), 0.0);
        for (std::size_t k = 0; k < sums.size(); ++k) {
            const auto t = static_cast<std::size_t>(sums[k].step()->t);
            const std::string_view name = net.graph.name(sums[k].id);
            const int gate = name == "a_r" ? 0 : name == "a_z" ? 1 : 2;
            const Expr read = gate == 2 ? hadamard(resets[t], states[t]) : states[t];
            const Matrix term = evaluate(by_sums.gradients()[k] * transpose(read), net.values);
            for (int r = 0; r < 3; ++r)
                for (int c = 0; c < 3; ++c) dU(3 * gate + r, c) += term(r, c);
        }
        const GradientComparison comparison = compare_gradients(of, given);
        CAPTURE(to_text(comparison, of));
        CHECK(comparison.unexplained.empty());
        CHECK(words_of(comparison)
                  .starts_with("a step is off: the gradient of U_r takes h[t] where "
                               "h[t-1] belongs; likewise for "));
    }
}
