// Right derivations computed in single precision, or printed with few digits: none is accused.

#include "compared_cases.hpp"
#include "float_gradients.hpp"
#include "hand_bptt.hpp"
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/index.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/softmax.hpp>
#include <revolute/tools/exchange/given_precision.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <vector>

using namespace revolute;
using namespace revolute::test;
using revolute::Random;  // not that of the tests' random graphs

namespace {

/// A right derivation, as programs give it.
struct Told {
    const char* name;
    CaseResult given;
};

double printed(const char* format, double value) {
    return std::stod(fmt::format(fmt::runtime(format), value));
}

/// As IEEE 754's binary16 has it; below 2^-14 its numbers are multiples of 2^-24.
double half(double value) {
    return std::abs(value) < 0x1p-14 ? std::nearbyint(value * 0x1p24) * 0x1p-24
                                     : rounded_to(11, value);
}

std::vector<Told> told(const Case& of, std::uint64_t seed) {
    const CaseResult right = solve(of), in_floats = float_gradients(of, seed);
    return {
        {"floats", in_floats},
        {"halves", changed(right, half)},
        {"%.6f", changed(right, [](double x) { return printed("{:.6f}", x); })},
        {"%.6f of floats", changed(in_floats, [](double x) { return printed("{:.6f}", x); })},
        {"%.4g", changed(right, [](double x) { return printed("{:.4g}", x); })},
        {"%.10g", changed(right, [](double x) { return printed("{:.10g}", x); })},
        {"%.12f", changed(right, [](double x) { return printed("{:.12f}", x); })},
        {"%.8g of floats", changed(in_floats, [](double x) { return printed("{:.8g}", x); })},
    };
}

/// As in a text book: relu, and numbers of one decimal, whose sums of products are short when they
/// are right.
Case of_text_book(Random& random) {
    Case of = drawn_case("rnn", random, 1);
    of.architecture.cell = CellKind::simple_relu;
    const auto shorten = [](Matrix& matrix) {
        for (double& x : matrix.values()) x = std::round(10 * x) / 10;
    };
    for (NamedArray& array : of.parameters) shorten(array.value);
    for (std::vector<Matrix>* const sequence : {&of.x, &of.targets, &of.initial[0].values})
        for (Matrix& matrix : *sequence) shorten(matrix);
    return of;
}

/// A net that is nearly sure of the right classes, which are all 0.
Case sure_of_its_classes(const std::string& cell, Random& random, double by) {
    Case of = drawn_case(cell, random, 1);
    of.architecture.loss = LossKind::cross_entropy;
    for (Matrix& target : of.targets) target = Matrix(1, of.sizes.batch);
    std::ranges::find(of.parameters, "head.bias", &NamedArray::name)->value(0, 0) += by;
    return of;
}

/// The gradients of the parameters as one has them who writes softmax(y) - onehot, which is 0 where
/// softmax(y) is next to 1.
CaseResult by_plain_softmax(Wrong& net) {
    std::vector<Alteration> plain;
    for (std::uint32_t use = 0; use < net.walk.uses().size(); ++use) {
        const Pullback site = net.values.site(use);
        if (&site.op() != &softmax_cross_entropy_op || site.slot != 0) continue;
        const Expr y = site.input(0);
        const Expr error = softmax(y) - one_hot(site.input(1), y.shape().rows);
        if (const auto term =
                net.values.term(use, multiply(site.adjoint, (1.0 / y.shape().columns) * error)))
            plain.push_back({.use = use, .term = term});
    }
    return net.gradients(plain);
}

void check_none_is_accused(const Case& of, std::uint64_t seed) {
    CAPTURE(of.name);
    for (const Told& right : told(of, seed)) {
        CAPTURE(right.name);
        const GradientComparison comparison = compare_gradients(of, right.given);
        CAPTURE(to_text(comparison, of));
        CHECK(comparison.agrees());
    }
}

}  // namespace

