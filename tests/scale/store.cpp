// Ten million nodes shaped like an unrolled recurrent net, with steps, and names on x, z and h.
// Peak resident memory per node is asserted, time is printed beside its target.

#include <revolute/graph/graph.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/support/stopwatch.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace revolute;

namespace {

constexpr std::uint32_t nodes_wanted = 10'000'000;

/// Peak resident memory of this process.
std::size_t peak_bytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6)) * 1024;
    std::printf("VmHWM is not in /proc/self/status\n");
    std::exit(1);
}

/// z(t) = W x(t) + U h(t-1) + b, h(t) = tanh z(t): six nodes and nine operands a step.
void build(Graph& graph) {
    const Expr W = graph.parameter("W", {8, 8}), U = graph.parameter("U", {8, 8});
    const Expr b = graph.parameter("b", {8, 1});
    Expr h = graph.initial_state("h", {8, 1});
    for (int t = 0; graph.size() < nodes_wanted; ++t) {
        const Scope at_step(graph, Step{0, t});
        const Expr x = graph.input("x", {8, 1});
        const Expr Wx = W * x;
        const Expr Uh = U * h;
        const Expr product = Wx + Uh;
        const Expr z = (product + b).named("z");
        h = tanh(z).named("h");
    }
}

struct Case {
    const char* name;
    bool reserved;
    double most_bytes;
    double target_seconds;
};

/// Builds the graph in a process of its own, so that one case's memory is not in another's peak.
bool run_apart(const Case& c) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child < 0) {
        std::perror("fork");
        return false;
    }
    if (child == 0) {
        const std::size_t before = peak_bytes();
        const Stopwatch watch;
        Graph graph;
        if (c.reserved) graph.reserve(nodes_wanted + 10, nodes_wanted + nodes_wanted / 2 + 10);
        build(graph);
        const double seconds = watch.seconds();
        const double bytes = static_cast<double>(peak_bytes() - before) / graph.size();
        const bool fits = bytes <= c.most_bytes;
        std::printf(
            "%-16s %u nodes, %zu operands: %.1f bytes per node (at most %.0f%s), "
            "%.2f s (target %.0f s)\n",
            c.name, graph.size(), graph.operand_total(), bytes, c.most_bytes,
            fits ? "" : ": MISSED", seconds, c.target_seconds);
        std::fflush(stdout);
        _exit(fits ? 0 : 1);
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int main() {
    const bool reserved = run_apart({"with reserve", true, 40, 3});
    const bool grown = run_apart({"without reserve", false, 60, 6});
    return reserved && grown ? 0 : 1;
}
