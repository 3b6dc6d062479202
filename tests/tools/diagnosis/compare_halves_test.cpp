// Gradients in half precision and bfloat16, rounded to it at the end or computed in it.

#include "compared_cases.hpp"
#include "float_gradients.hpp"
#include <revolute/tools/exchange/case_rounding.hpp>
#include <revolute/tools/exchange/given_precision.hpp>
#include <revolute/tools/exchange/rounded_numbers.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

using namespace revolute;
using namespace revolute::test;
using revolute::Random;  // not that of the tests' random graphs

namespace {

/// The names of the arrays that differ, separated by spaces.
std::string differing_arrays(const GradientComparison& comparison) {
    std::string names;
    for (const ArrayVerdict& array : comparison.arrays)
        if (!array.agrees()) names += array.name + " ";
    return names;
}

CaseResult rounded_at_the_end(const CaseResult& right, int bits) {
    return changed(right, [bits](double x) { return rounded_to_format(bits, x); });
}

}  // namespace

TEST_CASE("compare: right derivations in short formats, rounded or computed, are never accused") {
    Random random(70);
    for (std::uint64_t number = 0; number < draws(40); ++number)
        for (const char* cell : drawn_cells)
            for (const double weights : {0.1, 1.0, 4.0}) {
                const Case of = drawn_case(cell, random, weights);
                CAPTURE(of.name);
                const CaseResult right = solve(of);
                for (const int bits : {bfloat_bits, half_bits, 24}) {
                    CAPTURE(bits);
                    const GradientComparison rounded =
                        compare_gradients(of, rounded_at_the_end(right, bits));
                    CAPTURE(to_text(rounded, of));
                    CHECK(differing_arrays(rounded).empty());
                    const GradientComparison computed =
                        compare_gradients(of, float_gradients(of, number + 1, bits));
                    CAPTURE(to_text(computed, of));
                    CHECK(differing_arrays(computed).empty());
                }
            }
}

TEST_CASE("compare: an entry that is off by a little is found in numbers rounded at the end") {
    struct Format {
        int bits;
        double error;  // of the largest entry
    };
    Random random(71);
    for (const Format format : {Format{half_bits, 0.03}, Format{bfloat_bits, 0.1}}) {
        CAPTURE(format.bits);
        for (std::uint64_t number = 0; number < draws(20); ++number)
            for (const char* cell : drawn_cells)
                for (int draw = 0; draw < 2; ++draw) {
                    const Case of = drawn_with(cell, random, 2, 1);
                    CAPTURE(of.name);
                    if (of.sizes.hidden == 1) continue;  // too few numbers tell how they are
                    const CaseResult right = solve(of),
                                     rounded = rounded_at_the_end(right, format.bits);
                    const auto floors = rounding_floors(of);
                    for (std::size_t i = 0; i < right.grads.size(); ++i) {
                        const double size = largest_entry(right.grads[i].value);
                        if (size < 1e-4) continue;  // where halves have few bits
                        CaseResult given = rounded;
                        const auto values = given.grads[i].value.values();
                        double& value = values[number % values.size()];
                        value = rounded_to_format(format.bits, value + format.error * size);
                        const std::string& name = given.grads[i].name;
                        CAPTURE(name);
                        const auto roundings = given_roundings(given, right, floors);
                        CHECK(largest_difference(given.grads[i].value, right.grads[i].value) >
                              roundings.at(name).floor);
                        CHECK(largest_difference(rounded.grads[i].value, right.grads[i].value) <=
                              roundings.at(name).floor);
                    }
                }
    }
}

TEST_CASE("compare: one half of few bits is not taken for a bfloat16 among halves of more") {
    // Nets of one number each: 0.2 of one gradient, which has but eight bits.
    const Case of = parse_case(
        R"({"name": "c", "cell": "rnn", "activation": "tanh", "T": 1, "B": 1, "I": 1, "H": 1, "O": 1,
            "layers": 1, "bidirectional": false, "many_to_many": false, "loss": "mse_half",
            "x": [[[-0.513]]], "y": [[0.004]], "h0": [[[0.936]]], "params": {
            "weight_ih_l0": [[-0.676]], "weight_hh_l0": [[0.642]], "bias_ih_l0": [-0.537],
            "bias_hh_l0": [0.105], "head.weight": [[0.853]], "head.bias": [-0.205]}})",
        "c.json");
    CaseResult given = rounded_at_the_end(solve(of), half_bits);
    CHECK(compare_gradients(of, given).agrees());
    for (NamedArray& array : given.grads)
        if (array.name == "weight_ih_l0") {
            array.value(0, 0) = rounded_to_format(half_bits, 1.2 * array.value(0, 0));
            CHECK(rounded_to_format(bfloat_bits, array.value(0, 0)) == array.value(0, 0));
        }
    CHECK(differing_arrays(compare_gradients(of, given)) == "weight_ih_l0 ");
    // An error of 5 % too.
    given = rounded_at_the_end(solve(of), half_bits);
    for (NamedArray& array : given.grads)
        if (array.name == "weight_ih_l0")
            array.value(0, 0) = rounded_to_format(half_bits, 1.05 * array.value(0, 0));
    CHECK(differing_arrays(compare_gradients(of, given)) == "weight_ih_l0 ");
}

TEST_CASE("compare: half a unit is what rounding to a format makes of a number") {
    CHECK(rounding_to_bits(half_bits, 1.0) == 0x1p-11);
    CHECK(rounding_to_bits(half_bits, -1.75) == 0x1p-11);
    CHECK(rounding_to_bits(bfloat_bits, 2.0) == 0x1p-7);
    CHECK(rounding_to_bits(half_bits, 1e-9) == 0x1p-25);
    CHECK(rounding_to_bits(half_bits, 0) == 0);
}
