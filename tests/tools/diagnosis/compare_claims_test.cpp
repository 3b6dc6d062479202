// What compare does not claim, and gradients of one weight that lack a factor.

#include "compared_cases.hpp"
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
using revolute::Random;  // not that of the tests' random graphs

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

TEST_CASE("compare: no place is named from which nothing reaches what was given") {
    Random random(101);
    for (const char* cell : drawn_cells) {
        Case of = drawn_case(cell, random, 1);
        while (of.sizes.steps < 2 || of.sizes.hidden < 2 || of.sizes.input != of.sizes.hidden)
            of = drawn_case(cell, random, 1);
        Wrong wrong(of);
        const CaseResult right = wrong.gradients({});
        std::size_t tried = 0;
        for (const Mistake& mistake : wrong.known.in_rules()) {
            const std::string planted = mistake.words();
            // In the products with W and with U at once.
            if (planted.find("adds to the adjoint of x[t]") == std::string::npos ||
                planted.find("h[t-1]") == std::string::npos)
                continue;
            const CaseResult given = wrong.gradients(mistake.alterations);  // without dx
            if (!wrong.differs(given, right)) continue;
            ++tried;
            CAPTURE(planted);
            const std::string words = words_of(compare_gradients(of, given));
            CAPTURE(words);
            CHECK_FALSE(words.empty());
            CHECK(words.find("adds to the adjoint of x[t]") == std::string::npos);
            CHECK(words.find(" x[t], ") == std::string::npos);  // likewise for
        }
        CHECK(tried > 0);
    }
}

TEST_CASE("compare: of an array of one short number nothing is said that it does not have") {
    Random random(102);
    for (const char* cell : drawn_cells)
        for (const double number : {-0.1, -0.4, 0.3, 0.05, 2.0}) {
            Case of = drawn_case(cell, random, 1);
            while (of.sizes.output != 1 || of.sizes.hidden < 3) of = drawn_case(cell, random, 1);
            CaseResult given = solve(of);
            const double right = given.grads.back().value(0, 0);
            REQUIRE(given.grads.back().name == "head.bias");
            given.grads.back().value(0, 0) = number;
            for (NamedArray& array : given.grads)
                if (array.name.starts_with("weight_hh")) array.value = Matrix(array.value.shape());
            const GradientComparison comparison = compare_gradients(of, given);
            CAPTURE(to_text(comparison, of));
            CAPTURE(right);
            for (const Finding& finding : comparison.findings)
                CHECK(std::ranges::find(finding.arrays, "head.bias") == finding.arrays.end());
        }
}

TEST_CASE("compare: zeros are seen in nothing but zeros, however few digits numbers have") {
    Random random(105);
    for (const char* cell : drawn_cells)
        for (int number = 0; number < 6; ++number) {
            const Case of = drawn_case(cell, random, 1);
            CaseResult given = solve(of);
            for (std::size_t i = 0; i < given.grads.size(); ++i)
                for (double& value : given.grads[i].value.values())
                    if (number % 2 == 0 || i % 2 == 0)
                        value = i % 3 == 0 ? 0 : std::stod(fmt::format("{:.1g}", -value));
            const GradientComparison comparison = compare_gradients(of, given);
            CAPTURE(to_text(comparison, of));
            for (const Finding& finding : comparison.findings)
                for (const GradientArray& array : gradient_arrays(given))
                    if (finding.words.front().find("it is zero") != std::string::npos &&
                        std::ranges::find(finding.arrays, array.name) != finding.arrays.end())
                        CHECK(largest_entry(array.values) == 0);
        }
}

TEST_CASE("compare: two biases are called one where they are, and no two") {
    Random random(103);
    const std::string one = "it is added where bias_ih is";
    for (const char* cell : drawn_cells) {
        Case of = drawn_case(cell, random, 1);
        while (of.sizes.hidden < 2) of = drawn_case(cell, random, 1);
        CAPTURE(cell);
        const bool has_one = cell != std::string_view("gru");
        const CaseResult right = solve(of);
        const auto words_with = [&](const auto& change) {
            CaseResult given = right;
            change(std::ranges::find(given.grads, "bias_ih_l0", &NamedArray::name)->value,
                   std::ranges::find(given.grads, "bias_hh_l0", &NamedArray::name)->value);
            return words_of(compare_gradients(of, given));
        };
        const std::string zero = words_with([](Matrix&, Matrix& hh) { hh = Matrix(hh.shape()); });
        CHECK(zero.find("no gradient") != std::string::npos);
        CHECK((zero.find("it is added where bias_ih is") != std::string::npos) == has_one);
        const std::string doubled = words_with([](Matrix& ih, Matrix& hh) {
            for (Matrix* const bias : {&ih, &hh})
                for (double& value : bias->values()) value *= 2;
        });
        CHECK(doubled.starts_with("a factor of 2"));
        CHECK((doubled.find("each is that of their sum") != std::string::npos) == has_one);
        const std::string summed = words_with([](Matrix& ih, Matrix& hh) {
            for (std::size_t k = 0; k < ih.size(); ++k)
                ih.values()[k] = hh.values()[k] = ih.values()[k] + hh.values()[k];
        });
        CHECK(summed.find("the gradients of bias_ih and bias_hh") != std::string::npos);
        CHECK((summed.find("each has one of its own") != std::string::npos) != has_one);
    }
}

TEST_CASE("compare: a missing factor U' is named in nets of one unit too") {
    Random random(104);
    for (const char* cell : drawn_cells)
        for (const int steps : {1, 2, 4}) {
            Case of = drawn_case(cell, random, 1);
            while (of.sizes.hidden != 1 || of.sizes.steps != steps)
                of = drawn_case(cell, random, 1);
            // The backward pass of a net whose recurrent weights are 1, with the values of this
            // one.
            CaseNet net(of);
            CaseResult given = solve(of);
            const State& initial = net.net.layers.front().directions.front().initial.state;
            std::vector<Expr> products;
            for (std::uint32_t i = 0; i < net.graph.size(); ++i)
                if (const RuleSite site{net.graph.at(NodeId{i}), 1};
                    net.graph.operand_count(NodeId{i}) == 2 && site.op().role == Role::product &&
                    site.input() == initial.front())
                    products.push_back(site.output);
            if (products.empty()) continue;  // U (r o h)
            CAPTURE(of.name);
            const Derivative by_products = differentiate(net.net.loss(), products);
            for (std::size_t k = 0; k < products.size(); ++k) {
                const Matrix adjoint = evaluate(by_products.gradients()[k], net.values);
                const Matrix U = evaluate(RuleSite{products[k], 0}.input(), net.values);
                for (int c = 0; c < of.sizes.batch; ++c)
                    given.dinitial[0].values[0](0, c) += (1 - U(0, 0)) * adjoint(0, c);
            }
            const GradientComparison comparison = compare_gradients(of, given);
            CAPTURE(to_text(comparison, of));
            CHECK(comparison.unexplained.empty());
            CHECK(words_of(comparison).find("lacks the factor U") != std::string::npos);
        }
}
