// What programs refuse: values that are not finite, too much memory; their clones; carried values.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

using namespace revolute;
using test::message_of;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr CompileOptions checked{.check_finite = true};
constexpr CompileOptions checked_floats{.precision = Precision::float32, .check_finite = true};

/// h(t) = factor exp(h(t-1)) + x(t), for t = 0..N-1.
struct Growth {
    explicit Growth(int steps) {
        const Scope made_here(graph, SourceLine{"net.cpp", 7});
        factor = graph.parameter("f", {2, 2});
        initial = graph.initial_state("h", {2, 1});
        Expr h = initial;
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            x.push_back(graph.input("x", {2, 1}));
            const Expr e = exp(h).named("e");
            h = (factor * e + x.back()).named("h");
            states.push_back(h);
        }
    }
    void bind(Program& program, double state) const {
        program.bind(factor, Matrix(2, 2, {1, 0, 0, 1}));
        program.bind(initial, Matrix(2, 1, {0, state}));
        for (const Expr& input : x) program.bind(input, Matrix(2, 1, 0.5));
    }

    Graph graph;
    Expr factor, initial;
    std::vector<Expr> x, states;
};

/// What the checked run of a program says.
template <class Kind = NonFiniteError>
std::string refusal(Program& program) {
    return message_of<Kind>([&] { program.run(); });
}

/// What a run says, and the node that its error names.
std::pair<std::string, NodeId> finding(Program& program) {
    try {
        program.run();
    } catch (const NonFiniteError& error) {
        return {error.what(), error.node()};
    }
    return {"(nothing was thrown)", NodeId{}};
}

}  // namespace

TEST_CASE("check finite: the first value of a recurrence is named with its step and operands") {
    const Growth growth(6);
    Program program = compile(std::array{growth.states.back()}, checked);
    growth.bind(program, 1.0);  // e = 1, 4.5, 146, 3e63 and 2.7, 25, 1e11, infinite
    const auto [text, node] = finding(program);
    CHECK(text ==
          "run: exp is not finite (inf at row 1, column 0), in step t = 3\n"
          "  node is e[3] [2 x 1], made at net.cpp:7, from 3.18179e+63 to 3.18179e+63, 1 inf\n"
          "  operand 0 is h[2] [2 x 1], made at net.cpp:7, from 146.22 to 1.16967e+11\n"
          "  it reaches h[5] [2 x 1], made at net.cpp:7");
    CHECK(growth.graph.label(node) == "e[3]");
}

TEST_CASE("check finite: floats overflow sooner") {
    const Growth growth(6);
    Program program = compile(std::array{growth.states.back()}, checked_floats);
    growth.bind(program, 1.5);
    CHECK(refusal(program).starts_with(
        "run: exp is not finite (inf at row 1, column 0), in step t = 2\n"
        "  node is e[2] [2 x 1], made at net.cpp:7, from "));
}

TEST_CASE("check finite: of one instruction for all steps, the step is named") {
    Graph graph;
    const Scope made_here(graph, SourceLine{"net.cpp", 7});
    std::vector<Expr> outputs;
    std::vector<Expr> inputs;
    for (int t = 0; t < 9; ++t) {
        const Scope scope(graph, Step{0, t});
        inputs.push_back(graph.input("x", {1, 2}));
        outputs.push_back(log(inputs.back()).named("y"));
    }
    Program program = compile(outputs, checked);
    for (int t = 0; t < 9; ++t)
        program.bind(inputs[static_cast<std::size_t>(t)], Matrix(1, 2, {1, t == 5 ? -1.0 : 2.0}));
    const auto [text, node] = finding(program);
    CHECK(text ==
          "run: log is not finite (nan at row 0, column 1), in step t = 5\n"
          "  node is y[5] [1 x 2], made at net.cpp:7, from 0 to 0, 1 nan\n"
          "  operand 0 is x[5] [1 x 2], made at net.cpp:7, from -1 to 1");
    CHECK(node == outputs[5].id);
}

