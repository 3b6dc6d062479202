#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace revolute;

namespace {

std::string origin(Expr x) { return x.graph->origin(x.id); }

std::string made_at(int line) { return fmt::format("made at source_lines_test.cpp:{}", line); }

}  // namespace

TEST_CASE("source lines: the folder of the file is left out") {
    CHECK(to_string(SourceLine{"some/folder/train.cpp", 31}) == "train.cpp:31");
    CHECK(to_string(SourceLine{"C:\\folder\\train.cpp", 31}) == "train.cpp:31");
    CHECK(to_string(SourceLine{"train.cpp", 31}) == "train.cpp:31");
}

TEST_CASE("source lines: here is the line of the call") {
    const SourceLine line = SourceLine::here();
    CHECK(line.line == __LINE__ - 1);
    CHECK(std::string_view(line.file).ends_with("source_lines_test.cpp"));
}

TEST_CASE("source lines: leaves carry the line of the call") {
    Graph graph;
    CHECK(origin(graph.input("x", {1, 1})) == made_at(__LINE__));
    CHECK(origin(graph.parameter("W", {1, 1})) == made_at(__LINE__));
    CHECK(origin(graph.initial_state("h", {1, 1})) == made_at(__LINE__));
    CHECK(origin(graph.constant(0.5)) == made_at(__LINE__));
}

TEST_CASE("source lines: operators carry the line of the expression") {
    Graph graph;
    const Expr a = graph.input("a", {1, 1}), b = graph.input("b", {1, 1});
    CHECK(origin(a + b) == made_at(__LINE__));
    CHECK(origin(a - b) == made_at(__LINE__));
    CHECK(origin(a * b) == made_at(__LINE__));
    CHECK(origin(-a) == made_at(__LINE__));
}

TEST_CASE("source lines: functions carry the line of the call") {
    Graph graph;
    const Expr a = graph.input("a", {1, 1}), b = graph.input("b", {1, 1});
    CHECK(origin(tanh(a)) == made_at(__LINE__));
    CHECK(origin(square(a)) == made_at(__LINE__));
    CHECK(origin(sum(a)) == made_at(__LINE__));
    CHECK(origin(transpose(a)) == made_at(__LINE__));
    CHECK(origin(matmul(a, b)) == made_at(__LINE__));
    CHECK(origin(hadamard(a, b)) == made_at(__LINE__));
    CHECK(origin(multiply(a, b)) == made_at(__LINE__));
    CHECK(origin(mse(a, b)) == made_at(__LINE__));
    CHECK(origin(row_sums(a)) == made_at(__LINE__));
    CHECK(origin(column_sums(a)) == made_at(__LINE__));
    CHECK(origin(scale(3.0, a)) == made_at(__LINE__));
    CHECK(origin(broadcast(a, 2, 3)) == made_at(__LINE__));
    CHECK(origin(broadcast_columns(a, 2)) == made_at(__LINE__));
    CHECK(origin(broadcast_rows(a, 2)) == made_at(__LINE__));
}

TEST_CASE("source lines: an expression beside a number carries its line") {
    Graph graph;
    const Expr a = graph.input("a", {1, 1});
    CHECK(origin(a + 1.5) == made_at(__LINE__));
    CHECK(origin(1.5 - a) == made_at(__LINE__));
    CHECK(origin(2.5 * a) == made_at(__LINE__));
    CHECK(origin(a * 3.5) == made_at(__LINE__));
}

TEST_CASE("source lines: an expression beside an int carries its line") {
    Graph graph;
    const Expr a = graph.input("a", {1, 1});
    CHECK(origin(1 + a) == made_at(__LINE__));
    CHECK(origin(a - 1) == made_at(__LINE__));
    CHECK(origin(2 * a) == made_at(__LINE__));
}

TEST_CASE("source lines: the constant that a number becomes carries the line too") {
    Graph graph;
    const Expr a = graph.input("a", {1, 1});
    const Expr y = 1.0 - a;
    CHECK(origin(graph.at(graph.operand(y.id, 0))) == made_at(__LINE__ - 1));
}

TEST_CASE("source lines: every node of a composite carries the line of its call") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 3}), x = graph.input("x", {3, 4});
    const Expr b = graph.parameter("b", {2, 1});
    const std::uint32_t before = graph.size();
    dense(W, x, b);
    const int line = __LINE__ - 1;
    REQUIRE(graph.size() == before + 3);
    for (std::uint32_t i = before; i < graph.size(); ++i)
        CHECK(graph.origin(NodeId{i}) == made_at(line));
}

TEST_CASE("source lines: a shared node keeps the line of its first maker") {
    Graph graph;
    const Expr a = graph.input("a", {1, 1});
    const Expr first = tanh(a);
    const int line = __LINE__ - 1;
    const Expr second = tanh(a);
    CHECK(second == first);
    CHECK(origin(second) == made_at(line));
}

