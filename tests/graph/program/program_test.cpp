// Programs of graphs made by hand: what they compute is what `evaluate` does.

#include "graph/rolling/phased_chain.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>
#include <support/program_check.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

using namespace revolute;
using test::LeafValues;
using test::message_of;
using test::program_difference;
using test::Random;

namespace {

// Products are summed in another order than by the evaluator, everything else is the same: some
// hundred roundings of 1.1e-16 each.
constexpr double rounding_of_doubles = 1e-12;

constexpr CompileOptions floats{.precision = Precision::float32};

test::ProgramDifference difference_with_random_values(std::span<const Expr> outputs,
                                                      Precision precision = Precision::float64) {
    Random random(3);
    return program_difference(outputs, test::random_leaf_values(outputs, random), precision);
}

// y = x + 2, known to no part of the library.
constinit const Op plus_two_op{
    .name = "plus_two",
    .shape = [](const ShapeArguments& x) -> Shape { return x[0]; },
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, [](double entry) { return entry + 2; });
        },
};

// y = k - x: an elementwise operator with fast kernels that differ from the reference kernel, so
// that it is seen which of them ran.
template <class Number>
void subtract_from(const EntryArguments<Number>& x, Columns<Number> y, ColumnExtent extent) {
    for (std::size_t column = 0; column < extent.columns; ++column)
        for (std::size_t i = 0; i < extent.entries; ++i)
            y[column][i] = static_cast<Number>(x.attributes[0]) - x[0][column][i];
}

constinit const Op subtract_from_op{
    .name = "subtract_from",
    .shape = [](const ShapeArguments& x) -> Shape { return x[0]; },
    .role = Role::elementwise,
    .evaluate = [](const Arguments&, MatrixView y) { std::ranges::fill(y.values(), 0.0); },
    .fast = {subtract_from<double>, subtract_from<float>},
};

// The entries from the last to the first: a kernel that writes entries which it has still to read.
constinit const Op reversed_op{
    .name = "reversed",
    .shape = [](const ShapeArguments& x) -> Shape { return x[0]; },
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const auto entries = x[0].values();
            std::copy(entries.rbegin(), entries.rend(), y.data);
        },
};

// Refuses values above 1.
constinit const Op at_most_one_op{
    .name = "at_most_one",
    .shape = [](const ShapeArguments& x) -> Shape { return x[0]; },
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            if (*std::ranges::max_element(x[0].values()) > 1)
                throw EvaluationError("values must be at most 1");
            std::ranges::copy(x[0].values(), y.data);
        },
};

/// Two parameters, and a product with a bias.
struct Affine {
    Affine() {
        W = graph.parameter("W", {2, 3});
        b = graph.parameter("b", {2, 1});
        const Scope scope(graph, Step{0, 4});
        x = graph.input("x", {3, 1});
        y = (W * x + b).named("y");
    }
    Graph graph;
    Expr W, b, x, y;
};

}  // namespace

TEST_CASE("program: what waits in mid-time for a sum over steps is computed in phases") {
    Graph graph;
    const Derivative d = test::phased_chain(graph);
    CHECK(roll(d.gradients()).folding == Folding::phased);
    CHECK(difference_with_random_values(d.gradients()) <= rounding_of_doubles);
}

TEST_CASE("program: transposes of anything, as factors and by themselves") {
    Graph graph;
    const Expr a = graph.input("a", {2, 3});
    const Expr b = graph.input("b", {2, 3});
    const Expr turned = transpose(a);
    const Expr both = turned * b;
    const Expr row = transpose(row_sums(a));
    const std::vector<Expr> outputs{both,
                                    turned,
                                    a * transpose(b),
                                    transpose(a) * b,
                                    row,
                                    transpose(transpose(b)),
                                    reshape(transpose(b), 2, 3)};
    CHECK(difference_with_random_values(outputs) <= rounding_of_doubles);
}

