// Which values that are not finite a checked run names, in the evaluator and in programs: those
// that reach an output, and those that operators make and that are lost in finite numbers; not what
// is masked, whether it was given or made, nor minus infinity as the logarithm of 0.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/tools/support/random.hpp>
#include <support/message.hpp>
#include <support/program_check.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace revolute;
using test::message_of;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

void run_checked(std::span<const Expr> outputs, const Bindings& values, Precision precision) {
    Program program = compile(outputs, {.precision = precision, .check_finite = true});
    for (const auto& [leaf, value] : test::bound_leaf_values(outputs, values))
        program.bind(leaf, value);
    program.run();
}

/// Nothing is named, and values are as without a check.
void check_silent(const std::vector<Expr>& outputs, const Bindings& values) {
    CHECK(evaluate(outputs, values, check_finite) == evaluate(outputs, values));
    CHECK_NOTHROW(run_checked(outputs, values, Precision::float64));
    CHECK_NOTHROW(run_checked(outputs, values, Precision::float32));
}

/// All name the same: "add is not finite (nan at row 0, column 0)".
void check_named(const std::vector<Expr>& outputs, const Bindings& values,
                 const std::string& finding) {
    const auto starts = [&](const std::string& who, const std::string& text) {
        CAPTURE(text);
        CHECK(text.starts_with(who + ": " + finding));
    };
    starts("evaluate",
           message_of<NonFiniteError>([&] { evaluate(outputs, values, check_finite); }));
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        try {
            run_checked(outputs, values, precision);
            FAIL("nothing was thrown");
        } catch (const NonFiniteError& error) {
            starts("run", error.what());
            CHECK(test::not_described(*outputs.front().graph, error) == "");
        }
    }
}

/// x [2 x 1] and y [2 x 1] with values.
struct Two {
    Graph graph;
    Expr x = graph.parameter("x", {2, 1}), y = graph.parameter("y", {2, 1});
    Bindings values;

    Two(double x0, double x1, double y0, double y1) {
        values.bind(x, Matrix(2, 1, {x0, x1})).bind(y, Matrix(2, 1, {y0, y1}));
    }
};

// The first column of x: an operator of which nobody knows that it looks at nothing else.
constinit const Op first_column_op{
    .name = "first_column",
    .shape =
        [](const ShapeArguments& x) {
            return Shape{x[0].rows, 1};
        },
    .evaluate = [](const Arguments& x,
                   MatrixView y) { std::ranges::copy(x[0].values().first(y.size()), y.data); },
};

/// h(t) = tanh(W x(t) + U sqrt |h(t-1)|), whose slope is infinite at 0.
struct SquareRootCell {
    Expr W, U;
    explicit SquareRootCell(Graph& graph)
        : W(graph.parameter("W", {2, 1})), U(graph.parameter("U", {2, 2})) {}
    static std::vector<StateTensor> state_tensors() { return {{"h", 2}}; }
    std::vector<Expr> parameters() const { return {W, U}; }
    State step(Expr x, const State& state) const {
        return {tanh(W * x + U * sqrt(abs(state[0]))).named("h")};
    }
};

/// Three sequences of 4, 2 and 1 steps as a padded batch, with one answer; all but the inputs have
/// values.
template <class Cell>
struct PaddedNet {
    Graph graph;
    Cell cell;
    std::vector<Expr> x = input_sequence(graph, "x", {1, 3}, 4);
    Lengths lengths = input_lengths(graph, 3, 4);
    ReadOut head;
    Bindings values;

    template <class... CellSizes>
    explicit PaddedNet(CellSizes... sizes) : cell(graph, sizes...) {
        const Unrolled net = unroll_masked(
            cell, x, lengths, initial_state(graph, cell.state_tensors(), 3, InitialState::zero));
        head = read_out(std::array{net.last()}, 1);
        Random random(1);
        for (const Expr& p : cell.parameters()) values.bind(p, random.matrix(p.shape()));
        values.bind(head.V, random.matrix(head.V.shape())).bind(head.c, Matrix(1, 1));
        values.bind(lengths.lengths, Matrix(1, 3, {4, 2, 1}));
        values.bind(head.targets[0], Matrix(1, 3, 0.5));
    }
    std::vector<Expr> loss_and_gradients() const {
        return differentiate(head.loss, cell.parameters()).loss_and_gradients();
    }
};

