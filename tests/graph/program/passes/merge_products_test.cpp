// Which products become one, and which must not.

#include <revolute/graph/graph.hpp>
#include <revolute/ops/ops.hpp>
#include <support/pass_code.hpp>
#include <support/program_check.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace revolute;
using test::PassCode;

namespace {

struct Matrices {
    Graph graph;
    Expr A = graph.parameter("A", {2, 3}), B = graph.parameter("B", {4, 3});
    Expr x = graph.parameter("x", {3, 2}), y = graph.parameter("y", {3, 2});

    Expr p = (A * x).named("p"), q = (B * x).named("q");
};

test::LeafValues values_of(const std::vector<Expr>& outputs) {
    test::Random random(3);
    return test::random_leaf_values(outputs, random);
}

/// Sums of three products in another order.
constexpr double rounding = 1e-14;

/// Merging changes nothing.
void check_stays(PassCode& code, const std::string& before) {
    CHECK(code.text() == before);
    CHECK(code.run({Pass::merge}).text() == before);
    CHECK(code.code.stacks.empty());
}

}  // namespace

TEST_CASE("merge: products with one right factor give a stack of results") {
    Matrices some;
    PassCode code({tanh(some.p).named("e"), tanh(some.q).named("f")});
    CHECK(code.text() ==
          "p = A x  [2 x 3] [3 x 2]\n"
          "q = B x  [4 x 3] [3 x 2]\n"
          "e = tanh(p)  4 entries\n"
          "f = tanh(q)  8 entries\n");
    CHECK(code.run({Pass::merge}).text() ==
          "[p; q] = [A; B] x  [6 x 3] [3 x 2]\n"
          "e = tanh(p)  4 entries\n"
          "f = tanh(q)  8 entries\n");
    CHECK(code.code.stacks.size() == 2);
}

TEST_CASE(
    "merge: products whose left factors are transposed are one where they add up to one sum") {
    Graph graph;
    const Expr A = graph.parameter("A", {2, 3}), B = graph.parameter("B", {4, 3});
    std::vector<Expr> outputs;
    for (int t = 0; t < 3; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr a = tanh(graph.input("x", {2, 2})).named("a");
        const Expr b = tanh(graph.input("y", {4, 2})).named("b");
        const Expr of_a = transpose(A) * a, of_b = transpose(B) * b;
        outputs.push_back(accumulate(std::vector{of_a, of_b}).named("s"));
    }
    PassCode code(outputs);
    CHECK(code.text() ==
          "a(0..2) = tanh(x(0..2))  12 entries\n"
          "b(0..2) = tanh(y(0..2))  24 entries\n"
          "s(0..2) = A' a(0..2)  [3 x 2] [2 x 6]\n"
          "s(0..2) += B' b(0..2)  [3 x 4] [4 x 6]\n");
    CHECK(code.run({Pass::merge}).text() ==
          "a(0..2) = tanh(x(0..2))  12 entries\n"
          "b(0..2) = tanh(y(0..2))  24 entries\n"
          "s(0..2) = [A; B]' [a(0..2); b(0..2)]  [3 x 6] [6 x 6]\n");
}

TEST_CASE("merge: a smaller group is a piece of the stack of a larger one") {
    Matrices some;
    const Expr C = some.graph.parameter("C", {2, 3});
    const Expr r = (C * some.x).named("r");
    const Expr u = (some.A * some.y).named("u"), v = (some.B * some.y).named("v");
    PassCode code({some.p, some.q, r, u, v});
    CHECK(code.run({Pass::merge}).text() ==
          "[p; q; r] = [A; B; C] x  [8 x 3] [3 x 2]\n"
          "[u; v] = [A; B] y  [6 x 3] [3 x 2]\n");
}

