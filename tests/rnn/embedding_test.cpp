// Symbols as inputs: columns of a table.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/embedding.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/unroll.hpp>
#include <revolute/tools/checks/finite_differences.hpp>
#include <revolute/tools/support/random.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

using namespace revolute;
using test::message_of;

namespace {

constexpr int vocabulary = 6, steps = 3, batch = 2;

/// A Gru that reads symbols, with random values; symbols 1, 3 and 4 occur.
struct Net {
    Graph graph;
    Embedding embedding{graph, vocabulary, 2};
    Gru cell{graph, 2, 3};
    std::vector<Expr> symbols = input_sequence(graph, "s", {1, batch}, steps);
    std::vector<Expr> inputs = embedding(symbols);
    Unrolled run =
        unroll(cell, inputs, initial_state(graph, cell.state_tensors(), batch, InitialState::zero));
    Expr last = run.last();
    ReadOut head = read_out(std::span(&last, 1), vocabulary, LossKind::cross_entropy);
    Bindings values;

    Net() {
        Random random(4);
        std::vector<Expr> leaves = cell.parameters();
        leaves.insert(leaves.end(), {embedding.table, head.V, head.c});
        for (const Expr& leaf : leaves) values.bind(leaf, random.matrix(leaf.shape()));
        values.bind(symbols[0], Matrix::from_rows({{1, 3}}));
        values.bind(symbols[1], Matrix::from_rows({{4, 1}}));
        values.bind(symbols[2], Matrix::from_rows({{1, 1}}));
        values.bind(head.targets[0], Matrix::from_rows({{5, 0}}));
    }
};

}  // namespace

TEST_CASE("embedding: each step reads the columns of its symbols") {
    Net net;
    const Matrix table = *net.values.find(net.embedding.table);
    const Matrix e = evaluate(net.inputs[1], net.values);
    CHECK(e.shape() == Shape{2, batch});
    for (int r = 0; r < 2; ++r) {
        CHECK(e(r, 0) == table(r, 4));
        CHECK(e(r, 1) == table(r, 1));
    }
    CHECK(net.inputs[1].label() == "e[1]");
    CHECK(net.inputs[1].step() == Step{0, 1});
    CHECK_FALSE(net.embedding.table.step().has_value());
}

TEST_CASE("embedding: the gradient is in the columns that were looked up, one term a step") {
    Net net;
    const Expr table = net.embedding.table;
    const Derivative d = differentiate(net.head.loss, {table});
    CHECK(d.terms(table).size() == steps);
    const Matrix gradient = evaluate(d[table], net.values);
    const std::set<int> looked_up{1, 3, 4};
    for (int symbol = 0; symbol < vocabulary; ++symbol)
        for (int r = 0; r < 2; ++r)
            CHECK((gradient(r, symbol) != 0.0) == looked_up.contains(symbol));
    CHECK(check_by_differences(net.head.loss, table, gradient, net.values).verdict ==
          Verdict::agrees);
}

TEST_CASE("embedding: a symbol out of range is refused with its step and value") {
    Net net;
    net.values.bind(net.embedding.table, Matrix(2, vocabulary, 0.5));
    net.values.bind(net.symbols[1], Matrix::from_rows({{4, 6}}));
    const auto described = [&](Expr x) { return net.graph.describe(x.id); };
    CHECK(described(net.inputs[1]).starts_with("e[1] [2 x 2], made at embedding_test.cpp:"));
    CHECK(message_of<EvaluationError>([&] { evaluate(net.head.loss, net.values); }) ==
          fmt::format("gather_columns: the index at column 1 must be a whole number from 0 to 5 "
                      "(6), in step t = 1\n"
                      "  node is {}\n"
                      "  operand 0 is {}, from 0.5 to 0.5\n"
                      "  operand 1 is {}, from 4 to 6",
                      described(net.inputs[1]), described(net.embedding.table),
                      described(net.symbols[1])));
}

TEST_CASE("embedding: symbols of another graph, or not in a row, are refused") {
    Graph graph, other;
    const Embedding embedding(graph, vocabulary, 2);
    const Expr symbol = other.input("s", {1, 1});
    CHECK(message_of<GraphError>([&] {
              embedding(symbol);
          }).starts_with("embedding: expressions must belong to one graph\n  one is E [2 x 6]"));
    const Expr column = graph.input("s", {2, 1});
    CHECK(message_of<ShapeError>([&] {
              embedding(column);
          }).starts_with("gather_columns: the indices must be a row vector ([2 x 1])\n"));
}
