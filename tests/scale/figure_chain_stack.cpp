// A chain of a million steps is drawn and written as DOT, on a small stack: nothing recurses over
// the graph.

#include "phases.hpp"
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/figures/dot.hpp>
#include <revolute/tools/support/stopwatch.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <string>

using namespace revolute;

namespace {

constexpr int steps = 1'000'000;

/// Lines of a file that hold a node, and that hold an edge.
struct Counts {
    std::size_t nodes = 0;
    std::size_t edges = 0;
};

Counts write_and_count(const Figure& figure, const char* path) {
    {
        std::ofstream out(path);
        write_dot(out, figure);
    }
    Counts counts;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        if (line.find("\" -> \"") != std::string::npos)
            ++counts.edges;
        else if (line.find("\" [label=<") != std::string::npos)
            ++counts.nodes;
    }
    std::remove(path);
    return counts;
}

bool is_complete(const char* what, const Figure& figure, std::size_t nodes, std::size_t edges) {
    const Counts written = write_and_count(figure, "figure_chain_stack.dot");
    fmt::print("{}: {} nodes, {} edges\n", what, written.nodes, written.edges);
    return written.nodes == nodes && written.edges == edges;
}

}  // namespace

int main() {
    const Stopwatch watch;
    Graph graph;
    const Expr w = graph.parameter("w", {});
    Expr h = graph.initial_state("h", {});
    for (int t = 0; t < steps; ++t) {
        const Scope at_step(graph, Step{0, t});
        h = (w * h).named("h");
    }
    bool ok = is_complete("forward", forward(h), steps + 2, 2 * std::size_t{steps});

    Graph unnamed;
    Expr x = unnamed.parameter("x", {});
    for (int i = 0; i < steps; ++i) x = tanh(x);
    ok = is_complete("without steps and names", forward(x), steps + 1, steps) && ok;

    fmt::print("{:.1f} s, {} MB\n", watch.seconds(), peak_megabytes());
    return ok ? 0 : 1;
}
