// The first value that is not finite: its text and its figure (docs/check_finite.md).
#include <revolute/ops/ops.hpp>
#include <revolute/tools/figures/finite_report.hpp>

#include <iostream>

using namespace revolute;

int main() {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1});
    const Expr length = sqrt(sum(square(x))).named("r");
    const Expr loss = (0.1 * length).named("L");
    const Derivative d = differentiate(loss, {x});
    const std::vector<Expr> outputs{loss, d[x]};

    Bindings values;
    values.bind(x, Matrix(2, 1, {0.0, 0.0}));
    try {
        evaluate_finite(d, outputs, values, "nonfinite.dot");
    } catch (const NonFiniteError& error) {
        std::cout << error.what() << '\n';
    }
}
