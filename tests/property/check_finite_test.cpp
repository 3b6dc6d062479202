// A checked run of random graphs whose leaves hold NaN, infinities and numbers that overflow.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/program/program.hpp>
#include <support/program_check.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace revolute;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::array treacherous{std::numeric_limits<double>::quiet_NaN(),
                                 infinity,
                                 -infinity,
                                 1e308,
                                 -1e308,
                                 1e200,
                                 0.0,
                                 -1.0,
                                 800.0};

/// One entry in six is such a number, but of indices.
Bindings spoilt(test::RandomGraph& random_graph, std::uint32_t seed) {
    test::Random random(seed);
    Bindings values = random_graph.bindings;
    for (const Expr& leaf : random_graph.leaves) {
        Matrix matrix = *values.find(leaf);
        const bool is_index = std::ranges::all_of(
            matrix.values(), [](double x) { return x >= 0 && x == std::floor(x); });
        for (double& x : matrix.values())
            if (!is_index && random.below(6) == 0)
                x = treacherous[random.below(treacherous.size())];
        values.bind(leaf, matrix);
    }
    return values;
}

/// What a run says, or nothing. It describes the node as the graph does.
template <class Run>
std::string finding(const Graph& graph, const Run& run) {
    try {
        run();
    } catch (const NonFiniteError& error) {
        CHECK(test::not_described(graph, error) == "");
        return error.what();
    }
    return "";
}

std::string finding_of_program(Graph& graph, const std::vector<Expr>& outputs,
                               const Bindings& values) {
    Program program = compile(outputs, {.check_finite = true});
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (const Expr leaf = graph.at(NodeId{i}); values.find(leaf) && program.needs(leaf))
            program.bind(leaf, *values.find(leaf));
    return finding(graph, [&] { program.run(); });
}

}  // namespace

TEST_CASE("check_finite: on random graphs something is named if and only if it does harm") {
    int named = 0, silent = 0;
    for (std::uint32_t seed = 0; seed < 150; ++seed) {
        CAPTURE(seed);
        test::RandomGraph random_graph(seed, 14);
        const Expr loss = random_graph.loss();
        const std::vector<Expr> outputs =
            differentiate(loss, random_graph.leaves, Unreachable::zeros).loss_and_gradients();
        for (const std::vector<Expr>& some : {std::vector{loss}, outputs}) {
            const Bindings values = spoilt(random_graph, seed);
            const std::vector<Matrix> plain = evaluate(some, values);
            const bool is_finite = std::ranges::all_of(
                plain, [](const Matrix& m) { return std::isfinite(largest_entry(m)); });
            const std::string text =
                finding(random_graph.graph, [&] { evaluate(some, values, check_finite); });
            CAPTURE(text);
            const bool is_lost = text.find("\n  it is lost in ") != std::string::npos;
            CHECK((text.empty() || is_lost || !is_finite));
            CHECK((is_finite || !text.empty()));
            CHECK(finding_of_program(random_graph.graph, some, values).empty() == text.empty());
            ++(text.empty() ? silent : named);
        }
    }
    CHECK(named >= 50);
    CHECK(silent >= 50);
}
