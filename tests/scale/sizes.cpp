// What the small types weigh, for docs/design.md.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/graph.hpp>

#include <cstdio>

using namespace revolute;

int main() {
    const auto row = [](const char* type, std::size_t bytes) {
        std::printf("%-16s %4zu bytes\n", type, bytes);
    };
    // The node record is private to the graph, which asserts its 16 bytes itself.
    row("NodeId", sizeof(NodeId));
    row("Expr", sizeof(Expr));
    row("Operand", sizeof(Operand));
    row("Shape", sizeof(Shape));
    row("Step", sizeof(Step));
    row("SourceLine", sizeof(SourceLine));
    row("Op", sizeof(Op));
    row("Term", sizeof(Term));
    row("ConstMatrixView", sizeof(ConstMatrixView));
    row("Matrix", sizeof(Matrix));
    row("Bindings", sizeof(Bindings));
    row("Scope", sizeof(Scope));
    row("Graph", sizeof(Graph));
    row("Derivative", sizeof(Derivative));

    const bool fits = sizeof(NodeId) == 4 && sizeof(Expr) <= 16 && sizeof(Step) == 8;
    if (!fits) std::printf("NodeId, Expr or Step has outgrown what is passed by value\n");
    return fits ? 0 : 1;
}