TEST_CASE("merge: products with other right factors, or one that is transposed, stay two") {
    Matrices some;
    const Expr q = (some.B * some.y).named("q");
    PassCode code({some.p, q});
    check_stays(code,
                "p = A x  [2 x 3] [3 x 2]\n"
                "q = B y  [4 x 3] [3 x 2]\n");

    const Expr D = some.graph.parameter("D", {2, 3});
    const Expr square = some.graph.parameter("Q", {3, 3});
    const Expr direct = (some.A * square).named("d"), turned = (D * transpose(square)).named("e");
    PassCode other({direct, turned});
    check_stays(other,
                "d = A Q  [2 x 3] [3 x 3]\n"
                "e = D Q'  [2 x 3] [3 x 3]\n");
}

TEST_CASE("merge: a product that adds is none with one that begins") {
    Graph graph;
    const Expr A = graph.parameter("A", {2, 3}), B = graph.parameter("B", {2, 3});
    std::vector<Expr> outputs;
    for (int t = 0; t < 3; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr x = graph.input("x", {3, 2}), y = graph.input("y", {2, 2});
        outputs.push_back((A * x).named("p"));
        const Expr product = B * x;
        outputs.push_back(accumulate(std::vector{y, product}).named("s"));
    }
    PassCode code(outputs);
    code.swap(0, 1);
    check_stays(code,
                "s(0..2) = y(0..2)  12 entries\n"
                "p(0..2) = A x(0..2)  [2 x 3] [3 x 6]\n"
                "s(0..2) += B x(0..2)  [2 x 3] [3 x 6]\n");
}

TEST_CASE("merge: a product stays behind an instruction that computes a factor of it") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 2}), x = graph.parameter("x", {2, 2});
    const Expr once = (W * x).named("p");
    const Expr twice = (once * x).named("q");
    PassCode code({twice});
    check_stays(code,
                "p = W x  [2 x 2] [2 x 2]\n"
                "q = p x  [2 x 2] [2 x 2]\n");
}

TEST_CASE("merge: products stay behind instructions between them that compute a factor") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 2}), x = graph.parameter("x", {2, 2});
    const Expr p = (W * x).named("p");
    const Expr e = tanh(W).named("e");
    PassCode left({p, (e * x).named("q")});
    check_stays(left,
                "p = W x  [2 x 2] [2 x 2]\n"
                "e = tanh(W)  4 entries\n"
                "q = e x  [2 x 2] [2 x 2]\n");

    const Scope scope(graph, Step{0, 0});
    const Expr A = graph.parameter("A", {2, 2}), B = graph.parameter("B", {2, 2});
    const Expr a = graph.input("a", {2, 2});
    const Expr b = tanh(graph.input("y", {2, 2})).named("b");
    const Expr of_a = transpose(A) * a, of_b = transpose(B) * b;
    PassCode right({accumulate(std::vector{of_a, of_b}).named("s")});
    right.swap(0, 1);
    check_stays(right,
                "s(0) = A' a(0)  [2 x 2] [2 x 2]\n"
                "b(0) = tanh(y(0))  4 entries\n"
                "s(0) += B' b(0)  [2 x 2] [2 x 2]\n");
}

TEST_CASE("merge: products that are added to two sums are one where both were begun before") {
    Graph graph;
    const Expr A = graph.parameter("A", {2, 3}), B = graph.parameter("B", {2, 3});
    std::vector<Expr> outputs;
    for (int t = 0; t < 3; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr x = graph.input("x", {3, 2});
        const Expr y = graph.input("y", {2, 2}), z = graph.input("z", {2, 2});
        const Expr of_A = A * x, of_B = B * x;
        outputs.push_back(accumulate(std::vector{y, of_A}).named("r"));
        outputs.push_back(accumulate(std::vector{z, of_B}).named("s"));
    }
    PassCode between(outputs);
    check_stays(between,
                "r(0..2) = y(0..2)  12 entries\n"
                "r(0..2) += A x(0..2)  [2 x 3] [3 x 6]\n"
                "s(0..2) = z(0..2)  12 entries\n"
                "s(0..2) += B x(0..2)  [2 x 3] [3 x 6]\n");
    PassCode before(outputs);
    before.swap(1, 2);
    CHECK(before.run({Pass::merge}).text() ==
          "r(0..2) = y(0..2)  12 entries\n"
          "s(0..2) = z(0..2)  12 entries\n"
          "[r(0..2); s(0..2)] += [A; B] x(0..2)  [4 x 3] [3 x 6]\n");
}