TEST_CASE("compare: each array is judged by its own digits") {
    Random random(3);
    const Case of = drawn_case("gru", random, 1);
    CaseResult given = float_gradients(of, 1);
    const CaseResult right = solve(of);
    given.yhat = right.yhat;
    given.loss = *right.loss * (1 + 1e-8);
    const GradientComparison comparison = compare_gradients(of, given);
    CHECK_FALSE(comparison.agrees());
    REQUIRE(comparison.first() != nullptr);
    CHECK(comparison.first()->name == "loss");
    CHECK_FALSE(comparison.gradients_differ());
    given.loss = right.loss;
    given.dx = right.dx;
    given.dx.front().values().front() *= 1 + 1e-8;
    CHECK(compare_gradients(of, given).first()->name == "dx");
}

TEST_CASE("compare: right derivations in floats or of few digits are never accused") {
    Random random(20);
    int turn = 0;
    for (const char* cell : drawn_cells)
        for (const double weights : {0.1, 1.0, 8.0})
            for (int number = 0; number < 3; ++number) {
                const Case of = drawn_case(cell, random, weights);
                if (is_taken(turn++))
                    check_none_is_accused(of, 1 + static_cast<std::uint64_t>(number));
            }
}

TEST_CASE("compare: right gradients about the smallest half are not accused of their rounding") {
    for (const char* const name : nets)
        for (const double smaller : {1e-2, 1e-4, 1e-5, 3e-6}) {
            CAPTURE(name);
            CAPTURE(smaller);
            Case of = small_case(name);
            for (NamedArray& array : of.parameters)
                if (array.name == "head.weight")
                    for (double& value : array.value.values()) value *= smaller;
            const GradientComparison comparison = compare_gradients(of, changed(solve(of), half));
            CAPTURE(to_text(comparison, of));
            CHECK(comparison.agrees());
        }
}

TEST_CASE("compare: right derivations printed with two to four digits are never accused") {
    Random random(22);
    int turn = 0;
    for (const char* cell : drawn_cells)
        for (const double weights : {1e-4, 0.5, 3.0, 20.0})
            for (const char* format : {"{:.2f}", "{:.3f}", "{:.4f}", "{:.2g}", "{:.3g}", "{:.2e}"})
                for (const bool has_forward : {true, false}) {
                    const Case of = drawn_case(cell, random, weights);
                    if (!is_taken(turn++)) continue;
                    CAPTURE(format);
                    CaseResult given =
                        changed(solve(of), [&](double x) { return printed(format, x); });
                    if (!has_forward) {
                        given.loss.reset();
                        given.yhat.clear();
                    }
                    const GradientComparison comparison = compare_gradients(of, given);
                    CAPTURE(to_text(comparison, of));
                    CHECK(comparison.agrees());
                }
}

TEST_CASE("compare: right derivations of as many decimals as doubles have digits are not accused") {
    // Large numbers have all their digits then, and what vanishes has few, or is zero.
    Random random(24);
    int turn = 0;
    for (const char* cell : drawn_cells)
        for (const double weights : {1e-3, 0.01, 20.0})
            for (int decimals = 13; decimals <= 20; ++decimals) {
                const Case of = drawn_case(cell, random, weights);
                if (!is_taken(turn++)) continue;
                CAPTURE(decimals);
                const CaseResult given = changed(solve(of), [&](double x) {
                    return std::stod(fmt::format("{:.{}f}", x, decimals));
                });
                const GradientComparison comparison = compare_gradients(of, given);
                CAPTURE(to_text(comparison, of));
                CHECK(comparison.agrees());
            }
}

TEST_CASE("compare: arrays of too few digits are named, and others judged") {
    Random random(23);
    for (const char* cell : drawn_cells) {
        CAPTURE(cell);
        const Case of = drawn_case(cell, random, 1);
        const CaseResult right = solve(of);
        CaseResult given = changed(right, [](double x) { return printed("{:.3f}", x); });
        for (NamedArray& array : given.grads)
            if (array.name == "weight_hh_l0") std::ranges::fill(array.value.values(), 0.0);
        const double size = largest_entry(array_of(right.grads, "weight_hh_l0"));
        const GradientComparison comparison = compare_gradients(of, given);
        const std::string text = to_text(comparison, of);
        CAPTURE(text);
        const bool is_named = std::ranges::find(comparison.too_few_digits, "weight_hh_l0") !=
                              comparison.too_few_digits.end();
        CHECK(is_named == (size <= 0.5e-3));
        CHECK(comparison.agrees() == is_named);
        CHECK((text.find("Too few digits to judge ") != std::string::npos) ==
              !comparison.too_few_digits.empty());
        // Few units of the last digit are no ground for a name.
        for (double& value : given.dx.front().values()) value = printed("{:.3f}", value + 0.017);
        CHECK(
            to_text(compare_gradients(of, given), of)
                .find("  few digits are left of what differs: a mistake needs more to be told\n") !=
            std::string::npos);
    }
}

