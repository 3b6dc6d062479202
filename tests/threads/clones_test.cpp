// Clones of one program run in threads of their own: nothing for thread-sanitizer to find.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace revolute;

namespace {

/// The gradients of a net whose parameters all clones read in one place, and inputs to try it with.
struct Net {
    explicit Net(const CompileOptions& options)
        : net(many_to_one(SimpleRnn(graph, 2, 8),
                          {.steps = 12, .input = 2, .hidden = 8, .batch = 4}, InitialState::zero)),
          program(compile(differentiate(net.loss, net.variables()).gradients(), options)) {
        test::Random random(5);
        for (const Expr& variable : net.variables()) {
            if (!program.needs(variable)) continue;
            parameters.push_back(random.matrix(variable.shape()));
            program.refer(variable, parameters.back().values().data());
        }
    }

    /// The gradient of the first parameter, over several runs with inputs of its own.
    std::vector<double> work(Program& some, std::uint32_t seed) const {
        test::Random random(seed);
        std::vector<double> entries;
        for (int run = 0; run < 5; ++run) {
            for (const Expr& x : net.unrolled.inputs)
                if (some.needs(x)) some.bind(x, random.matrix(x.shape()));
            if (some.needs(net.target)) some.bind(net.target, random.matrix(net.target.shape()));
            some.run();
            const auto value = some.value(0).values();
            entries.insert(entries.end(), value.begin(), value.end());
        }
        return entries;
    }

    Graph graph;
    ManyToOne net;
    std::vector<Matrix> parameters;  // their numbers stay where they are
    Program program;
};

}  // namespace

TEST_CASE("threads: clones that share parameters give what the program gives alone") {
    const CompileOptions kinds[] = {{.precision = Precision::float32},
                                    {.precision = Precision::float64},
                                    {.precision = Precision::float64, .check_finite = true}};
    for (const CompileOptions& options : kinds) {
        Net net(options);
        constexpr std::uint32_t workers = 3;
        std::vector<Program> clones;
        for (std::uint32_t i = 0; i < workers; ++i) clones.push_back(net.program.clone());
        std::vector<std::vector<double>> results(workers);
        {
            std::vector<std::jthread> threads;
            for (std::uint32_t i = 0; i < workers; ++i)
                threads.emplace_back([&, i] { results[i] = net.work(clones[i], i); });
        }
        for (std::uint32_t i = 0; i < workers; ++i) CHECK(results[i] == net.work(net.program, i));
        CHECK(results[0] != results[1]);
    }
}
