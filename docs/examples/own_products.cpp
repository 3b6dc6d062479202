// nets.md, "A matrix for each column": products and attention in which nothing is shared between
// the sequences of a batch.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/checks/check_gradient.hpp>
#include <revolute/tools/support/random.hpp>

#include <cstddef>
#include <iostream>
#include <vector>

using namespace revolute;

/// W(b) x(b) of each column b: W [n m x B], x [m x B] -> [n x B]. A column of W is a matrix
/// [n x m], column by column.
Expr own_product(Expr W, Expr x) {
    const int m = x.shape().rows, n = W.shape().rows / m;
    std::vector<Expr> terms;
    for (int j = 0; j < m; ++j) terms.push_back(scale_columns(rows(W, j * n, n), rows(x, j, 1)));
    return accumulate(terms);
}

/// What each column's query finds in the states of its own sequence.
Expr attention(Expr query, const std::vector<Expr>& states) {
    std::vector<Expr> scores, terms;
    for (const Expr& h : states) scores.push_back(column_sums(hadamard(query, h)));
    const Expr shares = softmax(stack_rows(scores));  // a row for each state
    for (int t = 0; t < shares.shape().rows; ++t)
        terms.push_back(scale_columns(states[static_cast<std::size_t>(t)], rows(shares, t, 1)));
    return accumulate(terms);
}

/// Two products, with [1 2; 3 4] in the first column and [10 0; 0 10] in the second.
void print_products() {
    Graph graph;
    const Expr W = graph.parameter("W", {4, 2}), x = graph.input("x", {2, 2});
    const Bindings values = Bindings()
                                .bind(W, Matrix::from_rows({{1, 10}, {3, 0}, {2, 0}, {4, 10}}))
                                .bind(x, Matrix::from_rows({{1, 1}, {2, 2}}));
    const Matrix y = evaluate(own_product(W, x), values);
    for (int b = 0; b < 2; ++b)
        std::cout << "W x of column " << b << " is " << y(0, b) << ", " << y(1, b) << '\n';
}

/// The attention of a batch, and of its last sequence in a graph of its own.
double difference_from_alone() {
    constexpr int steps = 4, size = 3, batch = 5;
    Graph graph;
    const Expr query = graph.parameter("q", {size, batch});
    const Expr own_query = graph.parameter("p", {size, 1});
    std::vector<Expr> states, own_states;
    Bindings values;
    Random random(1);
    const auto bind = [&](Expr all, Expr own) {
        values.bind(all, random.matrix(all.shape()));
        values.bind(own, evaluate(columns(all, batch - 1, 1), values));
    };
    bind(query, own_query);
    for (int t = 0; t < steps; ++t) {
        const Scope at(graph, Step{0, t});
        states.push_back(graph.input("h", {size, batch}));
        own_states.push_back(graph.input("g", {size, 1}));
        bind(states.back(), own_states.back());
    }
    const Expr all = attention(query, states), alone = attention(own_query, own_states);
    const bool is_right = check_gradient(sum(square(all)), {query}, values).passes();
    std::cout << "gradient of attention: " << (is_right ? "agrees" : "differs") << '\n';
    return largest_difference(evaluate(columns(all, batch - 1, 1), values),
                              evaluate(alone, values));
}

int main() {
    print_products();
    const bool is_same = difference_from_alone() <= 1e-15;
    std::cout << "a sequence alone finds the same: " << (is_same ? "yes" : "no") << '\n';
    return is_same ? 0 : 1;
}