/// Entries at which operators overflow, divide by zero or have no value, and some at which they
/// have one.
Matrix treacherous() { return Matrix(1, 9, {-1e308, -800, -2, -1, 0, 0.5, 1, 800, 1e308}); }

/// 1 where the value is finite, else 0.
Matrix finite_entries(const Matrix& values) {
    Matrix kept(values.shape());
    for (std::size_t i = 0; i < values.size(); ++i)
        kept.values()[i] = std::isfinite(values.values()[i]) ? 1 : 0;
    return kept;
}

}  // namespace

TEST_CASE("check_finite: what an elementwise operator makes is named unless it is masked") {
    int named = 0;
    for (const Op* op : catalogue()) {
        if (op->role != Role::elementwise || op->arity != 1 || op->example.attribute_count > 0)
            continue;
        CAPTURE(op->name);
        Graph graph;
        const Expr x = graph.parameter("x", {1, 9}), kept = graph.input("k", {1, 9});
        const Expr y = apply(*op, {x});
        Bindings values;
        values.bind(x, treacherous());
        values.bind(kept, finite_entries(evaluate(y, values)));
        const Expr masked = mask(y, kept), chosen = where(kept, y, constant_like(y, 2.0));
        for (const Expr& z : {masked, chosen}) {
            CHECK(evaluate(z, values, check_finite) == evaluate(z, values));
            CHECK_NOTHROW(run_checked(std::array{z}, values, Precision::float64));
        }
        if (values.find(kept)->values().end() !=
            std::ranges::find(values.find(kept)->values(), 0.0)) {
            ++named;
            CHECK_THROWS_AS(evaluate(std::array{sum(y)}, values, check_finite), NonFiniteError);
            CHECK_THROWS_AS(run_checked(std::array{sum(y)}, values, Precision::float64),
                            NonFiniteError);
        }
    }
    CHECK(named >= 5);  // log, sqrt, exp, reciprocal, square
}

TEST_CASE("check_finite: a NaN of the backward pass that is masked is not named") {
    // 0 / 0 behind log, where x is 0; its adjoint goes to no x.
    Two net(1, 0, 1, 0);
    const Expr zeros = net.graph.constant(0.0, {2, 1});
    const Expr loss = sum(mask(log(where(net.y, net.x, zeros)), net.y));
    check_silent(differentiate(loss, {net.x}).loss_and_gradients(), net.values);
    // Here it goes to x: the logarithm is chosen away, and its slope is not.
    const Expr trap = sum(where(net.y, log(net.x), zeros));
    check_silent({trap}, net.values);
    check_named(differentiate(trap, {net.x}).loss_and_gradients(), net.values,
                "divide is not finite (nan at row 1, column 0)");
}

TEST_CASE("check_finite: a slope is silent where what goes into the function is masked as well") {
    // Each is infinite at 0, where nothing is kept.
    struct Function {
        const char* name;
        Expr (*apply)(Operand);
    };
    for (const Function function :
         {Function{"sqrt", [](Operand x) { return sqrt(x); }},
          Function{"log", [](Operand x) { return log(x); }},
          Function{"reciprocal", [](Operand x) { return reciprocal(x); }}}) {
        CAPTURE(function.name);
        Graph graph;
        const Expr x = graph.parameter("x", {2, 1}), keep = graph.input("keep", {2, 1});
        const Expr ones = graph.constant(1.0, {2, 1});
        Bindings values;
        values.bind(x, Matrix(2, 1, {4, 0}));
        values.bind(keep, Matrix(2, 1, {1, 0}));
        const Expr both = sum(mask(function.apply(where(keep, x, ones)), keep));
        check_silent(differentiate(both, {x}).loss_and_gradients(), values);
        const Expr result_alone = sum(mask(function.apply(x), keep));
        check_silent({result_alone}, values);
        const std::vector<Expr> gradients = differentiate(result_alone, {x}).loss_and_gradients();
        CHECK_THROWS_AS(evaluate(gradients, values, check_finite), NonFiniteError);
    }
}

