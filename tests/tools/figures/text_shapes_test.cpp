// A repeated vector is written like the vector only where what is read is what is meant.

#include "figure_models.hpp"
#include "support/random_graph.hpp"
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/figures/text_shapes.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace revolute {

namespace {

/// A matrix as an operand beside columns: what has one row or one column is repeated.
Matrix repeated(const Matrix& value, Shape shape) {
    REQUIRE((value.rows() == shape.rows || value.rows() == 1));
    REQUIRE((value.columns() == shape.columns || value.columns() == 1));
    Matrix result(shape);
    for (int r = 0; r < shape.rows; ++r)
        for (int c = 0; c < shape.columns; ++c)
            result(r, c) = value(value.rows() == 1 ? 0 : r, value.columns() == 1 ? 0 : c);
    return result;
}

/// Computes formulas as they are read.
class Reader {
 public:
    Reader(const Graph& graph, const std::vector<Matrix>& values)
        : graph_(graph), shapes_(graph), values_(values) {}

    void read(NodeId node, bool is_named) {
        if (is_named || is_given(graph_.op(node))) {
            shapes_.add(node, graph_.shape(node));
            read_.push_back(values_[index(node)]);
            return;
        }
        shapes_.add_formula(node);
        read_.push_back(value(node, false));
        check(node, read_.back(), shapes_(node));
        check(node, value(node, true), graph_.shape(node));
        if (!shapes_.is_whole(node)) ++shorter;
    }

    int shorter = 0;

 private:
    void check(NodeId node, const Matrix& found, Shape shape) const {
        CAPTURE(graph_.op(node).name);
        CHECK(found.shape() == shape);
        const Matrix whole = repeated(found, graph_.shape(node)), &right = values_[index(node)];
        for (std::size_t i = 0; i < right.size(); ++i) {
            // Sums in another order, of terms of order one.
            const double allowed = 1e-12 * (1 + std::abs(right.values()[i]));
            const bool is_close = std::abs(whole.values()[i] - right.values()[i]) <= allowed;
            CHECK((is_close || std::isnan(right.values()[i])));
        }
    }

    Matrix value(NodeId node, bool whole) const {
        const bool has_whole = shapes_.has_whole_operands(node, whole);
        const auto operand = [&](NodeId x) { return (has_whole ? values_ : read_)[index(x)]; };
        const Op& op = graph_.op(node);
        const std::span<const NodeId> operands = graph_.operands(node);
        if (op.role == Role::broadcast && !whole && !shapes_.is_whole(node))
            return operand(operands[0]);
        const bool is_entrywise = is_elementwise(op.role) || &op == &accumulate_op;
        const Shape all = has_whole ? graph_.shape(node) : shapes_(node);
        Graph alone;
        Bindings bindings;
        std::vector<NodeId> inputs;
        for (const NodeId x : operands) {
            const bool is_number = &graph_.op(x) == &constant_op;
            Matrix read =
                is_number && is_entrywise ? Matrix(all, graph_.attributes(x)[0]) : operand(x);
            if (is_entrywise) read = repeated(read, all);
            inputs.push_back(alone.input("x", read.shape()).id);
            bindings.bind(alone.at(inputs.back()), read);
        }
        return evaluate(alone.append(op, inputs, graph_.attributes(node), {}), bindings);
    }

    const Graph& graph_;
    TextShapes shapes_;
    const std::vector<Matrix>& values_;
    std::vector<Matrix> read_;  // by id
};

int read_all(const Graph& graph, const std::vector<Matrix>& values, std::uint32_t seed) {
    Reader reader(graph, values);
    for (std::uint32_t i = 0; i < values.size(); ++i) reader.read(NodeId{i}, (i + seed) % 7 == 0);
    return reader.shorter;
}

}  // namespace

TEST_CASE("shapes in text: a formula that is read gives the value, or a vector that it repeats") {
    int shorter = 0;
    for (std::uint32_t seed = 1; seed <= 100; ++seed) {
        CAPTURE(seed);
        test::RandomGraph random(seed);
        Graph& graph = random.graph;
        Expr loss = random.loss();
        // Vectors that are repeated, and what is made of them.
        const Expr b = graph.parameter("b_repeated", {3, 1}), r = graph.parameter("r", {1, 4});
        random.bindings.bind(b, Matrix::from_rows({{0.5}, {-0.25}, {1.0}}));
        random.bindings.bind(r, Matrix::from_rows({{0.5, 1.0, -1.0, 2.0}}));
        const Expr columns = broadcast_columns(b, 4), rows = broadcast_rows(r, 3);
        const Expr A = graph.parameter("A_repeated", {3, 3});
        random.bindings.bind(A, Matrix::from_rows({{1, 2, 3}, {0, 1, -1}, {2, 0, 1}}));
        const Expr read = A * columns, both = columns + rows;
        const Expr more = tanh(read) + hadamard(both, 0.5 * columns);
        loss = loss + sum(transpose(read) * more) + sum(rows * transpose(columns)) +
               sum(rows * transpose(tanh(rows)) * tanh(columns));
        std::vector<Expr> all;
        for (std::uint32_t i = 0; i <= index(loss.id); ++i) all.push_back(graph.at(NodeId{i}));
        shorter += read_all(graph, evaluate(all, random.bindings), seed);
    }
    CHECK(shorter > 300);
}

TEST_CASE("labels: what a net repeats for its batch is written so where it is transposed") {
    Graph graph;
    const SimpleRnn cell(graph, 1, 2);
    const ManyToOne net = many_to_one(cell, {.steps = 2, .input = 1, .hidden = 2, .batch = 3},
                                      InitialState::trainable);
    const Derivative derivative = differentiate(net.loss, net.variables());
    std::vector<std::string> labels;
    for (const FigureNode& node : joint(derivative).nodes) labels.push_back(to_plain(node.label));
    const auto has = [&](std::string_view label) {
        return std::ranges::find(labels, label) != labels.end();
    };
    CHECK(has("z_0 = W x_0 + U h_{−1} + b"));
    CHECK(has("U broadcast_columns(h_{−1}, 3)"));
    CHECK(has("broadcast_columns(h_{−1}, 3)^T"));
    CHECK(has("dz_0 broadcast_columns(h_{−1}, 3)^T"));
    std::vector<std::string> factors;
    for (const FigureEdge& edge : local_derivatives(derivative).edges)
        factors.push_back(to_plain(edge.label));
    CHECK(std::ranges::find(factors, "broadcast_columns(h_{−1}, 3)^T") != factors.end());
    CHECK(std::ranges::find(factors, "h_{−1}^T") == factors.end());
}

}  // namespace revolute