TEST_CASE("program: products of factors that are seen in other shapes, with one factor in common") {
    Graph graph;
    const Expr x = graph.input("x", {3, 2});
    const Expr a = graph.parameter("a", {3, 1}), b = graph.parameter("b", {3, 1});
    const Expr c = graph.parameter("c", {6, 1}), d = graph.parameter("d", {6, 1});
    const Expr y = graph.input("y", {2, 2});
    const Expr u = graph.input("u", {6, 1}), v = graph.input("v", {6, 1});
    const auto check = [](std::initializer_list<Expr> list) {
        const std::vector<Expr> outputs(list);
        test::Random random(3);
        CHECK(program_difference(outputs, test::random_leaf_values(outputs, random)) <=
              rounding_of_doubles);
    };
    check({transpose(a) * x, transpose(b) * x});
    check({reshape(c, 2, 3) * x, reshape(d, 2, 3) * x});
    check({transpose(reshape(c, 2, 3)) * y + transpose(reshape(d, 2, 3)) * y});
    check({reshape(c, 2, 3) * reshape(u, 3, 2) + reshape(d, 2, 3) * reshape(v, 3, 2)});
    const Expr A = graph.parameter("A", {3, 2}), B = graph.parameter("B", {3, 2});
    check({transpose(A) * reshape(u, 3, 2) + transpose(B) * reshape(v, 3, 2)});
}

// h(t) = W x(t) + p o h(t-1), where the products of all steps are there before the loop; or, at the
// first step, a value in place of the product, so that the sum begins there with what is added to
// it elsewhere.
TEST_CASE("program: a sum that is begun before its loop keeps its place") {
    for (const int steps : {1, 2, 3, 7})
        for (const bool begins_with_value : {false, true})
            for (const bool every_step : {false, true}) {
                CAPTURE(steps);
                CAPTURE(begins_with_value);
                Graph graph;
                const Expr W = graph.parameter("W", {2, 2}), p = graph.parameter("p", {2, 3});
                const auto initial = [&] {
                    const Scope before(graph, Step{0, -1});
                    return graph.initial_state("s", {2, 3});
                };
                Expr h = initial();
                std::vector<Expr> states;
                for (int t = 0; t < steps; ++t) {
                    const Scope scope(graph, Step{0, t});
                    const Expr x = graph.input("x", {2, 3});
                    const Expr term = t == 0 && begins_with_value ? x : W * x;
                    h = hadamard(p, h) + term;
                    states.push_back(h);
                }
                if (!every_step) states = {h};
                CHECK(difference_with_random_values(states) <= rounding_of_doubles);
                CHECK(difference_with_random_values(states, Precision::float32) <= 1e-5);
            }
}

// a(t) = A h(t-1) until the last step but one, b(t) = B h(t-1) from the second step on: together
// they take a step more than each.
TEST_CASE("program: products that stand below each other begin and end at different steps") {
    for (const int steps : {3, 4, 9}) {
        CAPTURE(steps);
        Graph graph;
        const Expr A = graph.parameter("A", {2, 2}), B = graph.parameter("B", {2, 2});
        const auto initial = [&] {
            const Scope before(graph, Step{0, -1});
            return graph.initial_state("s", {2, 3});
        };
        Expr h = initial();
        std::vector<Expr> outputs;
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr x = graph.input("x", {2, 3});
            const Expr a = t < steps - 1 ? A * h : x, b = t > 0 ? B * h : x;
            if (t < steps - 1) outputs.push_back(a);
            if (t > 0) outputs.push_back(b);
            h = hadamard(tanh(a), b);
        }
        outputs.push_back(h);
        const std::string text = explain(compile(outputs));
        CHECK((steps < 4 || text.find("[A%") != text.npos || text.find("; A%") != text.npos));
        CHECK(difference_with_random_values(outputs) <= rounding_of_doubles);
    }
}

TEST_CASE("program: a leaf, a constant and a view of a leaf are outputs") {
    Graph graph;
    const Expr a = graph.input("a", {2, 3});
    const std::vector<Expr> outputs{a, graph.constant(2.5, {3, 2}), reshape(a, 3, 2),
                                    stop_gradient(a)};
    CHECK(difference_with_random_values(outputs) == 0.0);
}

TEST_CASE("program: a sum of products, of values and of a value used twice") {
    Graph graph;
    const Expr a = graph.input("a", {2, 3});
    const Expr b = graph.input("b", {3, 2});
    const Expr c = graph.input("c", {2, 2});
    const Expr product = a * b;
    const Expr other = transpose(b) * transpose(a);
    const std::vector<Expr> outputs{accumulate(std::array{product, other}),
                                    accumulate(std::array{c, a * b, c}),
                                    accumulate(std::array{c, c, c, c})};
    CHECK(difference_with_random_values(outputs) <= rounding_of_doubles);
}