TEST_CASE("check_finite: what stands in columns or rows that nobody reads is not named") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 3});
    Bindings values;
    values.bind(x, Matrix(2, 3, {1, 2, -1, 3, 0, 1e-3}));
    const Expr y = log(x);
    check_silent({sum(columns(y, 0, 1)), sum(columns(rows(y, 1, 1), 1, 2)),
                  sum(apply(first_column_op, {y}))},
                 values);
    check_named({sum(columns(y, 1, 1))}, values, "log is not finite (nan at row 0, column 1)");
    values.bind(x, Matrix(2, 3, {1, -2, -1, 3, 0, 1e-3}));
    check_named({sum(apply(first_column_op, {y}))}, values,
                "log is not finite (nan at row 1, column 0)");
}

TEST_CASE(
    "check_finite: the padding of a cell whose slope is infinite at its first state is silent") {
    PaddedNet<SquareRootCell> net;
    for (const double padding : {not_a_number, infinity, 1e308, 0.0}) {
        CAPTURE(padding);
        for (std::size_t t = 0; t < net.x.size(); ++t)
            net.values.bind(net.x[t],
                            Matrix(1, 3, {1, t < 2 ? 0.5 : padding, t < 1 ? -1 : padding}));
        check_silent(net.loss_and_gradients(), net.values);
    }
    // In a column that is running it counts.
    net.values.bind(net.x[1], Matrix(1, 3, not_a_number));
    check_named(net.loss_and_gradients(), net.values,
                "input is not finite (nan at row 0, column 0), in step t = 1");
}

TEST_CASE("check_finite: an overflow that is lost says where") {
    Two net(1000, 1, 1, 1);
    const Expr y = reciprocal(exp(net.x).named("e")).named("r");
    const std::string lost = "\n  it is lost in " + net.graph.describe(y.id);
    const auto check = [&](const std::string& text) {
        CAPTURE(text);
        CHECK(text.ends_with(lost + ", which is finite"));
    };
    check(message_of<NonFiniteError>(
        [&] { run_checked(std::array{y}, net.values, Precision::float64); }));
    check(message_of<NonFiniteError>([&] { evaluate(y, net.values, check_finite); }));
    // Of several overflows the first that matters is told, and what came of it on the way is not.
    check_named({sum(exp(net.x) - exp(2.0 * net.x))}, net.values,
                "exp is not finite (inf at row 0, column 0)");
}

TEST_CASE("check_finite: what was given and is masked is not named, whatever it is") {
    for (const double given : {not_a_number, infinity, -infinity}) {
        CAPTURE(given);
        Two net(1, given, 1, 0);
        const Expr kept = mask(net.x, net.y), chosen = where(net.y, net.x, net.y);
        const Expr later = mask(tanh(2.0 * net.x), net.y);
        for (const Expr& y : {kept, chosen, later}) {
            const Derivative d = differentiate(sum(y), {net.x});
            check_silent({y, sum(y)}, net.values);
            if (y != later) check_silent(d.loss_and_gradients(), net.values);
        }
    }
}

TEST_CASE("check_finite: minus infinity that goes into softmax, log_sum_exp or exp is not named") {
    Two net(1, 2, 0, -infinity);
    const Expr scores = net.x + net.y;
    for (const Expr& y : {softmax(scores), log_sum_exp(scores), exp(scores)})
        check_silent(differentiate(sum(square(y)), {net.x}).loss_and_gradients(), net.values);
    // Nor where it is made: log 0.
    Two made(1, 2, 1, 0);
    check_silent({softmax(made.x + log(made.y)), exp(log(made.y))}, made.values);
}

TEST_CASE("check_finite: a padded batch whose padding is NaN is not named") {
    PaddedNet<Gru> net(1, 3);
    net.values.bind(net.x[0], Matrix(1, 3, 1.0)).bind(net.x[1], Matrix(1, 3, {1, 1, not_a_number}));
    for (const std::size_t t : {std::size_t{2}, std::size_t{3}})
        net.values.bind(net.x[t], Matrix(1, 3, {1, not_a_number, infinity}));
    check_silent(net.loss_and_gradients(), net.values);
}

TEST_CASE("check_finite: what was given and reaches an output is named where it was given") {
    Two net(1, not_a_number, 1, 1);
    check_named({sum(tanh(net.x))}, net.values,
                "parameter is not finite (nan at row 1, column 0)\n  node is x [2 x 1]");
    Two below(1, -infinity, 1, 1);
    check_named({sum(below.x)}, below.values, "parameter is not finite (-inf at row 1, column 0)");
}