TEST_CASE("source lines: two lines that alternate are both kept") {
    Graph graph;
    Expr a = graph.input("a", {1, 1}), b = a;
    for (int i = 0; i < 3; ++i) {
        a = tanh(a);
        b = square(b);
        CHECK(origin(a) == made_at(__LINE__ - 2));
        CHECK(origin(b) == made_at(__LINE__ - 2));
    }
}

TEST_CASE("source lines: a node appended without a line says so") {
    Graph graph;
    const Expr a = graph.input("a", {1, 1});
    const std::array operands{a.id};
    CHECK(origin(graph.append(tanh_op, operands, {}, {})) == "made by a pass");
}

TEST_CASE("source lines: what a scope of a line encloses carries that line") {
    Graph graph;
    const Scope scope(graph, SourceLine{"train.cpp", 31});
    CHECK(origin(tanh(graph.input("a", {1, 1}))) == "made at train.cpp:31");
}

TEST_CASE("source lines: the outermost scope of a line holds inside others") {
    Graph graph;
    const Scope outer(graph, SourceLine{"train.cpp", 31});
    const Scope inner(graph, SourceLine{"library.cpp", 7});
    CHECK(origin(graph.input("a", {1, 1})) == "made at train.cpp:31");
}

TEST_CASE("source lines: after a scope of a line nodes carry their own again") {
    Graph graph;
    {
        const Scope scope(graph, SourceLine{"train.cpp", 31});
        graph.input("a", {1, 1});
    }
    CHECK(origin(graph.input("b", {1, 1})) == made_at(__LINE__));
}

TEST_CASE("source lines: what unroll makes carries the line of the user's call") {
    Graph graph;
    const SimpleRnn cell(graph, 1, 2);
    const auto x = input_sequence(graph, "x", {1, 1}, 3);
    const Initial start = initial_state(graph, cell.state_tensors(), 1, InitialState::zero);
    const std::uint32_t before = graph.size();
    unroll(cell, x, start);
    const int line = __LINE__ - 1;
    REQUIRE(graph.size() > before);
    for (std::uint32_t i = before; i < graph.size(); ++i)
        CHECK(graph.origin(NodeId{i}) == made_at(line));
}

TEST_CASE("source lines: a cell's parameters carry the line of its making") {
    Graph graph;
    const SimpleRnn cell(graph, 1, 2);
    const int line = __LINE__ - 1;
    for (const Expr& parameter : cell.parameters()) CHECK(origin(parameter) == made_at(line));
}

TEST_CASE("source lines: what many_to_one makes carries the line of the user's call") {
    Graph graph;
    const SimpleRnn cell(graph, 1, 2);
    const std::uint32_t before = graph.size();
    many_to_one(cell, {.steps = 2, .hidden = 2, .batch = 3}, InitialState::trainable);
    const int line = __LINE__ - 1;
    REQUIRE(graph.size() > before);
    for (std::uint32_t i = before; i < graph.size(); ++i)
        CHECK(graph.origin(NodeId{i}) == made_at(line));
}

TEST_CASE("source lines: what a pullback rule makes is of the adjoint of its node") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    const Scope scope(graph, Step{0, 3});
    const Expr h = tanh(w * graph.input("x", {1, 1})).named("h");
    const Derivative d = differentiate(h, {w});
    const Expr dz = d.adjoint(graph.at(graph.operand(h.id, 0)));
    CHECK(origin(dz) == "made by the adjoint of h[3]");
}

TEST_CASE("source lines: an adjoint of an unnamed node describes it") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    const Expr y = square(w);
    const int line = __LINE__ - 1;
    const Derivative d = differentiate(y, {w});
    CHECK(origin(d[w]) ==
          fmt::format("made by the adjoint of unnamed square [1 x 1], {}", made_at(line)));
}

TEST_CASE("source lines: the sum over uses is of the adjoint of the value used") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    const Derivative d = differentiate(tanh(w) + square(w), {w});
    REQUIRE(&graph.op(d[w].id) == &accumulate_op);
    CHECK(origin(d[w]) == "made by the adjoint of w");
}

TEST_CASE("source lines: what pushforward makes carries the line of the user's call") {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    const std::vector<Expr> outputs{tanh(w)};
    const std::vector<Seed> seeds{{w, graph.constant(1.0)}};
    const std::uint32_t before = graph.size();
    pushforward(outputs, seeds);
    const int line = __LINE__ - 1;
    REQUIRE(graph.size() > before);
    for (std::uint32_t i = before; i < graph.size(); ++i)
        CHECK(graph.origin(NodeId{i}) == made_at(line));
}