TEST_CASE("check finite: an operand is told of though the result stands in its place") {
    Graph graph;
    const Scope made_here(graph, SourceLine{"net.cpp", 7});
    const Expr x = graph.input("x", {1, 1});
    const Expr y = exp((2.0 * x).named("z")).named("y");
    Program program = compile(std::array{y}, checked);
    program.bind(x, Matrix(1, 1, 400.0));
    CHECK(refusal(program) ==
          "run: exp is not finite (inf at row 0, column 0)\n"
          "  node is y [1 x 1], made at net.cpp:7, 1 inf\n"
          "  operand 0 is z [1 x 1], made at net.cpp:7, from 800 to 800");
}

TEST_CASE("check finite: a factor that was packed before a loop is told of as it was computed") {
    // All states together are as large as the factor, whose place they could take.
    Graph graph;
    const Scope made_here(graph, SourceLine{"net.cpp", 7});
    const Expr f = graph.parameter("F", {8, 8}), start = graph.initial_state("h", {8, 2});
    const Expr factor = (2.0 * f).named("A");
    Expr h = start;
    for (int t = 0; t < 4; ++t) {
        const Scope scope(graph, Step{0, t});
        h = (factor * h).named("h");
    }
    Program program = compile(std::array{h}, checked);
    program.bind(f, Matrix(8, 8, 1e100));
    program.bind(start, Matrix(8, 2, 1.0));
    CHECK(refusal(program) ==
          "run: matmul is not finite (inf at row 0, column 0), in step t = 3\n"
          "  node is h[3] [8 x 2], made at net.cpp:7, 16 inf\n"
          "  operand 0 is A [8 x 8], made at net.cpp:7, from 2e+100 to 2e+100\n"
          "  operand 1 is h[2] [8 x 2], made at net.cpp:7, from 4.096e+303 to 4.096e+303");
}

TEST_CASE("check finite: a leaf is named where it enters and reaches an output") {
    const Growth growth(3);
    Program program = compile(std::array{growth.states.back()}, checked);
    growth.bind(program, 0.0);
    program.bind(growth.x[1], Matrix(2, 1, {0, -infinity}));
    CHECK_NOTHROW(program.run());  // its exp is 0
    program.bind(growth.x[2], Matrix(2, 1, {0, -infinity}));
    const auto [text, node] = finding(program);
    CHECK(text ==
          "run: input is not finite (-inf at row 1, column 0), in step t = 2\n"
          "  node is x[2] [2 x 1], made at net.cpp:7, from 0 to 0, 1 inf\n"
          "  it reaches h[2] [2 x 1], made at net.cpp:7");
    CHECK(node == growth.x[2].id);
}

TEST_CASE("check finite: the factors that a sum takes up say what they go back to") {
    const Growth growth(3);
    Program program = compile(std::array{growth.states.back()}, checked);
    growth.bind(program, 0.0);
    program.bind(growth.x[1], Matrix(2, 1, {0, infinity}));
    const auto [text, node] = finding(program);
    CHECK(text.starts_with("run: add is not finite (nan at row 0, column 0), in step t = 2\n"));
    CHECK(text.ends_with(
        "\n  behind e[2] [2 x 1], made at net.cpp:7, the first that is not finite is x[1] [2 x 1], "
        "made at net.cpp:7"));
    CHECK(node == growth.states[2].id);
}

