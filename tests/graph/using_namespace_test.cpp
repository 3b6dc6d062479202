// A program may write `using namespace revolute; using namespace std;` with every header at hand:
// no name of ours is ambiguous with one of theirs.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/labels.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/graph/uses.hpp>
#include <revolute/graph/values/eigen.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/closed_form/closed_form.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <any>
#include <array>
#include <atomic>
#include <bit>
#include <bitset>
#include <chrono>
#include <cmath>
#include <compare>
#include <complex>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <numbers>
#include <numeric>
#include <optional>
#include <queue>
#include <random>
#include <ranges>
#include <regex>
#include <set>
#include <span>
#include <sstream>
#include <stack>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <unordered_map>
#include <utility>
#include <valarray>
#include <variant>
#include <vector>

using namespace revolute;
using namespace std;

TEST_CASE("using namespace: every builder is found beside namespace std") {
    Graph graph(Sharing::on);
    const Expr x = graph.input("x", Shape{2, 3}), y = graph.parameter("y", {2, 3});
    const Expr s = graph.initial_state("s", {1, 1}), k = graph.constant(0.5, {2, 3});
    vector<Expr> made{x + y,
                      x - y,
                      -x,
                      x + 1,
                      1.0 - y,
                      2 * x,
                      x * 2.5,
                      scale(3, x),
                      multiply(s, k),
                      hadamard(x, y),
                      square(x),
                      x * transpose(y),
                      matmul(transpose(x), y),
                      tanh(x),
                      sum(x),
                      row_sums(x),
                      column_sums(x),
                      broadcast(s, 2, 3),
                      broadcast_columns(row_sums(x), 4),
                      broadcast_rows(column_sums(x), 4),
                      add_to_columns(row_sums(x), 3),
                      dense(y, transpose(x), row_sums(x)),
                      mse(x, y),
                      apply(tanh_op, {x}),
                      accumulate(vector{x, y, k})};
    const vector<Operand> operands{x, y};
    made.push_back(apply_to_all(add_op, operands));
    made.back().named("last");
    CHECK(made.back() == made.front());
    CHECK(index(made.back().id) < graph.size());
}

TEST_CASE("using namespace: every main function is found beside namespace std") {
    Graph graph;
    const SimpleRnn cell(graph, 1, 2);
    const auto inputs = input_sequence(graph, "x", {1, 1}, 2);
    const Unrolled unrolled =
        unroll(cell, inputs, initial_state(graph, cell.state_tensors(), 1, InitialState::zero));
    const ManyToOne net = many_to_one(cell, Sizes{.steps = 2, .hidden = 2});
    const Expr loss = sum(unrolled.last());
    const Derivative d = differentiate(loss, {cell.W, cell.U}, Unreachable::error);
    const vector<Term> terms = d.terms(cell.W);
    const vector<Seed> seeds{{cell.W, graph.constant(1.0, {2, 1})}};
    const Expr tangent = pushforward(span(&loss, 1), seeds).front();
    Bindings values;
    for (const Expr& leaf : {cell.W, cell.U, cell.b}) values.bind(leaf, Matrix(leaf.shape(), 0.1));
    for (const Expr& leaf : inputs) values.bind(leaf, Matrix(1, 1, 0.5));
    const Matrix value = evaluate(tangent, values, check_finite);
    CHECK(as_eigen(value)(0, 0) == value(0, 0));
    CHECK(to_matrix(as_eigen(value)) == value);
    const Step step{0, 1};
    const Scope scope(graph, step);
    Graph copy;
    const Extracted extracted = extract(span(&tangent, 1), copy);
    verify(copy);
    CHECK(ancestors(copy, ids_of(extracted.outputs)).size() == copy.size());
    CHECK(postorder(copy, ids_of(extracted.outputs)).size() == copy.size());
    CHECK(&common_graph("test", extracted.outputs) == &copy);
    ostringstream out;
    print(out, extracted.outputs, Labels(copy));
    CHECK(out.str() == to_text(extracted.outputs));
    CHECK(to_string(step) + subscript(step) + to_string(Shape{}) == "t = 1[1][1 x 1]");
    CHECK(expression(net.y, Notation::text).text == "V h[1] + c");
    CHECK(GraphWithUses(copy).size() == copy.size());
    CHECK(terms.size() == 2);
    CHECK_FALSE(catalogue().empty());
    CHECK(largest_difference(value, value) == 0);
    CHECK_THROWS_AS(closed_form::gradients(closed_form::SimpleRnn{}), revolute::Error);
}