TEST_CASE("check_finite: an operator that makes NaN of infinities is named, not what was given") {
    Two net(-infinity, 1, -infinity, 1);
    check_named({sum(exp(net.x)), sum(net.x - net.y)}, net.values,
                "subtract is not finite (nan at row 0, column 0)");
    Two product(-infinity, 1, 0, 1);
    check_named({sum(hadamard(product.x, product.y))}, product.values,
                "hadamard is not finite (nan at row 0, column 0)");
}

TEST_CASE("check_finite: an overflow is named, though what is made of it is finite") {
    Two net(3e38, 1, 3e38, 1);
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        const Expr y = reciprocal(square(net.x));
        const bool overflows = precision == Precision::float32;
        const auto run = [&] { run_checked(std::array{y}, net.values, precision); };
        if (overflows)
            CHECK(message_of<NonFiniteError>(run).starts_with(
                "run: square is not finite (inf at row 0, column 0)"));
        else
            CHECK_NOTHROW(run());
    }
    Two far(1000, 1, 1, 1);
    check_named({reciprocal(exp(far.x))}, far.values, "exp is not finite (inf at row 0, column 0)");
}

TEST_CASE("check_finite: minus infinity that reaches an output is named where it is made") {
    Two net(1, 2, 0, 1);
    check_named({sum(log(net.y))}, net.values, "log is not finite (-inf at row 0, column 0)");
    // In the backward pass: log 0 has no slope.
    const Expr loss = sum(exp(log(net.y)));
    check_named(differentiate(loss, {net.y}).loss_and_gradients(), net.values,
                "divide is not finite (nan at row 0, column 0)");
}

TEST_CASE("check_finite: what is masked is not blamed for what reaches an output") {
    Graph graph;
    const Expr x = graph.input("x", {2, 1}), kept = graph.input("k", {2, 1});
    const Expr p = graph.parameter("p", {2, 1});
    Bindings values;
    values.bind(x, Matrix(2, 1, {1, not_a_number}))
        .bind(kept, Matrix(2, 1, {1, 0}))
        .bind(p, Matrix(2, 1, {0.5, 0}));
    const Expr loss = sum(mask(x, kept) + log(p));
    check_named({loss}, values, "log is not finite (-inf at row 1, column 0)");
}

TEST_CASE("check_finite: a NaN that is made in one column is named beside one given in another") {
    Graph graph;
    const Expr x = graph.input("x", {1, 3}), kept = graph.input("k", {1, 3});
    const Expr w = graph.parameter("w", {2, 1});
    Bindings values;
    values.bind(x, Matrix(1, 3, {1, not_a_number, -1}))
        .bind(kept, Matrix(1, 3, {1, 0, 1}))
        .bind(w, Matrix(2, 1, {infinity, 1}));
    check_named({sum(mask(log(x), kept))}, values, "log is not finite");
    values.bind(x, Matrix(1, 3, {1, not_a_number, 0}));
    const Expr repeated = broadcast_rows(kept, 2);
    // infinity times 0, in a product whose other columns have NaN and infinity from what was given
    check_named({sum(mask(reciprocal(w * x), repeated))}, values, "matmul is not finite");
    values.bind(w, Matrix(2, 1, {2, 1}));
    check_silent({sum(mask(tanh(w * x), repeated))}, values);
}

TEST_CASE("check_finite: the text says what the value goes back to, and what it reaches") {
    Graph graph;
    const Expr p = graph.parameter("p", {1, 1});
    const Expr score = (2.0 * log(p).named("l")).named("s");
    const Expr difference = (score - score).named("d");
    Bindings values;
    values.bind(p, Matrix(1, 1, 0.0));
    const auto ending = [](const std::string& text) { return text.substr(text.rfind("\n  ")); };
    const auto of_program = [&](Expr output) {
        return message_of<NonFiniteError>(
            [&] { run_checked(std::array{output}, values, Precision::float64); });
    };
    CHECK(message_of<NonFiniteError>([&] {
              evaluate(score, values, check_finite);
          }).find("\n  it reaches s [1 x 1], made at ") != std::string::npos);
    CHECK(ending(of_program(score)) == "\n  it reaches " + graph.describe(score.id));
    const std::string text =
        message_of<NonFiniteError>([&] { evaluate(difference, values, check_finite); });
    CHECK(text.starts_with("evaluate: subtract is not finite (nan at row 0, column 0)"));
    CHECK(text.find("\n  behind operand 0, the first that is not finite is l [1 x 1], made at ") !=
          std::string::npos);
    CHECK(ending(of_program(difference))
              .starts_with(
                  "\n  behind operand 1, the first that is not finite is l [1 x 1], made at "));
}

