#include <revolute/graph/cost/operation_count.hpp>
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

using namespace revolute;
using test::message_of;

namespace {

Simplified simplified(Expr y, Graph& destination, const RuleSet& rules = simplification_rules()) {
    return simplify(std::span(&y, 1), destination, rules);
}

std::string text_of(Expr y) {
    Graph there;
    return to_text(simplified(y, there).outputs);
}

}  // namespace

TEST_CASE("simplify: applies rules to what rules made") {
    Graph graph;
    const Expr x = graph.input("x", {2, 3});
    CHECK(text_of(transpose(transpose(x + 0.0)) - (-square(x))) ==
          "x = input  [2 x 3]\n%1 = x^2  [2 x 3]\n%2 = x + %1  [2 x 3]\nreturn %2\n");
}

TEST_CASE("simplify: equal values become one") {
    Graph graph;
    const Expr x = graph.input("x", {2, 3}), y = graph.input("y", {2, 3});
    CHECK(text_of(tanh(x + y) - tanh((y + 0.0) + x)) == "return 0\n");
}

TEST_CASE("simplify: leaves what it cannot improve, with 1 - tanh^2 in terms of the output") {
    Graph graph;
    const Expr h = tanh(graph.input("z", {2, 3})).named("h");
    const Expr y = hadamard(h, 1.0 - square(h));
    CHECK(text_of(y) == to_text(y));
}

TEST_CASE("simplify: says what every node became, and leaves nothing that is not used") {
    Graph graph, there;
    const Expr W = graph.parameter("W", {2, 3}), x = graph.input("x", {2, 1});
    const Expr product = W * graph.constant(0.0, {3, 1}), y = product + x;
    const Simplified s = simplified(tanh(y), there);
    REQUIRE(s.images.size() == graph.size());
    CHECK(there.size() == 2);
    CHECK_FALSE(s.images[index(W.id)].has_value());
    CHECK_FALSE(s.images[index(product.id)].has_value());
    CHECK(s.images[index(x.id)] == s.images[index(y.id)]);
    CHECK(s.outputs.front() == tanh(there.at(*s.images[index(x.id)])));
    CHECK(there.size() == 2);
}

TEST_CASE("simplify: reports nodes and what fired") {
    Graph graph, there;
    const Expr x = graph.input("x", {2, 3});
    const Simplified s = simplified(-(-(-(x + 0.0))), there);
    CHECK(to_string(s.report) ==
          "6 nodes became 2\n"
          "  add-zero 1\n"
          "  negate-twice 1");
}

TEST_CASE("simplify: names go to what a node became, as an alias where it has a name") {
    Graph graph, there;
    const Expr x = graph.input("x", {2, 3});
    const Expr z = (tanh(x) + 0.0).named("z"), also_x = (x + 0.0).named("y");
    const Expr gone = (x - x).named("nothing");
    const Expr outputs[] = {z, also_x, gone};
    const Simplified s = simplify(outputs, there, simplification_rules());
    CHECK(s.outputs[0].label() == "z");
    CHECK(s.outputs[1].label() == "x");
    REQUIRE(there.aliases(s.outputs[1].id).size() == 1);
    CHECK(there.aliases(s.outputs[1].id)[0].name == "y");
    CHECK(s.outputs[2].label().empty());
}

TEST_CASE("simplify: what a rule makes has step and source of what it replaces") {
    Graph graph, there;
    Expr y;
    {
        const Scope step(graph, Step{0, 3});
        const Scope line(graph, SourceLine{"net.cpp", 5});
        const Expr x = graph.input("x", {2, 3});
        y = x + (-tanh(x));
    }
    const Expr made = simplified(y, there).outputs.front();
    CHECK(&there.op(made.id) == &subtract_op);
    CHECK(made.step() == Step{0, 3});
    CHECK(there.origin(made.id) == "made at net.cpp:5");
}

