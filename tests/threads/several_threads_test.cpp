// A program in several threads: the bits of one thread, and nothing for thread-sanitizer to find.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/index.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <support/message.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <thread>
#include <vector>

using namespace revolute;

namespace {

/// Gradients of a net that is large enough for several threads.
struct LargeNet {
    LargeNet()
        : net(many_to_one(Lstm(graph, 40, 192),
                          {.steps = 5, .input = 40, .hidden = 192, .batch = 48},
                          InitialState::zero)),
          derivative(differentiate(net.loss, net.variables())),
          gradients(derivative.gradients()) {}

    Program compiled(const CompileOptions& options) const {
        Program program = compile(gradients, options);
        test::Random random(5);
        for (std::uint32_t i = 0; i < graph.size(); ++i)
            if (const Expr leaf = net.loss.graph->at(NodeId{i}); program.needs(leaf))
                program.bind(leaf, random.matrix(leaf.shape()));
        return program;
    }

    /// Makes the program read the same values where they are kept: what is returned.
    std::vector<Matrix> referred(Program& program) const {
        test::Random random(5);
        std::vector<Matrix> values;
        for (std::uint32_t i = 0; i < graph.size(); ++i)
            if (const Expr leaf = net.loss.graph->at(NodeId{i}); program.needs(leaf)) {
                values.push_back(random.matrix(leaf.shape()));
                program.refer(leaf, values.back().values().data());
            }
        return values;
    }

    std::vector<double> run(Program& program) const {
        program.run();
        std::vector<double> entries;
        for (std::size_t i = 0; i < gradients.size(); ++i) {
            const auto values = program.value(i).values();
            entries.insert(entries.end(), values.begin(), values.end());
        }
        return entries;
    }

    Graph graph;
    ManyToOne net;
    Derivative derivative;
    std::span<const Expr> gradients;
};

}  // namespace

TEST_CASE("threads: a program gives the same bits for any number of them, run after run") {
    const LargeNet net;
    for (const Precision precision : {Precision::float32, Precision::float64}) {
        Program alone = net.compiled({.precision = precision});
        CHECK(alone.threads() == 1);
        const std::vector<double> expected = net.run(alone);
        for (const std::size_t threads : {2U, 3U}) {
            CAPTURE(threads);
            Program program = net.compiled({.precision = precision, .threads = threads});
            CHECK(program.threads() == threads);
            for (int run = 0; run < 3; ++run) CHECK(net.run(program) == expected);
            Program clone = program.clone();
            CHECK(clone.threads() == threads);
            CHECK(net.run(clone) == expected);
            const std::vector<Matrix> kept = net.referred(clone);
            CHECK(net.run(clone) == expected);
        }
    }
}

TEST_CASE("threads: programs of several run beside each other") {
    const LargeNet net;
    Program first = net.compiled({.threads = 2});
    Program second = first.clone();
    const std::vector<double> expected = net.run(first);
    std::array<std::vector<double>, 2> results;
    {
        const std::jthread one([&] { results[0] = net.run(first); });
        const std::jthread other([&] { results[1] = net.run(second); });
    }
    CHECK(results[0] == expected);
    CHECK(results[1] == expected);
}

TEST_CASE("threads: a run that is to find what is not finite is one thread's") {
    const LargeNet net;
    CHECK(net.compiled({.threads = 2, .check_finite = true}).threads() == 1);
}

TEST_CASE("threads: what is small is done by one thread, whatever is allowed") {
    Graph graph;
    const ManyToOne net =
        many_to_one(Lstm(graph, 3, 16), {.steps = 30, .input = 3, .hidden = 16, .batch = 2},
                    InitialState::zero);
    CHECK(compile(differentiate(net.loss, net.variables()).gradients(), {.threads = 2}).threads() ==
          1);
}

TEST_CASE("threads: none is an error") {
    Graph graph;
    const Expr x = graph.input("x", {1, 1});
    CHECK(test::message_of<GraphError>([&] { compile(std::array{x}, {.threads = 0}); }) ==
          "compile: threads must be at least 1, that of the caller (0)");
}

TEST_CASE("threads: what a kernel refuses between two products ends the run, not the next one") {
    Graph graph;
    const Expr w = graph.parameter("w", {512, 512});
    const Expr x = graph.input("x", {512, 256});
    const Expr index = graph.input("index", {1, 256});
    const Expr chosen = gather_columns(matmul(w, x), index);
    Program program = compile(std::array{sum(matmul(w, chosen))}, {.threads = 2});
    REQUIRE(program.threads() == 2);
    test::Random random(3);
    program.bind(w, random.matrix(w.shape()));
    program.bind(x, random.matrix(x.shape()));
    const auto run = [&](double last) {
        Matrix indices(1, 256, 1.0);
        indices(0, 255) = last;
        program.bind(index, indices);
        program.run();
        return program.value(0).values()[0];
    };
    const double good = run(3);
    CHECK_THROWS_AS(run(256), EvaluationError);
    CHECK_THROWS_AS(run(-1), EvaluationError);
    CHECK(run(3) == good);
}