TEST_CASE("check_finite: values of a long net that goes on with minus infinity are named by step") {
    // Forbidden paths: a(t) = log_sum_exp of what comes before, with -inf, is finite; then the last
    // is forbidden too.
    Graph graph;
    Expr a = graph.initial_state("a", {2, 1});
    Bindings values;
    values.bind(a, Matrix(2, 1, {0, -infinity}));
    std::vector<Expr> allowed;
    for (int t = 0; t < 6; ++t) {
        const Scope scope(graph, Step{0, t});
        allowed.push_back(graph.input("m", {2, 1}));
        values.bind(allowed.back(), Matrix(2, 1, {-0.5, -infinity}));
        a = (a + allowed.back()).named("a");
    }
    check_silent({log_sum_exp(a)}, values);
    values.bind(allowed[3], Matrix(2, 1, -infinity));
    check_named({log_sum_exp(a)}, values, "");
    const std::string text =
        message_of<NonFiniteError>([&] { evaluate(log_sum_exp(a), values, check_finite); });
    CAPTURE(text);
    CHECK(text.find("not finite (-inf at row ") != std::string::npos);
}

namespace {

/// The forward recursion of a hidden Markov model of two states, of which the second never comes
/// after the first.
struct ForwardRecursion {
    Graph graph;
    Expr A = graph.parameter("A", {2, 2}), mask = graph.input("mask", {2, 2});
    Expr start = graph.initial_state("start", {2, 1});
    std::vector<Expr> emitted;
    Expr loss;
    Bindings values;

    explicit ForwardRecursion(int steps) {
        values.bind(A, Matrix(2, 2, 0.1)).bind(mask, Matrix(2, 2, {0, -infinity, 0, 0}));
        values.bind(start, Matrix(2, 1, {0, -infinity}));
        Expr a = start;
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            emitted.push_back(graph.input("e", {2, 1}));
            values.bind(emitted.back(), Matrix(2, 1, {-0.5, -0.7}));
            const Expr paths = transpose(A + mask) + broadcast_columns(a, 2);
            a = (transpose(log_sum_exp(paths).named("paths")) + emitted.back()).named("a");
        }
        loss = (-log_sum_exp(a).named("all")).named("L");
    }
};

}  // namespace

TEST_CASE("check_finite: where every path is forbidden that is said, and what forbids them") {
    for (int dead = 0; dead < 4; ++dead) {
        CAPTURE(dead);
        ForwardRecursion net(4);
        const std::vector<Expr> outputs = differentiate(net.loss, {net.A}).loss_and_gradients();
        check_silent(outputs, net.values);
        net.values.bind(net.emitted[static_cast<std::size_t>(dead)], Matrix(2, 1, -infinity));
        const std::string text =
            message_of<NonFiniteError>([&] { evaluate(outputs, net.values, check_finite); });
        const std::string by_program = message_of<NonFiniteError>(
            [&] { run_checked(outputs, net.values, Precision::float64); });
        for (const std::string& message : {text, by_program}) {
            CAPTURE(message);
            CHECK(message.find("log_sum_exp is not finite (-inf at row 0, column 0)") !=
                  std::string::npos);
            const std::string step = dead < 3 ? fmt::format(", in step t = {}\n", dead + 1) : "\n";
            CHECK(message.find("column 0)" + step) != std::string::npos);
            CHECK(message.find("\n  all that it joins is minus infinity, as where every path is "
                               "forbidden: it comes from ") != std::string::npos);
            CHECK(message.find(fmt::format("e[{}] [2 x 1]", dead)) != std::string::npos);
        }
    }
}

TEST_CASE("check_finite: what joins entries is told from what picks or adds them") {
    Two net(-infinity, -infinity, 1, 2);
    for (const Expr& y : {sum(net.x), sum(rows(net.x, 0, 1)), sum(transpose(net.x))})
        check_named({y}, net.values, "parameter is not finite (-inf at row 0, column 0)");
    check_named({log_sum_exp(net.x)}, net.values, "log_sum_exp is not finite");
    check_named({column_max(net.x)}, net.values, "column_max is not finite");
    Two one(-infinity, 1, 1, 2);
    check_silent({log_sum_exp(one.x)}, one.values);
}