TEST_CASE("simplify: a product is transposed by its factors only where nothing else needs it") {
    Graph graph;
    const Expr a = graph.input("a", {2, 3}), b = graph.input("b", {3, 4});
    const Expr product = a * b;
    const Expr shared = transpose(product) * product, alone = transpose(a * tanh(b));
    CHECK(text_of(shared) == to_text(shared));
    CHECK(text_of(alone) ==
          "b = input  [3 x 4]\n%1 = tanh(b)  [3 x 4]\n%2 = %1'  [4 x 3]\na = input  [2 x 3]\n"
          "%3 = a'  [3 x 2]\n%4 = %2 %3  [4 x 2]\nreturn %4\n");
}

TEST_CASE("simplify: a value that others became has their users") {
    Graph graph, simpler;
    const Expr A = graph.parameter("A", {3, 4}), B = graph.parameter("B", {4, 5});
    const Expr product = A * B + 0.0;
    const std::array outputs{transpose(product), tanh(product)};
    const Simplified s = simplify(outputs, simpler, simplification_rules());
    CHECK(to_string(s.report) == "7 nodes became 5\n  add-zero 1");
}

TEST_CASE("simplify: goes on when a value has lost its other user") {
    Graph graph;
    const Expr a = graph.input("a", {2, 3}), b = graph.input("b", {3, 2});
    const Expr product = a * b;
    const Expr y = transpose(product) + 0.0 * product;
    CHECK(text_of(y) ==
          "b = input  [3 x 2]\n%1 = b'  [2 x 3]\na = input  [2 x 3]\n%2 = a'  [3 x 2]\n"
          "%3 = %1 %2  [2 x 2]\nreturn %3\n");
}

TEST_CASE("simplify: nested sums become one, those with other users stay") {
    Graph graph;
    const Expr a = graph.input("a", {2, 1}), b = graph.input("b", {2, 1});
    const Expr inner = accumulate(std::vector{a, b}), middle = accumulate(std::vector{inner, a});
    const Expr outer = accumulate(std::vector{middle, b});
    const Expr shared = hadamard(accumulate(std::vector{inner, b}), inner);
    CHECK(text_of(outer) ==
          "a = input  [2 x 1]\nb = input  [2 x 1]\n%1 = a + b + a + b  [2 x 1]\nreturn %1\n");
    CHECK(text_of(shared) == to_text(shared));
}

TEST_CASE("simplify: a deep graph is simplified without recursion and in one sum") {
    constexpr int depth = 100'000;
    Graph graph, there;
    const Expr x = graph.input("x", {2, 3});
    Expr sum = x, chain = x;
    for (int i = 0; i < depth; ++i) sum = accumulate(std::vector{sum, tanh(x)});
    for (int i = 0; i < depth; ++i) chain = tanh(chain) + transpose(x * transpose(x)) * x;
    const Expr outputs[] = {sum, transpose(chain)};
    const Simplified s = simplify(outputs, there, simplification_rules());
    CHECK(there.operand_count(s.outputs[0].id) == depth + 1);
    CHECK(operation_count(s.outputs) <= operation_count(outputs));
}

TEST_CASE("simplify: the graph itself is no destination") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    CHECK(message_of<GraphError>([&] { simplified(x, graph); }) ==
          "simplify: the destination must not be the graph that is simplified");
}

TEST_CASE("simplify: no output at all is refused") {
    Graph there;
    CHECK(message_of<GraphError>([&] {
              simplify(std::span<const Expr>{}, there, simplification_rules());
          }) == "simplify: needs an expression");
}

TEST_CASE("simplify: rules that undo each other are named") {
    RuleSet rules;
    const Expr x = rules.any("x"), y = rules.any("y");
    rules.add("negate-twice", -(-x), x);
    rules.add("difference-as-sum", x - y, x + (-y));
    rules.add("sum-as-difference", x + (-y), x - y);
    Graph graph, there;
    const Scope made_here(graph, SourceLine{"net.cpp", 5});
    const Expr difference = graph.input("a", {2, 2}) - graph.input("b", {2, 2});
    CHECK(message_of<InternalError>([&] { simplified(-(-difference), there, rules); }) ==
          "simplify: the rules come to no end: difference-as-sum, sum-as-difference\n"
          "  at unnamed subtract [2 x 2], made at net.cpp:5");
}

