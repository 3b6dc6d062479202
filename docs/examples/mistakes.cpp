// Tour, chapter 5: a mistake, and what the library says of it.

#include <revolute/graph/graph.hpp>
#include <revolute/ops/ops.hpp>

#include <iostream>

using namespace revolute;

int main() {
    Graph graph;

    // A bias of one column, a batch of five.
    const Expr b = graph.parameter("b", {3, 1});
    const Expr x = graph.input("x", {3, 5});
    try {
        tanh(b + x);
        return 1;
    } catch (const ShapeError& error) {
        std::cout << error.what() << '\n';
    }
}