TEST_CASE("merge: what is seen in another shape stands in no stack") {
    Matrices some;
    const Expr row = reshape(some.p, 1, 4).named("row");
    const std::vector<Expr> outputs{row, some.q};
    CHECK(test::program_difference(outputs, values_of(outputs)) <= rounding);
    PassCode output({row, some.q});  // an output
    check_stays(output,
                "p = A x  [2 x 3] [3 x 2]\n"
                "q = B x  [4 x 3] [3 x 2]\n");
    const Expr S = some.graph.parameter("S", {2, 1});
    const Expr of_row = (S * row).named("r");
    PassCode factor({of_row, some.q});  // a factor
    check_stays(factor,
                "p = A x  [2 x 3] [3 x 2]\n"
                "q = B x  [4 x 3] [3 x 2]\n"
                "r = S p  [2 x 1] [1 x 4]\n");
    const Expr of_entries = tanh(row).named("e");
    PassCode operand({of_entries, some.q});  // an operand of an elementwise operator
    check_stays(operand,
                "p = A x  [2 x 3] [3 x 2]\n"
                "q = B x  [4 x 3] [3 x 2]\n"
                "e = tanh(p)  4 entries\n");
}

TEST_CASE("merge: what a kernel of matrices reads stands in no stack") {
    Matrices some;
    const Expr sums = row_sums(some.p).named("sums");
    PassCode code({sums, some.q});
    check_stays(code,
                "p = A x  [2 x 3] [3 x 2]\n"
                "q = B x  [4 x 3] [3 x 2]\n"
                "sums = row_sums(p)  kernel, [2 x 1]\n");
}

TEST_CASE("merge: a matrix that is in a sum twice is no stack") {
    Graph graph;
    const Expr A = graph.parameter("A", {2, 3});
    std::vector<Expr> outputs;
    for (int t = 0; t < 3; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr a = graph.input("a", {2, 2}), b = graph.input("b", {2, 2});
        const Expr of_a = transpose(A) * a, of_b = transpose(A) * b;
        outputs.push_back(accumulate(std::vector{of_a, of_b}).named("s"));
    }
    PassCode code(outputs);
    check_stays(code,
                "s(0..2) = A' a(0..2)  [3 x 2] [2 x 6]\n"
                "s(0..2) += A' b(0..2)  [3 x 2] [2 x 6]\n");
}

TEST_CASE("merge: results at steps of two axes, or with steps left out, are in no stack") {
    Graph graph;
    const Expr A = graph.parameter("A", {2, 3}), B = graph.parameter("B", {2, 3});
    const Expr x = graph.parameter("x", {3, 2});
    std::vector<Expr> of_two_axes;
    for (const int axis : {0, 1}) {
        const Scope scope(graph, Step{axis, 0});
        of_two_axes.push_back(((axis == 0 ? A : B) * x).named(axis == 0 ? "p" : "q"));
    }
    PassCode axes(of_two_axes);
    check_stays(axes,
                "p(0) = A x  [2 x 3] [3 x 2]\n"
                "q(0) = B x  [2 x 3] [3 x 2]\n");

    std::vector<Expr> with_holes;
    for (const int t : {0, 2}) {
        const Scope scope(graph, Step{0, t});
        const Expr y = graph.input("y", {3, 2});
        with_holes.push_back((A * y).named("r"));
        with_holes.push_back((B * y).named("s"));
    }
    PassCode holes(with_holes);
    check_stays(holes,
                "r(0) = A y(0)  [2 x 3] [3 x 2]\n"
                "r(2) = A y(2)  [2 x 3] [3 x 2]\n"
                "s(0) = B y(0)  [2 x 3] [3 x 2]\n"
                "s(2) = B y(2)  [2 x 3] [3 x 2]\n");
}