TEST_CASE("check finite: a sum of products over steps is named with the factors it takes up") {
    Graph graph;
    const Scope made_here(graph, SourceLine{"net.cpp", 7});
    const Expr w = graph.parameter("w", {2, 2});
    Expr loss;
    std::vector<Expr> inputs;
    for (int t = 0; t < 6; ++t) {
        const Scope scope(graph, Step{0, t});
        inputs.push_back(graph.input("x", {2, 3}));
        const Expr term = sum(tanh(w * inputs.back()));
        loss = t == 0 ? term : loss + term;
    }
    Program program = compile(differentiate(loss, {w}).gradients(), checked);
    for (const Expr& x : inputs) program.bind(x, Matrix(2, 3, 1e308));
    program.bind(w, Matrix(2, 2));
    CHECK(refusal(program) ==
          "run: accumulate is not finite (inf at row 0, column 0)\n"
          "  node is unnamed accumulate [2 x 2], made by the adjoint of w, 4 inf\n"
          "  it takes up unnamed hadamard at t = 0 [2 x 3] to unnamed hadamard at t = 5 [2 x 3], "
          "from 1 to 1\n"
          "  it takes up x[0] [2 x 3] to x[5] [2 x 3], made at net.cpp:7, from 1e+308 to 1e+308");
}

TEST_CASE("check finite: of a product that a sum takes up, the factors are told") {
    Graph graph;
    const Scope made_here(graph, SourceLine{"net.cpp", 7});
    const Expr W = graph.parameter("W", {2, 2}), U = graph.parameter("U", {2, 2});
    const Expr initial = graph.initial_state("h", {2, 1});
    Expr h = initial;
    std::vector<Expr> x, z;
    for (int t = 0; t < 6; ++t) {
        const Scope scope(graph, Step{0, t});
        x.push_back(graph.input("x", {2, 1}));
        z.push_back((W * x.back() + U * h).named("z"));
        h = square(z.back()).named("h");
    }
    Program program = compile(std::array{h}, checked);
    program.bind(W, Matrix(2, 2, 1.0));
    program.bind(U, Matrix(2, 2, 1e50));
    program.bind(initial, Matrix(2, 1, 1.0));
    for (const Expr& input : x) program.bind(input, Matrix(2, 1, 3.0));
    try {
        program.run();
        FAIL("nothing was thrown");
    } catch (const NonFiniteError& error) {
        CHECK(
            std::string_view(error.what()) ==
            "run: add is not finite (inf at row 0, column 0), in step t = 2\n"
            "  node is z[2] [2 x 1], made at net.cpp:7, 2 inf\n"
            "  it takes up U [2 x 2], made at net.cpp:7, from 1e+50 to 1e+50\n"
            "  it takes up h[1] [2 x 1], made at net.cpp:7, from 6.4e+301 to 6.4e+301\n"
            "  it takes up z[2] [2 x 1], made at net.cpp:7, as far as it was summed, from 6 to 6\n"
            "  it reaches h[5] [2 x 1], made at net.cpp:7");
        CHECK(error.node() == z[2].id);
        CHECK(error.operands().empty());  // U and h are no operands of z
    }
}

TEST_CASE("check finite: a node that nobody knows by its id is named all the same") {
    const Growth growth(8);
    const Rolled longer = roll(std::array{growth.states.back()}).at(20);
    Program program = compile(longer, checked);
    for (std::uint32_t i = 0; i < longer.parts.size(); ++i)
        if (is_given(*longer.parts[i].op))
            for (std::size_t place = 0; place < longer.parts[i].size(); ++place)
                program.bind(Member{PartId{i}, longer.parts[i].step_of(place)},
                             Matrix(longer.parts[i].shape, 1.0));
    CHECK(refusal<EvaluationError>(program).starts_with(
        "run: exp is not finite (inf at row 0, column 0), in step t = 2\n  node is e[2] [2 x 1]"));
}

TEST_CASE("check finite: finite values are those of a program that does not look") {
    const Growth growth(3);
    Program plain = compile(std::array{growth.states.back()});
    Program program = compile(std::array{growth.states.back()}, checked);
    for (Program* some : {&plain, &program}) {
        growth.bind(*some, -1.0);
        some->run();
    }
    CHECK(program.value(0)(1, 0) == plain.value(0)(1, 0));
}

