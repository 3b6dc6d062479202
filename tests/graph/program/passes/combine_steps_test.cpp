// Which steps become one that has a kernel of its own: here, a o (1 - b o b) and a o b o (1 - b),
// the slopes of tanh and sigmoid.

#include <revolute/graph/graph.hpp>
#include <revolute/ops/ops.hpp>
#include <support/pass_code.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace revolute;
using test::PassCode;

namespace {

struct Slope {
    Graph graph;
    Expr a = graph.parameter("a", {2, 2}), b = graph.parameter("b", {2, 2});
    Expr c = graph.parameter("c", {2, 2});

    Expr squared = square(b).named("squared");
    Expr slope = (1.0 - squared).named("slope");
};

/// All that is before combining.
void prepare(PassCode& code) { code.run({Pass::fuse, Pass::keep}); }

void check_stays(const std::vector<Expr>& outputs, const std::string& before) {
    PassCode code(outputs);
    prepare(code);
    CHECK(code.text() == before);
    CHECK(code.run({Pass::combine}).text() == before);
}

}  // namespace

TEST_CASE("combine: an expression that has a kernel is one step") {
    Slope of;
    PassCode code({hadamard(of.a, of.slope).named("y")});
    prepare(code);
    CHECK(code.text() ==
          "in one pass over 4 entries\n"
          "  squared = square(b)\n"
          "  slope = subtract(%3, squared)\n"
          "  y = hadamard(a, slope)\n");
    CHECK(code.run({Pass::combine}).text() == "y = times_tanh_slope(a, b)  4 entries\n");
}

TEST_CASE("combine: a value that is read elsewhere stays") {
    Slope of;
    check_stays({hadamard(of.a, of.slope).named("y"), exp(of.slope).named("e")},
                "in one pass over 4 entries\n"
                "  squared = square(b)\n"
                "  slope = subtract(%3, squared)\n"
                "  y = hadamard(a, slope)\n"
                "  e = exp(slope)\n");
}

TEST_CASE("combine: a value that is an output stays") {
    Slope of;
    check_stays({hadamard(of.a, of.slope).named("y"), of.squared},
                "in one pass over 4 entries\n"
                "  squared = square(b)\n"
                "  slope = subtract(%3, squared)\n"
                "  y = hadamard(a, slope)\n");
}

TEST_CASE("combine: operands that must be one value are no others") {
    Slope of;
    const auto product = [&](const Expr& b, const Expr& c) {
        const Expr rest = (1.0 - c).named("rest");
        const Expr slope = hadamard(b, rest).named("slope");
        return hadamard(of.a, slope).named("y");
    };
    check_stays({product(of.b, of.c)},
                "in one pass over 4 entries\n"
                "  rest = subtract(%3, c)\n"
                "  slope = hadamard(b, rest)\n"
                "  y = hadamard(a, slope)\n");
    PassCode code({product(of.b, of.b)});
    prepare(code);
    CHECK(code.run({Pass::combine}).text() == "y = times_sigmoid_slope(a, b)  4 entries\n");
}

TEST_CASE("combine: another number is another expression") {
    Slope of;
    const Expr slope = (2.0 - of.squared).named("slope");
    check_stays({hadamard(of.a, slope).named("y")},
                "in one pass over 4 entries\n"
                "  squared = square(b)\n"
                "  slope = subtract(%3, squared)\n"
                "  y = hadamard(a, slope)\n");
}

TEST_CASE("combine: another operator is another expression") {
    Slope of;
    const Expr slope = (1.0 - exp(of.b).named("squared")).named("slope");
    check_stays({hadamard(of.a, slope).named("y")},
                "in one pass over 4 entries\n"
                "  squared = exp(b)\n"
                "  slope = subtract(%2, squared)\n"
                "  y = hadamard(a, slope)\n");
}

TEST_CASE("combine: a value that another pass computes stays") {
    Slope of;
    const Expr W = of.graph.parameter("W", {2, 2});
    const Expr product = (W * of.slope).named("p");
    check_stays({hadamard(product, of.slope).named("y")},
                "in one pass over 4 entries\n"
                "  squared = square(b)\n"
                "  slope = subtract(%2, squared)\n"
                "p = W slope  [2 x 2] [2 x 2]\n"
                "y = hadamard(p, slope)  4 entries\n");
}
