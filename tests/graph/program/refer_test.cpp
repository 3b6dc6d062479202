// Values of leaves that a program reads where its user keeps them.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

using namespace revolute;
using test::message_of;

namespace {

constexpr CompileOptions floats{.precision = Precision::float32};

/// s(t) = s(t-1) + w x(t), of which the last is the output.
struct Sums {
    explicit Sums(int steps) {
        w = graph.parameter("w", {1, 2});
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            x.push_back(graph.input("x", {2, 1}));
            const Expr term = w * x.back();
            sum = t == 0 ? term : sum + term;
        }
    }

    /// Makes the program read all of x there, step behind step.
    template <class T>
    void refer_x(Program& program, const std::vector<T>& numbers) const {
        for (std::size_t t = 0; t < x.size(); ++t) program.refer(x[t], numbers.data() + 2 * t);
    }

    Graph graph;
    Expr w, sum;
    std::vector<Expr> x;
};

/// All of x behind each other: 1, 2, 3, ...
template <class T>
std::vector<T> counted(std::size_t size) {
    std::vector<T> numbers(size);
    for (std::size_t i = 0; i < size; ++i) numbers[i] = static_cast<T>(i + 1);
    return numbers;
}

double result_of(Program& program) {
    program.run();
    return program.value(0)(0, 0);
}

template <class T>
void check_sequence(const CompileOptions& options) {
    const Sums sums(4);
    Program program = compile(std::array{sums.sum}, options);
    std::vector<T> x = counted<T>(8), w{1, 10};
    program.refer(sums.w, w.data());
    sums.refer_x(program, x);
    CHECK(program.reads_in_place(sums.w));
    CHECK(program.reads_in_place(sums.x[2]));
    CHECK(result_of(program) == 16 + 10 * 20);
    x[7] = 100;
    w[0] = 2;
    CHECK(result_of(program) == 2 * 16 + 10 * 112);
}

template <class T>
void check_copies(const CompileOptions& options) {
    const Sums sums(3);
    Program program = compile(std::array{sums.sum}, options);
    std::vector<T> x = counted<T>(6), w{1, 10};
    program.refer(sums.w, w.data());
    for (std::size_t t = 0; t < 3; ++t)  // backwards in memory
        program.refer(sums.x[t], x.data() + 2 * (2 - t));
    CHECK_FALSE(program.reads_in_place(sums.x[0]));
    CHECK(result_of(program) == 9 + 10 * 12);
    x[0] = 51;
    CHECK(result_of(program) == 59 + 10 * 12);
}

}  // namespace

TEST_CASE("refer: a program reads a parameter and a whole sequence where they stand") {
    check_sequence<double>({});
    check_sequence<float>(floats);
}

TEST_CASE("refer: what stands otherwise than in the program's memory is copied in each run") {
    check_copies<double>({});
    check_copies<float>(floats);
}

TEST_CASE("refer: numbers of the other precision are converted in each run") {
    const Sums sums(2);
    const std::vector<float> x = counted<float>(4);
    const std::vector<double> w{1, 10};
    for (const CompileOptions& options : {CompileOptions{}, floats}) {
        Program program = compile(std::array{sums.sum}, options);
        program.refer(sums.w, w.data());
        sums.refer_x(program, x);
        CHECK(program.reads_in_place(sums.w) == (options.precision == Precision::float64));
        CHECK(program.reads_in_place(sums.x[0]) == (options.precision == Precision::float32));
        CHECK(result_of(program) == 4 + 10 * 6);
    }
}

TEST_CASE("refer: a matrix that stands below another in memory is copied, column by column") {
    Graph graph;
    const Expr A = graph.parameter("A", {2, 2}), B = graph.parameter("B", {1, 2});
    const Expr x = graph.input("x", {2, 3});
    Program program = compile(std::array{A * x, B * x});
    const std::vector<double> a{1, 3, 2, 4}, b{5, 6}, columns{1, 0, 0, 1, 1, 1};
    program.refer(A, a.data());
    program.refer(B, b.data());
    program.refer(x, columns.data());
    REQUIRE(explain(program).find("[A%") != std::string::npos);  // one product
    CHECK_FALSE(program.reads_in_place(A));
    CHECK_FALSE(program.reads_in_place(B));
    CHECK(program.reads_in_place(x));
    program.run();
    const std::span<const double> first = program.value(0).values();
    const std::span<const double> second = program.value(1).values();
    CHECK(std::ranges::equal(first, std::array{1, 3, 2, 4, 3, 7}));
    CHECK(std::ranges::equal(second, std::array{5, 6, 11}));
}