TEST_CASE("check finite: after an error, the same program runs with other values") {
    const Growth growth(4);
    Program program = compile(std::array{growth.states.back()}, checked);
    growth.bind(program, 800.0);
    CHECK(refusal(program) ==
          "run: exp is not finite (inf at row 1, column 0), in step t = 0\n"
          "  node is e[0] [2 x 1], made at net.cpp:7, from 1 to 1, 1 inf\n"
          "  operand 0 is h [2 x 1], made at net.cpp:7, from 0 to 800\n"
          "  it reaches h[3] [2 x 1], made at net.cpp:7");
    CHECK(message_of<EvaluationError>([&] { program.value(0); }) ==
          "value: the program must have run, and finished, before");
    growth.bind(program, -800.0);
    for (const Expr& x : growth.x) program.bind(x, Matrix(2, 1, -5.0));
    program.run();
    CHECK(program.value(0)(1, 0) < 0);
}

TEST_CASE("memory limit: a program that needs more is refused with its largest values") {
    Graph graph;
    const Expr a = graph.parameter("a", {10, 20});
    std::vector<Expr> outputs;
    for (int t = 0; t < 9; ++t) {
        const Scope scope(graph, Step{0, t});
        outputs.push_back((a * graph.input("x", {20, 3})).named("y"));
    }
    outputs.push_back(tanh(a).named("b"));
    const std::size_t needed = compile(outputs).bytes();
    CHECK(compile(outputs, {.memory_limit = needed}).bytes() == needed);
    CHECK(message_of<CapacityError>([&] { compile(outputs, {.memory_limit = needed - 1}); }) ==
          fmt::format("compile: the program must fit into its memory limit (it needs {} bytes, the "
                      "limit is {})\n"
                      "  x[0] [20 x 3] and 8 more like it: 4.3 kB\n"
                      "  y[0] [10 x 3] and 8 more like it: 2.2 kB\n"
                      "  a [10 x 20]: 1.6 kB",
                      needed, needed - 1));
}

TEST_CASE("memory limit: numbers in a program of floats are half as large") {
    Graph graph;
    const Expr a = graph.parameter("a", {10, 20});
    const std::array output{tanh(a).named("b")};
    const std::string text = message_of<CapacityError>(
        [&] { compile(output, {.precision = Precision::float32, .memory_limit = 1}); });
    CHECK(text.ends_with("\n  a [10 x 20]: 800 bytes\n  b [10 x 20]: 800 bytes"));
}

TEST_CASE(
    "memory limit: a program whose sizes would not fit into 64 bits is refused, with and without a "
    "limit") {
    Graph graph;
    constexpr int most = std::numeric_limits<int>::max();
    std::vector<Expr> outputs;
    for (int t = 0; t < 9; ++t) {
        const Scope scope(graph, Step{0, t});
        outputs.push_back(tanh(graph.input("x", {most, most})).named("y"));
    }
    const std::string refusal =
        "compile: the values of a program must fit into a memory (they are 6.6e+20 bytes)\n"
        "  x[0] [2147483647 x 2147483647] and 8 more like it: 3.3e+20 bytes\n"
        "  y[0] [2147483647 x 2147483647] and 8 more like it: 3.3e+20 bytes";
    CHECK(message_of<CapacityError>([&] { compile(outputs); }) == refusal);
    CHECK(message_of<CapacityError>([&] { compile(outputs, {.memory_limit = 1}); }) == refusal);
}

TEST_CASE("clone: it has the values that were bound, and goes its own way") {
    const Growth growth(3);
    Program program = compile(std::array{growth.states.back()});
    growth.bind(program, -1.0);
    Program clone = program.clone();
    program.run();
    clone.run();
    CHECK(clone.value(0)(1, 0) == program.value(0)(1, 0));
    clone.bind(growth.initial, Matrix(2, 1, 0.0));
    clone.run();
    program.run();
    CHECK(clone.value(0)(1, 0) != program.value(0)(1, 0));
}