TEST_CASE("compare: right derivations whose numbers are short are never accused") {
    Random random(21);
    for (std::uint64_t number = 0; number < draws(40); ++number)
        check_none_is_accused(of_text_book(random), number);
}

TEST_CASE("compare: floats of a saturated net, which are 0, 1 and 1/2, are not accused") {
    const Case of = small_case("saturated");
    const CaseResult given = given_for(of, "saturated.floats");
    CHECK(compare_gradients(of, given).agrees());
    CaseResult wrong = given;
    for (double& x : wrong.grads.back().value.values()) x *= 2;
    CHECK_FALSE(compare_gradients(of, wrong).agrees());
}

TEST_CASE("compare: arithmetic that is rounded at every step is told as rounding, and first") {
    constexpr int digits = 4;
    for (const int hidden : {2, 3, 4, 6}) {
        CAPTURE(hidden);
        const auto rounded = [&](Matrix a) {
            for (double& value : a.values())
                if (value != 0) {
                    const double unit =
                        std::pow(10, std::floor(std::log10(std::abs(value))) + 1 - digits);
                    value = unit * std::nearbyint(value / unit);
                }
            return a;
        };
        const auto product = [&](const Matrix& a, const Matrix& b) { return rounded(times(a, b)); };
        const Case of = hand_case("rnn", {.steps = 4, .batch = 2, .hidden = hidden});
        const Matrix W = array_of(of.parameters, "weight_ih_l0"),
                     U = array_of(of.parameters, "weight_hh_l0"),
                     V = array_of(of.parameters, "head.weight"),
                     b = plus(array_of(of.parameters, "bias_ih_l0"),
                              array_of(of.parameters, "bias_hh_l0"));
        std::vector<Matrix> h{of.initial[0].values[0]};
        for (const Matrix& x : of.x)
            h.push_back(rounded(each(rounded(affine(W, x, U, h.back(), b)),
                                     [](double z) { return std::tanh(z); })));
        const Matrix none(V.rows(), V.rows());
        const Matrix y = rounded(affine(V, h.back(), none, Matrix(V.rows(), h[0].columns()),
                                        array_of(of.parameters, "head.bias")));
        const Matrix dy = rounded(plus(y, of.targets[0], -1));
        const Matrix dy_of_mean = plus(Matrix(dy.shape()), dy, 1.0 / of.sizes.batch),
                     dV = times(dy_of_mean, transposed(h.back()));
        Matrix dh = product(transposed(V), dy_of_mean);
        // Sums over steps keep all digits, so that those of the result do not tell.
        Matrix dW(W.shape()), dU(U.shape()), db(U.rows(), 1);
        for (std::size_t t = of.x.size(); t-- > 0;) {
            const Matrix dz =
                rounded(by_entry(dh, rounded(each(h[t + 1], [](double a) { return 1 - a * a; }))));
            dW = plus(dW, times(dz, transposed(of.x[t])));
            dU = plus(dU, times(dz, transposed(h[t])));
            db = plus(db, row_sums(dz));
            dh = product(transposed(U), dz);
        }
        CaseResult given = solve(of);
        given.loss.reset();
        given.yhat.clear();
        for (std::vector<Matrix>* matrices : sequences_of(given)) matrices->clear();
        for (NamedArray& array : given.grads) {
            if (array.name == "weight_ih_l0") array.value = dW;
            if (array.name == "weight_hh_l0") array.value = dU;
            if (array.name.starts_with("bias_")) array.value = db;
            if (array.name == "head.weight") array.value = dV;
            if (array.name == "head.bias") array.value = row_sums(dy_of_mean);
        }
        const GradientComparison comparison = compare_gradients(of, given);
        const std::string text = to_text(comparison, of);
        CAPTURE(text);
        CHECK(comparison.findings.empty());
        CHECK(comparison.digits_of_steps.value_or(0) >= digits);
        CHECK(comparison.digits_of_steps.value_or(9) <= digits + 1);
        CHECK(text.find("This looks like rounding") < text.find("no mistake that is known"));
    }
}

