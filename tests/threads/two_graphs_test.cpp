// Graphs in different threads share nothing: equal results, and nothing for thread-sanitizer to
// find.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

#include <thread>

using namespace revolute;

namespace {

/// What one thread does with a graph of its own, as values and text.
struct Results {
    std::vector<Matrix> values;
    std::string text;

    friend bool operator==(const Results&, const Results&) = default;
};

Results work(std::uint32_t seed, int steps) {
    Graph graph;
    const Sizes sizes{.steps = steps, .input = 2, .hidden = 4, .batch = 3};
    const ManyToOne net = many_to_one(SimpleRnn(graph, 2, 4), sizes, InitialState::given);
    const Derivative d = differentiate(net.loss, net.variables());
    test::Random random(seed);
    Bindings values;
    std::vector<Seed> seeds;
    for (const Expr& variable : net.variables()) {
        values.bind(variable, random.matrix(variable.shape()));
        seeds.push_back({variable, graph.constant(1.0, variable.shape())});
    }
    for (const Expr& x : net.unrolled.inputs) values.bind(x, random.matrix(x.shape()));
    values.bind(net.target, random.matrix(net.target.shape()));
    std::vector<Expr> outputs(d.gradients().begin(), d.gradients().end());
    outputs.push_back(pushforward(std::span(&net.loss, 1), seeds).front());
    Graph copy;
    const Extracted extracted = extract(outputs, copy);
    verify(copy);
    return {evaluate(outputs, values, check_finite), to_text(d) + to_text(extracted.outputs)};
}

}  // namespace

TEST_CASE("threads: graphs of their own give what they give alone") {
    const Results one_alone = work(1, 20), other_alone = work(2, 30);
    Results one, other;
    {
        std::jthread first([&] { one = work(1, 20); });
        std::jthread second([&] { other = work(2, 30); });
    }
    CHECK(one == one_alone);
    CHECK(other == other_alone);
    CHECK(one.text != other.text);
}

TEST_CASE("threads: errors in one thread do not touch the other") {
    const auto fail = [](std::string& text) {
        Graph graph;
        for (int i = 0; i < 200; ++i) {
            try {
                graph.input("a", {2, 1}) + graph.input("b", {3, 1});
            } catch (const ShapeError& error) {
                text = error.what();
            }
        }
    };
    std::string one, other;
    {
        std::jthread first([&] { fail(one); });
        std::jthread second([&] { fail(other); });
    }
    CHECK(one == other);
    CHECK(one.starts_with("add: shapes of the operands must be equal ([2 x 1] and [3 x 1])"));
}

TEST_CASE("threads: one graph that nobody appends to is evaluated in several") {
    test::RandomGraph random(3, 60);
    const Expr loss = random.loss();
    const Matrix alone = evaluate(loss, random.bindings);
    std::vector<Matrix> results(4);
    {
        std::vector<std::jthread> threads;
        for (Matrix& result : results)
            threads.emplace_back([&] { result = evaluate(loss, random.bindings); });
    }
    for (const Matrix& result : results) CHECK(result == alone);
}