TEST_CASE("simplify: a rule that makes what it was given is named") {
    RuleSet rules;
    rules.add("same", {&tanh_op}, "", [](const Site& site) { return std::optional(site.node); });
    Graph graph, there;
    const Scope made_here(graph, SourceLine{"net.cpp", 5});
    const Expr y = tanh(graph.input("x", {1, 1}));
    CHECK(message_of<InternalError>([&] { simplified(y, there, rules); }) ==
          "simplify: the rules come to no end: same\n"
          "  at unnamed tanh [1 x 1], made at net.cpp:5");
}

TEST_CASE("simplify: rules that make ever more are named") {
    RuleSet rules;
    const Expr x = rules.any("x"), y = rules.any("y");
    rules.add("grow", tanh(x), sigmoid(square(x)));
    rules.add("grow-on", sigmoid(y), tanh(tanh(y)));
    Graph graph, there;
    const Scope made_here(graph, SourceLine{"net.cpp", 5});
    const std::string text = message_of<InternalError>([&] {
        simplified(tanh(graph.input("x", {1, 1})), there, rules);
    });
    CHECK(text.starts_with("simplify: the rules come to no end: grow"));
    CHECK(text.ends_with(", made at net.cpp:5"));
}

namespace {

/// log p of the observations of a hidden Markov model with these logits of transitions and of first
/// states.
Expr log_likelihood(Graph& graph, Expr transitions, Expr first, int steps) {
    const int states = first.shape().rows;
    const Expr by_column = transpose(transitions);
    const Expr log_a = by_column - broadcast_rows(log_sum_exp(by_column), states);
    Expr alpha = first - broadcast_rows(log_sum_exp(first), states);
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr emission = graph.input("b", first.shape());
        if (t > 0)
            alpha = transpose(log_sum_exp(transpose(log_a) + broadcast_columns(alpha, states)));
        alpha = (alpha + emission).named("alpha");
    }
    return log_sum_exp(alpha);
}

}  // namespace

TEST_CASE("simplify: a gradient summed over steps is transposed once") {
    for (const int steps : {1, 2, 3, 20}) {
        CAPTURE(steps);
        Graph graph, there;
        const Expr transitions = graph.parameter("A", {3, 3}), first = graph.parameter("p", {3, 1});
        const Derivative d = differentiate(log_likelihood(graph, transitions, first, steps),
                                           {transitions, first}, Unreachable::zeros);
        const SimplifyReport report = simplify(d, there, simplification_rules()).report;
        CHECK(report.nodes_after <= report.nodes_before);
    }
}

TEST_CASE("simplify: a sum is transposed term by term where transposes vanish, however many") {
    for (const int count : {2, 3, 7}) {
        CAPTURE(count);
        const auto nodes_after = [&](int transposed) {
            Graph graph, there;
            std::vector<Expr> terms;
            for (int i = 0; i < count; ++i) {
                const Shape shape = i < transposed ? Shape{3, 2} : Shape{2, 3};
                const Expr x = graph.input("x", shape);
                terms.push_back(i < transposed ? transpose(x) : x);
            }
            const Expr y = transpose(accumulate(terms));
            const SimplifyReport report =
                simplify(std::array{y}, there, simplification_rules()).report;
            CHECK(report.nodes_after <= report.nodes_before);
            return static_cast<int>(report.nodes_after);
        };
        // Leaves and a sum; the fewer of two kinds of terms are transposed, or the sum is.
        for (int transposed = 0; transposed <= count; ++transposed) {
            CAPTURE(transposed);
            CHECK(nodes_after(transposed) ==
                  count + 1 + std::min(count - transposed, transposed + 1));
        }
    }
}
