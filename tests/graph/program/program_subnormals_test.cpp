// Numbers below the least normal one: what programs make of them, and what the thread has
// afterwards.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/program/detail/machine/subnormal_mode.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace revolute {

namespace {

/// Whether this thread's instructions make zero of a subnormal number.
bool flushes() {
    volatile double least_normal = std::numeric_limits<double>::min();
    return least_normal / 2 == 0;
}

// y = x where subnormal numbers are flushed when it is evaluated, else 2 x.
constinit const Op probe_op{
    .name = "probe",
    .shape = [](const ShapeArguments& x) -> Shape { return x[0]; },
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            for (std::size_t i = 0; i < y.values().size(); ++i)
                y.values()[i] = flushes() ? x[0].values()[i] : 2 * x[0].values()[i];
        },
};

constinit const Op failing_op{
    .name = "failing",
    .shape = [](const ShapeArguments& x) -> Shape { return x[0]; },
    .evaluate = [](const Arguments&, MatrixView) { throw EvaluationError("failing: it does"); },
};

/// h(t) = 1/8 h(t-1), from 1, as an operator that no pass can make one factor of.
struct Vanishing {
    explicit Vanishing(int steps)
        : factor(graph.parameter("f", {3, 3})), first(graph.initial_state("h", {3, 1})) {
        Expr h = first;
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            h = (factor * h).named("h");
            states.push_back(h);
        }
    }
    void bind(Program& program) const {
        program.bind(factor, Matrix::from_rows({{0.125, 0, 0}, {0, 0.125, 0}, {0, 0, 0.125}}));
        program.bind(first, Matrix(3, 1, 1.0));
    }
    Graph graph;
    Expr factor, first;
    std::vector<Expr> states;
};

}  // namespace

TEST_CASE(
    "subnormals: a program makes zero of them, or keeps them, in both precisions and checked") {
    struct Row {
        Precision precision;
        int steps;
        double kept;
    };
    for (const Row row :
         {Row{Precision::float32, 44, 0x1p-132}, Row{Precision::float64, 345, 0x1p-1035}})
        for (const bool is_checked : {false, true}) {
            CAPTURE(row.steps);
            CAPTURE(is_checked);
            const Vanishing vanishing(row.steps);
            for (const Subnormals how : {Subnormals::flush, Subnormals::keep}) {
                Program program = compile(
                    std::array{vanishing.states.back(), vanishing.states[40]},
                    {.precision = row.precision, .subnormals = how, .check_finite = is_checked});
                vanishing.bind(program);
                program.run();
                CHECK(program.value(0)(2, 0) == (how == Subnormals::keep ? row.kept : 0.0));
                CHECK(program.value(1)(2, 0) == 0x1p-123);
            }
        }
}

TEST_CASE("subnormals: they are flushed where the reference kernel of an operator computes, too") {
    Graph graph;
    const Expr x = graph.input("x", {2, 1});
    const Expr y = apply(probe_op, {x});
    const Matrix value = Matrix::from_rows({{3}, {4}});
    for (const Precision precision : {Precision::float32, Precision::float64})
        for (const Subnormals how : {Subnormals::flush, Subnormals::keep}) {
            Program program = compile(std::array{y}, {.precision = precision, .subnormals = how});
            program.bind(x, value);
            program.run();
            CHECK(program.value(0)(1, 0) == (how == Subnormals::flush ? 4 : 8));
            CHECK_FALSE(flushes());
        }
}

TEST_CASE("subnormals: the thread has after a run what it had before, also when the run throws") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    Program failing = compile(std::array{apply(failing_op, {x})});
    failing.bind(x, Matrix(1, 1, 1.0));
    CHECK_THROWS_AS(failing.run(), EvaluationError);
    CHECK_FALSE(flushes());

    Program infinite = compile(std::array{exp(x)}, {.check_finite = true});
    infinite.bind(x, Matrix(1, 1, 1e9));
    CHECK_THROWS_AS(infinite.run(), NonFiniteError);
    CHECK_FALSE(flushes());

    const detail::SubnormalMode callers(true);
    const Expr y = apply(probe_op, {x});
    for (const Subnormals how : {Subnormals::flush, Subnormals::keep}) {
        Program program = compile(std::array{y}, {.subnormals = how});
        program.bind(x, Matrix(1, 1, 1.0));
        program.run();
        CHECK(program.value(0)(0, 0) == (how == Subnormals::flush ? 1 : 2));
        CHECK(flushes());
    }
}

TEST_CASE("subnormals: every thread of a run flushes or keeps them, whatever the caller does") {
    // Each entry of the answer is 256^2 2^-1040. Of so large a product each of two threads computes
    // a part.
    Graph graph;
    const Expr a = graph.parameter("a", {256, 256}), x = graph.input("x", {256, 1024});
    const Expr y = hadamard(a * x, a * x);
    for (const bool callers_flush : {false, true})
        for (const Subnormals how : {Subnormals::flush, Subnormals::keep}) {
            CAPTURE(callers_flush);
            const detail::SubnormalMode callers(callers_flush);
            Program program = compile(std::array{y}, {.subnormals = how, .threads = 2});
            REQUIRE(program.threads() == 2);
            program.bind(a, Matrix(256, 256, 0x1p-260));
            program.bind(x, Matrix(256, 1024, 0x1p-260));
            program.run();
            for (const int column : {0, 511, 512, 1023})
                CHECK(std::bit_cast<std::uint64_t>(program.value(0)(255, column)) ==
                      (how == Subnormals::flush ? 0 : std::bit_cast<std::uint64_t>(0x1p-1024)));
        }
}

}  // namespace revolute