TEST_CASE("compare: gradients of a saturated softmax are not accused of its rounding") {
    Random random(24);
    for (const char* cell : drawn_cells)
        for (const double by : {3.0, 10.0, 20.0, 30.0, 36.0, 38.0, 45.0, 200.0}) {
            Wrong net(sure_of_its_classes(cell, random, by));
            CAPTURE(net.of.name);
            CAPTURE(by);
            const GradientComparison comparison =
                compare_gradients(net.of, by_plain_softmax(net), 1e-10);
            CAPTURE(to_text(comparison, net.of));
            CHECK(comparison.agrees());
        }
}

TEST_CASE("compare: what is wrong beside a softmax that is nearly saturated is found") {
    Random random(25);
    for (const char* cell : drawn_cells)
        for (const double by : {3.0, 10.0, 20.0, 25.0})
            for (const double factor : {2.0, 0.99}) {
                Wrong net(sure_of_its_classes(cell, random, by));
                CAPTURE(net.of.name);
                CAPTURE(by);
                if (net.of.sizes.output == 1) continue;  // no gradient at all
                CaseResult given = by_plain_softmax(net);
                for (double& value : given.grads.back().value.values()) value *= factor;
                const GradientComparison comparison = compare_gradients(net.of, given);
                REQUIRE(comparison.first() != nullptr);
                CHECK(comparison.first()->name == given.grads.back().name);
            }
}

TEST_CASE("compare: arrays that are each printed in a way of their own are not accused") {
    constexpr std::array formats{"{:.17g}", "{:.3f}", "{:.4f}", "{:.7f}", "{:.3g}",
                                 "{:.4g}",  "{:.7g}", "{:.2e}", "{:.3e}", "{:.9e}"};
    Random random(26);
    const auto one_of = [&] {
        return formats[static_cast<std::size_t>(random.uniform(0, formats.size()))];
    };
    for (const char* cell : drawn_cells)
        for (int draw = 0; draw < 20; ++draw) {
            const Case of = drawn_case(cell, random, 1);
            CaseResult given = solve(of);
            const auto print = [&](std::span<Matrix> array) {
                const char* const format = one_of();
                double largest = 0;
                for (Matrix& matrix : array)
                    for (double& value : matrix.values()) {
                        value = printed(format, value);
                        largest = std::max(largest, std::abs(value));
                    }
                return largest > 0;  // zeros alone are no gradient
            };
            Matrix loss(1, 1, *given.loss);
            print(std::span(&loss, 1));
            given.loss = loss(0, 0);
            std::erase_if(given.grads,
                          [&](NamedArray& array) { return !print(std::span(&array.value, 1)); });
            for (std::vector<Matrix>* const array : answers_and_sequences_of(given))
                if (!print(*array)) array->clear();
            CAPTURE(of.name);
            const GradientComparison comparison = compare_gradients(of, given);
            CAPTURE(to_text(comparison, of));
            CHECK(comparison.agrees());
        }
}

TEST_CASE("compare: a loss of few digits is judged by these, whatever the gradients have") {
    const Case of = small_case("lstm_small");
    CaseResult given = solve(of);
    const double right = *given.loss;
    for (const char* format : {"{:.2g}", "{:.3g}", "{:.2f}", "{:.3f}", "{:.3e}", "{:.5g}"}) {
        CAPTURE(format);
        given.loss = printed(format, right);
        CHECK(compare_gradients(of, given).agrees());
        given.loss = printed(format, 1.2 * right);
        const GradientComparison comparison = compare_gradients(of, given);
        REQUIRE(comparison.first() != nullptr);
        CHECK(comparison.first()->name == "loss");
        CHECK_FALSE(comparison.gradients_differ());
    }
}