TEST_CASE("program: an operator from outside runs by its reference kernel") {
    Graph graph;
    const Expr a = graph.input("a", {2, 3});
    const std::array output{apply(plus_two_op, {apply(plus_two_op, {a})})};
    CHECK(difference_with_random_values(output) == 0.0);
    CHECK(difference_with_random_values(output, Precision::float32) <= 1e-6);  // of floats
}

TEST_CASE("program: each step is made of the one before by what does not go entry by entry") {
    using Next = Expr (*)(Expr U, Expr h);
    constexpr std::array<Next, 7> all{
        [](Expr, Expr h) { return softmax(h); },
        [](Expr U, Expr h) { return U * h; },
        [](Expr U, Expr h) { return h * U; },
        [](Expr, Expr h) { return h * h; },
        [](Expr U, Expr h) { return tanh(U) * softmax(h); },
        [](Expr, Expr h) { return apply(reversed_op, {h}); },
        [](Expr, Expr h) { return softmax(apply(reversed_op, {h})); },
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        CAPTURE(i);
        Graph graph;
        const Expr U = graph.parameter("U", {3, 3});
        Expr h = graph.input("h", {3, 3});
        for (int t = 0; t < 6; ++t) {
            const Scope scope(graph, Step{0, t});
            h = all[i](U, h);
        }
        // The states are no outputs, of which all steps would be kept.
        CHECK(difference_with_random_values(std::array{tanh(h)}) <= rounding_of_doubles);
    }
}

TEST_CASE("program: fast kernels of an operator from outside take the reference kernel's place") {
    Graph graph;
    const Expr a = graph.input("a", {1, 2});
    const std::array output{apply(subtract_from_op, {a}, {3.0})};
    for (const Precision precision : {Precision::float32, Precision::float64}) {
        Program program = compile(output, {.precision = precision});
        program.bind(a, Matrix(1, 2, {0.5, 4.0}));
        program.run();
        CHECK(Matrix(program.value(output[0]).rows, 2,
                     {program.value(0)(0, 0), program.value(0)(0, 1)}) ==
              Matrix(1, 2, {2.5, -1.0}));
    }
}

TEST_CASE("program: compiled of a rolled graph, its leaves are members") {
    const Affine affine;
    const Rolled rolled = roll(std::array{affine.y});
    Program program = compile(rolled);
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const Part& part = rolled.parts[i];
        if (is_given(*part.op))
            program.bind(Member{PartId{i}, part.step_of(0)}, Matrix(part.shape, 2.0));
    }
    program.run();
    CHECK(program.value(0)(1, 0) == 14.0);
}

TEST_CASE("program: values stay bound, and new ones take their places") {
    Affine affine;
    Program program = compile(std::array{affine.y});
    program.bind(affine.W, Matrix(2, 3, 1.0));
    program.bind(affine.b, Matrix(2, 1, 1.0));
    program.bind(affine.x, Matrix(3, 1, 1.0));
    program.run();
    CHECK(program.value(affine.y)(0, 0) == 4.0);
    program.bind(affine.x, Matrix(3, 1, 2.0));
    program.run();
    CHECK(program.value(affine.y)(0, 0) == 7.0);
}

TEST_CASE("program: needs says of a leaf whether the outputs depend on it") {
    Affine affine;
    const Program program = compile(std::array{affine.y});
    CHECK(program.needs(affine.x));
    CHECK(!program.needs(affine.graph.input("other", {1, 1})));
}

TEST_CASE("program: its memory is one slab for each part, in units of 64 bytes") {
    Affine affine;
    // W, b, x, W x, in whose place is y: the sum is elementwise and nothing else reads W x.
    CHECK(compile(std::array{affine.y}).bytes() == 4 * 64);
    CHECK(compile(std::array{affine.y}).precision() == Precision::float64);
    // Of floats, y as doubles too.
    CHECK(compile(std::array{affine.y}, floats).bytes() == 5 * 64);
}

TEST_CASE("program: memory is handed on when nothing reads it any more") {
    const auto bytes_of_chain = [](int length) {
        Graph graph;
        Expr y = graph.input("x", {8, 8});
        for (int i = 0; i < length; ++i) y = row_sums(y) * column_sums(y);
        return compile(std::array{y}).bytes();
    };
    CHECK(bytes_of_chain(40) == bytes_of_chain(4));
}