TEST_CASE("refer: a leaf that an output shows in another shape is copied") {
    Graph graph;
    const Expr x = graph.input("x", {2, 3}), v = graph.input("v", {3, 1});
    Program program =
        compile(std::array{reshape(x, 3, 2), 2.0 * x, transpose(v), 2.0 * v, stop_gradient(x)});
    const std::vector<double> numbers = counted<double>(6);
    program.refer(x, numbers.data());
    program.refer(v, numbers.data());
    CHECK_FALSE(program.reads_in_place(x));
    CHECK_FALSE(program.reads_in_place(v));
    program.run();
    for (const std::size_t output : {0U, 4U})
        CHECK(std::ranges::equal(program.value(output).values(), numbers));
    CHECK(std::ranges::equal(program.value(2).values(), std::array{1, 2, 3}));
}

TEST_CASE("refer: a program that looks for what is not finite finds it where the user keeps it") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 2});
    Program program = compile(std::array{2.0 * w}, {.check_finite = true});
    std::vector<double> numbers{1, 2};
    program.refer(w, numbers.data());
    CHECK(program.reads_in_place(w));
    CHECK(result_of(program) == 2);
    numbers[1] = 1e308;
    const std::string text = message_of<NonFiniteError>([&] { program.run(); });
    CHECK(text.find("w [1 x 2], made at ") != std::string::npos);
    CHECK(text.find(", from 1 to 1e+308") != std::string::npos);
}

TEST_CASE("refer: a leaf that is an output is copied") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    Program program = compile(std::array{x, 2.0 * x});
    double value = 3;
    program.refer(x, &value);
    CHECK_FALSE(program.reads_in_place(x));
    CHECK(result_of(program) == 3);
    CHECK(program.value(1)(0, 0) == 6);
    value = 4;
    CHECK(result_of(program) == 4);
}

TEST_CASE("refer: a value that is bound later takes its place, and the other way round") {
    const Sums sums(2);
    Program program = compile(std::array{sums.sum});
    const std::vector<double> x = counted<double>(4), w{1, 10};
    program.bind(sums.w, {w.data(), 1, 2});
    sums.refer_x(program, x);
    CHECK(result_of(program) == 4 + 10 * 6);
    program.bind(sums.x[1], Matrix::from_rows({{7}, {8}}));  // x[0] is copied from now on
    CHECK_FALSE(program.reads_in_place(sums.x[0]));
    CHECK(result_of(program) == 8 + 10 * 10);
    program.refer(sums.x[1], x.data() + 2);
    CHECK(program.reads_in_place(sums.x[0]));
    CHECK(result_of(program) == 4 + 10 * 6);
}

TEST_CASE("refer: a clone reads the same values") {
    const Sums sums(2);
    Program program = compile(std::array{sums.sum}, {.threads = 2});
    std::vector<double> x = counted<double>(4), w{1, 10};
    program.refer(sums.w, w.data());
    sums.refer_x(program, x);
    Program clone = program.clone();
    CHECK(clone.reads_in_place(sums.x[0]));
    x[0] = 11;
    CHECK(result_of(clone) == 14 + 10 * 6);
    CHECK(result_of(program) == 14 + 10 * 6);
}

TEST_CASE("refer: null, and a leaf that is carried, are refused") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1}), x = graph.input("x", {1, 1});
    Program program = compile(std::array{w + x});
    const double value = 1;
    const double* const null = nullptr;
    CHECK(message_of<GraphError>([&] { program.refer(w, null); }) ==
          "refer: there must be a value, not null\n  leaf is w [1 x 1]");
    CHECK(message_of<GraphError>([&] { program.refer(w + x, &value); })
              .starts_with("refer: only inputs, parameters and initial states are given values, "
                           "not "));
    program.refer(x, &value);
    CHECK(message_of<GraphError>([&] {
              program.carry(0, Member{PartId{1}, 0});
          }) == "carry: the leaf refers to a value that the user keeps\n  leaf is x [1 x 1]");
    program.carry(w + x, w);
    CHECK(message_of<GraphError>([&] { program.refer(w, &value); }) ==
          "refer: the leaf takes the value of an output\n  leaf is w [1 x 1]");
    program.bind(w, Matrix(1, 1, 2.0));
    CHECK(result_of(program) == 3);
    CHECK(result_of(program) == 4);
}

TEST_CASE("refer: it counts as a value, which a run asks for") {
    const Sums sums(1);
    Program program = compile(std::array{sums.sum});
    const std::vector<double> numbers{1, 2};
    program.refer(sums.w, numbers.data());
    CHECK(message_of<EvaluationError>([&] {
              program.run();
          }).starts_with("run: every leaf must have a value (1 have none)"));
    program.refer(sums.x[0], numbers.data());
    CHECK(result_of(program) == 5);
}