TEST_CASE("clone: it outlives the program, and what was computed is there without a run") {
    const Growth growth(3);
    for (const Precision precision : {Precision::float32, Precision::float64}) {
        auto program = std::make_unique<Program>(
            compile(std::array{growth.states.back()}, {.precision = precision}));
        growth.bind(*program, -1.0);
        program->run();
        const double value = program->value(0)(1, 0);
        Program clone = program->clone();
        program.reset();
        CHECK(clone.value(growth.states.back())(1, 0) == value);
        CHECK(clone.precision() == precision);
        clone.run();
        CHECK(clone.value(0)(1, 0) == value);
    }
}

TEST_CASE("clone: leaves without values have none in the clone") {
    const Growth growth(1);
    Program program = compile(std::array{growth.states.back()});
    program.bind(growth.factor, Matrix(2, 2, 1.0));
    CHECK(message_of<EvaluationError>([&] { program.clone().run(); }) ==
          "run: every leaf must have a value (2 have none)\n  the first is h [2 x 1]");
}

TEST_CASE("carry: a leaf takes the value of an output after each run") {
    Graph graph;
    const Expr p = graph.parameter("p", {1, 2});
    const Expr g = graph.input("g", {1, 2});
    const Expr next = (p - 0.5 * g).named("next");
    for (const Precision precision : {Precision::float32, Precision::float64}) {
        Program program = compile(std::array{next}, {.precision = precision});
        program.carry(next, p);
        program.bind(p, Matrix(1, 2, {1, 2}));
        program.bind(g, Matrix(1, 2, {2, 4}));
        program.run();
        CHECK(program.value(next)(0, 1) == 0);
        program.run();
        CHECK(program.value(next)(0, 1) == -2);
        Program clone = program.clone();
        clone.run();
        CHECK(clone.value(next)(0, 1) == -4);
        program.bind(p, Matrix(1, 2, {5, 5}));
        program.run();
        CHECK(program.value(next)(0, 1) == 3);
    }
}

TEST_CASE("carry: leaves take each other's values at once") {
    Graph graph;
    const Expr a = graph.input("a", {1, 1});
    const Expr b = graph.input("b", {1, 1});
    const Expr product = hadamard(a, 10.0 * b);
    Program program = compile(std::array{product, a, b});
    program.carry(a, b);
    program.carry(b, a);
    program.bind(a, Matrix(1, 1, 2.0));
    program.bind(b, Matrix(1, 1, 3.0));
    program.run();
    CHECK(program.value(1)(0, 0) == 3);
    CHECK(program.value(2)(0, 0) == 2);
    CHECK(program.bytes() > compile(std::array{product, a, b}).bytes());
}

TEST_CASE("carry: what does not fit, or is taken, is refused") {
    Graph graph;
    const Expr x = graph.input("x", {1, 2});
    const Expr s = graph.parameter("s", {1, 1});
    const Expr total = (multiply(s, x)).named("y");
    const Expr scaled = (2.0 * s).named("r");
    Program program = compile(std::array{total, scaled});
    program.carry(scaled, s);
    const auto message = [&](Expr output, Expr leaf) {
        const std::string text = message_of<GraphError>([&] { program.carry(output, leaf); });
        return text.substr(0, text.find(", made at"));
    };
    CHECK(message(scaled, s) ==
          "carry: the leaf already takes the value of an output\n  leaf is s [1 x 1]");
    CHECK(message({}, s) == "carry: an empty expression has no value");
    CHECK(message(s, s) == "carry: not an output of the program: s [1 x 1]");
    CHECK(message(scaled, total) ==
          "carry: only inputs, parameters and initial states are given values, not y [1 x 2]");
    CHECK(message_of<GraphError>([&] { program.carry(2, Member{}); }) ==
          "carry: there is no output 2 (2 of them)");
    CHECK(message_of<ShapeError>([&] { program.carry(scaled, x); }) ==
          "carry: the output's shape must be that of the leaf\n"
          "  output is r [1 x 1]\n"
          "  leaf is x [1 x 2]");
}
