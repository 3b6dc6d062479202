#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <support/golden.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace revolute;

TEST_CASE("print: the forward graph of the simple RNN of two steps") {
    Graph graph;
    const ManyToOne net = many_to_one(SimpleRnn(graph, 2, 3), {.steps = 2, .input = 2, .hidden = 3},
                                      InitialState::given);
    test::check_golden("graph/golden/simple_rnn_forward.txt", to_text(net.loss));
}

TEST_CASE("print: the backward graph of the simple RNN of two steps") {
    Graph graph;
    const ManyToOne net = many_to_one(SimpleRnn(graph, 2, 3), {.steps = 2, .input = 2, .hidden = 3},
                                      InitialState::given);
    test::check_golden("graph/golden/simple_rnn_backward.txt",
                       to_text(differentiate(net.loss, net.variables())));
}

TEST_CASE("print: a batch and a trainable initial state show their broadcasts") {
    Graph graph;
    const ManyToOne net = many_to_one(SimpleRnn(graph, 1, 2), {.steps = 1, .hidden = 2, .batch = 4},
                                      InitialState::trainable);
    test::check_golden("graph/golden/simple_rnn_batch.txt",
                       to_text(differentiate(net.loss, net.variables())));
}

TEST_CASE("print: nodes without a name are numbered, operands before users") {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 1}), x = graph.input("x", {1, 1});
    CHECK(to_text(tanh(W * x) + W) ==
          "W = parameter  [2 x 1]\n"
          "x = input  [1 x 1]\n"
          "%1 = W x  [2 x 1]\n"
          "%2 = tanh(%1)  [2 x 1]\n"
          "%3 = %2 + W  [2 x 1]\n"
          "return %3\n");
}

TEST_CASE("print: steps follow names and numbers") {
    Graph graph;
    const Scope scope(graph, Step{0, 3});
    const Expr x = graph.input("x", {1, 1});
    CHECK(to_text(tanh(square(x)).named("h")) ==
          "x[3] = input  [1 x 1]\n"
          "%1[3] = x[3]^2  [1 x 1]\n"
          "h[3] = tanh(%1[3])  [1 x 1]\n"
          "return h[3]\n");
}

TEST_CASE("print: a name that is taken gets a number") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1}), other = graph.input("x", {1, 1});
    const Expr third = (x + other).named("x");
    CHECK(to_text(third) ==
          "x = input  [1 x 1]\n"
          "x#2 = input  [1 x 1]\n"
          "x#3 = x + x#2  [1 x 1]\n"
          "return x#3\n");
}

TEST_CASE("print: a node that is called like a number given leaves it unambiguous") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1}), numbered = graph.input("x#2", {1, 1});
    const Expr other = graph.input("x", {1, 1});
    CHECK(to_text(x + numbered + other) ==
          "x = input  [1 x 1]\n"
          "x#2 = input  [1 x 1]\n"
          "%1 = x + x#2  [1 x 1]\n"
          "x#3 = input  [1 x 1]\n"
          "%2 = %1 + x#3  [1 x 1]\n"
          "return %2\n");
}

TEST_CASE(
    "print: each name that is given is that of its first node, in whatever order they are made") {
    std::vector<std::string> names{"#2", "%1", "x", "x", "x#2", "x#3"};
    do {
        Graph graph;
        Expr sum = graph.input(names.front(), {1, 1});
        for (std::size_t i = 1; i < names.size(); ++i)
            sum = tanh(sum) + graph.input(names[i], {1, 1});
        std::map<std::string, std::string> lines;  // by what is defined
        std::istringstream text(to_text(sum));
        for (std::string line; std::getline(text, line);) {
            const std::size_t equal = line.find(" = ");
            if (equal != std::string::npos)
                CHECK(lines.emplace(line.substr(0, equal), line.substr(equal)).second);
        }
        CHECK(lines.size() == names.size() + 2 * (names.size() - 1));
        for (const std::string& name : names) CHECK(lines[name] == " = input  [1 x 1]");
    } while (std::ranges::next_permutation(names).found);
}

TEST_CASE("print: constants stand where they are used") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    CHECK(to_text(1.0 - (x + (-2.5))) ==
          "x = input  [1 x 1]\n"
          "%1 = x + (-2.5)  [1 x 1]\n"
          "%2 = 1 - %1  [1 x 1]\n"
          "return %2\n");
}

TEST_CASE("print: a constant can be all there is") {
    Graph graph;
    CHECK(to_text(graph.constant(0.5, {2, 2})) == "return 0.5\n");
}

TEST_CASE("print: several outputs share their ancestors and may repeat") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    const Expr y = tanh(x).named("y");
    const std::vector<Expr> outputs{y, x, y};
    CHECK(to_text(outputs) ==
          "x = input  [1 x 1]\n"
          "y = tanh(x)  [1 x 1]\n"
          "return y, x, y\n");
}

TEST_CASE("print: an operator from elsewhere is written as a function") {
    static constexpr Op mix_op{
        .name = "mix", .arity = 2, .shape = [](const ShapeArguments& x) { return x[0]; }};
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    CHECK(to_text(apply(mix_op, {x, x})) ==
          "x = input  [1 x 1]\n"
          "%1 = mix(x, x)  [1 x 1]\n"
          "return %1\n");
}

TEST_CASE("print: the text does not depend on the order of building") {
    const auto text = [](bool head_first) {
        Graph graph;
        const Expr x = graph.input("x", {1, 1}), w = graph.parameter("w", {1, 1});
        if (head_first) square(w * x);
        const Expr left = tanh(x), right = square(w * x);
        return to_text(left + right);
    };
    CHECK(text(true) == text(false));
}

TEST_CASE("print: what the outputs do not need is not printed") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    tanh(graph.input("unused", {1, 1}));
    CHECK(to_text(x) == "x = input  [1 x 1]\nreturn x\n");
}

TEST_CASE("print: writes to the stream what to_text returns") {
    Graph graph;
    const Expr y = tanh(graph.input("x", {1, 1}));
    std::ostringstream out;
    print(out, std::span(&y, 1));
    CHECK(out.str() == to_text(y));
}