TEST_CASE("bind: a leaf of another graph, of no use, or no leaf is refused") {
    Affine affine;
    Graph other;
    Program program = compile(std::array{affine.y});
    const auto message = [&](Expr leaf) {
        const std::string text = message_of<GraphError>([&] { program.bind(leaf, Matrix(1, 1)); });
        return text.substr(0, text.find(", made at"));
    };
    CHECK(message({}) == "bind: an empty expression cannot have a value");
    CHECK(message(other.input("x", {1, 1})) ==
          "bind: belongs to another graph than the program's outputs: x [1 x 1]");
    CHECK(message(affine.y) ==
          "bind: only inputs, parameters and initial states are given values, not y[4] [2 x 1]");
    CHECK(message(affine.graph.input("z", {1, 1})) ==
          "bind: the program's outputs do not depend on z [1 x 1]");
}

TEST_CASE("bind: members that are not there, or no leaves, are refused") {
    const Affine affine;
    const Rolled rolled = roll(std::array{affine.y});
    Program program = compile(rolled);
    const auto message = [&](auto leaf) {
        const std::string text = message_of<GraphError>([&] { program.bind(leaf, Matrix(1, 1)); });
        return text.substr(0, text.find(", made at"));
    };
    const auto part = std::ranges::find(rolled.parts, &input_op, &Part::op) - rolled.parts.begin();
    CHECK(message(Member{PartId{9}, 0}) == "bind: there is no part 9 (5 of them)");
    CHECK(message(rolled.outputs[0]) ==
          "bind: only inputs, parameters and initial states are given values, not part 4, add");
    CHECK(message(Member{static_cast<PartId>(part), 3}) ==
          fmt::format("bind: part {}, input, has no member at step 3", part));
    CHECK(message(affine.x) ==
          "bind: leaves of a program that was compiled of a rolled graph are given as members\n"
          "  leaf is x[4] [3 x 1]");
}

TEST_CASE("bind: a value of another shape is refused") {
    Affine affine;
    Program program = compile(std::array{affine.y});
    CHECK(message_of<ShapeError>([&] { program.bind(affine.x, Matrix(1, 3)); }) ==
          "bind: the value's shape [1 x 3] must be that of the leaf\n  leaf is x[4] [3 x 1]");
}

TEST_CASE("run: leaves without values are an error before anything runs") {
    Affine affine;
    Program program = compile(std::array{affine.y});
    program.bind(affine.W, Matrix(2, 3));
    CHECK(message_of<EvaluationError>([&] { program.run(); }) ==
          "run: every leaf must have a value (2 have none)\n  the first is b [2 x 1]");
}

TEST_CASE("run: a value that a kernel cannot take is an error with step and node") {
    Graph graph;
    const Scope scope(graph, Step{0, 4});
    const Expr x = graph.input("x", {1, 1});
    const std::array output{apply(at_most_one_op, {x})};
    for (const Precision precision : {Precision::float32, Precision::float64}) {
        Program program = compile(output, {.precision = precision});
        program.bind(x, Matrix(1, 1, 2.0));
        CHECK(message_of<EvaluationError>([&] { program.run(); }) ==
              "at_most_one: values must be at most 1, in step t = 4\n"
              "  node is unnamed at_most_one at t = 4 [1 x 1]");
        CHECK(message_of<EvaluationError>([&] { program.value(0); }) ==
              "value: the program must have run, and finished, before");
    }
}

TEST_CASE("value: what is no output, or has not been computed, is refused") {
    Affine affine;
    Program program = compile(std::array{affine.y});
    const auto message = [&](auto output) {
        const std::string text = message_of<GraphError>([&] { program.value(output); });
        return text.substr(0, text.find(", made at"));
    };
    CHECK(message(Expr{}) == "value: an empty expression has no value");
    CHECK(message(affine.x) == "value: not an output of the program: x[4] [3 x 1]");
    CHECK(message(std::size_t{1}) == "value: there is no output 1 (1 of them)");
    CHECK(message_of<EvaluationError>([&] { program.value(affine.y); }) ==
          "value: the program must have run, and finished, before");
}
