// The first value that is not finite: its text and its figure (docs/check_finite.md).
#include <revolute/ops/ops.hpp>
#include <revolute/tools/finite_report.hpp>

#include <iostream>

using namespace revolute;

int main() {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1});
    const Expr length = sqrt(sum(square(x))).named("r");
    const Derivative d = differentiate(length, {x});
    const std::vector<Expr> outputs{length, d[x]};

    Bindings values;
    values.bind(x, Matrix(2, 1, {0.0, 0.0}));
    try {
        evaluate_finite(d, outputs, values, "nonfinite.dot");
    } catch (const NonFiniteError& error) {
        std::cout << error.what() << '\n';
    }
}
